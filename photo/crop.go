package photo

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
)

// Crop reads a photo that Clean made and returns its middle as w by h pixels,
// as large a part as has their proportions.
func Crop(data []byte, w, h int) (*image.RGBA, error) {
	m, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("photo: read a photo of ours: %w", err)
	}
	from := m.Bounds()
	if from.Empty() || w <= 0 || h <= 0 {
		return nil, fmt.Errorf("photo: no %d by %d pixels of %v", w, h, from)
	}
	long := max(from.Dx(), from.Dy())
	// Seen from the side that must not be left bare: so long is the whole.
	side := max((long*w+from.Dx()-1)/from.Dx(), (long*h+from.Dy()-1)/from.Dy())
	return middle(shrink(m, min(side, long)), w, h), nil
}

// middle lays the middle of m over w by h pixels, each between the four pixels
// around its place in m.
func middle(m *image.RGBA, w, h int) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	mw, mh := m.Rect.Dx(), m.Rect.Dy()
	// In 65536ths of m's pixels: a step, and where the first pixel is.
	step := min(mw<<16/w, mh<<16/h)
	left, top := (mw<<16-step*(w-1))/2-1<<15, (mh<<16-step*(h-1))/2-1<<15
	for y := range h {
		y0, fy := split(top+y*step, mh)
		for x := range w {
			x0, fx := split(left+x*step, mw)
			a, b := m.PixOffset(x0, y0), m.PixOffset(min(x0+1, mw-1), y0)
			c, d := m.PixOffset(x0, min(y0+1, mh-1)), m.PixOffset(min(x0+1, mw-1), min(y0+1, mh-1))
			to := out.PixOffset(x, y)
			for i := range 4 {
				up := int(m.Pix[a+i])*(256-fx) + int(m.Pix[b+i])*fx
				down := int(m.Pix[c+i])*(256-fx) + int(m.Pix[d+i])*fx
				out.Pix[to+i] = uint8((up*(256-fy) + down*fy + 1<<15) >> 16)
			}
		}
	}
	return out
}

// split is the pixel at a place, of n, and how far the place is towards the
// next one, in 256ths.
func split(at, n int) (pixel, part int) {
	at = max(0, min(at, (n-1)<<16))
	return at >> 16, at >> 8 & 255
}
