package web

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"mime"
	"net/http"
	"strings"
	"unicode"
)

// CSV answers with a table as a file called name. each gets a function that
// writes one row, so that a long table is sent as it is read. Spreadsheets
// know by the mark at the beginning that it is UTF-8.
func CSV(w http.ResponseWriter, r *http.Request, name string, header []string, each func(row func(cells ...string) error) error) error {
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Cache-Control", "no-store")
	if r.Method == http.MethodHead {
		w.WriteHeader(http.StatusOK)
		return nil
	}
	b := bufio.NewWriterSize(w, 64<<10)
	b.WriteString("\uFEFF")
	c := csv.NewWriter(b)
	c.UseCRLF = true
	row := func(cells ...string) error {
		safe := make([]string, len(cells))
		for i, cell := range cells {
			safe[i] = inert(cell)
		}
		return c.Write(safe)
	}
	if err := row(header...); err != nil {
		return fmt.Errorf("web: write table: %w", err)
	}
	if err := each(row); err != nil {
		return err
	}
	c.Flush()
	if err := c.Error(); err != nil {
		return fmt.Errorf("web: write table: %w", err)
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("web: write table: %w", err)
	}
	return nil
}

// inert keeps a spreadsheet from running a cell as a formula: what would start
// one, after whatever does not show, gets an apostrophe. Plain numbers,
// negative ones too, stay numbers.
func inert(cell string) string {
	start := strings.TrimLeftFunc(cell, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsGraphic(r) })
	if start == "" {
		return cell
	}
	switch []rune(start)[0] {
	case '=', '@', '＝', '＠', '+', '＋', '-', '－', '|', '%':
		if !isNumber(start) {
			return "'" + cell
		}
	}
	if cell[0] == '\t' || cell[0] == '\r' || cell[0] == '\n' {
		return "'" + cell
	}
	return cell
}

// isNumber reports whether s is a sign, digits and at most one point.
func isNumber(s string) bool {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "-"), "+")
	whole, frac, dot := strings.Cut(s, ".")
	if whole == "" || dot && frac == "" {
		return false
	}
	for _, c := range whole + frac {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
