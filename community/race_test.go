package community

import (
	"errors"
	"sync"
	"testing"

	"citywalk/db"
)

// together runs fn n times at once and returns what each came to.
func together(n int, fn func(i int) error) []error {
	errs := make([]error, n)
	var ready, done sync.WaitGroup
	ready.Add(1)
	for i := range n {
		done.Go(func() {
			ready.Wait()
			errs[i] = fn(i)
		})
	}
	ready.Done()
	done.Wait()
	return errs
}

// worked counts what was done and checks that the rest was refused for want.
func (g *rig) worked(errs []error, want error) (n int) {
	g.t.Helper()
	for _, err := range errs {
		switch {
		case err == nil:
			n++
		case want == nil || !errors.Is(err, want):
			g.t.Errorf("one of many: %v, want %v", err, want)
		}
	}
	return n
}

// One member who presses twice at once likes a note once, and the count says
// so; two members are two.
func TestLikesAtOnce(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		n := g.note(g.mia)
		g.worked(together(12, func(i int) error {
			if i%2 == 0 {
				return g.Like(ctx, g.noa, n.ID)
			}
			return g.Like(ctx, g.mia, n.ID)
		}), nil)
		if now := g.again(g.noa, n); now.Likes != 2 || g.count("likes") != 2 {
			t.Errorf("%d likes are counted and %d are there, want 2", now.Likes, g.count("likes"))
		}
		g.worked(together(8, func(int) error { return g.Unlike(ctx, g.noa, n.ID) }), nil)
		if now := g.again(g.noa, n); now.Likes != 1 || now.Liked {
			t.Errorf("%d likes are counted, want 1", now.Likes)
		}
	})
}

// Of twelve pictures that come at once to a note with one, eight find a place,
// and the table has no tenth place for whoever forgets to count.
func TestTenthPicture(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		w := says("汤很鲜")
		w.Files = append(w.Files, snap(0))
		n, err := g.Write(ctx, g.mia, g.shop.ID, w, g.key())
		g.must(err)
		keys := make([]string, 12)
		for i := range keys {
			keys[i] = g.key()
		}
		errs := together(len(keys), func(i int) error {
			_, err := g.AddPhoto(ctx, g.mia, n.ID, keys[i], snap(i))
			return err
		})
		if made := g.worked(errs, ErrPhotos); made != 8 || g.count("photos") != 9 {
			t.Errorf("%d found a place and %d are there", made, g.count("photos"))
		}
		for i, err := range errs { // Sent again each says what it said, and nothing is there twice.
			_, again := g.AddPhoto(ctx, g.mia, n.ID, keys[i], snap(i))
			if (again == nil) != (err == nil) {
				t.Errorf("picture %d: %v, again %v", i, err, again)
			}
		}
		if g.count("photos") != 9 {
			t.Errorf("%d pictures after they were sent again", g.count("photos"))
		}
		err = g.DB.Update(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(`
				INSERT INTO community_photos (id, note, slot, key, hash, width, height, data, thumb, at)
				VALUES ('pic_x', $1, 10, 'tenth', '', 1, 1, '', '', 0)`, n.ID)
			return err
		})
		if err == nil {
			t.Error("the table takes a tenth picture")
		}
	})
}

// Two of a merchant's people who answer at once leave one answer.
func TestAnswersAtOnce(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		n := g.note(g.mia)
		g.worked(together(6, func(i int) error {
			_, err := g.Answer(ctx, g.owner, n.ID, string(rune('甲'+i)))
			return err
		}), nil)
		if g.count("answers") != 1 {
			t.Errorf("there are %d answers", g.count("answers"))
		}
	})
}

// A member who reports a thing six times at once reports it once, and there is
// one case.
func TestReportsAtOnce(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		n := g.note(g.mia)
		errs := together(6, func(int) error { return g.Report(ctx, g.noa, string(n.ID), "ad", "") })
		if made := g.worked(errs, ErrReported); made != 1 || g.count("reports") != 1 {
			t.Errorf("%d reports were taken and %d are there", made, g.count("reports"))
		}
	})
}

// Two operators who decide at once: one step is taken, and the other is told.
func TestRulingsAtOnce(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		n := g.note(g.mia)
		g.must(g.Report(ctx, g.noa, string(n.ID), "ad", ""))
		errs := together(2, func(i int) error {
			if i == 0 {
				return g.Keep(ctx, g.ann, string(n.ID))
			}
			return g.Keep(ctx, g.bo, string(n.ID))
		})
		if made := g.worked(errs, ErrStep); made != 1 {
			t.Errorf("%d of two kept it", made)
		}
	})
}
