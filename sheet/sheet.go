// Package sheet reads the rows of a table from a text file, one at a time and
// in bounded memory: CSV with a header, JSONL, one JSON object a line, or
// GeoJSON, one feature a row, whose columns are its properties.
//
// A row is what the file says under the columns that were asked for, or the
// flaw that keeps it from being read, and always the line of the file on which
// it begins. One bad row is one row: in CSV a record may run over several lines
// inside quotes, and one that cannot be read costs its first line only, so that
// one stray quote does not swallow the file; in JSONL a line is a row. In GeoJSON
// the fields lat and lng are where a point is, whatever the properties say, a
// feature's own id stands in for a property, and the other geometries are handed
// on as they are written.
//
//	bytes ─mark─▶ UTF-8 ─▶ header ─▶ row, row, flaw, row … io.EOF
//	        └────▶ UTF-16: refused
//
// A UTF-8 byte order mark is passed over. A record longer than RecordMax is a
// flaw, and so is JSON that is no object, names a member twice, holds half of a
// surrogate pair or bytes that are no UTF-8. Cells of CSV may hold any bytes:
// what a text may be is for who reads it to say. Nothing here trims or converts
// what a cell says.
package sheet

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// ErrEncoding refuses a file that is not UTF-8.
var ErrEncoding = errors.New("sheet: the file is not UTF-8")

// A Broken refuses a file of which nothing can be read from a line on.
type Broken struct {
	Line   int
	Zh, En string // Why.
}

func (b Broken) Error() string { return fmt.Sprintf("sheet: line %d: %s", b.Line, b.En) }

// A Missing refuses a CSV file that lacks a column, or has it more than once.
type Missing struct{ Column }

func (m Missing) Error() string {
	return fmt.Sprintf("sheet: no one column %q for %s", m.Name, m.Field)
}

// A Format is how a file writes its rows.
type Format string

const (
	CSV     Format = "csv"
	JSONL   Format = "jsonl"
	GeoJSON Format = "geojson"
)

// Fields that a GeoJSON feature has besides its properties.
const (
	IDField  = "id"
	LatField = "lat"
	LngField = "lng"
)

// A Column says where a field is found.
type Column struct {
	Field  string // What the caller calls it.
	Name   string // What the file calls it.
	Needed bool   // A CSV file without it is refused; a feature without it has it empty.
}

// Options say what is read, and how.
type Options struct {
	Format    Format
	Columns   []Column
	RecordMax int // Bytes of a record; 0 is 64 KiB.
}

// A Row is one row of the file.
type Row struct {
	Line   int               // On which it begins, from 1.
	Fields map[string]string // By the caller's names; a field that the file does not have is absent.
	Bad    *Flaw             // Why it could not be read at all, or nil.

	Geometry string // Of a GeoJSON feature: "Point", "Polygon", or "" if it has none.
	At       []byte // Its coordinates, as JSON.
}

// A Flaw is what is wrong with a row or one field of it, in words for who
// brought the file.
type Flaw struct{ Field, Zh, En string }

// A Reader reads the rows of a file.
type Reader struct {
	next func() (Row, error)
}

// Next returns the next row, and io.EOF after the last. Every other error ends
// the file.
func (r *Reader) Next() (Row, error) { return r.next() }

const recordMax = 64 << 10

// Open looks at the beginning of a file and returns its rows.
func Open(r io.Reader, o Options) (*Reader, error) {
	b, err := Text(r)
	if err != nil {
		return nil, err
	}
	if o.RecordMax == 0 {
		o.RecordMax = recordMax
	}
	l := &lines{r: b, line: 1, max: o.RecordMax}
	switch o.Format {
	case JSONL:
		return &Reader{newJSONL(l, o).next}, nil
	case GeoJSON:
		f, err := newFeatures(b, o)
		if err != nil {
			return nil, err
		}
		return &Reader{f.next}, nil
	}
	c, err := newCSV(l, o)
	if err != nil {
		return nil, err
	}
	return &Reader{c.next}, nil
}

// Text returns what follows the byte order mark of a UTF-8 file, if it has one,
// and refuses UTF-16.
func Text(r io.Reader) (*bufio.Reader, error) {
	b := bufio.NewReaderSize(r, 64<<10)
	mark, err := b.Peek(3)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("sheet: read: %w", err)
	}
	switch {
	case bytes.Equal(mark, []byte("\xEF\xBB\xBF")):
		if _, err := b.Discard(3); err != nil {
			return nil, fmt.Errorf("sheet: read: %w", err)
		}
	case bytes.HasPrefix(mark, []byte("\xFF\xFE")), bytes.HasPrefix(mark, []byte("\xFE\xFF")):
		return nil, ErrEncoding
	}
	return b, nil
}
