package shop

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"citywalk/db/dbtest"
	"citywalk/geo"
)

// scatter adds shops round the bund by import, a few of them far away, and
// returns them.
func scatter(t *testing.T, s *Service, n int) []Shop {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	var file strings.Builder
	file.WriteString("id,name,lat,lng,category,dishes,opens,closes\n")
	for i := range n {
		spread := 0.02
		if i%10 == 0 {
			spread = 5
		}
		lat, lng := bund.Lat+(random.Float64()-0.5)*spread, bund.Lng+(random.Float64()-0.5)*spread
		opens := random.IntN(1440)
		name := fmt.Sprintf("%s%d号店", []string{"老王茶馆", "小李面馆", "Ｍ·Stand Café"}[i%3], i)
		fmt.Fprintf(&file, "%d,%s,%.6f,%.6f,%s,\"%s\",%02d:%02d,%02d:%02d\n", i, name, lat, lng,
			[]string{"茶馆", "面馆", "咖啡"}[i%3], []string{"龙井,瓜子", "小李面", "拿铁"}[i%3],
			opens/60, opens%60, (opens/60+8)%24, opens%60)
	}
	report, err := s.Import(ctx, "per_operator", strings.NewReader(file.String()), Import{City: "上海", Source: "scatter", System: geo.WGS84, Format: CSV})
	if err != nil || report.Added != n {
		t.Fatalf("%+v, %v", report, err)
	}
	return pages(t, s, Query{})
}

// pages reads all pages of a search.
func pages(t *testing.T, s *Service, q Query) []Shop {
	t.Helper()
	var all []Shop
	q.Limit = 17
	for {
		hits, err := s.Search(ctx, q)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range hits {
			all = append(all, h.Shop)
			if q.Near == nil && h.Distance != -1 || q.Near != nil && h.Distance != geo.Distance(*q.Near, h.Point) {
				t.Errorf("distance %v of %s", h.Distance, h.Name)
			}
		}
		if len(hits) < q.Limit {
			return all
		}
		q.After = hits[len(hits)-1].Cursor
	}
}

func ids(shops []Shop) []ID {
	all := make([]ID, len(shops))
	for i, s := range shops {
		all[i] = s.ID
	}
	return all
}

// TestSearchNear compares pages of searches by distance with a scan of all
// shops: the same shops in the same order, whatever the circle.
func TestSearchNear(t *testing.T) {
	each(t, func(t *testing.T, s *Service, _ *dbtest.Clock) {
		all := scatter(t, s, 300)
		if len(all) != 300 {
			t.Fatalf("%d shops by name", len(all))
		}
		for _, from := range []geo.Point{bund, {Lat: 33, Lng: 119}, {Lat: -31, Lng: -59}} {
			for _, metres := range []float64{0, 1, 500, 3_000, 300_000} {
				var want []Shop
				for _, sh := range all {
					if metres == 0 || geo.Distance(from, sh.Point) <= metres {
						want = append(want, sh)
					}
				}
				slices.SortFunc(want, func(a, b Shop) int {
					return cmp.Or(cmp.Compare(geo.Distance(from, a.Point), geo.Distance(from, b.Point)), cmp.Compare(a.ID, b.ID))
				})
				got := pages(t, s, Query{Near: &from, Within: metres})
				if !slices.Equal(ids(got), ids(want)) {
					t.Errorf("within %v m of %v: %d shops, want %d, or in another order", metres, from, len(got), len(want))
				}
			}
		}
	})
}

func TestSearchByName(t *testing.T) {
	each(t, func(t *testing.T, s *Service, _ *dbtest.Clock) {
		scatter(t, s, 60)
		for _, row := range []struct {
			typed string
			want  int
		}{
			{"茶馆", 20}, {"龙井", 20}, {"咖啡", 20}, {"m stand", 20}, {"ＭSTAND", 20}, {"mstandcafé", 20},
			{"老王 瓜子", 20}, {"老王 面馆", 0}, {"老王茶馆30号", 1}, {"", 60}, {"  ", 60},
			{"%", 0}, {"_", 0}, {"'", 0}, {"茶%馆", 20}, {"馆茶", 0}, {"没有的", 0}, {strings.Repeat("长", 500), 0},
		} {
			for _, near := range []*geo.Point{nil, &bund} {
				if got := pages(t, s, Query{Name: row.typed, Near: near}); len(got) != row.want {
					t.Errorf("%q: %d shops, want %d", row.typed, len(got), row.want)
				}
			}
		}
	})
}

// TestSearchOpenNow: the database and OpenAt mean the same by open, at every
// hour of the day.
func TestSearchOpenNow(t *testing.T) {
	each(t, func(t *testing.T, s *Service, clock *dbtest.Clock) {
		all := scatter(t, s, 90)
		add(t, s, "", "十点到二十二点")
		for range 24 {
			clock.Advance(61 * time.Minute)
			want := 0
			for _, sh := range append(all, Shop{Opens: 600, Closes: 1320}) {
				if open, _ := sh.OpenAt(clock.Now()); open {
					want++
				}
			}
			if got := pages(t, s, Query{OpenNow: true}); len(got) != want {
				t.Errorf("%s: %d open by name, want %d", clock.Now().Format("15:04"), len(got), want)
			}
			if got := pages(t, s, Query{OpenNow: true, Near: &bund}); len(got) != want {
				t.Errorf("%s: %d open by distance, want %d", clock.Now().Format("15:04"), len(got), want)
			}
		}
	})
}

func TestSearchFilters(t *testing.T) {
	each(t, func(t *testing.T, s *Service, _ *dbtest.Clock) {
		scatter(t, s, 30)
		sh, _ := live(t, s, "老王茶馆总店")
		for name, q := range map[string]Query{
			"live ones":       {State: Live},
			"of the merchant": {Merchant: sh.Merchant},
			"live and near":   {State: Live, Near: &bund, City: "上海", Merchant: sh.Merchant},
		} {
			hits, err := s.Search(ctx, q)
			if err != nil || len(hits) != 1 || hits[0].ID != sh.ID || hits[0].Terms.Percent != 10 {
				t.Errorf("%s: %v, %v", name, hits, err)
			}
		}
		if hits, err := s.Search(ctx, Query{City: "杭州"}); err != nil || len(hits) != 0 {
			t.Errorf("of another city: %v, %v", hits, err)
		}
		if hits, err := s.Search(ctx, Query{Limit: 1000}); err != nil || len(hits) != 31 {
			t.Errorf("%d of 31, %v", len(hits), err)
		}
		for _, after := range []string{"?", "e30", "eyJkIjotMX0", "bnVsbA"} {
			if _, err := s.Search(ctx, Query{After: after}); !errors.Is(err, ErrCursor) {
				t.Errorf("cursor %q: %v", after, err)
			}
		}
		if _, err := s.Search(ctx, Query{Near: &geo.Point{Lat: 91}}); !errors.Is(err, ErrNear) {
			t.Errorf("from nowhere: %v", err)
		}
	})
}
