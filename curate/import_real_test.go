package curate

import (
	"os"
	"testing"

	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/geo"
	"citywalk/sheet"
	"citywalk/shop"
)

var wuhan = Import{Source: "dianping-wuhan", Format: sheet.CSV, City: "武汉（匿名）", MakeAt: &geo.Point{Lat: 30.59, Lng: 114.30},
	Map: map[string]string{"shop": "_id", "text": "评论内容", "time": "发布时间", "stars": "用户总分", "subs": "用户打分"}}

// TestImportRealReviews imports 4,467 real reviews of 68 shops that nobody
// knows, which have no ids, no authors, blank stars and line breaks. All but
// one, which says nothing, go in; the second time nothing changes.
func TestImportRealReviews(t *testing.T) {
	path := dbtest.Data(t, "dianping-reviews-wuhan/reviews.csv")
	each(t, func(t *testing.T, g *rig) {
		trial := wuhan
		trial.DryRun = true
		for _, run := range []struct {
			what                 string
			i                    Import
			added, changed, same int
			made                 int
		}{
			{"a trial", trial, 4466, 0, 0, 68},
			{"the first time", wuhan, 4466, 0, 0, 68},
			{"the second time", wuhan, 0, 0, 4466, 0},
			{"a trial of what is there", trial, 0, 0, 4466, 0},
		} {
			f, err := os.Open(path)
			g.must(err)
			r, err := g.Import(ctx, g.ann.Person, f, run.i)
			f.Close()
			g.must(err)
			if r.Rows != 4467 || r.Added != run.added || r.Changed != run.changed || r.Same != run.same || r.Made != run.made || r.Waiting != 0 {
				t.Errorf("%s: %d rows, %d new, %d changed, %d same, %d shops made, %d waiting", run.what, r.Rows, r.Added, r.Changed, r.Same, r.Made, r.Waiting)
			}
			// Of the empty review the CSV's line is 3,129, its place 3,018.
			if r.Refused != 1 || r.Problems[0].Line != 3129 || r.Problems[0].Field != "text" {
				t.Errorf("%s: refused %d: %+v", run.what, r.Refused, r.Problems)
			}
			if r.Warned != 1 || r.Warnings[0].Line != 2 || r.Warnings[0].Field != "author" {
				t.Errorf("%s: %d warnings: %+v", run.what, r.Warned, r.Warnings)
			}
		}
		g.fitted(wuhan.City, 4466, 68)
	})
}

// fitted runs the jobs that are due and checks how much of a city is scored.
func (g *rig) fitted(city string, notes, shops int) {
	g.t.Helper()
	g.clock.Advance(2 * 60e9)
	_, err := g.jobs.Drain(ctx)
	g.must(err)
	type row struct{ Shops, Notes int }
	var kept row
	var drafts []shop.Hit
	g.must(g.DB.View(ctx, func(tx *db.Tx) (err error) {
		kept, err = db.One[row](tx, `SELECT shops, notes FROM curate_models WHERE city = $1`, city)
		return err
	}))
	drafts, err = g.shops.Search(ctx, shop.Query{City: city, State: shop.Draft, Limit: 100})
	g.must(err)
	if kept.Shops != shops || kept.Notes != notes || len(drafts) != shops {
		g.t.Errorf("%d shops and %d notes of %s are scored, %d drafts are there; want %d and %d", kept.Shops, kept.Notes, city, len(drafts), shops, notes)
	}
}
