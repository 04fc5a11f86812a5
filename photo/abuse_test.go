package photo

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"

	"citywalk/fault"
)

func refused(t *testing.T, data []byte, want *fault.Error) {
	t.Helper()
	_, err := Clean(bytes.NewReader(data), Options{})
	if !errors.Is(err, want) {
		t.Errorf("%v, want %s", err, want.Code)
	}
	if f, ok := fault.From(err); ok && strings.ContainsAny(f.Say(fault.Zh)+f.Say(fault.En), "{}%") {
		t.Errorf("a sentence with holes: %s %s", f.Say(fault.Zh), f.Say(fault.En))
	}
}

// G11: what is no photo is refused whatever it is called.
func TestOtherFilesAreRefusedByName(t *testing.T) {
	for name, want := range map[string]struct {
		data string
		is   *fault.Error
	}{
		"SVG":          {`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`, ErrKind},
		"HTML as .png": {"\n<!DOCTYPE html><script>alert(1)</script>", ErrKind},
		"WebP":         {"RIFF\x24\x00\x00\x00WEBPVP8L", ErrKind},
		"HEIC":         {"\x00\x00\x00\x18ftypheic\x00\x00", ErrKind},
		"GIF":          {"GIF89a\x01\x00\x01\x00", ErrKind},
		"GIFAR":        {"GIF89a\x01\x00\x01\x00;PK\x03\x04META-INF", ErrKind},
		"ZIP":          {"PK\x03\x04", ErrKind},
		"text":         {"just a text", ErrNone},
		"nothing":      {"", ErrNone},
		"half a PNG":   {"\x89PNG\r\n\x1A\n\x00\x00", ErrBroken},
		"half a JPEG":  {"\xFF\xD8\xFF\xE0", ErrBroken},
	} {
		t.Run(name, func(t *testing.T) { refused(t, []byte(want.data), want.is) })
	}
}

// G11: a second file hidden in a picture does not come out with it.
func TestPolyglotsAreMadeAnew(t *testing.T) {
	evil := "PK\x03\x04<script>alert(document.domain)</script><?php system($_GET[0]);"
	picture := scene(90, 60)
	for name, data := range map[string][]byte{
		"PNG and ZIP":     append(asPNG(t, picture), evil...),
		"PNG with a text": withChunk(asPNG(t, picture), "tEXt", []byte("Comment\x00"+evil)),
		"JPEG and ZIP":    append(asJPEG(t, picture), evil...),
		"JPEG comment":    withSegment(asJPEG(t, picture), 0xFE, []byte(evil)),
	} {
		t.Run(name, func(t *testing.T) {
			p := clean(t, data)
			for _, out := range [][]byte{p.Data, p.Thumb} {
				if bytes.Contains(out, []byte("script")) || bytes.Contains(out, []byte("PK\x03\x04")) {
					t.Error("what was hidden came out")
				}
			}
		})
	}
}

// counted counts what is read of a file.
type counted struct {
	r io.Reader
	n int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// endless is bytes without end.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// G12: what is too big is refused before it takes memory. All that is ever
// allocated is counted, which is more than what is held at one time.
func TestBombsAreRefusedUnopened(t *testing.T) {
	const mostAllocated = 50 * MB
	header := func(w, h uint32) []byte {
		b := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
		return append([]byte("\x89PNG\r\n\x1A\n"), chunk("IHDR", append(b, 8, 6, 0, 0, 0))...)
	}
	huge := append(header(50_000, 50_000), chunk("IDAT", make([]byte, 30_000))...)
	frame := []byte{8, 0x9C, 0x40, 0x9C, 0x40, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0} // 40,000 by 40,000.
	bigJPEG := withFrame(asJPEG(t, scene(8, 8)), markSOF0, frame)
	valid := asJPEG(t, scene(64, 64))
	frames := "GIF89a\x01\x00\x01\x00\x00\x00\x00" + strings.Repeat("\x2C\x00\x00\x00\x00\x01\x00\x01\x00\x80\x00\x00\x00\xFF\xFF\xFF\x02\x02\x44\x01\x00", 1000)
	for name, c := range map[string]struct {
		r    io.Reader
		is   *fault.Error
		read int64
	}{
		"PNG of 50,000 by 50,000":  {bytes.NewReader(huge), ErrPixels, 8_000},
		"PNG of one endless row":   {bytes.NewReader(header(30_001, 1)), ErrPixels, 8_000},
		"JPEG of 40,000 by 40,000": {bytes.NewReader(bigJPEG), ErrPixels, 8_000},
		"GIF of 1,000 frames":      {strings.NewReader(frames), ErrKind, 8_000},
		"WebP of 1,000 frames":     {io.MultiReader(strings.NewReader("RIFF\xFF\xFF\xFF\x7FWEBPVP8X"), endless{}), ErrKind, 8_000},
		"8 MB and one byte":        {io.MultiReader(bytes.NewReader(valid), bytes.NewReader(make([]byte, 8*MB+1-len(valid)))), ErrLarge, 8*MB + 1},
		"no end":                   {io.MultiReader(bytes.NewReader(valid), endless{}), ErrLarge, 8*MB + 1},
		"a header without end":     {io.MultiReader(strings.NewReader("\xFF\xD8\xFF\xE0\x00\x02"), endless{}), ErrLarge, 8*MB + 1},
		"nothing but zeros":        {endless{}, ErrNone, 8_000},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			r := &counted{r: c.r}
			runtime.ReadMemStats(&before)
			_, err := Clean(r, Options{})
			runtime.ReadMemStats(&after)
			if !errors.Is(err, c.is) {
				t.Errorf("%v, want %s", err, c.is.Code)
			}
			if r.n > c.read {
				t.Errorf("%d bytes were read", r.n)
			}
			if n := after.TotalAlloc - before.TotalAlloc; n > mostAllocated {
				t.Errorf("%d bytes were allocated", n)
			}
		})
	}
	exact := append(valid, make([]byte, 8*MB-len(valid))...)
	clean(t, exact)
}

// A progressive JPEG walks over the whole picture once for every pass, so that
// a small file can be made to take minutes.
func TestManyPassesAreRefused(t *testing.T) {
	frame := []byte{8, 0, 64, 0, 64, 1, 1, 0x11, 0}
	data := withFrame([]byte{0xFF, markSOI, 0xFF, markEOI}, markSOF2, frame)
	pass := []byte{0xFF, markSOS, 0, 8, 1, 1, 0, 0, 0, 0}
	refused(t, append(data[:len(data)-2], bytes.Repeat(pass, scansMax+1)...), ErrCostly)
	// The same hidden in a segment where a damaged file leads the decoder.
	hidden := withSegment(data, markAPP1, bytes.Repeat(pass, scansMax+1))
	refused(t, hidden, ErrCostly)
	// 36 million pixels in full colour, whose coefficients would take 432 MB.
	frame = []byte{8, 0x17, 0x70, 0x17, 0x70, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0}
	refused(t, withFrame([]byte{0xFF, markSOI, 0xFF, markEOI}, markSOF2, frame), ErrCostly)
}

// G13: nothing of EXIF comes out, above all not the place.
func TestPlaceIsGone(t *testing.T) {
	tiff := exif(binary.BigEndian, 1)
	for name, data := range map[string][]byte{
		"JPEG": withSegment(withEXIF(asJPEG(t, scene(90, 60)), tiff), 0xE2, []byte("ICC_PROFILE\x00GPS 31.2304,121.4737")),
		"XMP":  withSegment(asJPEG(t, scene(90, 60)), markAPP1, []byte("http://ns.adobe.com/xap/1.0/\x00<exif:GPSLatitude>31,13.8N GPS")),
		"PNG":  withChunk(asPNG(t, scene(90, 60)), "eXIf", tiff),
	} {
		t.Run(name, func(t *testing.T) {
			if !bytes.Contains(data, []byte("GPS")) {
				t.Fatal("the upload holds no place")
			}
			p := clean(t, data)
			for _, out := range [][]byte{p.Data, p.Thumb} {
				if bytes.Contains(out, []byte("GPS")) || bytes.Contains(out, []byte("Exif")) {
					t.Error("the place came out")
				}
			}
		})
	}
}

// What decoding may hold is worked out from the header: samples of one byte,
// coefficients of four, a second picture where colours are converted, and the
// passes of an interlaced PNG.
func TestCostIsKnownBeforeDecoding(t *testing.T) {
	jpegOf := func(marker byte, sampling byte, adobe bool) header {
		frame := []byte{8, 0, 225, 0, 225, 3, 1, sampling, 0, 2, 0x11, 0, 3, 0x11, 0} // 225 and 31 are 256.
		data := withSegment([]byte{0xFF, markSOI, 0xFF, markEOI}, marker, frame)
		if adobe {
			data = withSegment(data, markAPP14, []byte("Adobe\x00\x64\x00\x00\x00\x00\x00"))
		}
		h, err := jpegHeader(data)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	const pixels = 256 * 256
	for name, c := range map[string]struct{ got, want int64 }{
		"baseline":           {jpegOf(markSOF0, 0x22, false).cost, 3 * pixels},
		"progressive":        {jpegOf(markSOF2, 0x22, false).cost, 3*pixels + 4*pixels*3/2},
		"progressive, full":  {jpegOf(markSOF2, 0x11, false).cost, 3*pixels + 4*pixels*3},
		"converted from RGB": {jpegOf(markSOF0, 0x22, true).cost, 7 * pixels},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d, want %d", name, c.got, c.want)
		}
	}
	size := []byte{0, 0, 1, 0, 0, 0, 1, 0}
	for name, c := range map[string]struct {
		depth, colour, interlaced byte
		want                      int64
	}{
		"grey":              {8, 0, 0, pixels},
		"colour":            {8, 2, 0, 4 * pixels},
		"sixteen bits":      {16, 6, 0, 8 * pixels},
		"interlaced colour": {8, 6, 1, 8 * pixels},
	} {
		data := append([]byte("\x89PNG\r\n\x1A\n"), chunk("IHDR", append(size[:8:8], c.depth, c.colour, 0, 0, c.interlaced))...)
		config, err := pngKind.config(bytes.NewReader(append(data, chunk("IDAT", nil)...)))
		if err != nil {
			t.Fatal(err)
		}
		if h, err := pngHeader(data, config); err != nil || h.cost != c.want {
			t.Errorf("%s: %d, %v, want %d", name, h.cost, err, c.want)
		}
	}
}
