package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"citywalk/geo"
)

// A judgedQuery is a query and the grades, 1 to 3, of the documents that are of
// use to whoever asks it; all others are of none.
type judgedQuery struct {
	ID     string
	City   string
	Kind   string
	Held   bool
	Text   string
	Near   *geo.Point
	At     time.Time // Of the clock on the wall; zero if it does not matter.
	grades map[string]int
}

// absentKind is of queries for what is not there: an honest answer to them is
// something near it or nothing, so that they are measured apart.
const absentKind = "absent"

// textKinds are of queries that need nothing but the documents' texts.
var textKinds = []string{"exact", "part", "english", "category", "synonym", "dish", "traditional", "mixed"}

// summed are the rows over several kinds: all but what is not there, those that
// need only text, and what is not there.
var summed = []string{"all", "text alone", "not there"}

// A searchRow is what one system did with queries of one kind.
type searchRow struct {
	System   string        `json:"system"`
	Kind     string        `json:"kind"`
	Queries  int           `json:"queries"`
	NDCG     float64       `json:"ndcg_10"`
	Recall10 float64       `json:"recall_10"`
	Recall50 float64       `json:"recall_50"`
	Zero     float64       `json:"zero"` // Share of the queries to which nothing was found.
	Median   time.Duration `json:"median_ns"`
}

// searchDay is the Thursday on which the queries with a clock are asked.
var searchDay = time.Date(2026, 11, 26, 0, 0, 0, 0, searchZone)

// readJudged reads the judged set, and refuses one that names a document that
// is not there.
func readJudged(cities map[string]*searchCity) ([]judgedQuery, error) {
	known := map[string]bool{}
	for name, c := range cities {
		for _, d := range c.docs {
			known[name+d.key] = true
		}
	}
	lines, err := readCSV("judged/queries.csv")
	if err != nil {
		return nil, err
	}
	var all []judgedQuery
	index := map[string]int{}
	for _, l := range lines {
		q := judgedQuery{ID: l[0], City: l[1], Kind: l[2], Held: l[3] == "held", Text: l[4], grades: map[string]int{}}
		if l[5] != "" {
			lat, err1 := strconv.ParseFloat(l[5], 64)
			lng, err2 := strconv.ParseFloat(l[6], 64)
			if err1 != nil || err2 != nil {
				return nil, fmt.Errorf("query %s: not a position", q.ID)
			}
			q.Near = &geo.Point{Lat: lat, Lng: lng}
		}
		if l[7] != "" {
			clock, err := time.Parse("15:04", l[7])
			if err != nil {
				return nil, fmt.Errorf("query %s: %w", q.ID, err)
			}
			q.At = searchDay.Add(time.Duration(clock.Hour())*time.Hour + time.Duration(clock.Minute())*time.Minute)
		}
		index[q.ID] = len(all)
		all = append(all, q)
	}
	if lines, err = readCSV("judged/judgements.csv"); err != nil {
		return nil, err
	}
	for _, l := range lines {
		i, ok := index[l[0]]
		grade, err := strconv.Atoi(l[1])
		if !ok || err != nil || grade < 1 || grade > 3 {
			return nil, fmt.Errorf("judgement of %s: no such query or grade", l[0])
		}
		for _, key := range strings.Fields(l[2]) {
			if !known[all[i].City+key] {
				return nil, fmt.Errorf("judgement of %s: %s has no place %s", l[0], all[i].City, key)
			}
			all[i].grades[key] = grade
		}
	}
	return all, nil
}

// readCSV reads an embedded file without its head.
func readCSV(name string) ([][]string, error) {
	f, err := judgedFiles.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil || len(lines) == 0 {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return lines[1:], nil
}

// measureSearch asks one system all queries and returns a row for each kind, for
// all kinds but what is absent, and for those that need only text.
func measureSearch(ctx context.Context, s *Streams, f finder, cities map[string]*searchCity, queries []judgedQuery, show int) ([]searchRow, error) {
	sums := map[string]*searchRow{}
	times := map[string][]time.Duration{}
	var kinds []string
	for _, q := range queries {
		began := time.Now()
		found, err := f.find(ctx, q, answersMost)
		took := time.Since(began)
		if err != nil {
			return nil, fmt.Errorf("query %s: %w", q.ID, err)
		}
		if show > 0 {
			showSearch(s, cities[q.City], q, found, show)
		}
		if !slices.Contains(kinds, q.Kind) {
			kinds = append(kinds, q.Kind)
		}
		into := append(sumsOf(q.Kind), q.Kind)
		for _, kind := range into {
			r := sums[kind]
			if r == nil {
				r = &searchRow{System: f.name, Kind: kind}
				sums[kind] = r
			}
			r.add(q.grades, found)
			times[kind] = append(times[kind], took)
		}
	}
	var rows []searchRow
	for _, kind := range append(slices.Clone(summed), kinds...) {
		if r := sums[kind]; r != nil {
			n := float64(r.Queries)
			r.NDCG, r.Recall10, r.Recall50, r.Zero = r.NDCG/n, r.Recall10/n, r.Recall50/n, r.Zero/n
			slices.Sort(times[kind])
			r.Median = times[kind][len(times[kind])/2]
			rows = append(rows, *r)
		}
	}
	return rows, nil
}

// sumsOf returns into which of the summed rows a kind goes.
func sumsOf(kind string) []string {
	switch {
	case kind == absentKind:
		return []string{"not there"}
	case slices.Contains(knownKinds, kind):
		return nil
	case slices.Contains(textKinds, kind):
		return []string{"all", "text alone"}
	}
	return []string{"all"}
}

// add adds what one answer is worth.
func (r *searchRow) add(grades map[string]int, found []string) {
	r.Queries++
	r.NDCG += ndcg(grades, found, 10)
	r.Recall10 += recall(grades, found, 10)
	r.Recall50 += recall(grades, found, 50)
	if len(found) == 0 {
		r.Zero++
	}
}

// ndcg is the discounted gain of the first k, by the best that could be, with
// gains 1, 3 and 7. Where nothing is of use, only an empty answer is right.
func ndcg(grades map[string]int, found []string, k int) float64 {
	gain := func(grade int) float64 { return math.Exp2(float64(grade)) - 1 }
	sum := 0.0
	for i, key := range found[:min(k, len(found))] {
		sum += gain(grades[key]) / math.Log2(float64(i)+2)
	}
	var ideal []int
	for _, g := range grades {
		ideal = append(ideal, g)
	}
	slices.SortFunc(ideal, func(a, b int) int { return b - a })
	best := 0.0
	for i, g := range ideal[:min(k, len(ideal))] {
		best += gain(g) / math.Log2(float64(i)+2)
	}
	switch {
	case best > 0:
		return sum / best
	case len(found) == 0:
		return 1
	}
	return 0
}

// recall is how many of the relevant documents (grade 2 and 3; 1 where there is
// nothing better) are among the first k, of as many as could be.
func recall(grades map[string]int, found []string, k int) float64 {
	least := 2
	if best(grades) < 2 {
		least = 1
	}
	hit, all := 0, 0
	for _, g := range grades {
		if g >= least {
			all++
		}
	}
	for _, key := range found[:min(k, len(found))] {
		if grades[key] >= least {
			hit++
		}
	}
	if all == 0 {
		if len(found) == 0 {
			return 1
		}
		return 0
	}
	return float64(hit) / float64(min(all, k))
}

func best(grades map[string]int) (most int) {
	for _, g := range grades {
		most = max(most, g)
	}
	return most
}

// showSearch prints the first answers to a query with their grades.
func showSearch(s *Streams, c *searchCity, q judgedQuery, found []string, n int) {
	fmt.Fprintf(s.Err, "%s %s %s  ndcg %.2f recall@50 %.2f found %d\n", q.ID, q.City, q.Text, ndcg(q.grades, found, 10), recall(q.grades, found, 50), len(found))
	for _, key := range found[:min(n, len(found))] {
		i := slices.IndexFunc(c.docs, func(d searchDoc) bool { return d.key == key })
		fmt.Fprintf(s.Err, "    %d %s %s %s\n", q.grades[key], key, c.docs[i].Name, c.docs[i].Category)
	}
}

// writePool writes what is to be judged: for each query, by key, what any
// system has among its first ten.
func writePool(ctx context.Context, path string, finders []finder, cities map[string]*searchCity, queries []judgedQuery) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := csv.NewWriter(f)
	for _, q := range queries {
		pool := map[string]bool{}
		for _, one := range finders {
			found, err := one.find(ctx, q, 10)
			if err != nil {
				return fmt.Errorf("%s: query %s: %w", one.name, q.ID, err)
			}
			for _, key := range found {
				pool[key] = true
			}
		}
		for _, d := range cities[q.City].docs {
			if pool[d.key] {
				w.Write([]string{q.ID, q.Text, d.key, d.Name, d.Category, strings.Join(d.Dishes, " ")})
			}
		}
	}
	w.Flush()
	return errors.Join(w.Error(), f.Close())
}
