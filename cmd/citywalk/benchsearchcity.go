package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
	"unicode/utf8"

	"citywalk/db"
	"citywalk/discover"
	"citywalk/geo"
	"citywalk/parlance"
	"citywalk/shop"
)

// A searchCity is what is searched: documents, and what people find their way
// by.
type searchCity struct {
	name  string
	docs  []searchDoc
	spots []parlance.Spot
}

// A searchDoc is a shop and what it is known by in the judgements: r12 is row 12
// of the restaurants, a7 row 7 of the attractions.
type searchDoc struct {
	shop.Shop
	key      string
	stations []string // Of the metro within stationNear.
}

const stationNear = 1000 // Metres.

// searchCities are the three cities: the name, how their files are called, and
// the code of their districts.
var searchCities = [][3]string{{"上海", "shanghai", "310000"}, {"杭州", "hangzhou", "330100"}, {"广州", "guangzhou", "440100"}}

// searchZone is where they are.
var searchZone = time.FixedZone("CST", 8*60*60)

func countPlaces(cities map[string]*searchCity) (n int) {
	for _, c := range cities {
		n += len(c.docs)
	}
	return n
}

// importSearchCities imports the three cities into a database at path, as the
// import commands do, and reads them out again.
func importSearchCities(ctx context.Context, data, path string) (map[string]*searchCity, error) {
	d, err := db.Open(ctx, path, db.Options{})
	if err != nil {
		return nil, err
	}
	defer d.Close()
	if _, err := d.Migrate(ctx, db.Schema()); err != nil {
		return nil, err
	}
	cities := map[string]*searchCity{}
	for _, c := range searchCities {
		i := importer{shops: &shop.Service{DB: d, Zone: searchZone}, places: &discover.Service{DB: d, Zone: searchZone}, data: data, city: c[0]}
		if err := i.all(ctx, c[1], c[2]); err != nil {
			return nil, fmt.Errorf("%s: %w", c[0], err)
		}
		if cities[c[0]], err = i.read(ctx); err != nil {
			return nil, fmt.Errorf("%s: %w", c[0], err)
		}
	}
	return cities, nil
}

// An importer imports one city.
type importer struct {
	shops  *shop.Service
	places *discover.Service
	data   string
	city   string
}

const (
	eatSource = "restaurants"
	seeSource = "attractions"
)

// all imports the city's files.
func (i importer) all(ctx context.Context, file, code string) error {
	eat := shop.Import{City: i.city, Source: eatSource + "_" + file, System: geo.GCJ02, Format: shop.CSV, Map: map[string]string{
		"name": "Name", "lat": "Lat", "lng": "Lon", "price": "Price", "category": "CuisineName",
		"opens": "WeekdayOpenTime", "closes": "WeekdayCloseTime", "dishes": "RecommendedFood"}}
	see := shop.Import{City: i.city, Source: seeSource + "_" + file, System: geo.BD09, Format: shop.CSV, Map: map[string]string{
		"name": "Name", "lat": "Latitude", "lng": "Longitude", "price": "Price", "category": "Type", "opens": "OpenTime", "closes": "EndTime"}}
	metro := discover.Import{City: i.city, Source: "metro_" + file, System: geo.WGS84, Format: discover.GeoJSON, Map: map[string]string{"line": "pshort", "colour": "color"}}
	sights := discover.Import{City: i.city, Source: "sights_" + file, System: geo.BD09, Format: discover.CSV, Map: map[string]string{"name": "Name", "lat": "Latitude", "lng": "Longitude"}}
	districts := discover.Import{City: i.city, Source: "districts_" + file, System: geo.GCJ02, Format: discover.GeoJSON, Map: map[string]string{"id": "adcode"}}
	for _, one := range []struct {
		path string
		take func(*os.File) error
	}{
		{"chinatravel-poi/restaurants/restaurants_" + file + ".csv", func(f *os.File) error { _, err := i.shops.Import(ctx, "", f, eat); return err }},
		{"chinatravel-poi/attractions/attractions_" + file + ".csv", func(f *os.File) error { _, err := i.shops.Import(ctx, "", f, see); return err }},
		{"chinatravel-poi/attractions/attractions_" + file + ".csv", func(f *os.File) error {
			_, err := i.places.ImportPlaces(ctx, "", f, discover.Sight, sights)
			return err
		}},
		{"metro-wgs84-2020/" + file + "-station.geojson", func(f *os.File) error {
			_, err := i.places.ImportPlaces(ctx, "", f, discover.Metro, metro)
			return err
		}},
		{"districts-datav/" + code + "_" + file + ".json", func(f *os.File) error {
			_, err := i.places.ImportAreas(ctx, "", f, discover.District, districts)
			return err
		}},
	} {
		f, err := os.Open(filepath.Join(i.data, filepath.FromSlash(one.path)))
		if err != nil {
			return err
		}
		err = one.take(f)
		f.Close()
		if err != nil {
			return fmt.Errorf("%s: %w", one.path, err)
		}
	}
	return nil
}

// read reads the city's documents and spots out of the database.
func (i importer) read(ctx context.Context) (*searchCity, error) {
	c := &searchCity{name: i.city}
	for after := ""; ; {
		hits, err := i.shops.Search(ctx, shop.Query{City: i.city, Limit: 100, After: after})
		if err != nil {
			return nil, err
		}
		for _, h := range hits {
			key := "r"
			if h.Source[0] == seeSource[0] {
				key = "a"
			}
			c.docs = append(c.docs, searchDoc{Shop: h.Shop, key: key + h.SourceID})
			after = h.Cursor
		}
		if len(hits) < 100 {
			break
		}
	}
	slices.SortFunc(c.docs, func(a, b searchDoc) int { return compareKeys(a.key, b.key) })
	var places []discover.Place
	var districts []discover.Area
	err := i.places.DB.View(ctx, func(tx *db.Tx) (err error) {
		if places, err = discover.Places(tx, i.city, discover.Metro, discover.Sight); err != nil {
			return err
		}
		districts, err = discover.Areas(tx, i.city, discover.District)
		return err
	})
	if err != nil {
		return nil, err
	}
	c.place(places, districts)
	return c, nil
}

// place says of each document in which district it is and which stations are
// near, and makes the spots.
func (c *searchCity) place(places []discover.Place, districts []discover.Area) {
	for _, a := range districts {
		c.spots = append(c.spots, parlance.Spot{Kind: parlance.District, Name: a.Name, Also: named(a.En)})
	}
	for _, p := range places {
		kind := parlance.Landmark
		if p.Kind == discover.Metro {
			kind = parlance.Station
		} else if utf8.RuneCountInString(p.Name) > landmarkMost {
			continue
		}
		c.spots = append(c.spots, parlance.Spot{Kind: kind, Name: p.Name, Also: named(p.En), Point: p.Point})
	}
	for n := range c.docs {
		d := &c.docs[n]
		if a, ok := discover.AreaAt(districts, d.Point); ok {
			d.District = a.Name
		}
		for _, p := range places {
			if p.Kind == discover.Metro && geo.Distance(p.Point, d.Point) <= stationNear && !slices.Contains(d.stations, p.Name) {
				d.stations = append(d.stations, p.Name)
			}
		}
	}
}

// landmarkMost is how long the name of a sight may be that others are near to.
const landmarkMost = 6

func named(en string) []string {
	if en == "" {
		return nil
	}
	return []string{en}
}

// compareKeys orders keys by letter and number.
func compareKeys(a, b string) int {
	if a[0] != b[0] || len(a) != len(b) {
		return (int(a[0])-int(b[0]))*100 + len(a) - len(b)
	}
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
