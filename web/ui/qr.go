package ui

import (
	"fmt"
	"html"
	"io"
	"strings"

	"github.com/a-h/templ"
	"rsc.io/qr"
)

// quiet is the white border that a QR code needs, in modules.
const quiet = 4

// QR is a QR code as SVG, black on white in dark mode too, with its quiet
// zone. Text that is too long for a code shows nothing.
func QR(text, label string) templ.Component {
	return component(func(w io.Writer) error {
		_, err := io.WriteString(w, QRImage(text, label))
		return err
	})
}

// QRImage is the SVG of QR as a string, for sheets and downloads.
func QRImage(text, label string) string {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return ""
	}
	size := code.Size + 2*quiet
	var path strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			if !code.Black(x, y) {
				continue
			}
			run := 1
			for x+run < code.Size && code.Black(x+run, y) {
				run++
			}
			fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", x+quiet, y+quiet, run, run)
			x += run
		}
	}
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" class="qr" viewBox="0 0 %d %d" role="img" aria-label="%s" shape-rendering="crispEdges">`+
		`<rect width="%d" height="%d" fill="#fff"/><path d="%s" fill="#000"/></svg>`,
		size, size, html.EscapeString(label), size, size, path.String())
}
