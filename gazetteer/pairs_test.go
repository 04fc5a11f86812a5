package gazetteer

import (
	"crypto/sha256"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"

	"citywalk/db/dbtest"
	"citywalk/geo"
)

// A row is one line of a CSV file by the names of its columns.
type row map[string]string

func rows(t testing.TB, path string) []row {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comment, r.FieldsPerRecord, r.LazyQuotes = '#', -1, true
	head, err := r.Read()
	if err != nil {
		t.Fatal(err)
	}
	head[0] = strings.TrimPrefix(head[0], "\uFEFF")
	var all []row
	for {
		values, err := r.Read()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		one := row{}
		for i, v := range values[:min(len(values), len(head))] {
			one[head[i]] = v
		}
		all = append(all, one)
	}
}

var cities = []struct{ key, name string }{{"shanghai", "上海"}, {"hangzhou", "杭州"}, {"guangzhou", "广州"}}

// restaurants returns a city's restaurants as entries, and their rows by id.
func restaurants(t testing.TB, city string) ([]Entry, map[string]row) {
	t.Helper()
	var entries []Entry
	byID := map[string]row{}
	for _, r := range rows(t, dbtest.Data(t, "chinatravel-poi/restaurants/restaurants_"+city+".csv")) {
		lat, _ := strconv.ParseFloat(r["Lat"], 64)
		lng, _ := strconv.ParseFloat(r["Lon"], 64)
		p, err := geo.In(geo.GCJ02, lat, lng)
		if err != nil {
			t.Fatal(err)
		}
		byID[r["id"]] = r
		entries = append(entries, Entry{ID: r["id"], Name: r["Name"], Category: r["CuisineName"], Point: p})
	}
	return entries, byID
}

// tally counts how questions were answered.
type tally struct {
	linked, right                  int // Links, and those that are right.
	same                           int // Questions whose shop is in the list.
	asked, askedHolds, lost, quiet int // Ambiguous; with the right one among the matches; same answered None; no shop answered None.
}

func (a *tally) add(b tally) {
	a.linked, a.right, a.same = a.linked+b.linked, a.right+b.right, a.same+b.same
	a.asked, a.askedHolds, a.lost, a.quiet = a.asked+b.asked, a.askedHolds+b.askedHolds, a.lost+b.lost, a.quiet+b.quiet
}

func (a tally) precision() float64 { return float64(a.right) / float64(max(a.linked, 1)) }
func (a tally) recall() float64    { return float64(a.right) / float64(max(a.same, 1)) }

func (a tally) String() string {
	return fmt.Sprintf("in the list %d; linked %d, right %d: precision %.3f, recall %.3f; ambiguous %d (%d hold the right one); none: %d wrongly, %d rightly",
		a.same, a.linked, a.right, a.precision(), a.recall(), a.asked, a.askedHolds, a.lost, a.quiet)
}

// judgements reads testdata/pairs.csv: of each shop the row that is the same,
// and the rows of which it is unclear.
func judgements(t *testing.T) []row {
	t.Helper()
	return rows(t, "testdata/pairs.csv")
}

// TestPairs links the shops of one public list, known by name, business area and
// address, with those of another, known by name and position, and compares with
// what a reader judged.
func TestPairs(t *testing.T) {
	shops := map[string]row{}
	for _, r := range rows(t, dbtest.Data(t, "dianping-top100-2018/shops.csv")) {
		shops[r["id"]] = r
	}
	var all tally
	bins := make([]bin, 10)
	for _, city := range cities {
		entries, byID := restaurants(t, city.key)
		g := New(entries)
		same, unclear := map[string]string{}, map[string]bool{}
		for _, j := range judgements(t) {
			if j["city"] != city.key {
				continue
			}
			sum := sha256.Sum256([]byte(shops[j["shop"]]["shop_name"] + "\n" + byID[j["row"]]["Name"]))
			if fmt.Sprintf("%x", sum[:4]) != j["hash"] {
				t.Fatalf("shop %s and row %s of %s are not the ones that were judged", j["shop"], j["row"], city.key)
			}
			switch j["judgement"] {
			case "same":
				same[j["shop"]] = j["row"]
			case "unclear":
				unclear[j["shop"]] = true
			}
		}
		var one tally
		for id, s := range shops {
			if s["city"] != city.name || unclear[id] {
				continue
			}
			ms := g.Find(Query{Name: s["shop_name"], District: s["region"], Address: s["address"], Category: s["category"]})
			one.add(judge(t, ms, s, same[id], byID))
			for _, m := range ms {
				b := &bins[min(int(m.Probability*10), 9)]
				b.n, b.sum = b.n+1, b.sum+m.Probability
				if m.ID == same[id] {
					b.right++
				}
			}
		}
		t.Logf("%s: %v", city.key, one)
		all.add(one)
	}
	t.Logf("all: %v", all)
	for i, b := range bins {
		if b.n > 0 {
			t.Logf("said %.1f to %.1f: %d matches, said %.2f on average, true %.2f", float64(i)/10, float64(i+1)/10, b.n, b.sum/float64(b.n), float64(b.right)/float64(b.n))
		}
	}
	if all.precision() < 0.98 || all.recall() < 0.78 {
		t.Errorf("precision %.3f, recall %.3f", all.precision(), all.recall())
	}
}

// A bin is matches of about the same probability.
type bin struct {
	n, right int
	sum      float64
}

// judge compares one answer with the row that is the same, or "".
func judge(t *testing.T, ms []Match, shop row, same string, byID map[string]row) tally {
	var a tally
	if same != "" {
		a.same = 1
	}
	d, best := Decide(ms)
	holds := false
	for _, m := range ms {
		holds = holds || m.ID == same
	}
	wrong := false
	switch {
	case d == Linked && best.ID == same:
		a.linked, a.right = 1, 1
	case d == Linked:
		a.linked, wrong = 1, true
	case d == Ambiguous:
		a.asked = 1
		if same != "" && holds {
			a.askedHolds = 1
		}
		wrong = same != ""
	case same != "":
		a.lost, wrong = 1, true
	default:
		a.quiet = 1
	}
	if wrong && os.Getenv("PAIRS") != "" {
		t.Logf("   %s %s [%s, %s]: want %s, %v", shop["id"], shop["shop_name"], shop["region"], shop["address"], byID[same]["Name"], d)
		for _, m := range ms[:min(3, len(ms))] {
			t.Logf("        %.3f %s %v", m.Probability, byID[m.ID]["Name"], m.Why)
		}
	}
	return a
}
