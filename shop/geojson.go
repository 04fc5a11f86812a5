package shop

import (
	"encoding/json"
	"io"

	"citywalk/sheet"
)

// featureMax bounds how many bytes of the file one feature may take.
const featureMax = 1 << 20

// geoSource reads the features of a GeoJSON file.
type geoSource struct {
	features *sheet.Features
	i        Import
}

func newGeoJSON(r io.Reader, i Import) (geoSource, error) {
	features, err := sheet.OpenFeatures(r, featureMax)
	return geoSource{features, i}, refusal(err)
}

func (g geoSource) next() (record, error) {
	raw, line, err := g.features.Next()
	if err != nil {
		return record{}, refusal(err)
	}
	rec := record{line: line}
	rec.fields, rec.bad = g.i.feature(raw)
	return rec, nil
}

// feature returns the fields of a feature.
func (i Import) feature(raw []byte) (map[string]string, *flaw) {
	f, err := sheet.ReadFeature(raw)
	if err != nil {
		return nil, flawed("", "不是 GeoJSON 要素", "this is not a GeoJSON feature")
	}
	var at []json.Number
	if f.Geometry == nil || f.Geometry.Type != "Point" || sheet.Exact(f.Geometry.Coordinates, &at) != nil || len(at) < 2 {
		return nil, flawed("lat", "几何不是一个点", "the geometry is not a point")
	}
	fields := map[string]string{"lat": at[1].String(), "lng": at[0].String()}
	for _, field := range importFields {
		name, asked := i.column(field)
		v, there := f.Properties[name]
		if !there && !asked || field == "lat" || field == "lng" {
			continue
		}
		s, ok := sheet.Value(v)
		if !ok {
			return nil, flawed(field, "不是文字或数字", "this is neither a text nor a number")
		}
		fields[field] = s
	}
	if id, ok := sheet.Value(f.ID); ok && id != "" && fields["id"] == "" {
		fields["id"] = id
	}
	return fields, nil
}
