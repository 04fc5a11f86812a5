package atlas

import (
	"math"

	"citywalk/geo"
)

// Weights of what Best adds to the text: nearness, what speaks for the place,
// and the member's taste. The text multiplies them, so that no nearness makes
// up for a match that is none.
const (
	weightNear  = 1.0
	weightPrior = 0.5
	weightTaste = 0.3
)

// A mixer makes Best's number out of its parts.
type mixer struct {
	reach float64
	whole float64 // What the parts add up to at most.
	above float64 // A little more than one by that.
}

func newMixer(q *Query) mixer {
	m := mixer{reach: q.Reach, whole: 1 + weightPrior}
	if q.Near != nil {
		m.whole += weightNear
	}
	if len(q.Taste) > 0 {
		m.whole += weightTaste
	}
	m.above = (1 + 2e-9) / m.whole
	return m
}

// rest is what nearness, prior and taste, each 0..1, add to the text.
func (m mixer) rest(near, prior, taste float64) float64 {
	return 1 + weightNear*near + weightPrior*prior + weightTaste*taste
}

// best mixes text, 0..1, and rest.
func (m mixer) best(text, rest float64) float64 { return text * rest / m.whole }

// nearness is 1 at no distance and a half at reach; h is what origin.h gave.
func (m mixer) nearness(h float64) float64 { return 1 / (1 + metres(h)/m.reach) }

// nearest is no less than nearness, and quicker.
func (m mixer) nearest(h float64) float64 { return m.reach / (m.reach + 2*radius*math.Sqrt(h)) }

// idf is how much a term says that df of n documents have.
func idf(n, df int) float64 { return math.Log(1 + float64(n)/float64(df+1)) }

// worth is what a phrase's match is worth, if the terms present have so much of
// the phrase's idf, each times its weight in the document.
func (p *Phrase) worth(present, whole float64) float64 {
	return float64(p.Weight) * present / whole
}

// fixed is a degree as the index keeps it.
func fixed(degrees float64) int32 { return int32(math.Round(degrees * 1e7)) }

// unit is one step of fixed in radians.
const unit = math.Pi / 180 / 1e7

// radius is the one that geo measures with.
const radius = 6371008.8

// metres is the distance that a haversine stands for.
func metres(h float64) float64 {
	s := math.Sqrt(min(h, 1))
	if s < 0.02 {
		return 2 * radius * s * (1 + s*s*(1.0/6+s*s*(3.0/40)))
	}
	return 2 * radius * math.Asin(s)
}

// An origin is where distances are measured from.
type origin struct {
	lat, lng, sin, cos float64 // Radians.
	south, west        int64   // The same as the index keeps positions.
}

func newOrigin(p geo.Point) origin {
	o := origin{lat: p.Lat * math.Pi / 180, lng: p.Lng * math.Pi / 180, south: int64(fixed(p.Lat)), west: int64(fixed(p.Lng))}
	o.sin, o.cos = math.Sincos(o.lat)
	return o
}

// h is the haversine of the angle to a point: it grows with the distance and
// costs a tenth of it.
func (o *origin) h(lat, lng int32) float64 {
	x, y := float64(lat)*unit-o.lat, float64(lng)*unit-o.lng
	xx, yy := x*x, y*y
	if xx > small || yy > small {
		s, t := math.Sin(x/2), math.Sin(y/2)
		return s*s + o.cos*math.Cos(o.lat+x)*t*t
	}
	s := halved(xx)
	cos := o.cos*(1-2*s) - o.sin*x*(1-xx*(1.0/6-xx*(1.0/120-xx*(1.0/5040))))
	return s + o.cos*cos*halved(yy)
}

// small is the square of an angle up to which the series are exact to the last
// bits: 0.05, some three hundred kilometres.
const small = 0.05 * 0.05

// halved is the square of the sine of half an angle, from the angle's square.
func halved(xx float64) float64 {
	return xx * (1.0/4 - xx*(1.0/48-xx*(1.0/1440-xx*(1.0/80640))))
}

// nearest returns a haversine that no point of the box is below.
func (o *origin) nearest(b *box) float64 {
	minLat, maxLat, minLng, maxLng := int64(b.minLat), int64(b.maxLat), int64(b.minLng), int64(b.maxLng)
	// A step less for the rounding of the origin. West and east may be the
	// shorter way round the Earth.
	x := max(minLat-o.south, o.south-maxLat, 1) - 1
	y := max(min(max(minLng-o.west, o.west-maxLng), round-max(maxLng-o.west, o.west-minLng)), 1) - 1
	// A cosine changes by no more than its angle.
	cos := o.cos - float64(max(maxLat-o.south, o.south-minLat)+1)*unit
	if cos < 0 {
		cos = 0
	}
	xx, yy := float64(x*x)*(unit*unit), float64(y*y)*(unit*unit)
	if xx > small || yy > small {
		s, t := math.Sin(float64(x)*unit/2), math.Sin(float64(y)*unit/2)
		return (s*s + o.cos*cos*t*t) * (1 - 1e-10)
	}
	return quarter * (xx + o.cos*cos*yy)
}

// quarter is a little less than the square of the sine of half an angle is of
// the angle's square, as long as that is small.
const quarter = (1.0/4 - small/48) * (1 - 1e-9)

// round is once around the Earth, in 1e-7 degrees.
const round = 3_600_000_000
