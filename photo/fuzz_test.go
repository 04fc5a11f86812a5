package photo

import (
	"bytes"
	"encoding/binary"
	"testing"

	"citywalk/fault"
)

// FuzzClean feeds any bytes. They are refused with a sentence, or what comes
// out is a picture and nothing else, within the limits, and the same again.
func FuzzClean(f *testing.F) {
	picture := scene(40, 30)
	for _, data := range [][]byte{
		asJPEG(f, picture), asPNG(f, picture),
		withEXIF(asJPEG(f, picture), exif(binary.BigEndian, 6)),
		withEXIF(asJPEG(f, picture), exif(binary.LittleEndian, 8)),
		withChunk(asPNG(f, picture), "eXIf", exif(binary.LittleEndian, 3)),
		append(asPNG(f, picture), "PK\x03\x04"...),
		[]byte("<svg>"), []byte("GIF89a"), []byte("\xFF\xD8\xFF\xC2\x00\x02"),
	} {
		f.Add(data)
	}
	o := Options{Bytes: 1 << 16, Pixels: 1 << 18, Side: 64, Thumb: 16, Size: 4000}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Clean(bytes.NewReader(data), o)
		if err != nil {
			if _, ok := fault.From(err); !ok {
				t.Fatalf("%v is no fault", err)
			}
			return
		}
		checkClean(t, p, o)
		again, err := Clean(bytes.NewReader(data), o)
		if err != nil || !bytes.Equal(again.Data, p.Data) || !bytes.Equal(again.Thumb, p.Thumb) {
			t.Fatalf("another picture the second time: %v", err)
		}
	})
}

// FuzzOrientation feeds any bytes as EXIF.
func FuzzOrientation(f *testing.F) {
	f.Add(exif(binary.BigEndian, 6))
	f.Add(exif(binary.LittleEndian, 3))
	f.Add([]byte("II*\x00\xFF\xFF\xFF\xFF"))
	f.Fuzz(func(t *testing.T, tiff []byte) {
		if o := orientation(tiff); o < 1 || o > 8 {
			t.Fatalf("orientation %d", o)
		}
	})
}
