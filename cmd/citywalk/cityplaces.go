package main

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"citywalk/discover"
	"citywalk/geo"
)

// demoSource names what the demo city's places and areas come from: its seed.
const demoSource = "demo"

// A spot is a place of the demo city, in metres east and north of its middle.
type spot struct {
	name, en    string
	kind        discover.Kind
	east, north float64
}

var demoSpots = []spot{
	{"渡口海关旧楼", "Old Customs House", discover.Sight, 260, -340},
	{"灯塔湾灯塔", "Lighthouse", discover.Sight, 3900, -2700},
	{"盐仓博物馆", "Salt Store Museum", discover.Sight, -2700, -250},
	{"北山观海亭", "Sea View Pavilion", discover.Sight, -900, 3100},
	{"青石桥", "Bluestone Bridge", discover.Sight, 1750, 420},
	{"月台饭店", "Platform Hotel", discover.Hotel, 380, 240},
	{"南塘民宿", "Nantang Guesthouse", discover.Hotel, 120, -2050},
	{"海盐旅店", "Sea Salt Inn", discover.Hotel, -2200, -780},
	{"灯塔湾度假酒店", "Lighthouse Bay Resort", discover.Hotel, 3350, -2350},
	{"北山青年旅舍", "Beishan Hostel", discover.Hotel, -540, 2280},
}

// A stop is a metro station of the demo city.
type stop struct {
	name, en    string
	east, north float64
}

// demoLines are the metro of the demo city; where two lines have a stop of the
// same name, people change.
var demoLines = []struct {
	name, en, colour string
	stops            []stop
}{
	{"1号线", "Line 1", "#C8401A", []stop{
		{"盐仓", "Yancang", -3100, -620}, {"晒盐场", "Shaiyanchang", -2250, -430}, {"旧码头", "Jiumatou", -1150, -180},
		{"渡口", "Dukou", -60, 40}, {"邮电局", "Youdianju", 900, 210}, {"青石", "Qingshi", 2050, 540}, {"青石东", "Qingshi East", 2950, 860},
	}},
	{"2号线", "Line 2", "#2F6F5E", []stop{
		{"北山", "Beishan", -760, 2700}, {"天文台", "Tianwentai", -560, 1750}, {"梧桐里", "Wutongli", -260, 880},
		{"渡口", "Dukou", -60, 40}, {"鱼市", "Yushi", 140, -1100}, {"南塘", "Nantang", 300, -2250}, {"荷花池", "Hehuachi", 380, -3200},
	}},
	{"3号线", "Line 3", "#3F5B7A", []stop{
		{"梧桐里", "Wutongli", -260, 880}, {"大学路", "Daxuelu", 950, 1250}, {"青石", "Qingshi", 2050, 540},
		{"植物园", "Zhiwuyuan", 2750, -650}, {"灯塔湾", "Dengtawan", 3250, -1950}, {"造船厂", "Zaochuanchang", 1850, -2450}, {"南塘", "Nantang", 300, -2250},
	}},
}

// cityPlaces makes the stations, hotels and sights of the city.
func cityPlaces() []discover.Place {
	var all []discover.Place
	known := map[string]int{}
	for _, line := range demoLines {
		for _, s := range line.stops {
			at, there := known[s.name]
			if !there {
				at, known[s.name] = len(all), len(all)
				all = append(all, discover.Place{City: demoCity, Kind: discover.Metro, Name: s.name, En: s.en,
					Point: offset(demoPoint, s.east, s.north), Source: demoSource, SourceID: "metro/" + s.name})
			}
			all[at].Lines = append(all[at].Lines, discover.Line{Name: line.name, Colour: line.colour})
		}
	}
	for _, s := range demoSpots {
		all = append(all, discover.Place{City: demoCity, Kind: s.kind, Name: s.name, En: s.en,
			Point: offset(demoPoint, s.east, s.north), Source: demoSource, SourceID: "spot/" + s.name})
	}
	return all
}

// cityAreas makes the districts, each of which is the part of the island that
// lies nearest its middle, and the tracks of the metro.
func cityAreas(seed uint64) []discover.Area {
	coast := island(seed)
	var all []discover.Area
	for _, d := range demoDistricts {
		land := coast
		for _, other := range demoDistricts {
			if other.name != d.name {
				land = nearer(land, d, other)
			}
		}
		ring := make([]geo.Point, 0, len(land)+1)
		for _, p := range append(land, land[0]) {
			ring = append(ring, offset(demoPoint, p[0], p[1]))
		}
		all = append(all, discover.Area{City: demoCity, Kind: discover.District, Name: d.name, En: d.en,
			Shape: discover.ShapeOf([][][]geo.Point{{ring}}, nil), Source: demoSource, SourceID: "district/" + d.name})
	}
	for _, line := range demoLines {
		var track []geo.Point
		for _, s := range line.stops {
			track = append(track, offset(demoPoint, s.east, s.north))
		}
		all = append(all, discover.Area{City: demoCity, Kind: discover.Track, Name: line.name, En: line.en, Colour: line.colour,
			Shape: discover.ShapeOf(nil, [][]geo.Point{track}), Source: demoSource, SourceID: "line/" + line.name})
	}
	return all
}

// island is the coast, counter-clockwise, in metres from the city's middle:
// three slow waves round a circle.
func island(seed uint64) [][2]float64 {
	r := rand.New(rand.NewPCG(seed, 3))
	phase := [3]float64{r.Float64() * 2 * math.Pi, r.Float64() * 2 * math.Pi, r.Float64() * 2 * math.Pi}
	coast := make([][2]float64, 180)
	for i := range coast {
		a := 2 * math.Pi * float64(i) / float64(len(coast))
		away := 5400 + 260*math.Sin(2*a+phase[0]) + 150*math.Sin(5*a+phase[1]) + 60*math.Sin(13*a+phase[2])
		coast[i] = [2]float64{away * math.Cos(a), away * math.Sin(a)}
	}
	return coast
}

// nearer cuts off the part of a land that lies nearer to the other district's
// middle (Sutherland and Hodgman, with one edge).
func nearer(land [][2]float64, d, other district) (kept [][2]float64) {
	// How far a point lies on d's side of the line half-way between the two.
	side := func(p [2]float64) float64 {
		return (p[0]-(d.east+other.east)/2)*(d.east-other.east) + (p[1]-(d.north+other.north)/2)*(d.north-other.north)
	}
	for i, p := range land {
		q := land[(i+1)%len(land)]
		a, b := side(p), side(q)
		if a >= 0 {
			kept = append(kept, p)
		}
		if a >= 0 != (b >= 0) {
			t := a / (a - b)
			kept = append(kept, [2]float64{p[0] + t*(q[0]-p[0]), p[1] + t*(q[1]-p[1])})
		}
	}
	return kept
}

// districtAt is the district whose middle is nearest.
func districtAt(east, north float64) district {
	return slices.MinFunc(demoDistricts, func(a, b district) int {
		return cmp.Compare(math.Hypot(a.east-east, a.north-north), math.Hypot(b.east-east, b.north-north))
	})
}
