package ui

import (
	"image"
	"image/color"
	"math"
)

// A dot is a point of a canvas, in pixels from its upper left corner.
type dot struct{ x, y float64 }

// A canvas is a picture of pixels on which shapes are laid, with soft edges.
type canvas struct {
	*image.RGBA
	sums []float64 // How much of each pixel the shape in work covers, or the change of it along a row; else nothing.
}

func newCanvas(w, h int, ground color.RGBA) *canvas {
	c := &canvas{image.NewRGBA(image.Rect(0, 0, w, h)), make([]float64, (w+2)*h)}
	for i := 0; i < len(c.Pix); i += 4 {
		c.Pix[i], c.Pix[i+1], c.Pix[i+2], c.Pix[i+3] = ground.R, ground.G, ground.B, 255
	}
	return c
}

// lay mixes a colour into a pixel, of which so much is covered.
func (c *canvas) lay(x, y int, colour color.RGBA, cover float64) {
	part := int(min(1, cover)*float64(colour.A) + 0.5)
	p := c.Pix[c.PixOffset(x, y):]
	for i, v := range [3]uint8{colour.R, colour.G, colour.B} {
		p[i] = uint8((int(p[i])*(255-part) + int(v)*part + 127) / 255)
	}
}

// fill lays a closed shape. Where its paths run over each other in one
// direction they are one shape.
func (c *canvas) fill(colour color.RGBA, paths ...[]dot) {
	w, h := c.Rect.Dx(), c.Rect.Dy()
	low, high := h, 0
	for _, path := range paths {
		path = clipped(path, float64(w), float64(h))
		for i, to := range path {
			c.edge(path[(i+len(path)-1)%len(path)], to)
			low, high = min(low, int(to.y)), max(high, min(h, int(to.y)+1))
		}
	}
	for y := low; y < high; y++ {
		row, sum := c.sums[y*(w+2):][:w+2], 0.0
		for x := range w {
			if sum += row[x]; math.Abs(sum) > 1.0/512 {
				c.lay(x, y, colour, math.Abs(sum))
			}
		}
		clear(row)
	}
}

// edge adds what lies to the right of an edge, as changes along each row: a
// pixel that the edge runs through has a part of it, and all beyond the whole.
func (c *canvas) edge(from, to dot) {
	sign := 1.0
	if from.y > to.y {
		from, to, sign = to, from, -1
	}
	if from.y == to.y {
		return
	}
	slope, stride := (to.x-from.x)/(to.y-from.y), c.Rect.Dx()+2
	for y := int(from.y); y < c.Rect.Dy() && float64(y) < to.y; y++ {
		top, bottom := max(from.y, float64(y)), min(to.y, float64(y+1))
		x0, x1 := from.x+(top-from.y)*slope, from.x+(bottom-from.y)*slope
		if x0 > x1 {
			x0, x1 = x1, x0
		}
		part, row := sign*(bottom-top), c.sums[y*stride:][:stride]
		before := 0.0
		last := min(int(x1), c.Rect.Dx())
		for x := int(x0); x <= last; x++ {
			has := leftOf(float64(x+1), x0, x1) - leftOf(float64(x), x0, x1)
			row[x] += part * (has - before)
			before = has
		}
		row[last+1] += part * (1 - before)
	}
}

// leftOf is how far x lies to the right of an edge from x0 to x1, in the mean
// over the edge and nowhere less than nothing.
func leftOf(x, x0, x1 float64) float64 {
	switch {
	case x <= x0:
		return 0
	case x >= x1:
		return x - (x0+x1)/2
	}
	return (x - x0) * (x - x0) / (2 * (x1 - x0))
}

// clipped is the part of a shape that lies within w by h, edge after edge.
func clipped(path []dot, w, h float64) []dot {
	for _, in := range []func(dot) float64{ // How far within.
		func(p dot) float64 { return p.x }, func(p dot) float64 { return w - p.x },
		func(p dot) float64 { return p.y }, func(p dot) float64 { return h - p.y },
	} {
		var kept []dot
		for i, to := range path {
			from := path[(i+len(path)-1)%len(path)]
			a, b := in(from), in(to)
			if a < 0 != (b < 0) {
				t := a / (a - b)
				kept = append(kept, dot{from.x + t*(to.x-from.x), from.y + t*(to.y-from.y)})
			}
			if b >= 0 {
				kept = append(kept, to)
			}
		}
		path = kept
	}
	for i, p := range path { // What the division rounded.
		path[i] = dot{min(max(p.x, 0), w), min(max(p.y, 0), h)}
	}
	return path
}

// stroke draws lines with round ends and corners.
func (c *canvas) stroke(colour color.RGBA, width float64, paths ...[]dot) {
	w, h, reach := c.Rect.Dx(), c.Rect.Dy(), width/2+1
	low, high := h, 0
	for _, path := range paths {
		for i := 1; i < len(path); i++ {
			a, b := path[i-1], path[i]
			y0, y1 := max(0, int(min(a.y, b.y)-reach)), min(h-1, int(max(a.y, b.y)+reach))
			x0, x1 := max(0, int(min(a.x, b.x)-reach)), min(w-1, int(max(a.x, b.x)+reach))
			if x0 > x1 || y0 > y1 {
				continue
			}
			low, high = min(low, y0), max(high, y1)
			for y := y0; y <= y1; y++ {
				for x := x0; x <= x1; x++ {
					cover := width/2 + 0.5 - toSegment(float64(x)+0.5, float64(y)+0.5, a.x, a.y, b.x, b.y)
					at := y*(w+2) + x
					c.sums[at] = max(c.sums[at], cover)
				}
			}
		}
	}
	for y := low; y <= high && y < h; y++ {
		row := c.sums[y*(w+2):][:w+2]
		for x := range w {
			if row[x] > 0 {
				c.lay(x, y, colour, row[x])
			}
		}
		clear(row)
	}
}

// disc lays a circle.
func (c *canvas) disc(colour color.RGBA, at dot, r float64) {
	c.stroke(colour, 2*r, []dot{at, {at.x + 1e-6, at.y}})
}
