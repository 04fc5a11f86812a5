package photo

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
)

// scene paints something in which every place looks different.
func scene(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetRGBA(x, y, color.RGBA{uint8(x * 255 / w), uint8(y * 255 / h), uint8((x/7 + y/5) % 2 * 120), 255})
		}
	}
	return m
}

func asJPEG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// exif returns a TIFF structure with an orientation and a place on Earth.
func exif(order binary.AppendByteOrder, orientation uint16) []byte {
	b := []byte("MM\x00*")
	if order.String() == "LittleEndian" {
		b = []byte("II*\x00")
	}
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 2)
	entry := func(tag, kind uint16, count, value uint32) {
		b = order.AppendUint16(b, tag)
		b = order.AppendUint16(b, kind)
		b = order.AppendUint32(b, count)
		if kind == 3 { // A short stands at the beginning of its four bytes.
			b = order.AppendUint16(b, uint16(value))
			b = order.AppendUint16(b, 0)
			return
		}
		b = order.AppendUint32(b, value)
	}
	entry(0x0112, 3, 1, uint32(orientation))
	entry(0x8825, 4, 1, 38) // Where the directory of the place begins.
	b = order.AppendUint32(b, 0)
	b = order.AppendUint16(b, 1)
	entry(0x0002, 5, 3, 56)
	b = order.AppendUint32(b, 0)
	for _, v := range []uint32{31, 1, 13, 1, 4242, 100} {
		b = order.AppendUint32(b, v)
	}
	return append(b, "GPS 31.2304,121.4737 Apple iPhone"...)
}

// withSegment puts a segment behind the first two bytes of a JPEG.
func withSegment(data []byte, marker byte, body []byte) []byte {
	out := append([]byte{0xFF, markSOI, 0xFF, marker}, binary.BigEndian.AppendUint16(nil, uint16(len(body)+2))...)
	return append(append(out, body...), data[2:]...)
}

// withFrame is a JPEG that begins with the header of a picture of its own.
func withFrame(data []byte, marker byte, frame []byte) []byte {
	return withSegment(withSegment(data, marker, frame), 0xE0, []byte("JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"))
}

func withEXIF(data, tiff []byte) []byte {
	return withSegment(data, markAPP1, append([]byte("Exif\x00\x00"), tiff...))
}

// chunk is a chunk of PNG.
func chunk(name string, body []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	b = append(append(b, name...), body...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// withChunk puts a chunk behind a PNG's first, which is 25 bytes after the
// eight that all begin with.
func withChunk(data []byte, name string, body []byte) []byte {
	return append(append(append([]byte(nil), data[:33]...), chunk(name, body)...), data[33:]...)
}

func clean(t testing.TB, data []byte) Photo {
	t.Helper()
	p, err := Clean(bytes.NewReader(data), Options{})
	if err != nil {
		t.Fatal(err)
	}
	checkClean(t, p, Options{}.filled())
	return p
}

// checkClean shows that a photo holds a picture and nothing else.
func checkClean(t testing.TB, p Photo, o Options) {
	t.Helper()
	for _, data := range [][]byte{p.Data, p.Thumb} {
		for rest := data[2:]; ; {
			marker, _, after := segment(rest)
			if marker == markEOI {
				if len(after) > 0 {
					t.Errorf("%d bytes after the end", len(after))
				}
				break
			}
			if !strings.ContainsRune("\u00DB\u00C0\u00C4\u00DA", rune(marker)) || after == nil {
				t.Fatalf("a segment %#x, which no picture needs", marker)
			}
			rest = after
		}
	}
	m, err := jpeg.Decode(bytes.NewReader(p.Data))
	if err != nil {
		t.Fatal(err)
	}
	thumb, err := jpeg.Decode(bytes.NewReader(p.Thumb))
	if err != nil {
		t.Fatal(err)
	}
	if b := m.Bounds(); b.Dx() != p.Width || b.Dy() != p.Height || max(b.Dx(), b.Dy()) > o.Side {
		t.Errorf("%v, said to be %d by %d", b, p.Width, p.Height)
	}
	if b := thumb.Bounds(); max(b.Dx(), b.Dy()) > o.Thumb {
		t.Errorf("the thumbnail is %v", b)
	}
	if len(p.Data) > o.Size && max(p.Width, p.Height) > 64 {
		t.Errorf("%d bytes", len(p.Data))
	}
}

// stored returns an upright picture as a camera would store it that was held in
// a way which EXIF calls orientation. The table is EXIF's: the side of the
// upright picture where the first stored row lies, and where the first column.
func stored(upright *image.RGBA, orientation int) *image.RGBA {
	sides := [...]struct{ row, column string }{
		1: {"top", "left"}, 2: {"top", "right"}, 3: {"bottom", "right"}, 4: {"bottom", "left"},
		5: {"left", "top"}, 6: {"right", "top"}, 7: {"right", "bottom"}, 8: {"left", "bottom"},
	}[orientation]
	w, h := upright.Rect.Dx(), upright.Rect.Dy()
	// place turns a distance from a named side into a coordinate.
	place := func(side string, n int) (x, y int) {
		switch side {
		case "left":
			return n, -1
		case "right":
			return w - 1 - n, -1
		case "top":
			return -1, n
		}
		return -1, h - 1 - n
	}
	rows, columns := h, w
	if orientation >= 5 {
		rows, columns = w, h
	}
	out := image.NewRGBA(image.Rect(0, 0, columns, rows))
	for row := range rows {
		for column := range columns {
			x1, y1 := place(sides.row, row)
			x2, y2 := place(sides.column, column)
			out.SetRGBA(column, row, upright.RGBAAt(max(x1, x2), max(y1, y2)))
		}
	}
	return out
}

func TestEveryOrientationIsShownUpright(t *testing.T) {
	upright := scene(120, 80)
	orders := []binary.AppendByteOrder{binary.BigEndian, binary.LittleEndian}
	for o := 1; o <= 8; o++ {
		for i, order := range orders {
			for kind, data := range map[string][]byte{
				"JPEG": withEXIF(asJPEG(t, stored(upright, o)), exif(order, uint16(o))),
				"PNG":  withChunk(asPNG(t, stored(upright, o)), "eXIf", exif(order, uint16(o))),
			} {
				t.Run(fmt.Sprintf("%s %d order %d", kind, o, i), func(t *testing.T) {
					p := clean(t, data)
					if got := far(t, p.Data, upright); got > 12 {
						t.Errorf("the photo is %d off the upright picture", got)
					}
				})
			}
		}
	}
	for _, nonsense := range []uint16{0, 9, 65535} {
		p := clean(t, withEXIF(asJPEG(t, upright), exif(binary.BigEndian, nonsense)))
		if far(t, p.Data, upright) > 12 {
			t.Errorf("orientation %d turned the picture", nonsense)
		}
	}
}

// far returns the mean difference of a JPEG from a picture per colour, or 255
// if their sizes differ.
func far(t *testing.T, data []byte, want *image.RGBA) int {
	t.Helper()
	got, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if got.Bounds() != want.Bounds() {
		return 255
	}
	sum := 0
	for y := range want.Rect.Dy() {
		for x := range want.Rect.Dx() {
			r, g, b, _ := got.At(x, y).RGBA()
			w := want.RGBAAt(x, y)
			for _, d := range []int{int(r>>8) - int(w.R), int(g>>8) - int(w.G), int(b>>8) - int(w.B)} {
				sum += max(d, -d)
			}
		}
	}
	return sum / (3 * want.Rect.Dx() * want.Rect.Dy())
}

// Every size stays within the limits, its proportions kept, and keeps its mean
// colour.
func TestPicturesAreScaledDown(t *testing.T) {
	for _, c := range []struct{ w, h, wantW, wantH int }{
		{1, 1, 1, 1}, {1600, 1200, 1600, 1200}, {1601, 1200, 1600, 1199}, {4000, 3000, 1600, 1200},
		{1000, 4001, 400, 1600}, {5000, 1, 1600, 1}, {3, 9000, 1, 1600}, {17, 13, 17, 13},
	} {
		p := clean(t, asPNG(t, scene(c.w, c.h)))
		if p.Width != c.wantW || p.Height != c.wantH {
			t.Errorf("%d by %d became %d by %d", c.w, c.h, p.Width, p.Height)
		}
	}
}

// The area filter gives exactly the mean where the sizes divide, and within one
// level of it elsewhere.
func TestShrinkKeepsTheMean(t *testing.T) {
	noise := rand.New(rand.NewPCG(1, 2))
	for _, c := range [][3]int{{64, 48, 16}, {61, 47, 16}, {300, 7, 33}, {97, 97, 96}} {
		m := image.NewRGBA(image.Rect(5, 9, 5+c[0], 9+c[1]))
		for i := range m.Pix {
			m.Pix[i] = uint8(noise.Uint32())
			if i%4 == 3 {
				m.Pix[i] = 255
			}
		}
		small := shrink(m, c[2])
		a, b := mean(m), mean(small)
		if d := a - b; d > 1 || d < -1 {
			t.Errorf("%v: mean %f became %f", c, a, b)
		}
	}
	quarter := shrink(&image.RGBA{Pix: []byte{0, 0, 0, 255, 100, 40, 0, 255, 100, 0, 7, 255, 200, 0, 0, 255}, Stride: 8, Rect: image.Rect(0, 0, 2, 2)}, 1)
	if got := quarter.RGBAAt(0, 0); got != (color.RGBA{100, 10, 2, 255}) {
		t.Errorf("four pixels became %v", got)
	}
}

func mean(m *image.RGBA) float64 {
	sum := 0
	for i, v := range m.Pix {
		if i%4 != 3 {
			sum += int(v)
		}
	}
	return float64(sum) / float64(len(m.Pix)/4*3)
}

func TestTransparencyIsLaidOnWhite(t *testing.T) {
	m := image.NewNRGBA(image.Rect(0, 0, 2000, 40))
	p := clean(t, asPNG(t, m))
	got, err := jpeg.Decode(bytes.NewReader(p.Data))
	if err != nil {
		t.Fatal(err)
	}
	if r, g, b, _ := got.At(5, 5).RGBA(); r>>8 < 250 || g>>8 < 250 || b>>8 < 250 {
		t.Errorf("transparent became %d %d %d", r>>8, g>>8, b>>8)
	}
}

// Every way of storing pixels is read: grey, palette, sixteen bits, CMYK.
func TestEveryColourModelIsTaken(t *testing.T) {
	size := image.Rect(0, 0, 40, 30)
	palette := color.Palette{color.Black, color.White, color.RGBA{200, 0, 0, 255}}
	for _, m := range []image.Image{
		image.NewGray(size), image.NewGray16(size), image.NewPaletted(size, palette),
		image.NewNRGBA64(size), image.NewRGBA64(size), image.NewNRGBA(size),
	} {
		clean(t, asPNG(t, m))
	}
	clean(t, asJPEG(t, image.NewGray(size)))
}

// Noise is the worst that a photo can hold, and still it fits.
func TestNoiseFits(t *testing.T) {
	m := image.NewRGBA(image.Rect(0, 0, 1600, 1600))
	noise := rand.New(rand.NewPCG(3, 4))
	for i := range m.Pix {
		m.Pix[i] = uint8(noise.Uint32() | uint32(i%4/3*255))
	}
	data := asJPEG(t, m)
	a, b := clean(t, data), clean(t, data)
	if !bytes.Equal(a.Data, b.Data) || !bytes.Equal(a.Thumb, b.Thumb) {
		t.Error("the same bytes gave another picture")
	}
	if _, err := Clean(bytes.NewReader(data), Options{Size: 1}); err != nil {
		t.Errorf("a size that nothing has: %v", err)
	}
}

// A reader's own failure is told from a bad picture.
func TestFailedUploadsAreNotTheMembersFault(t *testing.T) {
	gone := errors.New("gone")
	data := asJPEG(t, scene(200, 200))
	for _, n := range []int{0, 100, len(data) - 5} {
		_, err := Clean(io.MultiReader(bytes.NewReader(data[:n]), broken{gone}), Options{})
		if !errors.Is(err, gone) {
			t.Errorf("after %d bytes: %v", n, err)
		}
	}
}

type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, b.err }
