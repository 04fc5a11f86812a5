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
}

func newMixer(q *Query) mixer {
	m := mixer{reach: q.Reach, whole: 1 + weightPrior}
	if q.Near != nil {
		m.whole += weightNear
	}
	if len(q.Taste) > 0 {
		m.whole += weightTaste
	}
	return m
}

// best mixes text, nearness, prior and taste, each 0..1.
func (m mixer) best(text, near, prior, taste float64) float64 {
	return text * (1 + weightNear*near + weightPrior*prior + weightTaste*taste) / m.whole
}

// nearness is 1 at no distance and a half at reach; h is what origin.h gave.
func (m mixer) nearness(h float64) float64 { return 1 / (1 + metres(h)/m.reach) }

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
type origin struct{ lat, lng, sin, cos float64 }

func newOrigin(p geo.Point) origin {
	o := origin{lat: p.Lat * math.Pi / 180, lng: p.Lng * math.Pi / 180}
	o.sin, o.cos = math.Sincos(o.lat)
	return o
}

// h is the haversine of the angle to a point: it grows with the distance and
// costs a tenth of it.
func (o *origin) h(lat, lng int32) float64 {
	dLat, dLng := float64(lat)*unit-o.lat, float64(lng)*unit-o.lng
	s, t := sinHalf(dLat), sinHalf(dLng)
	return s*s + o.cos*o.cosAt(dLat, s)*t*t
}

// cosAt is the cosine of the latitude dLat north of the origin; s is
// sin(dLat/2).
func (o *origin) cosAt(dLat, s float64) float64 {
	if dLat < 0.05 && dLat > -0.05 {
		ss := s * s
		return o.cos*(1-2*ss) - o.sin*2*s*(1-ss*(0.5+ss*0.125))
	}
	return math.Cos(o.lat + dLat)
}

// sinHalf is sin(x/2), by its series where that is exact to the last bits.
func sinHalf(x float64) float64 {
	x *= 0.5
	if x < 0.05 && x > -0.05 {
		xx := x * x
		return x * (1 - xx*(1.0/6-xx*(1.0/120-xx*(1.0/5040-xx*(1.0/362880)))))
	}
	return math.Sin(x)
}
