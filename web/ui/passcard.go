package ui

import (
	"io"

	"github.com/a-h/templ"
)

// CardView is what a pass card's picture says. It is what people screenshot,
// so there is nothing in it that a thief could use.
type CardView struct {
	Seed string // The pass's id; picks the street.
	Plan string
	Last string // The last four digits of its number; empty before it is bought.
	Days int    // Left.
}

// An hour of the day and its colours.
type hour struct {
	sky, glow, orb string
	far, near      string // Hills and the row of houses behind.
	walls, roofs   []string
	window, leaf   string
	street, ink    string
	night          bool
}

var hours = []hour{
	{ // Morning.
		sky: "#F9E3C8", glow: "#FCEFDD", orb: "#F2A65A", far: "#E8C9A6", near: "#D9AE86",
		walls:  []string{"#F6EBDC", "#E9D3B8", "#C96F4A", "#EFDCC3", "#A9BDAF"},
		roofs:  []string{"#5B4A42", "#8C3B22", "#6E5A4E"},
		window: "#7FA3A1", leaf: "#7E9A6B", street: "#CFB594", ink: "#3A2A20",
	},
	{ // Noon.
		sky: "#CFE3E4", glow: "#E3F0EE", orb: "#FBF3DE", far: "#A9C7C1", near: "#8FB0A8",
		walls:  []string{"#FBF4E8", "#F0DCC0", "#D8734A", "#E8E3D6", "#C9D7CE"},
		roofs:  []string{"#4A4F52", "#9A3F22", "#6B6259"},
		window: "#5F8790", leaf: "#5F8F62", street: "#D8CBB5", ink: "#20302F",
	},
	{ // Dusk.
		sky: "#F3B391", glow: "#F8CDB0", orb: "#E4572E", far: "#C98470", near: "#A4635C",
		walls:  []string{"#F4DFC8", "#D99A72", "#B5533A", "#EBC9A8", "#8C6A72"},
		roofs:  []string{"#4B3038", "#7A2C1E", "#5C434A"},
		window: "#FFE3A3", leaf: "#7B6A4D", street: "#8C5B4E", ink: "#3B1E1A",
	},
	{ // Night.
		sky: "#22303F", glow: "#2B3C4C", orb: "#F3E7C9", far: "#2F4354", near: "#38495A",
		walls:  []string{"#4B5564", "#5A5460", "#8C4A36", "#56616B", "#6A5A52"},
		roofs:  []string{"#18222C", "#2A2630", "#3A211C"},
		window: "#FFD37A", leaf: "#35574F", street: "#1B2631", ink: "#F7EFE0", night: true,
	},
	{ // Mist.
		sky: "#E2E0D8", glow: "#ECEAE3", orb: "#F7F2E6", far: "#C6C8C0", near: "#AEB4AB",
		walls:  []string{"#F5F1E8", "#DCD3C3", "#B86A4E", "#CDD3CC", "#E7DAC6"},
		roofs:  []string{"#4E5350", "#6D6A63", "#7C4436"},
		window: "#7C8F8F", leaf: "#7D8F74", street: "#BDB7A8", ink: "#2B2F2C",
	},
}

// The card's picture, in its own units: the proportions of a bank card.
const (
	cardW, cardH = 344, 216
	ground       = 176 // Where the houses stand.
)

// PassCard is the picture of a pass: a street of its own, the plan, the last
// four digits and the days that are left.
func PassCard(p Page, c CardView) templ.Component {
	return component(func(w io.Writer) error {
		_, err := io.WriteString(w, street(p, c))
		return err
	})
}

func street(p Page, c CardView) string {
	d := draw(c.Seed)
	h := hours[d.rand.IntN(len(hours))]
	d.sky(h)
	d.hills(h)
	d.houses(h)
	d.foreground(h)
	d.text(20, 36, "card-plan", h.ink, c.Plan)
	days, label := "ui.card.days", p.T("ui.card", "plan", c.Plan, "last", c.Last, "days", c.Days)
	if c.Last == "" {
		days, label = "ui.card.term", c.Plan+" "+p.T("ui.card.term", "days", c.Days)
	} else {
		d.text(cardW-20, 36, "card-last", h.ink, p.T("ui.card.last", "last", c.Last))
	}
	d.text(20, cardH-15, "card-days", streetInk(h), p.T(days, "days", c.Days))
	d.text(cardW-20, cardH-15, "card-name", streetInk(h), p.T("ui.product"))
	return d.svg("pass-card", cardW, cardH, label)
}

// streetInk is the ink of what is written on the street.
func streetInk(h hour) string {
	if h.sky == "#F3B391" {
		return "#FFF6EA"
	}
	return h.ink
}

// sky draws the sky with its sun or moon, and what flies there.
func (d *drawing) sky(h hour) {
	d.rect(0, 0, cardW, cardH, h.sky)
	x, y := d.between(150, 250), d.between(58, 84)
	d.circle(x, y, d.between(46, 60), h.glow)
	d.circle(x, y, d.between(18, 26), h.orb)
	if h.night {
		d.circle(x+9, y-6, 18, h.glow)
		for range 14 {
			d.circle(d.between(8, cardW-8), d.between(46, 100), 1, h.orb)
		}
		return
	}
	for range d.between(1, 2) {
		cx, cy := d.between(30, 280), d.between(56, 84)
		d.shape(h.glow, "M%d %dh54a8 8 0 0 0-12-9 13 13 0 0 0-23-3 11 11 0 0 0-19 12z", cx, cy)
	}
	for range d.between(2, 4) {
		bx, by := d.between(40, 300), d.between(52, 90)
		d.line(h.near, 1, "M%d %dq3-4 6 0q3-4 6 0", bx, by)
	}
}

// hills draws what lies far: hills, or the towers of the city's other bank.
func (d *drawing) hills(h hour) {
	if d.chance(50) {
		a, b := d.between(96, 118), d.between(104, 126)
		d.shape(h.far, "M0 %dQ60 %d 130 %dT%d %dV%dH0z", a+14, a-22, a+8, cardW, b, ground)
		d.shape(h.near, "M0 %dQ90 %d 190 %dT%d %dV%dH0z", b+26, b, b+22, cardW, b+14, ground)
		return
	}
	for x := -6; x < cardW; {
		w, top := d.between(16, 34), d.between(88, 134)
		d.rect(x, top, w, ground-top, h.far)
		if d.chance(25) {
			d.rect(x+w/2-1, top-14, 2, 14, h.far)
		}
		x += w + d.between(0, 8)
	}
	d.shape(h.near, "M0 %dQ90 %d 190 %dT%d %dV%dH0z", 152, 136, 150, cardW, 144, ground)
}
