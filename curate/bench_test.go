package curate

import (
	"fmt"
	"testing"
	"time"

	"citywalk/db"
	"citywalk/db/dbtest"
)

// BenchmarkRescore scores one shop anew from the database and writes it back,
// as it is done after each single note.
func BenchmarkRescore(b *testing.B) {
	for _, n := range []int{30, 300} {
		b.Run(fmt.Sprintf("%d-notes", n), func(b *testing.B) {
			d, clock := dbtest.Open(b, db.SQLite)
			g := newRig(b, d, clock)
			sh, _ := g.shop("巷口面馆")
			g.notes(g.drafts(sh.ID, n, loved))
			for i := range 40 {
				other, _ := g.shop(fmt.Sprintf("%c家面馆", '甲'+rune(i)))
				g.notes(g.drafts(other.ID, 25, plain))
			}
			_, err := g.FitCity(ctx, here, nil)
			g.must(err)
			for b.Loop() {
				clock.Advance(time.Second)
				g.must(g.Rescore(ctx, sh.ID))
			}
		})
	}
}
