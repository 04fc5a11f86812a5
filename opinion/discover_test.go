package opinion

import (
	"encoding/csv"
	"os"
	"slices"
	"strings"
	"testing"

	"citywalk/db/dbtest"
)

// TestDiscoverFindsNewDishes: a name that the notes order and praise is found;
// what is only said often is not.
func TestDiscoverFindsNewDishes(t *testing.T) {
	var texts []string
	for _, how := range []string{"推荐星河烤鸡，很好吃", "点了星河烤鸡，味道不错", "他家的星河烤鸡真的绝", "必点星河烤鸡！", "又来吃星河烤鸡，还有酸梅汤", "朋友点了星河烤鸡，太香了"} {
		texts = append(texts, how+"，环境优雅，服务态度很好")
	}
	found := Discover(texts, Search{})
	if len(found) == 0 || found[0].Name != "星河烤鸡" || found[0].Notes != len(texts) {
		t.Fatalf("%+v", found)
	}
	for _, d := range found {
		if strings.Contains(d.Name, "环境") || strings.Contains(d.Name, "服务") {
			t.Errorf("%+v is no dish", d)
		}
	}
}

// TestRealDishes compares what is found in each shop's reviews with what its
// reviewers ticked as liked.
func TestRealDishes(t *testing.T) {
	texts, liked := realShops(t)
	var found, exact, partly, named, hit float64
	for shop, notes := range texts {
		var names []string
		for _, d := range Discover(notes, Search{}) {
			names = append(names, d.Name)
			found++
			if liked[shop][d.Name] {
				exact++
			}
			for l := range liked[shop] {
				if strings.Contains(l, d.Name) || strings.Contains(d.Name, l) {
					partly++
					break
				}
			}
		}
		for l := range liked[shop] {
			times := 0
			for _, text := range notes {
				if strings.Contains(Fold(text), l) {
					times++
				}
			}
			if times >= 3 {
				named++
				if slices.Contains(names, l) {
					hit++
				}
			}
		}
	}
	t.Logf("recall %.3f of %.0f, precision exact %.3f and in part %.3f of %.0f", hit/named, named, exact/found, partly/found, found)
	if hit/named < 0.45 || partly/found < 0.4 {
		t.Error("fewer dishes are found than the documents say")
	}
}

// realShops returns the texts and the liked dishes of each shop of Wuhan.
func realShops(t *testing.T) (texts map[string][]string, liked map[string]map[string]bool) {
	t.Helper()
	f, err := os.Open(dbtest.Data(t, realFiles[0].path))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	texts, liked = map[string][]string{}, map[string]map[string]bool{}
	for _, row := range rows[1:] {
		shop := row[0]
		if liked[shop] == nil {
			liked[shop] = map[string]bool{}
		}
		texts[shop] = append(texts[shop], row[1])
		for _, name := range strings.FieldsFunc(row[2], func(r rune) bool { return strings.ContainsRune("[]', \"", r) }) {
			liked[shop][Fold(name)] = true
		}
	}
	return texts, liked
}
