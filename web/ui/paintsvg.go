package ui

import (
	"encoding/xml"
	"image/color"
	"io"
	"math"
	"strconv"
	"strings"
)

// A frame says where on a canvas a picture of its own units goes.
type frame struct{ x, y, scale float64 }

func (f frame) at(x, y float64) dot { return dot{f.x + x*f.scale, f.y + y*f.scale} }

// picture lays one of our own SVG pictures on a canvas. It knows what drawing
// writes, but for words; anything else is left out.
func (c *canvas) picture(svg string, f frame) {
	for d := xml.NewDecoder(strings.NewReader(svg)); ; {
		token, err := d.Token()
		if err == io.EOF || err != nil {
			return
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		is := map[string]string{}
		for _, a := range e.Attr {
			is[a.Name.Local] = a.Value
		}
		n := func(name string) float64 {
			v, _ := strconv.ParseFloat(is[name], 64)
			return v
		}
		switch e.Name.Local {
		case "rect":
			c.fill(hex(is["fill"]), f.box(n("x"), n("y"), n("width"), n("height"), n("rx")))
		case "circle":
			c.disc(hex(is["fill"]), f.at(n("cx"), n("cy")), n("r")*f.scale)
		case "path":
			if paths := f.paths(is["d"]); is["stroke"] != "" {
				c.stroke(hex(is["stroke"]), n("stroke-width")*f.scale, paths...)
			} else {
				c.fill(hex(is["fill"]), paths...)
			}
		}
	}
}

// hex reads #RRGGBB or #RGB; what is no colour is black.
func hex(s string) color.RGBA {
	s = strings.TrimPrefix(s, "#")
	if len(s) == 3 {
		s = string([]byte{s[0], s[0], s[1], s[1], s[2], s[2]})
	}
	v, err := strconv.ParseUint(s, 16, 32)
	if err != nil || len(s) != 6 {
		v = 0
	}
	return color.RGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), 255}
}

// box is a rectangle whose corners are round.
func (f frame) box(x, y, w, h, r float64) (path []dot) {
	for i, corner := range [4]dot{{x + w - r, y + r}, {x + w - r, y + h - r}, {x + r, y + h - r}, {x + r, y + r}} {
		const steps = 12
		for k := range steps + 1 {
			a := (float64(i) - 1 + float64(k)/steps) * math.Pi / 2
			path = append(path, f.at(corner.x+r*math.Cos(a), corner.y+r*math.Sin(a)))
			if r == 0 {
				break
			}
		}
	}
	return path
}

// A pen follows the path of an SVG shape.
type pen struct {
	frame
	rest  string
	at    dot // In the picture's units.
	first dot
	ctrl  dot // Of the last curve, for the one that goes on smoothly.
	all   [][]dot
}

// paths are the lines of an SVG path, curves as many short ones.
func (f frame) paths(d string) [][]dot {
	p := &pen{frame: f, rest: d}
	for op := byte(0); ; {
		p.rest = strings.TrimLeft(p.rest, " ,\n\t")
		if p.rest == "" {
			return p.all
		}
		if c := p.rest[0]; c >= 'A' && c != '.' && c != '-' {
			op, p.rest = c, p.rest[1:]
		} else if op == 0 || op == 'z' || op == 'Z' {
			return p.all // No path of ours.
		}
		p.act(op)
		switch op { // What follows without a letter are lines.
		case 'm':
			op = 'l'
		case 'M':
			op = 'L'
		}
	}
}

// act does one command: its letter, small if it counts from where the pen is.
func (p *pen) act(op byte) {
	from := dot{}
	if op >= 'a' {
		from = p.at
	}
	point := func() dot { x := p.number(); return dot{from.x + x, from.y + p.number()} }
	was := p.ctrl
	p.ctrl = p.at
	switch op &^ 0x20 {
	case 'M':
		p.at = point()
		p.first, p.ctrl = p.at, p.at
		p.all = append(p.all, []dot{p.frame.at(p.at.x, p.at.y)})
	case 'L':
		p.to(point())
	case 'H':
		p.to(dot{from.x + p.number(), p.at.y})
	case 'V':
		p.to(dot{p.at.x, from.y + p.number()})
	case 'Q':
		ctrl := point()
		p.curve(ctrl, point())
	case 'T':
		ctrl := dot{2*p.at.x - was.x, 2*p.at.y - was.y}
		p.curve(ctrl, point())
	case 'A':
		r := p.number()
		p.number() // The other radius is the same,
		p.number() // and a circle is not turned.
		long, right := p.number() != 0, p.number() != 0
		p.arc(r, long, right, point())
	case 'Z':
		p.to(p.first)
	default:
		p.rest = "" // None of ours.
	}
}

func (p *pen) to(at dot) {
	p.at = at
	if n := len(p.all); n > 0 {
		p.all[n-1] = append(p.all[n-1], p.frame.at(at.x, at.y))
	}
}

const curveSteps = 16

func (p *pen) curve(ctrl, to dot) {
	from := p.at
	for i := 1; i <= curveSteps; i++ {
		t := float64(i) / curveSteps
		p.to(dot{(1-t)*(1-t)*from.x + 2*t*(1-t)*ctrl.x + t*t*to.x, (1-t)*(1-t)*from.y + 2*t*(1-t)*ctrl.y + t*t*to.y})
	}
	p.ctrl = ctrl
}

// arc goes on a circle of radius r to a point: the long way or the short one,
// to the right or to the left.
func (p *pen) arc(r float64, long, right bool, to dot) {
	from := p.at
	dx, dy := to.x-from.x, to.y-from.y
	apart := math.Hypot(dx, dy)
	if apart == 0 {
		return
	}
	r = max(r, apart/2)
	h := math.Sqrt(max(0, r*r-apart*apart/4)) / apart
	if long == right {
		h = -h
	}
	mid := dot{(from.x+to.x)/2 - h*dy, (from.y+to.y)/2 + h*dx}
	a := math.Atan2(from.y-mid.y, from.x-mid.x)
	turn := math.Atan2(to.y-mid.y, to.x-mid.x) - a
	if right && turn < 0 {
		turn += 2 * math.Pi
	} else if !right && turn > 0 {
		turn -= 2 * math.Pi
	}
	for i := 1; i < 2*curveSteps; i++ {
		b := a + turn*float64(i)/(2*curveSteps)
		p.to(dot{mid.x + r*math.Cos(b), mid.y + r*math.Sin(b)})
	}
	p.to(to)
	p.ctrl = to
}

// number reads the next number of the path.
func (p *pen) number() float64 {
	p.rest = strings.TrimLeft(p.rest, " ,\n\t")
	n := 0
	for n < len(p.rest) && (p.rest[n] >= '0' && p.rest[n] <= '9' || p.rest[n] == '.' || n == 0 && p.rest[n] == '-') {
		n++
	}
	v, _ := strconv.ParseFloat(p.rest[:n], 64)
	if p.rest = p.rest[n:]; n == 0 && p.rest != "" {
		p.rest = p.rest[1:] // Never stands still.
	}
	return v
}
