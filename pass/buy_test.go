package pass

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/db/dbtest"
)

// TestTrialOnce races many phones of the same people for the trial: each
// person gets one, and no other ever after.
func TestTrialOnce(t *testing.T) {
	const people, phones = 8, 8
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		var mu sync.Mutex
		won := map[account.ID]int{}
		var wg sync.WaitGroup
		for phone := range phones {
			s := &Service{DB: dbtest.Again(t, d, clock), Zone: dbtest.Zone}
			for i := range people {
				who := account.Session{Person: account.ID(fmt.Sprintf("per_%d", i))}
				wg.Go(func() {
					_, _, err := s.Buy(t.Context(), who, "trial", fmt.Sprintf("phone-%d-of-person-%d", phone, i))
					mu.Lock()
					defer mu.Unlock()
					if err == nil {
						won[who.Person]++
					} else if !errors.Is(err, ErrTrialTaken) {
						t.Error(err)
					}
				})
			}
		}
		wg.Wait()
		s := &Service{DB: d, Zone: dbtest.Zone}
		clock.Advance(20 * 24 * time.Hour)
		if err := s.Lapse(t.Context()); err != nil {
			t.Fatal(err)
		}
		for i := range people {
			who := account.Session{Person: account.ID(fmt.Sprintf("per_%d", i))}
			if won[who.Person] != 1 {
				t.Errorf("%s won %d trials, want 1", who.Person, won[who.Person])
			}
			if _, _, err := s.Buy(t.Context(), who, "trial", "a-trial-when-the-first-is-over"); !errors.Is(err, ErrTrialTaken) {
				t.Errorf("a trial after the first: %v", err)
			}
			mine, err := s.Mine(t.Context(), who)
			if err != nil || len(mine) != 1 || mine[0].State != Lapsed || mine[0].Until != "2026-03-16" {
				t.Errorf("%s has %v (%v), want one trial that lapsed", who.Person, mine, err)
			}
		}
	})
}

// TestBuyRepeated shows that a repeated press gets the first answer.
func TestBuyRepeated(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		s := &Service{DB: d, Zone: dbtest.Zone}
		who := account.Session{Person: "per_a"}
		first, _, err := s.Buy(t.Context(), who, "trial", "one-and-the-same-key")
		if err != nil {
			t.Fatal(err)
		}
		again, _, err := s.Buy(t.Context(), who, "trial", "one-and-the-same-key")
		if err != nil || again != first {
			t.Errorf("again: %v, %v, want %v", again, err, first)
		}
		if _, err := s.Get(t.Context(), account.Session{Person: "per_b"}, first.ID); !errors.Is(err, ErrUnknown) {
			t.Errorf("another person's look: %v", err)
		}
		if _, err := s.Preview(t.Context(), who, first.ID); !errors.Is(err, ErrNoRefund) {
			t.Errorf("a refund of a trial: %v", err)
		}
		if _, _, err := s.Buy(t.Context(), who, "no-such-plan", "another-key-of-this-person"); !errors.Is(err, ErrNotSold) {
			t.Errorf("a plan that is not there: %v", err)
		}
	})
}
