package ui

import (
	"fmt"
	"html"
	"io"
	"strings"

	"github.com/a-h/templ"
)

// A ShareView is what a shop's picture card says: what everybody may know.
type ShareView struct {
	Seed     string // The shop's id; picks the picture.
	Category string
	Name     string
	Why      string // What it is and where, in one line.
	Gives    string // What the card gives; may be empty.
	Curated  string // The word for a shop on the list; empty for others.
	Scan     string // What the code is for.
	Link     string // Where it leads.
	Product  string
}

// The card's picture, in its own units.
const (
	shareW, shareH = 600, 800
	shareLine      = 11 // Broad characters of the name in a line.
)

// ShareCard is the picture of a shop for others: a picture in itself, without a
// stylesheet, so that it can be saved and sent.
func ShareCard(v ShareView) templ.Component {
	return component(func(w io.Writer) error {
		_, err := io.WriteString(w, ShareImage(v))
		return err
	})
}

// ShareImage is the SVG of ShareCard as a string.
func ShareImage(v ShareView) string {
	d := draw(v.Seed)
	d.rect(0, 0, shareW, shareH, "#FBF7F0")
	// The street goes on to both sides of the shop: its own sky and pavement.
	d.rect(0, 0, shareW, 350, fronts[draw(v.Seed).rand.IntN(len(fronts))].sky)
	d.rect(0, 350, shareW, 50, "#CDB89C")
	d.b.WriteString(placed(shopfront(v.Category, v.Seed), 100, 0, 400, 400))
	y := 462
	for _, line := range lines(v.Name, shareLine, 2) {
		d.say(40, y, 46, 700, "#1E1B18", line)
		y += 56
	}
	d.say(40, y-8, 24, 400, "#6F675E", cutWide(v.Why, 22))
	if v.Curated != "" {
		width := 36 + 14*wide(v.Curated)
		d.round(shareW-40-width, 424, width, 40, 20, "#C8401A")
		fmt.Fprintf(&d.b, `<text x="%d" y="452" font-size="24" font-weight="650" fill="#FFFFFF" text-anchor="middle">%s</text>`,
			shareW-40-width/2, html.EscapeString(v.Curated))
	}
	if v.Gives != "" {
		d.say(40, y+46, 34, 700, "#C8401A", cutWide(v.Gives, 16))
	}
	d.round(shareW-216, shareH-216, 176, 176, 16, "#FFFFFF")
	d.b.WriteString(placed(QRImage(v.Link, v.Link), shareW-208, shareH-208, 160, 160))
	d.b.WriteString(`<g transform="translate(40 ` + fmt.Sprint(shareH-100) + `) scale(2)">` + mark + `</g>`)
	d.say(104, shareH-78, 26, 650, "#1E1B18", v.Product)
	d.say(104, shareH-48, 20, 400, "#6F675E", v.Scan)
	label := strings.Join([]string{v.Name, v.Why, v.Gives}, ", ")
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" class="share-card" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-label="%s" font-family="PingFang SC, Noto Sans CJK SC, system-ui, sans-serif">%s</svg>`,
		shareW, shareH, shareW, shareH, html.EscapeString(label), d.b.String())
}

// say writes s from x on, in a size and weight.
func (d *drawing) say(x, y, size, weight int, fill, s string) {
	fmt.Fprintf(&d.b, `<text x="%d" y="%d" font-size="%d" font-weight="%d" fill="%s">%s</text>`, x, y, size, weight, fill, html.EscapeString(s))
}

// placed is a picture of ours in a place of another.
func placed(svg string, x, y, w, h int) string {
	return strings.Replace(svg, "<svg ", fmt.Sprintf(`<svg x="%d" y="%d" width="%d" height="%d" `, x, y, w, h), 1)
}

// wide is the width of a text in halves of a broad character: a Chinese one is
// two, a Latin one is one.
func wide(s string) (n int) {
	for _, r := range s {
		n++
		if r >= 0x1100 {
			n++
		}
	}
	return n
}

// cutWide shortens a text to so many broad characters.
func cutWide(s string, broad int) string {
	if wide(s) <= 2*broad {
		return s
	}
	for wide(s) > 2*broad-2 {
		r := []rune(s)
		s = string(r[:len(r)-1])
	}
	return s + "…"
}

// lines breaks a text into at most so many lines; the last is cut.
func lines(s string, broad, most int) (all []string) {
	for s != "" && len(all) < most-1 && wide(s) > 2*broad {
		at := 0
		for i, r := range s {
			if wide(s[:i]+string(r)) > 2*broad {
				break
			}
			at = i + len(string(r))
		}
		// Latin words are not torn.
		if space := strings.LastIndexByte(s[:at], ' '); s[at] != ' ' && space > at/2 {
			at = space
		}
		all = append(all, strings.TrimSpace(s[:at]))
		s = strings.TrimSpace(s[at:])
	}
	return append(all, cutWide(s, broad))
}
