package main

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/mozillazg/go-pinyin"

	"citywalk/db"
	"citywalk/geo"
	"citywalk/ledger"
)

const benchTown = "量城"

// A madeTable is rows to measure on. They are written past the product: the
// numbers of signs would end at ninety thousand.
type madeTable struct {
	name    string
	columns []string
	rows    iter.Seq[[]any]
}

// madeShops is a city of n shops with what stands beside them: a metro, notes,
// places in lists, terms that were changed.
func madeShops(n int, now time.Time) []madeTable {
	columns := func(all string) []string { return strings.Split(all, " ") }
	some := func(n int, row func(r *rand.Rand, i int) []any) iter.Seq[[]any] {
		return func(yield func([]any) bool) {
			r := rand.New(rand.NewPCG(1, uint64(n)))
			for i := range n {
				if x := row(r, i); x != nil && !yield(x) {
					return
				}
			}
		}
	}
	return []madeTable{
		{"shop_merchants", columns("id name at"), some(1, func(*rand.Rand, int) []any { return []any{"mer_bench", "bench", 1} })},
		{"shop_shops", columns("id number city district address name category dishes lat lng price opens closes terms_version terms folded words cell opened merchant state source source_id at updated"),
			some(n, func(r *rand.Rand, i int) []any { return benchShop(r, i, now) })},
		{"shop_terms", columns("shop version body actor at"), some(2*n, func(r *rand.Rand, i int) []any { return benchTermsOf(r, i, now) })},
		{"curate_notes", columns("id source source_id city shop author written rating text visit state taken"), some(n, benchNote)},
		{"discover_regards", columns("shop city score back list place at"), some(n, func(r *rand.Rand, i int) []any {
			if i%20 != 3 {
				return nil
			}
			return []any{benchID(i), benchTown, r.IntN(1001), r.IntN(101), "", 0, 1}
		})},
		{"discover_places", columns("id city kind name lat lng source source_id at"), some(400, func(r *rand.Rand, i int) []any {
			at := benchPoint(r)
			return []any{fmt.Sprintf("pla_%04d", i), benchTown, "metro", benchName(r, 3) + "站", at.Lat, at.Lng, "bench", strconv.Itoa(i), 1}
		})},
	}
}

// fillTown writes a made city into a database of either engine.
func fillTown(ctx context.Context, url string, engine db.Engine, n int, now time.Time) error {
	if engine == db.Postgres {
		return fillPostgres(ctx, url, madeShops(n, now))
	}
	return fillSQLite(ctx, url, madeShops(n, now))
}

func fillSQLite(ctx context.Context, path string, tables []madeTable) error {
	conn, err := sql.Open("sqlite", "file:"+path+"?_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=synchronous(OFF)")
	if err != nil {
		return err
	}
	defer conn.Close()
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for _, t := range tables {
		put, err := tx.PrepareContext(ctx, "INSERT INTO "+t.name+" ("+strings.Join(t.columns, ", ")+") VALUES (?"+strings.Repeat(", ?", len(t.columns)-1)+")")
		if err != nil {
			return err
		}
		for row := range t.rows {
			if _, err := put.ExecContext(ctx, row...); err != nil {
				return fmt.Errorf("%s: %w", t.name, err)
			}
		}
	}
	return tx.Commit()
}

func fillPostgres(ctx context.Context, url string, tables []madeTable) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	for _, t := range tables {
		next, stop := iter.Pull(t.rows)
		_, err := conn.CopyFrom(ctx, pgx.Identifier{t.name}, t.columns, pgx.CopyFromFunc(func() ([]any, error) {
			row, _ := next()
			return row, nil
		}))
		stop()
		if err == nil {
			_, err = conn.Exec(ctx, "ANALYZE "+t.name)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
	}
	return nil
}

func benchID(n int) string { return fmt.Sprintf("shp_%08d", n) }

var benchWords = []rune("巷口半亩青石渡阿婆南风拾光小满白鹭榴旧灯三更橘子云边海盐木槿老樟树鹤西窗梧桐里潮汐月台豆蔻鹿山听雨蓝门对岸麦田铁皮有间不远慢春水五分钟隔壁好天气午后萤火")

func benchName(r *rand.Rand, n int) string {
	name := make([]rune, n)
	for k := range name {
		name[k] = benchWords[r.IntN(len(benchWords))]
	}
	return string(name)
}

// benchPoint is a position in a city with fifty centres.
func benchPoint(r *rand.Rand) geo.Point {
	centre := rand.New(rand.NewPCG(9, uint64(r.IntN(50))))
	return geo.Point{Lat: 31.23 + centre.NormFloat64()*0.08 + r.NormFloat64()*0.01, Lng: 121.47 + centre.NormFloat64()*0.1 + r.NormFloat64()*0.012}
}

// benchTerms are a shop's terms; one shop in fifty makes exceptions.
func benchTerms(r *rand.Rand, i int, now time.Time) string {
	version, kind := 1, r.IntN(4)
	if changed(i) {
		version = 2
	}
	kinds := []string{`"kind":"percent","percent":10`, `"kind":"percent","percent":15,"floor":5000,"hours":[{"days":[1,2,3,4,5],"from":660,"until":1320}]`,
		`"kind":"fixed","off":800,"floor":5000`, `"kind":"gift","gift":"小食一份"`}
	not := ""
	if i%50 == 9 {
		not = fmt.Sprintf(`,"blackout":[%q]`, ledger.DayOf(now, time.UTC).Next(i%100))
	}
	return fmt.Sprintf(`{"version":%d,%s,"per_day":1%s}`, version, kinds[kind], not)
}

// changed reports whether a made shop has changed its terms once.
func changed(i int) bool { return i%50 == 4 }

// benchTermsOf is row i of the terms: two versions of those that changed.
func benchTermsOf(r *rand.Rand, i int, now time.Time) []any {
	shop, version := i/2, 1+i%2
	if !changed(shop) {
		return nil
	}
	return []any{benchID(shop), version, `{"version":1,"kind":"percent","percent":10,"per_day":1}`, "bench",
		now.AddDate(-4+2*version, 0, -r.IntN(200)).UnixMilli()}
}

// benchTrade is a trade; the first are common.
func benchTrade(r *rand.Rand) *trade {
	return &demoTrades[min(r.IntN(len(demoTrades)), r.IntN(len(demoTrades)))]
}

// benchShopName is how a shop of a trade might be called.
func benchShopName(r *rand.Rand, t *trade) string {
	return benchName(r, 2+r.IntN(4)) + t.names[r.IntN(len(t.names))]
}

// benchWish is what somebody looks for: a trade, or one of its dishes.
func benchWish(r *rand.Rand) string {
	t := benchTrade(r)
	if r.IntN(2) == 0 {
		return t.category
	}
	return t.dishes[r.IntN(len(t.dishes))]
}

// spelt is a text in pinyin.
func spelt(text string) string { return strings.Join(pinyin.LazyConvert(text, nil), "") }

// benchShop is one shop, which joined in the last two years.
func benchShop(r *rand.Rand, i int, now time.Time) []any {
	t := benchTrade(r)
	name, street, at, dishes := benchShopName(r, t), benchName(r, 2), benchPoint(r), pick(r, t.dishes, 3)
	opened := now.Add(-time.Duration(r.Int64N(int64(2 * 365 * 24 * time.Hour))))
	version := 1
	if changed(i) {
		version = 2
	}
	return []any{benchID(i), fmt.Sprintf("%06s", strings.ToUpper(strconv.FormatInt(int64(i), 36))), benchTown, demoDistricts[r.IntN(len(demoDistricts))].name,
		fmt.Sprintf("%s路 %d 号", street, 1+r.IntN(900)), name, t.category, `["` + strings.Join(dishes, `","`) + `"]`, at.Lat, at.Lng,
		(t.low + r.IntN(t.high-t.low)) * 100, t.opens, t.closes, version, benchTerms(r, i, now), name, name, at.Cell(), opened.UnixMilli(),
		"mer_bench", "live", "bench", strconv.Itoa(i), 1, 1}
}

// benchNote is note i: one shop in twenty-five has twenty-five.
func benchNote(r *rand.Rand, i int) []any {
	visit := ""
	if r.IntN(3) == 0 {
		visit = fmt.Sprintf("red_%08d", i)
	}
	return []any{fmt.Sprintf("not_%08d", i), "bench", strconv.Itoa(i), benchTown, benchID(i / 25 * 25), fmt.Sprintf("%032d", r.IntN(1000)), 1, 400,
		"味道不错，会再来。", visit, "linked", 1}
}
