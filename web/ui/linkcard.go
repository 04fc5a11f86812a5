package ui

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	pixels "image/draw"
	"image/jpeg"
	"math"

	"citywalk/discover"
	"citywalk/geo"
)

// The picture that others show beside a link: the size that they ask for.
const (
	LinkW, LinkH = 1200, 630
	linkPhoto    = 780 // How wide a photo is beside its map.
	linkMetre    = 5.0 // Metres in a pixel of the map.
	linkQuality  = 88
)

// A LinkCard is a shop in a picture for those who are sent a link to it. It
// bears no words: they stand beside it, in whatever letters the reader's own
// machine has, and no font is shipped here.
type LinkCard struct {
	Category string
	Seed     string // The shop's id; picks the picture of its front.
	At       geo.Point
	Photo    *image.RGBA // LinkPhotoSize; nil if there is none.
	Ground   []discover.Area
	Stations []discover.Place
}

// LinkPhotoSize is how large a photo has to be.
func LinkPhotoSize() (w, h int) { return linkPhoto, LinkH }

// Colours of the map, as the one in pages has them by day.
var (
	linkPaper  = hex("#FBF7F0")
	linkAreas  = []color.RGBA{hex("#F3EBDD"), hex("#EFE9DC"), hex("#F6EFE2"), hex("#ECE6D6"), hex("#F1E7D8")}
	linkBorder = hex("#D8CBB6")
	linkInk    = hex("#1E1B18")
	linkAccent = hex("#C8401A")
	linkWhite  = hex("#FFFFFF")
)

// LinkPicture draws the card as a JPEG: the map around the shop with its front
// on a pin, and beside it the photo if there is one.
func LinkPicture(v LinkCard) ([]byte, error) {
	left := 0
	if v.Photo != nil {
		left = linkPhoto
	}
	m := newCanvas(LinkW-left, LinkH, linkPaper)
	head := 138.0
	if v.Photo != nil {
		head = 104
	}
	v.lay(m, head)
	out := m.RGBA
	if v.Photo != nil {
		out = image.NewRGBA(image.Rect(0, 0, LinkW, LinkH))
		pixels.Draw(out, image.Rect(0, 0, left, LinkH), v.Photo, image.Point{}, pixels.Src)
		pixels.Draw(out, image.Rect(left, 0, LinkW, LinkH), m, image.Point{}, pixels.Src)
		pixels.Draw(out, image.Rect(left-3, 0, left+3, LinkH), image.NewUniform(linkWhite), image.Point{}, pixels.Src)
	}
	sign(&canvas{out, make([]float64, (LinkW+2)*LinkH)}, 40, LinkH-40-64, 64)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, out, &jpeg.Options{Quality: linkQuality}); err != nil {
		return nil, fmt.Errorf("ui: write the picture of a link: %w", err)
	}
	return b.Bytes(), nil
}

// lay draws the map with the shop a little below its middle, and its front in
// the head of a pin of that radius.
func (v LinkCard) lay(m *canvas, head float64) {
	foot := dot{float64(m.Rect.Dx()) / 2, float64(m.Rect.Dy())/2 + head*1.02}
	v.ground(m, foot)
	for _, minutes := range []float64{15, 10, 5} {
		r := minutes * geo.MetresAMinute / geo.Detour / linkMetre
		m.disc(color.RGBA{linkAccent.R, linkAccent.G, linkAccent.B, 18}, foot, r)
	}
	// The pin: a drop with the shop's front in it, and its shadow.
	centre := dot{foot.x, foot.y - head*1.42}
	for i := range 6 {
		m.disc(color.RGBA{30, 27, 24, 9}, dot{centre.x, centre.y + 10}, head+16-float64(i)*3)
	}
	m.disc(color.RGBA{30, 27, 24, 40}, foot, head*0.09)
	m.fill(linkAccent, drop(centre, head+10, foot))
	m.disc(linkWhite, centre, head+1)
	front := newCanvas(int(2*head), int(2*head), linkPaper)
	front.picture(shopfront(v.Category, v.Seed), frame{scale: 2 * head / 96})
	round := image.NewAlpha(front.Rect)
	for y := range front.Rect.Dy() {
		for x := range front.Rect.Dx() {
			cover := head - 7 + 0.5 - math.Hypot(float64(x)+0.5-head, float64(y)+0.5-head)
			round.SetAlpha(x, y, color.Alpha{uint8(255 * max(0, min(1, cover)))})
		}
	}
	at := image.Pt(int(centre.x-head), int(centre.y-head))
	pixels.DrawMask(m, front.Rect.Add(at), front, image.Point{}, round, image.Point{}, pixels.Over)
}

// drop is a circle that runs out into a point.
func drop(centre dot, r float64, point dot) (path []dot) {
	// Where the tangents from the point touch the circle.
	half := math.Acos(r / math.Hypot(point.x-centre.x, point.y-centre.y))
	const steps = 96
	for i := range steps + 1 {
		a := math.Pi/2 + half + (2*math.Pi-2*half)*float64(i)/steps
		path = append(path, dot{centre.x + r*math.Cos(a), centre.y + r*math.Sin(a)})
	}
	return append(path, point)
}

// ground draws districts, metro lines and their stations, with the shop at foot.
func (v LinkCard) ground(m *canvas, foot dot) {
	wide := 111_320 * math.Cos(v.At.Lat*math.Pi/180) // Metres in a degree to the east.
	place := func(p geo.Point) dot {
		return dot{foot.x + (p.Lng-v.At.Lng)*wide/linkMetre, foot.y - (p.Lat-v.At.Lat)*110_950/linkMetre}
	}
	lines := func(paths [][]geo.Point) (all [][]dot) {
		for _, path := range paths {
			line := make([]dot, len(path))
			for i, p := range path {
				line[i] = place(p)
			}
			all = append(all, line)
		}
		return all
	}
	n := 0
	for _, a := range v.Ground {
		if a.Kind != discover.District {
			continue
		}
		for _, polygon := range a.Shape.Polygons {
			m.fill(linkAreas[n%len(linkAreas)], lines(polygon[:1])...)
			m.stroke(linkBorder, 2.5, closed(lines(polygon[:1]))...)
		}
		n++
	}
	for _, width := range []float64{11, 7} { // A light edge keeps lines apart that cross.
		for _, a := range v.Ground {
			if a.Kind != discover.Track {
				continue
			}
			colour := linkPaper
			if width == 7 {
				colour = hex(a.Colour)
			}
			m.stroke(colour, width, lines(a.Shape.Lines)...)
		}
	}
	for _, s := range v.Stations {
		if at := place(s.Point); at.x > -20 && at.y > -20 && at.x < float64(m.Rect.Dx()+20) && at.y < float64(m.Rect.Dy()+20) {
			m.disc(linkInk, at, 7.5)
			m.disc(linkWhite, at, 5)
		}
	}
}

// closed is rings as lines that come back to where they began.
func closed(rings [][]dot) [][]dot {
	for i, ring := range rings {
		if len(ring) > 0 {
			rings[i] = append(ring, ring[0])
		}
	}
	return rings
}

// sign lays the product's sign, a square with round corners, on a canvas.
func sign(c *canvas, x, y, size int) {
	f := frame{x: float64(x), y: float64(y), scale: float64(size) / 24}
	c.fill(linkWhite, f.box(-1, -1, 26, 26, 8))
	c.fill(linkAccent, f.box(0, 0, 24, 24, 7))
	c.stroke(linkWhite, 2*f.scale, []dot{f.at(4.5, 12.2), f.at(12, 5.5), f.at(19.5, 12.2)})
	c.fill(linkWhite, []dot{f.at(11, 12.5), f.at(13, 12.5), f.at(14.8, 19), f.at(9.2, 19)})
}
