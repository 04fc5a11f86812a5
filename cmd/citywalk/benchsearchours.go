package main

import (
	"context"
	"runtime"
	"slices"

	"citywalk/atlas"
	"citywalk/parlance"
)

// nearMe is how far what is near the asker may be, in metres.
const nearMe = 3000

// newOurFinder indexes the cities and reads the queries as the product does.
func newOurFinder(cities map[string]*searchCity) (finder, error) {
	indexes := map[string]*atlas.Index{}
	readers := map[string]*parlance.City{}
	for name, c := range cities {
		x, err := atlas.Build(func(yield func(atlas.Doc) bool) {
			for i := range c.docs {
				if !yield(atlasDoc(&c.docs[i])) {
					return
				}
			}
		}, nil, runtime.NumCPU())
		if err != nil {
			return finder{}, err
		}
		indexes[name] = x
		cheap, dear := priceLevels(c)
		readers[name] = parlance.NewCity(parlance.Vocabulary{City: name, Spots: c.spots, Cheap: cheap, Dear: dear, DF: x.DF})
	}
	find := func(ctx context.Context, q judgedQuery, limit int) ([]string, error) {
		return findOurs(indexes[q.City], readers[q.City], q, limit)
	}
	return finder{"citywalk", find}, nil
}

func atlasDoc(d *searchDoc) atlas.Doc {
	return atlas.Doc{
		ID: d.key, Point: d.Point, Category: d.Category, District: d.District,
		Terms:  parlance.Terms(parlance.Text{Name: d.Name, Category: d.Category, Dishes: d.Dishes, City: d.City, District: d.District, Address: d.Address, Stations: d.stations}),
		Price:  int32(d.Price),
		Opens:  int16(d.Opens),
		Closes: int16(d.Closes),
	}
}

// priceLevels returns below which two fifths of the prices are, and above which a
// fifth.
func priceLevels(c *searchCity) (cheap, dear int32) {
	var prices []int32
	for _, d := range c.docs {
		if d.Price > 0 {
			prices = append(prices, int32(d.Price))
		}
	}
	if len(prices) == 0 {
		return 0, 0
	}
	slices.Sort(prices)
	return quantile(prices, 0.4), quantile(prices, 0.8)
}

// findOurs asks, and asks less strictly, until something is found.
func findOurs(x *atlas.Index, c *parlance.City, q judgedQuery, limit int) ([]string, error) {
	reading := c.Read(q.Text)
	found, err := askOurs(x, reading.Ask, q, limit)
	if err != nil || len(found) > 0 {
		return found, err
	}
	for _, ask := range reading.Looser() {
		if found, err = askOurs(x, ask, q, limit); err != nil || len(found) > 0 {
			return found, err
		}
	}
	return nil, nil
}

// askOurs asks once. The clock and the position of the asker are the query's.
func askOurs(x *atlas.Index, a parlance.Ask, q judgedQuery, limit int) ([]string, error) {
	ask := a.Query()
	ask.Limit = limit
	if a.Wishes.Has(parlance.OpenNow) && !q.At.IsZero() {
		ask.Filter.OpenAt = q.At
	}
	if q.Near != nil && ask.Near == nil {
		ask.Near = q.Near
		if a.Wishes.Has(parlance.NearMe) {
			ask.Within = nearMe
		}
	}
	answer, err := x.Search(ask)
	if err != nil {
		return nil, err
	}
	keys := make([]string, len(answer.Hits))
	for i, h := range answer.Hits {
		keys[i] = h.ID
	}
	return keys, nil
}
