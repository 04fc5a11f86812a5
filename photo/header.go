package photo

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
)

// scansMax bounds the passes of a progressive JPEG. Ordinary ones have about
// ten; each pass walks over the whole picture, so that a small file of many
// could keep a processor busy for minutes.
const scansMax = 64

// Markers of JPEG (ITU T.81, table B.1).
const (
	markSOF0, markSOF1, markSOF2 = 0xC0, 0xC1, 0xC2
	markRST0, markRST7           = 0xD0, 0xD7
	markSOI, markEOI, markSOS    = 0xD8, 0xD9, 0xDA
	markTEM                      = 0x01
	markAPP1, markAPP14          = 0xE1, 0xEE
)

// jpegHeader walks over the segments of a JPEG.
func jpegHeader(data []byte) (header, error) {
	h := header{kind: jpegKind, orientation: 1}
	var f frame
	converted := false
	for rest := data; ; {
		marker, body, after := segment(rest)
		switch {
		case marker == markEOI || after == nil:
			if f.cost == 0 {
				return h, ErrBroken
			}
			// A damaged file can lead the decoder to a scan that this walk does
			// not come by, so all that may be one is counted.
			if f.progressive && bytes.Count(data, []byte{0xFF, markSOS}) > scansMax {
				return h, ErrCostly
			}
			h.cost = f.cost
			if converted || f.converted {
				h.cost += 4 * f.pixels
			}
			return h, nil
		case marker == markSOF0 || marker == markSOF1 || marker == markSOF2:
			f = readFrame(marker, body)
		case marker == markAPP14:
			const transform = 11 // Zero says that the colours are RGB or CMYK.
			converted = len(body) > transform && body[transform] == 0
		case marker == markAPP1 && h.orientation == 1:
			if tiff, ok := bytes.CutPrefix(body, []byte("Exif\x00\x00")); ok {
				h.orientation = orientation(tiff)
			}
		}
		rest = after
	}
}

// segment returns the next marker of a JPEG with what its segment holds, and
// what comes after; after is nil if there is none. Anything before the marker,
// such as the coded pixels, is skipped.
func segment(data []byte) (marker byte, body, after []byte) {
	for {
		i := bytes.IndexByte(data, 0xFF)
		if i < 0 || i+1 >= len(data) {
			return 0, nil, nil
		}
		marker, data = data[i+1], data[i+1:]
		switch {
		case marker == 0xFF: // A fill byte: the marker is still to come.
			continue
		case marker == 0 || marker >= markRST0 && marker <= markRST7 || marker == markSOI || marker == markTEM:
			data = data[1:] // Not a segment.
			continue
		case marker == markEOI:
			return marker, nil, data[1:]
		}
		data = data[1:]
		if len(data) < 2 {
			return 0, nil, nil
		}
		n := int(binary.BigEndian.Uint16(data))
		if n < 2 || n > len(data) {
			return 0, nil, nil
		}
		return marker, data[2:n], data[n:]
	}
}

// A frame is what the header of a JPEG's picture says.
type frame struct {
	pixels      int64
	progressive bool
	converted   bool  // The decoder makes a second picture, in RGBA or CMYK.
	cost        int64 // In bytes, without the second picture.
}

// readFrame reads a frame's header. A sample is one byte, and a coefficient of
// a progressive picture is kept in four.
func readFrame(marker byte, body []byte) frame {
	if len(body) < 6 {
		return frame{}
	}
	height, width := int64(binary.BigEndian.Uint16(body[1:])), int64(binary.BigEndian.Uint16(body[3:]))
	components := int(body[5])
	if components == 0 || len(body) < 6+3*components {
		return frame{}
	}
	var samples, most int64 // Per unit of the sampling: of all components, and of the finest.
	var names []byte
	for i := range components {
		c := body[6+3*i:]
		n := int64(c[1]>>4) * int64(c[1]&15)
		samples, most = samples+n, max(most, n)
		names = append(names, c[0])
	}
	// A unit is at most 32 pixels wide and high, and the last may be cut.
	f := frame{pixels: (width + 31) * (height + 31), progressive: marker == markSOF2}
	f.converted = components == 4 || string(names) == "RGB"
	// An uncommon sampling is filled up to one sample per pixel and component.
	f.cost = f.pixels * int64(components)
	if f.progressive && most > 0 {
		f.cost += 4 * f.pixels * samples / most
	}
	return f
}

// pngHeader walks over the chunks of a PNG.
func pngHeader(data []byte, c image.Config) (header, error) {
	h := header{kind: pngKind, orientation: 1}
	each := int64(4)
	switch c.ColorModel {
	case color.GrayModel:
		each = 1
	case color.Gray16Model:
		each = 2
	case color.RGBA64Model, color.NRGBA64Model:
		each = 8
	}
	if _, ok := c.ColorModel.(color.Palette); ok {
		each = 1
	}
	h.cost = each * int64(c.Width) * int64(c.Height)
	const interlace = 28 // The last byte of IHDR, the first chunk.
	if len(data) > interlace && data[interlace] != 0 {
		h.cost *= 2 // Its passes are pictures of their own.
	}
	for rest := data[min(8, len(data)):]; len(rest) >= 12; {
		n := int64(binary.BigEndian.Uint32(rest))
		if n > int64(len(rest))-12 {
			break
		}
		if string(rest[4:8]) == "eXIf" {
			h.orientation = orientation(rest[8 : 8+n])
		}
		rest = rest[12+n:]
	}
	return h, nil
}

// orientation returns which way up a picture is, by the tag of that name in the
// first directory of EXIF (a TIFF structure): 1 to 8, and 1 if it is not there
// or makes no sense.
func orientation(tiff []byte) int {
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.BigEndian
	if tiff[0] == 'I' {
		order = binary.LittleEndian
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 1
	}
	directory := tiff[at:]
	entries := int(order.Uint16(directory))
	directory = directory[2:]
	const size, tag, short = 12, 0x0112, 3
	for range entries {
		if len(directory) < size {
			return 1
		}
		if order.Uint16(directory) == tag {
			if v := order.Uint16(directory[8:]); order.Uint16(directory[2:]) == short && v >= 1 && v <= 8 {
				return int(v)
			}
			return 1
		}
		directory = directory[size:]
	}
	return 1
}
