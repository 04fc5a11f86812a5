package sheet

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// features reads a GeoJSON FeatureCollection one feature a row, in memory
// bounded by the longest. A file that was cut off is Broken, also behind its last
// feature.
type features struct {
	meter   *meter
	dec     *json.Decoder
	columns []Column
}

// newFeatures reads on to the first feature.
func newFeatures(r io.Reader, o Options) (*features, error) {
	m := &meter{r: r, max: o.RecordMax, line: 1}
	m.reset()
	f := &features{meter: m, dec: json.NewDecoder(m), columns: o.Columns}
	if err := f.expect(json.Delim('{')); err != nil {
		return nil, err
	}
	for f.dec.More() {
		key, err := f.dec.Token()
		if err != nil {
			return nil, f.broken(err)
		}
		if key == "features" {
			return f, f.expect(json.Delim('['))
		}
		var skipped json.RawMessage
		if err := f.dec.Decode(&skipped); err != nil {
			return nil, f.broken(err)
		}
		if key == "type" && string(skipped) != `"FeatureCollection"` {
			return nil, f.broken(errors.New("not a FeatureCollection"))
		}
	}
	return nil, f.broken(errors.New("no features"))
}

func (f *features) next() (Row, error) {
	f.meter.reset()
	if !f.dec.More() {
		return Row{}, f.end()
	}
	var raw json.RawMessage
	if err := f.dec.Decode(&raw); err != nil {
		return Row{}, f.broken(err)
	}
	row := Row{Line: f.meter.at(f.dec.InputOffset() - int64(len(raw)))}
	if bad := f.read(raw, &row); bad != nil {
		return Row{Line: row.Line, Bad: bad}, nil
	}
	return row, nil
}

// A feature is one thing of a GeoJSON file.
type feature struct {
	ID       any `json:"id"`
	Geometry *struct {
		Type        string          `json:"type"`
		Coordinates json.RawMessage `json:"coordinates"`
	} `json:"geometry"`
	Properties map[string]any `json:"properties"`
}

// read fills in what a feature says.
func (f *features) read(raw []byte, row *Row) *Flaw {
	var got feature
	if exact(raw, &got) != nil {
		return &Flaw{Zh: "不是 GeoJSON 要素", En: "this is not a GeoJSON feature"}
	}
	row.Fields = map[string]string{}
	if got.Geometry != nil {
		row.Geometry, row.At = got.Geometry.Type, got.Geometry.Coordinates
	}
	var at []json.Number
	if row.Geometry == "Point" && exact(row.At, &at) == nil && len(at) >= 2 {
		row.Fields[LatField], row.Fields[LngField] = at[1].String(), at[0].String()
	}
	for _, c := range f.columns {
		v, there := got.Properties[c.Name]
		if !there && !c.Needed || c.Field == LatField || c.Field == LngField {
			continue
		}
		s, ok := value(v)
		if !ok {
			return &Flaw{Field: c.Field, Zh: "不是文字或数字", En: "this is neither a text nor a number"}
		}
		row.Fields[c.Field] = s
	}
	if id, ok := value(got.ID); ok && id != "" && row.Fields[IDField] == "" {
		row.Fields[IDField] = id
	}
	return nil
}

func (f *features) expect(d json.Delim) error {
	t, err := f.dec.Token()
	if err != nil {
		return f.broken(err)
	}
	if t != d {
		return f.broken(fmt.Errorf("no %v where one has to be", d))
	}
	return nil
}

// broken names the line at which nothing more can be read.
func (f *features) broken(err error) error {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return Broken{f.meter.at(f.dec.InputOffset()), "不是完整的 GeoJSON", err.Error()}
}

// end reads what stands after the features.
func (f *features) end() error {
	if err := f.expect(json.Delim(']')); err != nil {
		return err
	}
	for f.dec.More() {
		if _, err := f.dec.Token(); err != nil {
			return f.broken(err)
		}
		f.meter.reset()
	}
	if err := f.expect(json.Delim('}')); err != nil {
		return err
	}
	return io.EOF
}

// exact decodes JSON and leaves numbers as they are written.
func exact(raw []byte, into any) error {
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	return d.Decode(into)
}

// value returns a JSON value as the text that a CSV file would have; a list is
// its texts with commas. ok is false for anything else.
func value(v any) (text string, ok bool) {
	switch v := v.(type) {
	case nil:
		return "", true
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case []any:
		parts := make([]string, len(v))
		for n, p := range v {
			s, ok := p.(string)
			if !ok {
				return "", false
			}
			parts[n] = s
		}
		return strings.Join(parts, ","), true
	}
	return "", false
}

// A meter bounds what is read for one feature and knows on which line each
// byte stands. It remembers only the line ends that the decoder has read but
// not used up.
type meter struct {
	r    io.Reader
	max  int
	left int
	read int64
	ends []int64 // Offsets of line ends after the last place asked for.
	line int     // Line of the last place asked for.
}

func (m *meter) reset() { m.left = m.max }

func (m *meter) Read(b []byte) (int, error) {
	if m.left <= 0 {
		return 0, fmt.Errorf("a feature is longer than %d bytes", m.max)
	}
	n, err := m.r.Read(b[:min(len(b), m.left)])
	for i, c := range b[:n] {
		if c == '\n' {
			m.ends = append(m.ends, m.read+int64(i))
		}
	}
	m.left -= n
	m.read += int64(n)
	return n, err
}

// at returns the line of an offset; offsets must not go down.
func (m *meter) at(offset int64) int {
	n, _ := slices.BinarySearch(m.ends, offset)
	m.line += n
	m.ends = slices.Delete(m.ends, 0, n)
	return m.line
}
