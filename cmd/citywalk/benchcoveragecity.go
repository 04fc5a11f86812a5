package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"

	"citywalk/cover"
	"citywalk/geo"
)

// benchWalk is ten minutes.
const benchWalk = 10 * cover.MetresAMinute

// real is a real city: its restaurants of the public data (GCJ-02) for its metro
// stations (WGS-84) and sights (BD-09).
func (c *BenchCoverageCmd) real(city string) (*cover.Instance, error) {
	points, err := stationsOf(filepath.Join(c.Data, "metro-wgs84-2020", city+"-station.geojson"))
	if err != nil {
		return nil, err
	}
	err = eachPlace(filepath.Join(c.Data, "chinatravel-poi", "attractions", "attractions_"+city+".csv"), geo.BD09, func(row map[string]string, at geo.Point) {
		points = append(points, cover.Point{ID: "sight " + row["id"], Name: row["Name"], At: at, Weight: 1})
	})
	if err != nil {
		return nil, err
	}
	var shops []cover.Shop
	err = eachPlace(filepath.Join(c.Data, "chinatravel-poi", "restaurants", "restaurants_"+city+".csv"), geo.GCJ02, func(row map[string]string, at geo.Point) {
		s := cover.Shop{ID: row["id"], Name: row["Name"], Category: cover.Group(row["CuisineName"]), At: at, Cost: 10_000, Chance: cover.Certain}
		s.Opens, s.Closes = minuteOf(row["WeekdayOpenTime"]), minuteOf(row["WeekdayCloseTime"])
		if s.Opens >= 0 && s.Closes >= 0 && s.Closes <= s.Opens {
			s.Closes += 24 * 60
		}
		if c.Chances {
			s.Chance = 200 + (len(shops)*7919)%700
		}
		shops = append(shops, s)
	})
	if err != nil {
		return nil, err
	}
	return cover.Build(points, cover.Usual(), shops, benchWalk)
}

// minuteOf reads "11:30" as a minute of the day; -1 is unknown.
func minuteOf(s string) int {
	var h, m int
	if n, err := fmt.Sscanf(s, "%d:%d", &h, &m); err != nil || n != 2 {
		return -1
	}
	return h*60 + m
}

// stationsOf reads stations of GeoJSON, each name once.
func stationsOf(path string) ([]cover.Point, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var file struct {
		Features []struct {
			Geometry   struct{ Coordinates [2]float64 }
			Properties struct{ Name string }
		}
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var points []cover.Point
	seen := map[string]bool{}
	for _, f := range file.Features {
		if name := f.Properties.Name; !seen[name] {
			seen[name] = true
			points = append(points, cover.Point{ID: "station " + name, Name: name, Weight: 1,
				At: geo.Point{Lat: f.Geometry.Coordinates[1], Lng: f.Geometry.Coordinates[0]}})
		}
	}
	return points, nil
}

// eachPlace calls with every row of a CSV file of places.
func eachPlace(path string, system geo.System, with func(row map[string]string, at geo.Point)) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) == 0 {
		return fmt.Errorf("%s: %w", path, err)
	}
	for _, cells := range rows[1:] {
		row := map[string]string{}
		for i, name := range rows[0] {
			row[name] = cells[i]
		}
		lat, errLat := strconv.ParseFloat(row["Lat"]+row["Latitude"], 64)
		lng, errLng := strconv.ParseFloat(row["Lon"]+row["Longitude"], 64)
		at, err := geo.In(system, lat, lng)
		if errLat != nil || errLng != nil || err != nil {
			return fmt.Errorf("%s: row %s has no position", path, row["id"])
		}
		with(row, at)
	}
	return nil
}

// madeSize is how large a made city is.
type madeSize struct {
	elements, shops int
	side            float64 // Degrees.
	chances         bool    // Shops sign with chances from 0.2 to 0.9.
}

// madeCity makes a city of about so many elements, each a place with one of
// seven categories: a third is spread evenly over a square, the rest stands in
// forty quarters of different size and density, shops likewise. The weights are
// log-normal, so are the costs, and every fifth shop is of a chain.
func madeCity(m madeSize, seed uint64) (*cover.Instance, error) {
	r := rand.New(rand.NewPCG(seed, 41))
	const categories = 7
	elements, shops, side := m.elements, m.shops, m.side
	type quarter struct{ lat, lng, wide, sum float64 }
	quarters := make([]quarter, 40)
	sum := 0.0
	for i := range quarters {
		sum += math.Exp(r.NormFloat64())
		quarters[i] = quarter{31 + side*r.Float64(), 121 + side*r.Float64(), side * (0.015 + 0.045*r.Float64()), sum}
	}
	place := func() geo.Point {
		if r.Float64() < 1.0/3 {
			return geo.Point{Lat: 31 + side*r.Float64(), Lng: 121 + side*r.Float64()}
		}
		at := r.Float64() * sum
		for _, q := range quarters {
			if at <= q.sum {
				return geo.Point{Lat: q.lat + q.wide*r.NormFloat64(), Lng: q.lng + q.wide*r.NormFloat64()}
			}
		}
		return geo.Point{Lat: 31, Lng: 121}
	}
	needs := make([]cover.Need, categories)
	for i := range needs {
		needs[i] = cover.Need{Category: strconv.Itoa(i), From: 11 * 60, Until: 14 * 60, Share: 1}
	}
	points := make([]cover.Point, elements)
	for i := range points {
		shares := make([]float64, categories)
		shares[r.IntN(categories)] = 1
		points[i] = cover.Point{ID: strconv.Itoa(i), At: place(), Weight: math.Exp(0.8 * r.NormFloat64()), Shares: shares}
	}
	all := make([]cover.Shop, shops)
	for i := range all {
		all[i] = cover.Shop{ID: strconv.Itoa(i), At: place(), Category: strconv.Itoa(r.IntN(categories)), Opens: -1, Closes: -1,
			Cost: int64(10_000 * math.Exp(0.5*r.NormFloat64())), Chance: cover.Certain}
		if r.IntN(5) == 0 {
			all[i].Chain = strconv.Itoa(r.IntN(100))
		}
		if p := 200 + r.IntN(700); m.chances {
			all[i].Chance = p
		}
	}
	return cover.Build(points, needs, all, benchWalk)
}
