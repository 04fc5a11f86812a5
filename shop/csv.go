package shop

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// recordMax bounds how many bytes a record may have.
const recordMax = 64 << 10

// csvSource reads CSV with a header. Records may run over several lines inside
// quotes. A record that cannot be read costs its first line only: reading goes
// on at the next line, so that one stray quote does not swallow the file.
type csvSource struct {
	r       *bufio.Reader
	lines   []csvLine // Read but not used up.
	line    int       // Number of the first of them, from 1.
	width   int       // Columns of the header.
	columns map[string]int
}

type csvLine struct {
	text string
	long bool // Longer than recordMax; text is its beginning.
}

func newCSV(r *bufio.Reader, i Import) (*csvSource, error) {
	c := &csvSource{r: r, line: 1, columns: map[string]int{}}
	header, line, bad, err := c.read()
	if errors.Is(err, io.EOF) {
		return nil, ErrBroken.With("line", 1, "why", "empty file")
	} else if err != nil {
		return nil, err
	}
	if !utf8.ValidString(strings.Join(header, "")) {
		return nil, ErrEncoding
	}
	if bad != nil {
		return nil, ErrBroken.With("line", line, "why", bad.en)
	}
	c.width = len(header)
	for _, field := range importFields {
		name, asked := i.column(field)
		asked = asked || field == "name" || field == "lat" || field == "lng"
		found := 0
		for n, h := range header {
			if strings.TrimSpace(h) == name {
				found++
				c.columns[field] = n
			}
		}
		if found > 1 || asked && found == 0 {
			return nil, ErrColumn.With("column", name, "field", field).In("map")
		}
	}
	return c, nil
}

func (c *csvSource) next() (record, error) {
	cells, line, bad, err := c.read()
	if err != nil {
		return record{}, err
	}
	if bad == nil && len(cells) != c.width {
		bad = flawed("", fmt.Sprintf("有 %d 列，表头有 %d 列", len(cells), c.width), fmt.Sprintf("%d columns, the header has %d", len(cells), c.width))
	}
	if bad != nil {
		return record{line: line, bad: bad}, nil
	}
	fields := make(map[string]string, len(c.columns))
	for field, n := range c.columns {
		fields[field] = cells[n]
	}
	return record{line: line, fields: fields}, nil
}

// read returns the cells of the next record and the line on which it begins. A
// record is whole when its quotes are even.
func (c *csvSource) read() (cells []string, line int, bad *flaw, err error) {
	for {
		first, err := c.peek(0)
		if err != nil {
			return nil, 0, nil, err
		}
		if first.text != "" {
			break
		}
		c.drop(1)
	}
	line = c.line
	var text strings.Builder
	quotes := 0
	for n := 0; ; n++ {
		l, err := c.peek(n)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, 0, nil, err
		}
		switch {
		case n == 0 && l.long:
			c.drop(1)
			return nil, line, flawed("", "这一行太长", "the line is too long"), nil
		case err != nil, l.long, text.Len()+len(l.text) > recordMax:
			c.drop(1)
			return nil, line, flawed("", "引号没有配对", "a quote is not closed"), nil
		}
		text.WriteString(l.text)
		text.WriteByte('\n')
		if quotes += strings.Count(l.text, `"`); quotes%2 == 0 {
			if cells, err = oneRecord(text.String()); err != nil {
				c.drop(1)
				return nil, line, flawed("", "引号用得不对", "a quote is out of place"), nil
			}
			c.drop(n + 1)
			return cells, line, nil, nil
		}
	}
}

func oneRecord(text string) ([]string, error) {
	r := csv.NewReader(strings.NewReader(text))
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

// peek returns the line n after the first that is not used up.
func (c *csvSource) peek(n int) (csvLine, error) {
	for len(c.lines) <= n {
		l, err := c.readLine()
		if err != nil {
			return csvLine{}, err
		}
		c.lines = append(c.lines, l)
	}
	return c.lines[n], nil
}

func (c *csvSource) drop(n int) {
	c.lines = c.lines[:copy(c.lines, c.lines[n:])]
	c.line += n
}

// readLine reads a line without its end. Of one that is too long it keeps the
// beginning and passes over the rest.
func (c *csvSource) readLine() (l csvLine, err error) {
	var text []byte
	for {
		part, more, err := c.r.ReadLine()
		if errors.Is(err, io.EOF) {
			return l, err
		} else if err != nil {
			return l, fmt.Errorf("shop: read import: %w", err)
		}
		if len(text)+len(part) > recordMax {
			l.long = true
		} else {
			text = append(text, part...)
		}
		if !more {
			l.text = string(text)
			if l.long && l.text == "" {
				l.text = " " // Too long is not blank.
			}
			return l, nil
		}
	}
}
