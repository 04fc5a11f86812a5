package curate

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"citywalk/account"
	"citywalk/db"
)

// race runs n functions at once and counts what they return.
func race(n int, do func(i int) error) map[error]int {
	var mu sync.Mutex
	var wg sync.WaitGroup
	start := make(chan struct{})
	counts := map[error]int{}
	for i := range n {
		wg.Go(func() {
			<-start
			err := do(i)
			mu.Lock()
			defer mu.Unlock()
			for _, known := range []error{ErrStale, ErrPending, ErrNotProposed, ErrAppealed, ErrJudged, db.ErrBusy} {
				if errors.Is(err, known) {
					err = known
				}
			}
			counts[err]++
		})
	}
	close(start)
	wg.Wait()
	return counts
}

// wantOne checks that one won and everybody else was refused for the reason.
func wantOne(t *testing.T, counts map[error]int, n int, refusal error) {
	t.Helper()
	if counts[nil] != 1 || counts[nil]+counts[refusal]+counts[db.ErrBusy] != n {
		t.Errorf("%v, want one to win and the rest to hear %v", counts, refusal)
	}
}

// Of many reviewers who decide about a shop at once from the same page, one
// does; the others are told to look again.
func TestDecideRace(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		people := []account.Session{g.ann, g.bo, g.cy}
		for round := range 5 {
			sh, _ := g.shop(fmt.Sprintf("抢评%d号店", round))
			verdicts := Verdicts()
			keys := make([]string, 12)
			for i := range keys {
				keys[i] = g.key()
			}
			counts := race(len(keys), func(i int) error {
				_, err := g.Decide(ctx, people[i%3], sh.ID, Ruling{Verdict: verdicts[i%3], Reason: "看过了。", Tie: Tie{None: true}}, keys[i])
				return err
			})
			wantOne(t, counts, len(keys), ErrStale)
			if f := g.file(sh.ID); len(f.Decisions) != 1 || f.Standing == nil || g.curated(sh.ID) != (f.Verdict == Included) {
				t.Errorf("%d decisions, standing %v, %s", len(f.Decisions), f.Standing, f.Verdict)
			}
		}
	})
}

// A proposal is settled once, whoever comes first.
func TestSettleRace(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		g.paid = true
		for round := range 5 {
			sh, _ := g.shop(fmt.Sprintf("待定%d号店", round))
			g.ruled(g.ann, sh.ID, Included, Standing)
			d := g.ruled(g.ann, sh.ID, Excluded, Proposed)
			counts := race(8, func(i int) error {
				do := g.Confirm
				if i%2 == 1 {
					do = g.Reject
				}
				_, err := do(ctx, []account.Session{g.bo, g.cy}[i/4], d.ID)
				return err
			})
			// A person who repeats what he did is told again that it is done.
			if counts[nil] < 1 || counts[nil] > 2 || counts[nil]+counts[ErrNotProposed]+counts[db.ErrBusy] != 8 {
				t.Errorf("%v", counts)
			}
			f := g.file(sh.ID)
			if f.Proposed != nil || g.curated(sh.ID) != (f.Verdict == Included) || len(f.Decisions) != 2 {
				t.Errorf("after it: %+v", f.Dossier)
			}
		}
	})
}

// An appeal is made once for each decision and answered once.
func TestAppealRace(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		for round := range 5 {
			sh, merchant := g.shop(fmt.Sprintf("申诉%d号店", round))
			g.ruled(g.ann, sh.ID, Excluded, Standing)
			counts := race(6, func(i int) error {
				_, err := g.Appeal(ctx, merchant, sh.ID, fmt.Sprintf("请再来看看，第%d遍。", i))
				return err
			})
			wantOne(t, counts, 6, ErrAppealed)
			a := g.file(sh.ID).Appeals[0]
			counts = race(6, func(i int) error {
				j := Judgement{Answer: "看过了，维持。"}
				if i%2 == 1 {
					j = Judgement{Answer: "看过了，改判。", Ruling: &Ruling{Verdict: Included, Reason: "复查合格。", Tie: Tie{None: true}}}
				}
				_, err := g.Judge(ctx, []account.Session{g.bo, g.cy}[i/3], a.ID, j)
				return err
			})
			wantOne(t, counts, 6, ErrJudged)
			f := g.file(sh.ID)
			if overturned := f.Appeals[0].State == Overturned; overturned != g.curated(sh.ID) || overturned != (len(f.Decisions) == 2) {
				t.Errorf("%s with %d decisions, listed %v", f.Appeals[0].State, len(f.Decisions), g.curated(sh.ID))
			}
		}
	})
}

// The same batch from many senders is taken once.
func TestTakeRace(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		sh, _ := g.shop("抢收面馆")
		drafts := g.drafts(sh.ID, 30, loved)
		var mu sync.Mutex
		added := 0
		counts := race(6, func(int) error {
			results, err := g.Take(ctx, g.ann, "test", drafts)
			mu.Lock()
			defer mu.Unlock()
			for _, r := range results {
				if err == nil && r.Outcome == Added {
					added++
				}
			}
			return err
		})
		if counts[nil]+counts[db.ErrBusy] != 6 || added != 30 {
			t.Errorf("%v, %d added, want 30", counts, added)
		}
		g.must(g.DB.View(ctx, func(tx *db.Tx) error {
			notes, err := notesOf(tx, sh.ID, 1000)
			if len(notes) != 30 {
				t.Errorf("%d notes, want 30", len(notes))
			}
			return err
		}))
	})
}
