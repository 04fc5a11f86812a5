package sheet

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Features reads the features of a GeoJSON FeatureCollection one by one, in
// memory bounded by the longest feature. A file that was cut off is Broken, also
// behind its last feature.
type Features struct {
	meter *meter
	dec   *json.Decoder
}

// OpenFeatures looks at the beginning of a file; max bounds how many bytes of it
// one feature may take.
func OpenFeatures(r io.Reader, max int) (*Features, error) {
	b, err := Text(r)
	if err != nil {
		return nil, err
	}
	m := &meter{r: b, max: max, line: 1}
	m.reset()
	f := &Features{meter: m, dec: json.NewDecoder(m)}
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

// Next returns a feature as it is written and the line on which it begins, and
// io.EOF after the last.
func (f *Features) Next() (raw []byte, line int, err error) {
	f.meter.reset()
	if !f.dec.More() {
		return nil, 0, f.end()
	}
	var text json.RawMessage
	if err := f.dec.Decode(&text); err != nil {
		return nil, 0, f.broken(err)
	}
	return text, f.meter.at(f.dec.InputOffset() - int64(len(text))), nil
}

func (f *Features) expect(d json.Delim) error {
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
func (f *Features) broken(err error) error {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return Broken{f.meter.at(f.dec.InputOffset()), "不是完整的 GeoJSON", err.Error()}
}

// end reads what stands after the features.
func (f *Features) end() error {
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

// A Feature is one thing of a GeoJSON file.
type Feature struct {
	ID       any `json:"id"`
	Geometry *struct {
		Type        string          `json:"type"`
		Coordinates json.RawMessage `json:"coordinates"`
	} `json:"geometry"`
	Properties map[string]any `json:"properties"`
}

// ReadFeature reads a feature; numbers stay as they are written.
func ReadFeature(raw []byte) (f Feature, err error) {
	return f, Exact(raw, &f)
}

// Exact decodes JSON and leaves numbers as they are written.
func Exact(raw []byte, into any) error {
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	return d.Decode(into)
}

// Value returns a JSON value as the text that a CSV file would have; a list is
// its texts with commas. ok is false for anything else.
func Value(v any) (text string, ok bool) {
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
