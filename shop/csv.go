package shop

import (
	"errors"
	"io"

	"citywalk/sheet"
)

// csvSource reads CSV with a header.
type csvSource struct{ rows *sheet.Reader }

func newCSV(r io.Reader, i Import) (csvSource, error) {
	var columns []sheet.Column
	for _, field := range importFields {
		name, asked := i.column(field)
		asked = asked || field == "name" || field == "lat" || field == "lng"
		columns = append(columns, sheet.Column{Field: field, Name: name, Needed: asked})
	}
	rows, err := sheet.Open(r, sheet.Options{Format: sheet.CSV, Columns: columns})
	return csvSource{rows}, refusal(err)
}

func (c csvSource) next() (record, error) {
	row, err := c.rows.Next()
	if err != nil {
		return record{}, refusal(err)
	}
	rec := record{line: row.Line, fields: row.Fields}
	if row.Bad != nil {
		rec.bad = flawed(row.Bad.Field, row.Bad.Zh, row.Bad.En)
	}
	return rec, nil
}

// refusal says for people why a whole file is refused.
func refusal(err error) error {
	var broken sheet.Broken
	var missing sheet.Missing
	switch {
	case errors.Is(err, sheet.ErrEncoding):
		return ErrEncoding
	case errors.As(err, &broken):
		return ErrBroken.With("line", broken.Line, "why", broken.En)
	case errors.As(err, &missing):
		return ErrColumn.With("column", missing.Name, "field", missing.Field).In("map")
	}
	return err
}
