package sheet

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// csvRows reads CSV with a header.
type csvRows struct {
	*lines
	width   int // Columns of the header.
	columns map[string]int
}

func newCSV(l *lines, o Options) (*csvRows, error) {
	c := &csvRows{lines: l, columns: map[string]int{}}
	header, line, bad, err := c.record()
	switch {
	case errors.Is(err, io.EOF):
		return nil, Broken{1, "文件是空的", "empty file"}
	case err != nil:
		return nil, err
	case !utf8.ValidString(strings.Join(header, "")):
		return nil, ErrEncoding
	case bad != nil:
		return nil, Broken{line, bad.Zh, bad.En}
	}
	c.width = len(header)
	for _, column := range o.Columns {
		found := 0
		for n, h := range header {
			if strings.TrimSpace(h) == column.Name {
				found++
				c.columns[column.Field] = n
			}
		}
		if found > 1 || column.Needed && found == 0 {
			return nil, Missing{column}
		}
	}
	return c, nil
}

func (c *csvRows) next() (Row, error) {
	cells, line, bad, err := c.record()
	if err != nil {
		return Row{}, err
	}
	if bad == nil && len(cells) != c.width {
		bad = &Flaw{Zh: fmt.Sprintf("有 %d 列，表头有 %d 列", len(cells), c.width), En: fmt.Sprintf("%d columns, the header has %d", len(cells), c.width)}
	}
	if bad != nil {
		return Row{Line: line, Bad: bad}, nil
	}
	fields := make(map[string]string, len(c.columns))
	for field, n := range c.columns {
		fields[field] = cells[n]
	}
	return Row{Line: line, Fields: fields}, nil
}

// record returns the cells of the next record and the line on which it begins.
// A record is whole when its quotes are even.
func (c *csvRows) record() (cells []string, line int, bad *Flaw, err error) {
	if err := c.blank(); err != nil {
		return nil, 0, nil, err
	}
	line = c.line
	var whole strings.Builder
	quotes := 0
	for n := 0; ; n++ {
		l, err := c.peek(n)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, 0, nil, err
		}
		switch {
		case n == 0 && l.long:
			c.drop(1)
			return nil, line, tooLong, nil
		case err != nil, l.long, whole.Len()+len(l.s) > c.max:
			c.drop(1)
			return nil, line, &Flaw{Zh: "引号没有配对", En: "a quote is not closed"}, nil
		}
		if quotes += strings.Count(l.s, `"`); n == 0 && quotes == 0 {
			c.drop(1)
			return strings.Split(l.s, ","), line, nil, nil
		}
		whole.WriteString(l.s)
		whole.WriteByte('\n')
		if quotes%2 == 0 {
			if cells, err = one(whole.String()); err != nil {
				c.drop(1)
				return nil, line, &Flaw{Zh: "引号用得不对", En: "a quote is out of place"}, nil
			}
			c.drop(n + 1)
			return cells, line, nil, nil
		}
	}
}

// one reads a text that is to be exactly one record.
func one(record string) ([]string, error) {
	r := csv.NewReader(strings.NewReader(record))
	r.FieldsPerRecord = -1
	cells, err := r.Read()
	if err != nil {
		return nil, err
	}
	if _, err := r.Read(); !errors.Is(err, io.EOF) {
		return nil, csv.ErrQuote
	}
	return cells, nil
}
