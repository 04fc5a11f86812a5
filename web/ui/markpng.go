package ui

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
)

// MarkPNG is the product's sign as a square picture of size pixels, with round
// corners, for browsers that put it among a phone's apps.
func MarkPNG(size int) []byte { return markPicture(size, 24, 7) }

// MaskPNG is the sign on a ground that fills the square, for phones that cut
// their own shape out of it: what matters is within the middle four fifths.
func MaskPNG(size int) []byte { return markPicture(size, 34, 0) }

// markPicture draws the sign of 24 units in the middle of a square of width
// units. Sixteen points are looked at for each pixel.
func markPicture(size int, width, corner float64) []byte {
	const fine = 4
	img := image.NewNRGBA(image.Rect(0, 0, size, size))
	unit := width / float64(size*fine)
	for y := range size {
		for x := range size {
			var ground, white int
			for i := range fine * fine {
				px := (float64(x*fine+i%fine) + 0.5) * unit
				py := (float64(y*fine+i/fine) + 0.5) * unit
				if !rounded(px, py, width, corner) {
					continue
				}
				ground++
				if inMark(px-(width-24)/2, py-(width-24)/2) {
					white++
				}
			}
			img.SetNRGBA(x, y, blend(ground, white, fine*fine))
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic("ui: write the sign: " + err.Error()) // A buffer takes everything.
	}
	return b.Bytes()
}

// blend is the colour of a pixel of which so many points are ground and so many
// of those white.
func blend(ground, white, all int) color.NRGBA {
	if ground == 0 {
		return color.NRGBA{}
	}
	mix := func(c uint8) uint8 {
		return uint8((int(c)*(ground-white) + 255*white) / ground)
	}
	return color.NRGBA{mix(0xC8), mix(0x40), mix(0x1A), uint8(255 * ground / all)}
}

// rounded reports whether a point lies in a square with round corners.
func rounded(x, y, width, corner float64) bool {
	dx := max(corner-x, x-(width-corner), 0)
	dy := max(corner-y, y-(width-corner), 0)
	return dx == 0 || dy == 0 || math.Hypot(dx, dy) <= corner
}

// inMark reports whether a point of the sign's 24 units is white: the roof or
// the road, as mark has them.
func inMark(x, y float64) bool {
	roof := min(toSegment(x, y, 4.5, 12.2, 12, 5.5), toSegment(x, y, 12, 5.5, 19.5, 12.2)) <= 1
	t := (y - 12.5) / 6.5
	road := t >= 0 && t <= 1 && math.Abs(x-12) <= 1+1.8*t
	return roof || road
}

// toSegment is how far a point lies from the line between two others.
func toSegment(x, y, ax, ay, bx, by float64) float64 {
	t := ((x-ax)*(bx-ax) + (y-ay)*(by-ay)) / ((bx-ax)*(bx-ax) + (by-ay)*(by-ay))
	t = min(1, max(0, t))
	return math.Hypot(x-ax-t*(bx-ax), y-ay-t*(by-ay))
}
