package shop

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/fault"
)

// wantFault checks a refusal and, unless it is "", the field it is about.
func wantFault(t *testing.T, err, want error, field string) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("got %v, want %v", err, want)
		return
	}
	if f, ok := fault.From(err); ok && field != "" && f.Field != field {
		t.Errorf("it is about %q, want %q", f.Field, field)
	}
}

// TestEveryMove walks every act from every state.
func TestEveryMove(t *testing.T) {
	allowed := map[State]map[act]State{
		Draft:  {opening: Live},
		Live:   {pausing: Paused, leaving: Left},
		Paused: {resuming: Live, leaving: Left},
		Left:   {},
	}
	each(t, func(t *testing.T, s *Service, _ *dbtest.Clock) {
		for _, from := range States() {
			for _, a := range []act{opening, pausing, resuming, leaving} {
				sh := inState(t, s, from, string(from)+string(a))
				err := s.change(ctx, operator, sh.ID, a, "因为")
				to, ok := allowed[from][a]
				switch got := get(t, s, sh.ID).State; {
				case ok && (err != nil || got != to):
					t.Errorf("%s %s: %s, %v", a, from, got, err)
				case !ok && (!errors.Is(err, ErrState) || got != from):
					t.Errorf("%s %s: %s, %v", a, from, got, err)
				}
			}
		}
	})
}

func inState(t *testing.T, s *Service, state State, name string) Shop {
	t.Helper()
	if state == Draft {
		m, err := s.AddMerchant(ctx, operator, name)
		if err != nil {
			t.Fatal(err)
		}
		sh := add(t, s, m.ID, name)
		if _, err := s.SetTerms(ctx, operator, sh.ID, tenOff); err != nil {
			t.Fatal(err)
		}
		return sh
	}
	sh, owner := live(t, s, name)
	var err error
	switch state {
	case Paused:
		err = s.Pause(ctx, owner, sh.ID, "装修")
	case Left:
		err = s.Leave(ctx, owner, sh.ID, "不做了")
	}
	if err != nil {
		t.Fatal(err)
	}
	return sh
}

// TestOpenNeeds: a draft goes live with a merchant and terms, not before.
func TestOpenNeeds(t *testing.T) {
	each(t, func(t *testing.T, s *Service, _ *dbtest.Clock) {
		sh := add(t, s, "", "老王茶馆")
		wantFault(t, s.Open(ctx, operator, sh.ID), ErrNoMerchant, "")
		m, err := s.AddMerchant(ctx, operator, "老王茶馆有限公司")
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Assign(ctx, operator, sh.ID, m.ID); err != nil {
			t.Fatal(err)
		}
		wantFault(t, s.Open(ctx, merchantOf(m.ID), sh.ID), ErrNoTerms, "")
		if _, err := s.SetTerms(ctx, merchantOf(m.ID), sh.ID, tenOff); err != nil {
			t.Fatal(err)
		}
		if err := s.Open(ctx, merchantOf(m.ID), sh.ID); err != nil {
			t.Error(err)
		}
		// The schema stands behind the rule.
		bare := add(t, s, "", "没签的店")
		err = s.DB.Update(ctx, func(tx *db.Tx) error { return move(tx, bare, Live, "", false) })
		if err == nil {
			t.Error("the database takes a live shop without merchant and terms")
		}
	})
}

// TestPause: a pause needs a reason that people can read, and an operator's is
// ended by an operator.
func TestPause(t *testing.T) {
	each(t, func(t *testing.T, s *Service, clock *dbtest.Clock) {
		sh, owner := live(t, s, "老王茶馆")
		tick := func() { clock.Advance(time.Second) }
		tick()
		wantFault(t, s.Pause(ctx, owner, sh.ID, " "), ErrMissing, "reason")
		wantFault(t, s.Pause(ctx, owner, sh.ID, "a\u202Eb"), ErrText, "reason")
		wantFault(t, s.Leave(ctx, owner, sh.ID, ""), ErrMissing, "reason")
		if err := s.Pause(ctx, owner, sh.ID, "装修到周五"); err != nil {
			t.Fatal(err)
		}
		if got := get(t, s, sh.ID); got.Reason != "装修到周五" || got.Held {
			t.Errorf("%+v", got)
		}
		tick()
		if err := s.Resume(ctx, owner, sh.ID); err != nil {
			t.Fatal(err)
		}
		if got := get(t, s, sh.ID); got.Reason != "" || got.State != Live {
			t.Errorf("%+v", got)
		}
		tick()
		if err := s.Pause(ctx, operator, sh.ID, "两次未能核销"); err != nil {
			t.Fatal(err)
		}
		tick()
		wantFault(t, s.Resume(ctx, owner, sh.ID), ErrHeld, "")
		if err := s.Resume(ctx, operator, sh.ID); err != nil {
			t.Error(err)
		}
		got := audits(t, s, string(sh.ID))[:4]
		slices.Reverse(got)
		want := []string{"shop.pause", "shop.resume", "shop.pause", "shop.resume"}
		if !slices.Equal(got, want) {
			t.Errorf("audit %v, want %v", got, want)
		}
	})
}

// TestPauseOnce races many pauses of one shop: one wins, the others are told
// that it is paused, and one audit row stands.
func TestPauseOnce(t *testing.T) {
	each(t, func(t *testing.T, s *Service, _ *dbtest.Clock) {
		sh, owner := live(t, s, "老王茶馆")
		const callers = 16
		errs := make([]error, callers)
		var wg sync.WaitGroup
		for n := range callers {
			wg.Go(func() { errs[n] = s.Pause(ctx, owner, sh.ID, "装修") })
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else if !errors.Is(err, ErrState) {
				t.Errorf("a loser is told %v", err)
			}
		}
		if won != 1 || len(audits(t, s, string(sh.ID))) != 4 {
			t.Errorf("%d pauses won, audit %v", won, audits(t, s, string(sh.ID)))
		}
	})
}

// TestNumberOnce races callers for the same few numbers: each number goes to
// one shop, and the losers are told to draw another.
func TestNumberOnce(t *testing.T) {
	each(t, func(t *testing.T, s *Service, _ *dbtest.Clock) {
		const callers, numbers = 8, 12
		var wg sync.WaitGroup
		for range callers {
			wg.Go(func() {
				for n := range numbers {
					err := s.DB.Update(ctx, func(tx *db.Tx) error {
						id := ID(tx.ID("shp"))
						_, err := put(tx, Shop{ID: id, Number: numbered(fmt.Sprint(10_000 + n)), City: "上海", Name: "店", Point: bund, State: Draft, Source: HandSource, SourceID: string(id)})
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if all := pages(t, s, Query{}); len(all) != numbers {
			t.Errorf("%d shops have %d numbers", len(all), numbers)
		}
	})
}
