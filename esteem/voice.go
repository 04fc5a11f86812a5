package esteem

import (
	"cmp"
	"math"
	"slices"

	"citywalk/geo"
)

// A voice is one member at one shop in the window.
type voice struct {
	shop     int32
	weight   float64
	local    bool
	asked    bool // Whether he came back.
	returned bool
	ago      float64 // Days since his first visit in the window.
	first    bool    // Had not been there before the window.
	distance float64 // Metres from home; NaN if that is not known.
	noon     float64 // Share of his first two days there that were working noons.
}

// An elsewhere is what a member does at other shops than one.
type elsewhere struct {
	shops, days, weeks float64
	here               float64 // Days at this one, two at most.
	age                float64 // Days since he joined.
	group              int32   // How many share with him; 1 if he is alone.
	credit             float64
}

// weight is what a member's voice counts for, 0 to 1. It grows with everything
// that he does elsewhere and is nothing for somebody who is known from here
// alone: that a puppet pays at honest shops for months is what makes it dear.
// Who is nearly always here says little of how it compares, so days here count
// against the voice, and as his days do for the shop, not beyond the second.
func (e elsewhere) weight() float64 {
	sure := e.shops / (e.shops + 2) * e.days / (e.days + e.here + 2)
	long := math.Sqrt((e.weeks + 1) / (e.weeks + 3) * (e.age + 7) / (e.age + 37))
	shared := math.Min(1, Household/float64(max(1, e.group)))
	return math.Max(0, math.Min(1, e.credit)) * shared * math.Pow(math.Min(1, sure*long/usualVoice), 1.5)
}

// usualVoice is from where on a voice counts in full: somebody with seven days
// at five other shops in two months.
const usualVoice = 0.6

// A stay is one member's days at one shop.
type stay struct {
	shop         int32
	days         []Visit // One for each day, in order.
	lonely       int     // Weeks in which he went nowhere else.
	past, inside int     // Days before the window and in it.
}

// A reader turns one member's visits into voices. Its slices are used again.
type reader struct {
	in     *Input
	flat   plane
	size   map[int32]int32 // Of groups.
	days   []Visit
	weeks  []week
	stays  []stay
	voices []voice
}

type week struct{ week, shop int32 }

// voices returns what a member says in the window, and his home (NaN if it is
// not known). His visits are sorted here.
func (r *reader) read(member int32, visits []Visit) ([]voice, [2]float64) {
	m := &r.in.Members[member]
	r.stay(visits)
	weeks := r.lonely()
	days, sum := 0, [2]float64{}
	for i := range r.stays {
		days += len(r.stays[i].days)
		at := r.flat.of(r.in.Shops[r.stays[i].shop].At)
		sum[0], sum[1] = sum[0]+at[0], sum[1]+at[1]
	}
	said := [2]float64{math.NaN(), math.NaN()}
	if !nowhere(m.Home) {
		said = r.flat.of(m.Home)
	}
	r.voices = r.voices[:0]
	for i := range r.stays {
		st := &r.stays[i]
		if st.inside == 0 {
			continue
		}
		others := float64(len(r.stays) - 1)
		e := elsewhere{
			shops: others, days: float64(days - len(st.days)), weeks: float64(weeks - st.lonely), here: float64(min(2, len(st.days))),
			age: math.Max(0, float64(r.in.Day-m.Joined)), group: r.size[m.Group], credit: m.Credit,
		}
		at := r.flat.of(r.in.Shops[st.shop].At)
		v := st.voice(r.in)
		v.weight, v.local = e.weight(), weeks-st.lonely >= LocalWeeks-1
		v.distance = apart(at, said)
		if others >= 2 {
			// Saying that one lives far away costs nothing, so it must agree with
			// where one is seen.
			seen := [2]float64{(sum[0] - at[0]) / others, (sum[1] - at[1]) / others}
			if d := apart(at, seen); math.IsNaN(v.distance) || d < v.distance {
				v.distance = d
			}
		}
		r.voices = append(r.voices, v)
	}
	if n := float64(len(r.stays)); math.IsNaN(said[0]) && n >= 3 {
		said = [2]float64{sum[0] / n, sum[1] / n}
	}
	return r.voices, said
}

// stay groups a member's visits by shop, one for each day.
func (r *reader) stay(visits []Visit) {
	slices.SortFunc(visits, func(a, b Visit) int {
		return cmp.Or(cmp.Compare(a.Shop, b.Shop), cmp.Compare(a.Day, b.Day), compareNoon(a, b))
	})
	r.days = append(r.days[:0], slices.CompactFunc(visits, func(a, b Visit) bool { return a.Shop == b.Shop && a.Day == b.Day })...)
	r.stays = r.stays[:0]
	for from := 0; from < len(r.days); {
		to, st := from, stay{shop: r.days[from].Shop}
		for ; to < len(r.days) && r.days[to].Shop == st.shop; to++ {
			if r.days[to].Day < r.in.Day-r.in.Days {
				st.past++
			} else {
				st.inside++
			}
		}
		st.days = r.days[from:to]
		r.stays = append(r.stays, st)
		from = to
	}
}

// Of two visits on a day the one at noon is kept.
func compareNoon(a, b Visit) int {
	switch {
	case a.Noon == b.Noon:
		return 0
	case a.Noon:
		return -1
	}
	return 1
}

// lonely counts the member's active weeks, and for each shop those in which he
// went nowhere else.
func (r *reader) lonely() (weeks int) {
	r.weeks = r.weeks[:0]
	for i := range r.stays {
		for _, d := range r.stays[i].days {
			r.weeks = append(r.weeks, week{weekOf(d.Day), int32(i)})
		}
	}
	slices.SortFunc(r.weeks, func(a, b week) int { return cmp.Or(cmp.Compare(a.week, b.week), cmp.Compare(a.shop, b.shop)) })
	r.weeks = slices.Compact(r.weeks)
	for i, w := range r.weeks {
		before := i > 0 && r.weeks[i-1].week == w.week
		after := i+1 < len(r.weeks) && r.weeks[i+1].week == w.week
		if !before {
			weeks++
		}
		if !before && !after {
			r.stays[w.shop].lonely++
		}
	}
	return weeks
}

// weekOf counts weeks, also before the epoch.
func weekOf(day int32) int32 {
	if day < 0 {
		return (day - 6) / 7
	}
	return day / 7
}

// voice is what the days at a shop say in the window.
func (st *stay) voice(in *Input) voice {
	inside := st.days[st.past:]
	v := voice{shop: st.shop, first: st.past == 0, returned: len(inside) > 1, asked: inside[0].Day < in.Day-SettleDays}
	v.ago = float64(in.Day - inside[0].Day)
	seen := inside[:min(2, len(inside))]
	for _, d := range seen {
		if d.Noon {
			v.noon += 1 / float64(len(seen))
		}
	}
	return v
}

// A plane lays a city flat; metres.
type plane struct {
	origin geo.Point
	wide   float64 // Of a degree of longitude.
}

const degree = 111_195 // Metres of a degree of latitude.

func newPlane(shops []Shop) plane {
	var p plane
	for i := range shops {
		p.origin.Lat += shops[i].At.Lat / float64(len(shops))
		p.origin.Lng += shops[i].At.Lng / float64(len(shops))
	}
	p.wide = degree * math.Cos(p.origin.Lat*math.Pi/180)
	return p
}

func (p plane) of(at geo.Point) [2]float64 {
	return [2]float64{(at.Lng - p.origin.Lng) * p.wide, (at.Lat - p.origin.Lat) * degree}
}

func apart(a, b [2]float64) float64 { return math.Hypot(a[0]-b[0], a[1]-b[1]) }
