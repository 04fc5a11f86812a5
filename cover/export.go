package cover

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode"
)

// columns are those of the field team's list.
var columns = []string{"rank", "id", "name", "address", "category", "chain", "lat", "lng", "chance", "cost_yuan", "gain_visits", "gain_share", "cumulative_share"}

// WriteCSV writes the shops to sign in the order of signing, for people with a
// spreadsheet: UTF-8 with a byte order mark, without which spreadsheets garble
// Chinese, and texts that a spreadsheet would take for a formula made inert.
// Gains are visits, shares are parts of all demand.
func WriteCSV(w io.Writer, in *Instance, p *Plan) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return fmt.Errorf("cover: write CSV: %w", err)
	}
	c := csv.NewWriter(w)
	c.UseCRLF = true
	c.Write(columns)
	for i, step := range p.Chosen {
		s := in.Shops[step.Shop]
		c.Write([]string{
			strconv.Itoa(i + 1), inert(s.ID), inert(s.Name), inert(s.Address), inert(s.Category), inert(s.Chain),
			fixed(s.At.Lat, 6), fixed(s.At.Lng, 6), fixed(float64(s.Chance)/Certain, 3), fixed(float64(s.Cost)/100, 2),
			fixed(Visits(step.Gain), 3), fixed(p.Share(step.Gain), 6), fixed(p.Share(step.Total), 6),
		})
	}
	c.Flush()
	if err := c.Error(); err != nil {
		return fmt.Errorf("cover: write CSV: %w", err)
	}
	return nil
}

// Visits is a weight in visits.
func Visits(weight int64) float64 { return float64(weight) / Unit }

func fixed(v float64, digits int) string { return strconv.FormatFloat(v, 'f', digits, 64) }

// inert keeps a spreadsheet from running text as a formula, also behind what
// does not show.
func inert(s string) string {
	start := strings.TrimLeftFunc(s, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsGraphic(r) })
	if strings.IndexAny(start, "=+-@|%＝＋－＠") == 0 || strings.IndexAny(s, "\t\r\n") == 0 {
		return "'" + s
	}
	return s
}

// A feature is one point on the map.
type feature struct {
	Type     string `json:"type"`
	ID       string `json:"id"`
	Geometry struct {
		Type        string     `json:"type"`
		Coordinates [2]float64 `json:"coordinates"`
	} `json:"geometry"`
	Properties any `json:"properties"`
}

// A site is what the map says of a shop to sign.
type site struct {
	Kind       string  `json:"kind"` // "sign"
	Rank       int     `json:"rank"`
	Name       string  `json:"name"`
	Address    string  `json:"address,omitempty"`
	Category   string  `json:"category"`
	Chain      string  `json:"chain,omitempty"`
	Chance     float64 `json:"chance"`
	Cost       float64 `json:"cost_yuan"`
	Gain       float64 `json:"gain_visits"`
	Share      float64 `json:"gain_share"`
	Cumulative float64 `json:"cumulative_share"`
}

// A hole is what the map says of a place that is not wholly covered.
type hole struct {
	Kind      string  `json:"kind"` // "gap"
	Name      string  `json:"name"`
	Visits    float64 `json:"visits"`
	Missing   float64 `json:"missing_visits"`
	Covered   float64 `json:"covered_share"`
	Reachable float64 `json:"reachable_visits"` // Of what is missing, what a shop that is left out would cover.
}

// WriteGeoJSON writes the map of a plan: a point for each shop to sign
// ("sign") and for each place that misses something ("gap").
func WriteGeoJSON(w io.Writer, in *Instance, p *Plan) error {
	features := []feature{}
	add := func(id string, lat, lng float64, properties any) {
		f := feature{Type: "Feature", ID: id, Properties: properties}
		f.Geometry.Type, f.Geometry.Coordinates = "Point", [2]float64{round(lng, 6), round(lat, 6)}
		features = append(features, f)
	}
	for i, step := range p.Chosen {
		s := in.Shops[step.Shop]
		add(s.ID, s.At.Lat, s.At.Lng, site{Kind: "sign", Rank: i + 1, Name: s.Name, Address: s.Address, Category: s.Category, Chain: s.Chain,
			Chance: float64(s.Chance) / Certain, Cost: float64(s.Cost) / 100, Gain: round(Visits(step.Gain), 3),
			Share: round(p.Share(step.Gain), 6), Cumulative: round(p.Share(step.Total), 6)})
	}
	for _, g := range in.Gaps(p) {
		if g.Missing() == 0 {
			continue
		}
		at := in.Places[g.Place]
		add(at.ID, at.At.Lat, at.At.Lng, hole{Kind: "gap", Name: at.Name, Visits: round(Visits(g.Weight), 3), Missing: round(Visits(g.Missing()), 3),
			Covered: round(float64(g.Covered)/float64(g.Weight), 4), Reachable: round(Visits(g.Reachable), 3)})
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	err := e.Encode(struct {
		Type     string    `json:"type"`
		Features []feature `json:"features"`
	}{"FeatureCollection", features})
	if err != nil {
		return fmt.Errorf("cover: write GeoJSON: %w", err)
	}
	return nil
}

func round(v float64, digits int) float64 {
	scale := math.Pow10(digits)
	return math.Round(v*scale) / scale
}
