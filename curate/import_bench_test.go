package curate

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/geo"
	"citywalk/sheet"
)

// fileOf is a JSONL file of n invented notes on some shops.
func fileOf(n, shops int) string {
	r := rand.New(rand.NewPCG(1, 2))
	said := strings.Fields("汤头很鲜 面条劲道 服务员热情 环境干净 价格实惠 分量足 排队不久 太咸了 等了一个小时 有点贵 上菜慢 下次还来 桌子没擦 茶很香")
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `{"id":%d,"shop":"s%d","author":"u%d","time":%d,"stars":%d,"likes":%d,"text":"`,
			i, r.IntN(shops), r.IntN(n/5+1), 1_600_000_000+r.IntN(100_000_000), 1+r.IntN(5), r.IntN(50))
		for range 4 + r.IntN(26) {
			b.WriteString(said[r.IntN(len(said))] + "，")
		}
		fmt.Fprintf(&b, "%d\"}\n", i)
	}
	return b.String()
}

// BenchmarkImport imports notes of about a hundred characters each.
func BenchmarkImport(b *testing.B) {
	const notes = 20_000
	file := fileOf(notes, 500)
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		b.Run(string(engine), func(b *testing.B) {
			d, clock := dbtest.Open(b, engine)
			g := newRig(b, d, clock)
			i := Import{Source: "bench", Format: sheet.JSONL, City: here, MakeAt: &geo.Point{Lat: 31.2, Lng: 121.4}}
			n := 0
			for b.Loop() {
				i.Source = fmt.Sprintf("bench%d", n)
				n++
				r, err := g.Import(ctx, g.ann.Person, strings.NewReader(file), i)
				if err != nil || r.Added != notes {
					b.Fatalf("%d of %d: %v", r.Added, notes, err)
				}
			}
			b.ReportMetric(float64(n*notes)/b.Elapsed().Seconds(), "notes/s")
		})
	}
}
