package settle

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
)

// columns of CSV. They are never renamed, moved or taken out; new ones go to
// the end.
var columns = []string{"merchant", "day", "kind", "receipt", "redemption", "shop", "at", "bill", "off", "paid", "fee", "net"}

// CSV writes a statement's lines: one header row, then a row per line, with
// amounts in yuan with two decimals and times of the programme's zone. It is
// UTF-8 with a byte order mark, without which spreadsheets garble Chinese. Text
// that a spreadsheet would take for a formula is made inert.
func (s *Service) CSV(w io.Writer, st Statement, lines []Line) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return fmt.Errorf("settle: write CSV: %w", err)
	}
	c := csv.NewWriter(w)
	c.UseCRLF = true
	c.Write(columns)
	for _, l := range lines {
		kind := "redemption"
		if l.Undo {
			kind = "undo"
		}
		c.Write([]string{
			inert(st.Name), string(st.Day), kind, inert(l.Receipt), l.Redemption, inert(l.Shop),
			l.At.In(s.Zone).Format(time.RFC3339),
			l.Bill.Decimal(), l.Off.Decimal(), l.Paid.Decimal(), l.Fee.Decimal(), l.Net.Decimal(),
		})
	}
	c.Flush()
	if err := c.Error(); err != nil {
		return fmt.Errorf("settle: write CSV: %w", err)
	}
	return nil
}

// inert keeps a spreadsheet from running text as a formula, also behind what
// does not show.
func inert(s string) string {
	start := strings.TrimLeftFunc(s, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsGraphic(r) })
	if strings.IndexAny(start, "=+-@|%＝＋－＠") == 0 || strings.IndexAny(s, "\t\r\n") == 0 {
		return "'" + s
	}
	return s
}
