package shop

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// featureMax bounds how many bytes of the file one feature may take.
const featureMax = 1 << 20

// geoSource reads the features of a GeoJSON FeatureCollection one by one.
type geoSource struct {
	meter *meter
	dec   *json.Decoder
	i     Import
}

func newGeoJSON(r *bufio.Reader, i Import) (*geoSource, error) {
	m := &meter{r: r, line: 1}
	m.reset()
	g := &geoSource{meter: m, dec: json.NewDecoder(m), i: i}
	if err := g.expect(json.Delim('{')); err != nil {
		return nil, err
	}
	for g.dec.More() {
		key, err := g.dec.Token()
		if err != nil {
			return nil, g.broken(err)
		}
		if key == "features" {
			return g, g.expect(json.Delim('['))
		}
		var skipped json.RawMessage
		if err := g.dec.Decode(&skipped); err != nil {
			return nil, g.broken(err)
		}
		if key == "type" && string(skipped) != `"FeatureCollection"` {
			return nil, g.broken(errors.New("not a FeatureCollection"))
		}
	}
	return nil, g.broken(errors.New("no features"))
}

func (g *geoSource) expect(d json.Delim) error {
	t, err := g.dec.Token()
	if err != nil {
		return g.broken(err)
	}
	if t != d {
		return g.broken(fmt.Errorf("no %v where one has to be", d))
	}
	return nil
}

// broken names the line at which nothing more can be read.
func (g *geoSource) broken(err error) error {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return ErrBroken.With("line", g.meter.at(g.dec.InputOffset()), "why", err)
}

func (g *geoSource) next() (record, error) {
	g.meter.reset()
	if !g.dec.More() {
		return record{}, g.end()
	}
	var raw json.RawMessage
	if err := g.dec.Decode(&raw); err != nil {
		return record{}, g.broken(err)
	}
	rec := record{line: g.meter.at(g.dec.InputOffset() - int64(len(raw)))}
	rec.fields, rec.bad = g.i.feature(raw)
	return rec, nil
}

// end reads what stands after the features, so that a file that was cut off is
// not taken for whole.
func (g *geoSource) end() error {
	if err := g.expect(json.Delim(']')); err != nil {
		return err
	}
	for g.dec.More() {
		if _, err := g.dec.Token(); err != nil {
			return g.broken(err)
		}
		g.meter.reset()
	}
	if err := g.expect(json.Delim('}')); err != nil {
		return err
	}
	return io.EOF
}

// feature returns the fields of a feature.
func (i Import) feature(raw []byte) (map[string]string, *flaw) {
	var f struct {
		ID       any `json:"id"`
		Geometry *struct {
			Type        string          `json:"type"`
			Coordinates json.RawMessage `json:"coordinates"`
		} `json:"geometry"`
		Properties map[string]any `json:"properties"`
	}
	if err := unmarshal(raw, &f); err != nil {
		return nil, flawed("", "不是 GeoJSON 要素", "this is not a GeoJSON feature")
	}
	var at []json.Number
	if f.Geometry == nil || f.Geometry.Type != "Point" || unmarshal(f.Geometry.Coordinates, &at) != nil || len(at) < 2 {
		return nil, flawed("lat", "几何不是一个点", "the geometry is not a point")
	}
	fields := map[string]string{"lat": at[1].String(), "lng": at[0].String()}
	for _, field := range importFields {
		name, asked := i.column(field)
		v, there := f.Properties[name]
		if !there && !asked || field == "lat" || field == "lng" {
			continue
		}
		s, ok := plain(v)
		if !ok {
			return nil, flawed(field, "不是文字或数字", "this is neither a text nor a number")
		}
		fields[field] = s
	}
	if id, ok := plain(f.ID); ok && id != "" && fields["id"] == "" {
		fields["id"] = id
	}
	return fields, nil
}

func unmarshal(raw []byte, into any) error {
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber() // Prices and ids as they are written.
	return d.Decode(into)
}

// plain returns a JSON value as the text that a CSV file would have; a list is
// its parts with commas.
func plain(v any) (string, bool) {
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
	left int
	read int64
	ends []int64 // Offsets of line ends after the last place asked for.
	line int     // Line of the last place asked for.
}

var errFeature = fmt.Errorf("a feature is longer than %d bytes", featureMax)

func (m *meter) reset() { m.left = featureMax }

func (m *meter) Read(b []byte) (int, error) {
	if m.left <= 0 {
		return 0, errFeature
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
