package photo

import (
	"image"
	"image/color"
	"image/draw"
)

// shrink returns m on white with its long side at most side pixels; a smaller
// picture keeps its size. Each pixel is the mean of the area that it covers.
// All is done in whole numbers, so that every machine makes the same picture.
func shrink(m image.Image, side int) *image.RGBA {
	from := m.Bounds()
	w, h := sized(from.Dx(), from.Dy(), side)
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	if w == from.Dx() && h == from.Dy() {
		draw.Draw(out, out.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
		draw.Draw(out, out.Rect, m, from.Min, draw.Over)
		return out
	}
	a := area{out: out, from: from.Size(), sums: make([]uint64, 3*w), row: make([]uint64, 3*w)}
	strip := image.NewRGBA(image.Rect(0, 0, from.Dx(), min(stripRows, from.Dy())))
	for y := 0; y < from.Dy(); y += stripRows {
		n := min(stripRows, from.Dy()-y)
		draw.Draw(strip, strip.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
		draw.Draw(strip, image.Rect(0, 0, from.Dx(), n), m, image.Pt(from.Min.X, from.Min.Y+y), draw.Over)
		for i := range n {
			a.add(y+i, strip.Pix[i*strip.Stride:])
		}
	}
	return out
}

// stripRows is how many rows are converted at a time.
const stripRows = 16

// sized returns width and height brought down to a long side of at most side.
func sized(w, h, side int) (int, int) {
	long := max(w, h)
	if long <= side {
		return w, h
	}
	of := func(n int) int { return max(1, int((2*int64(n)*int64(side)+int64(long))/(2*int64(long)))) }
	return of(w), of(h)
}

// An area takes a picture row by row and makes it smaller. With a source of W
// by H and a result of w by h pixels, a source pixel is w/W results wide; to
// keep to whole numbers it is taken to be w wide, and a result W.
type area struct {
	out  *image.RGBA
	from image.Point
	sums []uint64 // Three colours for each pixel of the result's row in work.
	row  []uint64 // The same for the row that is being added.
	next int      // The result's row in work.
}

// add adds the source's row y, whose pixels are four bytes each.
func (a *area) add(y int, pixels []byte) {
	a.narrow(pixels)
	w, h := a.out.Rect.Dx(), a.out.Rect.Dy()
	for begin, end := y*h, (y+1)*h; begin < end; {
		last := (a.next + 1) * a.from.Y
		part := min(end, last) - begin
		for i, v := range a.row {
			a.sums[i] += v * uint64(part)
		}
		if begin += part; begin < last {
			return
		}
		whole := uint64(a.from.X) * uint64(a.from.Y)
		line := a.out.Pix[a.next*a.out.Stride:]
		for x := range w {
			for c := range 3 {
				line[4*x+c] = uint8((a.sums[3*x+c] + whole/2) / whole)
			}
			line[4*x+3] = 255
		}
		clear(a.sums)
		a.next++
	}
}

// narrow sums up a row of the source into one of the result.
func (a *area) narrow(pixels []byte) {
	clear(a.row)
	w := a.out.Rect.Dx()
	to, last := 0, a.from.X // The result's pixel in work and where it ends.
	for x, begin := 0, 0; x < a.from.X; x++ {
		p := pixels[4*x : 4*x+3 : 4*x+3]
		for end := (x + 1) * w; begin < end; {
			part := uint64(min(end, last) - begin)
			sum := a.row[3*to : 3*to+3 : 3*to+3]
			sum[0] += part * uint64(p[0])
			sum[1] += part * uint64(p[1])
			sum[2] += part * uint64(p[2])
			if begin = min(end, last); begin == last {
				to, last = to+1, last+a.from.X
			}
		}
	}
}

// turn returns m as EXIF's orientation says it is to be seen. It names where
// the first row and the first column of m belong: 1 top and left, 2 top and
// right, 3 bottom and right, 4 bottom and left, 5 left and top, 6 right and
// top, 7 right and bottom, 8 left and bottom (EXIF 2.3, 4.6.4).
func turn(m *image.RGBA, orientation int) *image.RGBA {
	if orientation <= 1 || orientation > 8 {
		return m
	}
	w, h := m.Rect.Dx(), m.Rect.Dy()
	size := image.Rect(0, 0, w, h)
	if orientation >= 5 {
		size = image.Rect(0, 0, h, w)
	}
	out := image.NewRGBA(size)
	for y := range h {
		for x := range w {
			across, down := x, y
			if orientation >= 5 {
				across, down = y, x
			}
			switch orientation {
			case 2, 3, 6, 7:
				across = size.Max.X - 1 - across
			}
			switch orientation {
			case 3, 4, 7, 8:
				down = size.Max.Y - 1 - down
			}
			copy(out.Pix[out.PixOffset(across, down):][:4], m.Pix[m.PixOffset(x, y):])
		}
	}
	return out
}
