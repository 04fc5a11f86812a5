package farm

import (
	"math"
	"math/rand/v2"
	"slices"

	"citywalk/esteem"
	"citywalk/geo"
	"citywalk/score"
)

const (
	cityKm   = 18.0 // Side of the city.
	cells    = 12   // Cells on a side, for choosing.
	kinds    = 8    // Categories.
	malls    = 6
	offices  = 60
	officers = 12 // Of an office with a canteen.
	firstDay = 20_000
)

type spot struct{ x, y float64 } // Kilometres.

// A maker makes a city.
type maker struct {
	Plan
	r    *rand.Rand
	city *City

	at       []spot // Shops.
	footfall []float64
	mall     []bool
	opened   []int32
	habit    []float64   // How much people come back by category.
	far      []float64   // How far people go by category.
	looks    []float64   // How much better notes find a shop than it is.
	near     [][]float64 // Running sums over shops for each cell: where one goes because it is near.
	wide     [][]float64 // The same of what one crosses the city for.
	homes    []spot
}

// Make makes the city of a plan.
func (p Plan) Make() *City {
	k := &maker{Plan: p, r: rand.New(rand.NewPCG(p.Seed, 77)), city: &City{}}
	k.city.Input.Day, k.city.Input.Days = firstDay+int32(p.Days), int32(p.Days)
	k.places()
	k.pulls()
	k.people()
	k.canteens()
	if p.Farms > 0 {
		k.farms()
	}
	return k.city
}

func (k *maker) point(s spot) geo.Point {
	return geo.Point{Lat: 31 + s.y/111.195, Lng: 121 + s.x/(111.195*math.Cos(31.08*math.Pi/180))}
}

func (k *maker) somewhere() spot { return spot{k.r.Float64() * cityKm, k.r.Float64() * cityKm} }

func (k *maker) around(c spot, sd float64) spot {
	in := func(v float64) float64 { return math.Max(0, math.Min(cityKm-1e-9, v)) }
	return spot{in(c.x + sd*k.r.NormFloat64()), in(c.y + sd*k.r.NormFloat64())}
}

// places makes the shops: streets of them, malls, and some alone.
func (k *maker) places() {
	streets, squares := make([]spot, 30), make([]spot, malls)
	for i := range streets {
		streets[i] = k.around(spot{cityKm / 2, cityKm / 2}, 4.5)
	}
	for i := range squares {
		squares[i] = k.around(spot{cityKm / 2, cityKm / 2}, 5)
	}
	for range kinds {
		k.habit = append(k.habit, 0.5*k.r.NormFloat64())
		k.far = append(k.far, 0.3*k.r.NormFloat64())
	}
	for s := range k.Shops {
		mall := k.r.Float64() < 0.1
		at, foot := k.around(streets[k.r.IntN(len(streets))], 0.6), math.Exp(0.8*k.r.NormFloat64())
		if mall {
			at, foot = k.around(squares[k.r.IntN(malls)], 0.05), foot*3
		} else if k.r.Float64() < 0.2 {
			at = k.somewhere()
		}
		opened := int32(firstDay - 400)
		if k.r.Float64() < 0.08 {
			opened = firstDay + int32(k.r.IntN(k.Days))
		}
		k.at, k.footfall, k.mall, k.opened = append(k.at, at), append(k.footfall, foot), append(k.mall, mall), append(k.opened, opened)
		district := int32(at.x/cityKm*4) + 4*int32(at.y/cityKm*3)
		k.city.Input.Shops = append(k.city.Input.Shops, esteem.Shop{Category: int32(k.r.IntN(kinds)), District: district, At: k.point(at), Since: opened})
		k.city.Town.Shops = append(k.city.Town.Shops, score.Shop{Category: k.city.Input.Shops[s].Category, Chain: -1})
		k.city.Truth, k.looks = append(k.city.Truth, k.r.NormFloat64()), append(k.looks, 0.4*k.r.NormFloat64())
	}
	k.city.Farmed = make([]bool, k.Shops)
}

// pulls makes, for each cell of the city, how shops draw who lives there.
func (k *maker) pulls() {
	for c := range cells * cells {
		home := spot{(float64(c%cells) + 0.5) * cityKm / cells, (float64(c/cells) + 0.5) * cityKm / cells}
		near, wide, sn, sw := make([]float64, k.Shops), make([]float64, k.Shops), 0.0, 0.0
		for s, at := range k.at {
			d, q := math.Hypot(at.x-home.x, at.y-home.y), k.city.Truth[s]
			sn += k.footfall[s] * math.Exp(0.2*q-d/1.2)
			w := math.Sqrt(k.footfall[s]) * math.Exp(q+k.far[k.city.Input.Shops[s].Category]-d/8)
			if k.mall[s] {
				w *= 4
			}
			sw += w
			near[s], wide[s] = sn, sw
		}
		k.near, k.wide = append(k.near, near), append(k.wide, wide)
	}
}

func (k *maker) cell(s spot) int { return int(s.x/cityKm*cells) + cells*int(s.y/cityKm*cells) }

// pick draws a shop that is open on the day.
func (k *maker) pick(sums []float64, day int32) int32 {
	for {
		s, _ := slices.BinarySearch(sums, k.r.Float64()*sums[len(sums)-1])
		if s = min(s, k.Shops-1); k.opened[s] <= day {
			return int32(s)
		}
	}
}

// join makes a member, who is an author too.
func (k *maker) join(m esteem.Member, followers float64, home spot) int32 {
	k.city.Input.Members = append(k.city.Input.Members, m)
	k.city.Town.Authors = append(k.city.Town.Authors, score.Author{Followers: math.Floor(followers), Created: float64(m.Joined - firstDay)})
	k.homes = append(k.homes, home)
	k.city.At = append(k.city.At, k.point(home))
	return int32(len(k.homes) - 1)
}

func (k *maker) visit(member, shop, day int32, noon bool) {
	k.city.Input.Visits = append(k.city.Input.Visits, esteem.Visit{Member: member, Shop: shop, Day: day, Noon: noon})
}

// write makes a note about a shop as good as q appears to its author.
func (k *maker) write(member, shop, day int32, q float64) {
	stars := math.Round(math.Max(1, math.Min(5, 3.8+0.5*(q+k.looks[shop]))))
	k.city.Town.Notes = append(k.city.Town.Notes, score.Note{
		Author: member, Shop: shop, Day: float64(day - firstDay), Rating: stars, Starred: true, Hash: k.r.Uint64() | 1,
		Likes: math.Floor(math.Exp(0.5*math.Log1p(k.city.Town.Authors[member].Followers) + k.r.NormFloat64() - 0.5)),
	})
}
