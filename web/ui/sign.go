package ui

import (
	"fmt"
	"html"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/a-h/templ"
)

// SignView is what stands on a shop's counter.
type SignView struct {
	Seed   string // The shop's id; picks the street.
	Shop   string
	URL    string // What the code and the NFC tag say.
	Number string // Six digits, for those who type.
}

// The sheet is A6 upright, in quarters of a millimetre.
const (
	sheetW, sheetH = 420, 592
	sheetStreet    = 150 // How high the picture is.
	sheetCode      = 260 // How wide the code is: 65 mm.
)

// Sign is a shop's sheet on a page; printing the page prints the sheet alone,
// in its size.
func Sign(p Page, s SignView) templ.Component {
	return component(func(w io.Writer) error {
		_, err := io.WriteString(w, `<figure class="sheet">`+SignImage(p, s)+`</figure>`)
		return err
	})
}

// SignImage is the sheet as an SVG file of its own, 105 by 148 mm.
func SignImage(p Page, s SignView) string {
	d := draw(s.Seed)
	h := hours[0]
	d.rect(0, 0, sheetW, sheetH, "#FBF7F0")
	fmt.Fprintf(&d.b, `<svg x="0" y="0" width="%d" height="%d" viewBox="0 56 %d %d" preserveAspectRatio="xMidYMax slice">`, sheetW, sheetStreet, cardW, ground+6-56)
	d.sky(h)
	d.hills(h)
	d.houses(h)
	d.foreground(h)
	d.b.WriteString(`</svg>`)
	d.sign(sheetW/2, sheetStreet+44, fit(s.Shop, sheetW-48, 30), 650, "#1E1B18", s.Shop)
	d.sign(sheetW/2, sheetStreet+72, 17, 400, "#6F675E", p.T("ui.sign.how"))
	x, y := (sheetW-sheetCode)/2, sheetStreet+88
	d.round(x-6, y-6, sheetCode+12, sheetCode+12, 16, "#FFFFFF")
	code := strings.Replace(QRImage(s.URL, p.T("ui.sign.code", "shop", s.Shop)), `class="qr"`,
		fmt.Sprintf(`x="%d" y="%d" width="%d" height="%d"`, x, y, sheetCode, sheetCode), 1)
	d.b.WriteString(code)
	d.sign(sheetW/2, y+sheetCode+48, 34, 700, "#1E1B18", halves(s.Number))
	d.sign(sheetW/2, y+sheetCode+74, 12, 400, "#6F675E", p.T("ui.sign.typed", "url", strings.TrimPrefix(strings.TrimPrefix(s.URL, "https://"), "http://")))
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" class="sign" width="105mm" height="148mm" viewBox="0 0 %d %d">%s</svg>`, sheetW, sheetH, d.b.String())
}

// sign writes a centred line. The sheet leaves the page as a file, so its font
// is named here and not in the stylesheet.
func (d *drawing) sign(x, y, size, weight int, fill, s string) {
	fmt.Fprintf(&d.b, `<text x="%d" y="%d" text-anchor="middle" font-family="PingFang SC, Noto Sans CJK SC, system-ui, sans-serif" font-size="%d" font-weight="%d" fill="%s">%s</text>`,
		x, y, size, weight, fill, html.EscapeString(s))
}

// fit returns the largest size, at most size, in which s is no wider than
// width; a Chinese character is as wide as it is high, a Latin one about half.
func fit(s string, width, size int) int {
	units := 0
	for _, c := range s {
		if c < 0x2E80 {
			units += 56
		} else {
			units += 100
		}
	}
	return max(min(size, width*100/max(units, 1)), 8)
}

// halves prints six digits as two groups.
func halves(number string) string {
	if utf8.RuneCountInString(number) != 6 {
		return number
	}
	return number[:3] + " " + number[3:]
}
