package shop

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"net/url"
	"strings"

	"rsc.io/qr"
)

// A Sheet is what a shop's sign says: an A6 card beside the till. Its QR code,
// its NFC plate and its typed number lead to the same URL. The sign starts a
// redemption and never moves money, so it may be copied.
type Sheet struct {
	Programme string // Name of the programme; the caller sets it.
	Shop      string
	Number    string // Six digits.
	URL       string // For the QR code and the NFC plate.
}

// Sign returns the sheet of a shop under a base such as "https://card.example".
func Sign(base string, s Shop) (Sheet, error) {
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return Sheet{}, fmt.Errorf("shop: %q is not the address of a site", base)
	}
	if _, err := ParseNumber(s.Number); err != nil {
		return Sheet{}, fmt.Errorf("shop: sign of %s: %w", s.ID, err)
	}
	return Sheet{Shop: s.Name, Number: s.Number, URL: u.JoinPath("s", s.Number).String()}, nil
}

// QR returns the URL's QR code as an SVG path of unit squares, and how many
// squares a side has. The four squares of quiet zone round it are the
// caller's. A quarter of the code may be scratched or covered.
func (s Sheet) QR() (path string, size int, err error) {
	code, err := qr.Encode(s.URL, qr.Q)
	if err != nil {
		return "", 0, fmt.Errorf("shop: sign %s: %w", s.Number, err)
	}
	var b strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			run := 0
			for x+run < code.Size && code.Black(x+run, y) {
				run++
			}
			if run > 0 {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", x, y, run, run)
				x += run
			}
		}
	}
	return b.String(), code.Size, nil
}

// The sheet in millimetres.
const (
	sheetWide = 105
	sheetHigh = 148
	codeSide  = 62.0 // Of the QR code with its quiet zone.
	codeTop   = 36.5
)

// SignSVG writes the sheet as one SVG of A6 size that needs nothing else: no
// script, no style sheet, no font file. Printed to scale it is the sign.
func SignSVG(w io.Writer, s Sheet) error {
	path, size, err := s.QR()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%dmm" height="%dmm" viewBox="0 0 %d %d" role="img" font-family="'PingFang SC','Noto Sans CJK SC','Noto Sans SC',system-ui,sans-serif" fill="#1E1B18">`, sheetWide, sheetHigh, sheetWide, sheetHigh)
	fmt.Fprintf(&b, `<title>%s</title>`, escape(s.Shop+" · "+s.Number))
	b.WriteString(`<rect width="105" height="148" fill="#fff"/><rect width="105" height="18" fill="#C8401A"/>`)
	line(&b, 11.6, 7, `fill="#fff" font-weight="600"`, s.Programme)
	names := fit(s.Shop, 13)
	for n, name := range names {
		line(&b, 30-3.6*float64(len(names)-1)+7.2*float64(n), 6.4, `font-weight="700"`, name)
	}
	// The quiet zone is four squares on each side, which scanners need.
	scale := codeSide / float64(size+8)
	fmt.Fprintf(&b, `<path transform="translate(%.3f %.3f) scale(%.4f)" d="%s" fill="#000" shape-rendering="crispEdges"/>`,
		(sheetWide-codeSide)/2+4*scale, codeTop+4*scale, scale, path)
	line(&b, 107.5, 13.5, `font-weight="700" letter-spacing="1.5" style="font-variant-numeric:tabular-nums"`, s.Number[:3]+" "+s.Number[3:])
	line(&b, 114.5, 4.4, "", "1 扫码、碰一碰，或输入上面的门店号")
	line(&b, 119.5, 3.4, `fill="#6F675E"`, "Scan, tap, or type the number above")
	line(&b, 126.5, 4.4, "", "2 输入金额，确认支付，给店员看")
	line(&b, 131.5, 3.4, `fill="#6F675E"`, "Enter the bill, pay, show it to the staff")
	b.WriteString(`<g transform="translate(15 141)" fill="none" stroke="#C8401A" stroke-width="0.9" stroke-linecap="round"><path d="M0 -1.2a2 2 0 0 1 0 2.4M2 -2.6a4.4 4.4 0 0 1 0 5.2M4 -4a6.8 6.8 0 0 1 0 8"/></g>`)
	fmt.Fprintf(&b, `<text x="23" y="140" font-size="3.4">%s</text>`, "NFC 手机碰这里 · Tap here")
	address := s.URL
	fmt.Fprintf(&b, `<text x="23" y="144.6" font-size="%.2f" fill="#6F675E">%s</text></svg>`, min(3, 76/width(address)), escape(address))
	b.WriteByte('\n')
	if _, err := b.WriteTo(w); err != nil {
		return fmt.Errorf("shop: write sign: %w", err)
	}
	return nil
}

// line writes a centred line of text, smaller if it would not fit the sheet.
func line(b *bytes.Buffer, y, size float64, attributes, s string) {
	if w := width(s); w*size > sheetWide-14 {
		size = (sheetWide - 14) / w
	}
	fmt.Fprintf(b, `<text x="52.5" y="%.1f" font-size="%.2f" text-anchor="middle" %s>%s</text>`, y, size, attributes, escape(s))
}

// width estimates how wide a text is, in units of its size: a Chinese
// character is one, anything else a little over half.
func width(s string) (w float64) {
	for _, r := range s {
		if r >= 0x2E80 {
			w++
		} else {
			w += 0.58
		}
	}
	return max(w, 1)
}

// fit breaks a name into at most two lines of about the given width, at a
// space or bracket if there is one near the middle.
func fit(s string, limit float64) []string {
	total := width(s)
	if total <= limit {
		return []string{s}
	}
	best, bestMiss := 0, total
	for i, r := range s {
		if i == 0 {
			continue
		}
		miss := max(width(s[:i]), width(s[i:]))
		if strings.ContainsRune(" (（·", r) {
			miss -= 4 // A good place is worth two lines that differ by this.
		}
		if miss < bestMiss {
			best, bestMiss = i, miss
		}
	}
	return []string{strings.TrimSpace(s[:best]), strings.TrimSpace(s[best:])}
}

// escape makes s text of an XML document; characters that XML has not become
// replacement marks.
func escape(s string) string {
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(s)); err != nil {
		panic(err) // A strings.Builder does not fail.
	}
	return b.String()
}
