package community

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"citywalk/account"
	"citywalk/db"
)

// acts is how often something was done, as the audit has it.
func (g *rig) acts(action, object string) (n int) {
	g.t.Helper()
	g.must(g.DB.View(ctx, func(tx *db.Tx) (err error) {
		n, err = db.One[int](tx, `SELECT COUNT(*) FROM account_audits WHERE action = $1 AND object = $2`, action, object)
		return err
	}))
	return n
}

// caseOf is what an operator sees of a thing.
func (g *rig) caseOf(id string) CaseView {
	g.t.Helper()
	c, err := g.CaseOf(ctx, g.audit, id)
	g.must(err)
	return c
}

var spam = Ruling{Reason: "ad", Words: "像广告"}

// While its author deletes a note that was reported, operators decide about it
// and members like, comment on and report it, at two nodes: afterwards it is
// gone with all that hung on it, and its case has ended.
func TestDeletedWhileItIsJudged(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		nodes, authors := g.nodes(), g.crowd(6)
		for round, author := range authors {
			w := says("汤很鲜")
			w.Files = []io.Reader{snap(round)}
			n, err := g.Write(ctx, author, g.shop.ID, w, g.key())
			g.must(err)
			id, keys := string(n.ID), []string{g.key(), g.key()}
			g.must(g.Report(ctx, g.mia, id, "ad", ""))
			for i, err := range together(12, func(i int) error {
				s := nodes[i%2]
				switch i / 2 {
				case 0:
					return s.Hide(ctx, g.ann, id, spam)
				case 1:
					return s.Keep(ctx, g.bo, id)
				case 2:
					return s.Like(ctx, g.noa, n.ID)
				case 3:
					_, err := s.Comment(ctx, g.noa, n.ID, "同意", keys[i%2])
					return err
				case 4:
					return s.Report(ctx, g.noa, id, "ad", "")
				}
				return s.Delete(ctx, author, n.ID)
			}) {
				if err != nil && !errors.Is(err, ErrNote) && !errors.Is(err, ErrThing) && !errors.Is(err, ErrStep) && !errors.Is(err, ErrReported) {
					t.Errorf("%d: %v", i, err)
				}
			}
			if g.acts("community.delete", id) != 1 {
				t.Errorf("it was deleted %d times", g.acts("community.delete", id))
			}
		}
		for _, table := range []string{"notes", "photos", "likes", "comments", "reports", "curate", "counts", "cases that are not gone"} {
			if left := g.count(table); left != 0 {
				t.Errorf("%d %s are left", left, table)
			}
		}
	})
}

// While a merchant rewrites an answer that was reported, one operator hides it
// and another keeps it, at two nodes. Whichever comes first, hiding is the last
// word: what was kept may be hidden, and what is hidden is not kept any more.
func TestRewrittenWhileItIsHidden(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		nodes := g.nodes()
		for round, author := range g.crowd(5) {
			n := g.note(author)
			a, err := g.Answer(ctx, g.owner, n.ID, "谢谢")
			g.must(err)
			g.must(g.Report(ctx, g.noa, a.ID, "abuse", ""))
			errs := together(6, func(i int) error {
				switch i {
				case 0:
					return nodes[0].Hide(ctx, g.ann, a.ID, spam)
				case 1:
					return nodes[1].Keep(ctx, g.bo, a.ID)
				}
				_, err := nodes[i%2].Answer(ctx, g.owner, n.ID, fmt.Sprint("谢谢你", i))
				return err
			})
			if errs[1] != nil && !errors.Is(errs[1], ErrStep) {
				t.Errorf("keeping: %v", errs[1])
			}
			errs[1] = nil
			g.worked(errs, nil)
			if c := g.caseOf(a.ID); c.State != Hidden || c.Judge != g.ann.Person || c.Text == "谢谢" {
				t.Errorf("the case is %+v", c)
			}
			if now := g.again(g.mia, n); now.Answer != nil {
				t.Errorf("a hidden answer is shown: %+v", now.Answer)
			}
			if g.count("answers") != round+1 {
				t.Errorf("there are %d answers", g.count("answers"))
			}
		}
	})
}

// Who wrote a hidden note asks for a second look, twice, while an operator
// shows it again: one of the three is done, and the others are told.
func TestAppealedWhileItIsRestored(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		nodes := g.nodes()
		for _, author := range g.crowd(6) {
			id := string(g.note(author).ID)
			g.must(g.Hide(ctx, g.ann, id, spam))
			errs := together(3, func(i int) error {
				if i == 0 {
					return nodes[0].Restore(ctx, g.bo, id, "看错了")
				}
				return nodes[i%2].Appeal(ctx, author, id, "不是广告")
			})
			want := Appealed
			if errs[0] == nil {
				want = Kept
			} else if !errors.Is(errs[0], ErrStep) {
				t.Errorf("restoring: %v", errs[0])
			}
			if errors.Is(errs[0], ErrStep) {
				errs[0] = ErrAppeal
			}
			if done := g.worked(errs, ErrAppeal); done != 1 {
				t.Errorf("%d of three were done", done)
			}
			c := g.caseOf(id)
			if c.State != want || (c.Appeal != "") != (want == Appealed) {
				t.Errorf("the case is %+v, want %s", c, want)
			}
			if n := g.acts("community.appeal", id) + g.acts("community.restore", id); n != 1 {
				t.Errorf("%d were written down", n)
			}
		}
	})
}

// Two operators give the second look at once, one for and one against: one
// decides, and the case says who and what.
func TestSecondLooksAtOnce(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		judges, nodes := []account.Session{g.bo, g.person("13900000009", account.Grant{Role: account.Operator})}, g.nodes()
		words := []CaseState{Kept, Final}
		for _, author := range g.crowd(6) {
			id := string(g.note(author).ID)
			g.must(g.Hide(ctx, g.ann, id, spam))
			g.must(g.Appeal(ctx, author, id, "不是广告"))
			g.refused("who hid it", g.Judge(ctx, g.ann, id, Kept, "好"), ErrSecond)
			errs := together(4, func(i int) error { return nodes[i/2].Judge(ctx, judges[i%2], id, words[i%2], "看过了") })
			if done := g.worked(errs, ErrStep); done != 1 || g.acts("community.judge", id) != 1 {
				t.Fatalf("%d judged it, and %d are written down", done, g.acts("community.judge", id))
			}
			won := 0
			for errs[won] != nil {
				won++
			}
			if c := g.caseOf(id); c.State != words[won%2] || c.Second != judges[won%2].Person {
				t.Errorf("%s said %s, and the case is %+v", judges[won%2].Person, words[won%2], c)
			}
		}
	})
}
