package discover

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"io"
	"math"
	"slices"

	"citywalk/cover"
	"citywalk/geo"
	"citywalk/money"
)

// How much of a plan is kept to be shown. Its files have all of it.
const (
	coverGapsMax   = 2000
	coverSignedMax = 3000
	coverFileMax   = 8 << 20 // Bytes of a file as it is kept, compressed and in base64.
)

// A CoverResult is what came of a plan. Weights are millionths of a visit.
type CoverResult struct {
	Total      int64        `json:"total"`
	Given      int64        `json:"given"`   // Covered by the signed shops.
	Value      int64        `json:"value"`   // And by the chosen ones as well.
	Bound      int64        `json:"bound"`   // What no plan exceeds.
	Ceiling    int64        `json:"ceiling"` // Covered if every candidate signed.
	Gap        *float64     `json:"gap"`     // By how much more a plan could add, of what this one adds; nil if this one adds nothing to compare with.
	Cost       money.Amount `json:"cost"`
	Candidates int          `json:"candidates"`
	Stopped    bool         `json:"stopped"` // Before the search was through.
	Shops      []CoverShop  `json:"shops"`   // To sign, in the order of signing.
	Gaps       []CoverGap   `json:"gaps"`    // The largest first.
	GapsMore   int          `json:"gaps_more"`
	Signed     []CoverSpot  `json:"signed"`
	SignedMore int          `json:"signed_more"`
}

// A CoverShop is one to sign.
type CoverShop struct {
	ID      string       `json:"id"`
	Name    string       `json:"name"`
	Address string       `json:"address"`
	Group   string       `json:"group"`
	Chain   string       `json:"chain"`
	At      geo.Point    `json:"at"`
	Chance  int          `json:"chance"` // In a thousand.
	Cost    money.Amount `json:"cost"`
	Gain    int64        `json:"gain"`  // What it adds to those before it.
	Total   int64        `json:"total"` // Covered with it.
}

// A CoverGap is a place that still misses something.
type CoverGap struct {
	Name      string    `json:"name"`
	At        geo.Point `json:"at"`
	Weight    int64     `json:"weight"`
	Missing   int64     `json:"missing"`
	Reachable int64     `json:"reachable"` // Of what is missing, what a shop that is left out would cover.
}

// A CoverSpot is a shop that signed already.
type CoverSpot struct {
	Name string    `json:"name"`
	At   geo.Point `json:"at"`
}

// Share is a weight as a part of all demand.
func (r *CoverResult) Share(weight int64) float64 {
	if r.Total == 0 {
		return 0
	}
	return float64(weight) / float64(r.Total)
}

// coverResult says what a plan is worth.
func coverResult(in *cover.Instance, p *cover.Plan) *CoverResult {
	r := &CoverResult{Total: p.Total, Given: p.Given, Value: p.Value, Bound: p.Bound, Ceiling: p.Ceiling, Cost: money.Amount(p.Cost), Stopped: p.Cut,
		Shops: []CoverShop{}, Gaps: []CoverGap{}, Signed: []CoverSpot{}}
	if gap := p.Gap(); !math.IsInf(gap, 0) {
		r.Gap = &gap
	}
	for _, s := range in.Shops {
		if s.Signed {
			r.Signed = append(r.Signed, CoverSpot{s.Name, s.At})
		} else {
			r.Candidates++
		}
	}
	for _, step := range p.Chosen {
		s := in.Shops[step.Shop]
		r.Shops = append(r.Shops, CoverShop{ID: s.ID, Name: s.Name, Address: s.Address, Group: s.Category, Chain: s.Chain, At: s.At,
			Chance: s.Chance, Cost: money.Amount(s.Cost), Gain: step.Gain, Total: step.Total})
	}
	for _, g := range in.Gaps(p) {
		if g.Missing() > 0 {
			at := in.Places[g.Place]
			r.Gaps = append(r.Gaps, CoverGap{Name: at.Name, At: at.At, Weight: g.Weight, Missing: g.Missing(), Reachable: g.Reachable})
		}
	}
	slices.SortStableFunc(r.Gaps, func(a, b CoverGap) int { return cmp.Compare(b.Missing, a.Missing) })
	r.Gaps, r.GapsMore = firsts(r.Gaps, coverGapsMax)
	r.Signed, r.SignedMore = firsts(r.Signed, coverSignedMax)
	return r
}

// firsts is the first of all, and how many more there are.
func firsts[T any](all []T, most int) ([]T, int) {
	n := min(len(all), most)
	return slices.Clip(all[:n]), len(all) - n
}

// Kinds of a plan's files.
const (
	CoverCertificate = "certificate"
	CoverCSV         = "csv"
	CoverGeoJSON     = "geojson"
)

// packCover writes the files of a plan as citywalk coverage plan does. One that
// is too large to be kept is left out.
func packCover(in *cover.Instance, p *cover.Plan) (map[string]string, error) {
	files := map[string]string{}
	for _, f := range []struct {
		kind string
		put  func(io.Writer, *cover.Instance, *cover.Plan) error
	}{{CoverCertificate, cover.Write}, {CoverCSV, cover.WriteCSV}, {CoverGeoJSON, cover.WriteGeoJSON}} {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		if err := f.put(z, in, p); err != nil {
			return nil, err
		}
		if err := z.Close(); err != nil {
			return nil, fmt.Errorf("discover: pack the %s of a plan: %w", f.kind, err)
		}
		if base64.StdEncoding.EncodedLen(b.Len()) <= coverFileMax {
			files[f.kind] = base64.StdEncoding.EncodeToString(b.Bytes())
		}
	}
	return files, nil
}

// unpackCover is a file as it was written.
func unpackCover(data string) ([]byte, error) {
	raw, err := base64.StdEncoding.DecodeString(data)
	if err != nil {
		return nil, fmt.Errorf("discover: unpack a file of a plan: %w", err)
	}
	z, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("discover: unpack a file of a plan: %w", err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		return nil, fmt.Errorf("discover: unpack a file of a plan: %w", err)
	}
	return b, nil
}
