package ui

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"testing"

	"citywalk/discover"
	"citywalk/geo"
)

// ofPublicData is the ground of a city from the public data, where it is there.
func ofPublicData(t *testing.T) (ground []discover.Area, stations []discover.Place) {
	t.Helper()
	root := os.Getenv("CITYWALK_DATA")
	if root == "" {
		root = "../../../shared/data"
	}
	type file struct {
		Features []struct {
			Geometry   json.RawMessage
			Properties map[string]any
		}
	}
	read := func(name string) (f file) {
		b, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Skip("no public data: ", err)
		}
		if err := json.Unmarshal(b, &f); err != nil {
			t.Fatal(err)
		}
		return f
	}
	for name, kind := range map[string]discover.AreaKind{"districts-datav/310000_shanghai.json": discover.District, "metro-wgs84-2020/shanghai-line.geojson": discover.Track} {
		for _, one := range read(name).Features {
			a := discover.Area{Kind: kind}
			if err := json.Unmarshal(one.Geometry, &a.Shape); err != nil {
				continue
			}
			a.Colour, _ = one.Properties["color"].(string)
			ground = append(ground, a)
		}
	}
	for _, one := range read("metro-wgs84-2020/shanghai-station.geojson").Features {
		var p struct{ Coordinates []float64 }
		if err := json.Unmarshal(one.Geometry, &p); err != nil || len(p.Coordinates) < 2 {
			t.Fatal(err)
		}
		stations = append(stations, discover.Place{Point: geo.Point{Lat: p.Coordinates[1], Lng: p.Coordinates[0]}})
	}
	return ground, stations
}

// Pictures of links are of the size that is asked for, small enough to be sent,
// the same every time, and without a ground as well.
func TestLinkPicture(t *testing.T) {
	ground, stations := ofPublicData(t)
	photo := image.NewRGBA(image.Rect(0, 0, linkPhoto, LinkH))
	for y := range LinkH {
		for x := range linkPhoto {
			photo.SetRGBA(x, y, color.RGBA{uint8(x / 4), uint8(y / 4), 90, 255})
		}
	}
	at := geo.Point{Lat: 31.2304, Lng: 121.4737}
	for name, v := range map[string]LinkCard{
		"cafe":  {Category: "咖啡厅", Seed: "shp_1", At: at, Ground: ground, Stations: stations},
		"books": {Category: "书店", Seed: "shp_2", At: geo.Point{Lat: 31.2204, Lng: 121.4437}, Ground: ground, Stations: stations},
		"photo": {Category: "火锅", Seed: "shp_3", At: at, Ground: ground, Stations: stations, Photo: photo},
		"bare":  {Category: "公园", Seed: "shp_4", At: at},
	} {
		got, err := LinkPicture(v)
		if err != nil {
			t.Fatal(err)
		}
		if again, _ := LinkPicture(v); !bytes.Equal(got, again) {
			t.Errorf("%s comes out differently", name)
		}
		m, err := jpeg.Decode(bytes.NewReader(got))
		if err != nil || m.Bounds() != image.Rect(0, 0, LinkW, LinkH) || len(got) > 300_000 {
			t.Errorf("%s: %v, %d bytes, %v", name, m.Bounds(), len(got), err)
		}
		if dir := os.Getenv("CITYWALK_SHOTS"); dir != "" {
			if err := os.WriteFile(filepath.Join(dir, "link-"+name+".jpg"), got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}
