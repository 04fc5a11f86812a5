package redeem

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/money"
	"citywalk/shop"
)

// TestOneCodeManyScans races fifty devices at two nodes over one code (C1): one
// redemption begins, the others are told that the code was used.
func TestOneCodeManyScans(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		code := g.show(g.member())
		g.answers(g.race(50, func(s *Service, i int) error {
			_, err := s.Scan(t.Context(), g.staff, g.shop.ID, code, fmt.Sprintf("scan-of-one-code-%d", i))
			return err
		}), map[string]int{"": 1, ErrUsed.Code: 49})
		if all, err := g.List(t.Context(), g.operator, Filter{}); err != nil || len(all) != 1 {
			t.Errorf("%d redemptions, %v", len(all), err)
		}
		g.sound()
	})
}

// TestOneKeyManyScans races one sending of a scan that a phone repeats: each
// repetition gets the same redemption.
func TestOneKeyManyScans(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		code, key := g.show(g.member()), g.key()
		var mu sync.Mutex
		ids := map[ID]int{}
		g.answers(g.race(30, func(s *Service, i int) error {
			r, err := s.Scan(t.Context(), g.staff, g.shop.ID, code, key)
			mu.Lock()
			defer mu.Unlock()
			ids[r.ID]++
			return err
		}), map[string]int{"": 30})
		if len(ids) != 1 {
			t.Errorf("got %v", ids)
		}
	})
}

// TestOneConfirmManyTimes races fifty confirmations of one quote: the member is
// charged once, whoever asks.
func TestOneConfirmManyTimes(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		ctx := t.Context()
		who := g.member()
		g.agreed(who)
		r := g.priced(who, 12850)
		g.answers(g.race(50, func(s *Service, i int) error {
			_, err := s.Confirm(ctx, who, r.ID, r.Quote.Version, r.Quote.Hash, fmt.Sprintf("confirm-one-quote-%d", i))
			return err
		}), map[string]int{"": 50})
		g.is(r.ID, Committed)
		truth, err := g.sandbox.Truth(ctx)
		g.must(err)
		if len(truth.Charges) != 2 { // One made the agreement.
			t.Errorf("charged %+v", truth.Charges)
		}
		if p, err := g.passes.Get(ctx, who, r.Pass); err != nil || p.Uses != 2 {
			t.Errorf("%d uses, %v", p.Uses, err)
		}
		g.went(r.ID, Presented, Priced, Paying, Committed)
		g.sound()
	})
}

// TestOneOpenRedemption is abuse case C9: forty at once, at two shops and by
// both doors, want to begin something for one member; one does.
func TestOneOpenRedemption(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		ctx := t.Context()
		who := g.member()
		code, shops := g.show(who), []shop.ID{g.shop.ID, g.addShop("别家", tenPercent).ID}
		got := g.race(40, func(s *Service, i int) error {
			key := fmt.Sprintf("one-open-at-a-time-%d", i)
			if i == 0 {
				_, err := s.Scan(ctx, g.staff, g.shop.ID, code, key)
				return err
			}
			_, err := s.Request(ctx, who, shops[i%2], 1000, 900, key)
			return err
		})
		g.answers(got, map[string]int{"": 1, ErrOpen.Code: 39})
		g.sound()
	})
}

// TestOneUseADay is abuse case B12: forty at once, by code and by sign at two
// nodes, want the one use that a member has at a shop. One redemption is open
// at a time anyway, so the slots are raced by themselves below.
func TestOneUseADay(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		ctx := t.Context()
		_, err := g.shops.SetTerms(ctx, g.operator, g.shop.ID, shop.Terms{Kind: shop.Percent, Percent: 10, PerDay: 1})
		g.must(err)
		who := g.member()
		code := g.show(who)
		got := g.race(40, func(s *Service, i int) error {
			key := fmt.Sprintf("one-use-a-day-key-%d", i)
			if i < 20 {
				_, err := s.Request(ctx, who, g.shop.ID, 1000, 900, key)
				return err
			}
			_, err := s.Scan(ctx, g.staff, g.shop.ID, code, key)
			return err
		})
		if got[""] != 1 || got[""]+got[ErrOpen.Code]+got[ErrUsed.Code] != 40 {
			t.Errorf("answers %v", got)
		}
		g.sound()
	})
}

// TestSlotsAreGivenOnce races forty for three uses of a day, past the rule that
// a member has one redemption open: three get one, with numbers 0, 1, 2.
func TestSlotsAreGivenOnce(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		ctx := t.Context()
		who := g.member()
		sh := g.shop
		sh.Terms.PerDay = 3
		got := g.race(40, func(s *Service, i int) error {
			return s.DB.Update(ctx, func(tx *db.Tx) error {
				return take(tx, row{Redemption: Redemption{ID: ID(tx.ID("red")), Person: who.Person, Shop: sh.ID, Terms: sh.Terms}, SlotDay: "2026-03-02"})
			})
		})
		g.answers(got, map[string]int{"": 3, ErrUses.Code: 37})
		g.must(g.DB.Update(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(`DELETE FROM redeem_slots`)
			return err
		}))
	})
}

// TestBudgetIsNeverExceeded races forty members for a budget that lasts for
// eleven (B5): eleven get the discount, the others pay nothing, and not a fen
// too much is given.
func TestBudgetIsNeverExceeded(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		ctx := t.Context()
		_, err := g.shops.SetTerms(ctx, g.operator, g.shop.ID, shop.Terms{Kind: shop.Fixed, Off: 100, PerDay: 1, Budget: 1199})
		g.must(err)
		var who [40]account.Session
		var quoted [40]Redemption
		for i := range quoted {
			who[i] = g.member()
			quoted[i] = g.priced(who[i], 100)
		}
		g.answers(g.race(40, func(s *Service, i int) error {
			r := quoted[i]
			_, err := s.Confirm(ctx, who[i], r.ID, r.Quote.Version, r.Quote.Hash, fmt.Sprintf("confirm-in-budget-%d", i))
			return err
		}), map[string]int{"": 11, ErrBudget.Code: 29})
		g.sound()

		// Undone, it can be given again.
		for i := range quoted {
			if r := g.get(quoted[i].ID); r.State == Committed {
				_, err := g.Undo(ctx, g.staff, r.ID, g.key())
				g.must(err)
				break
			}
		}
		g.committed(g.member(), 100)
		g.sound()
	})
}

// TestUndoAgainstEverything races undos of one redemption by two tills: the
// money goes back once.
func TestUndoAgainstEverything(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		ctx := t.Context()
		r := g.committed(g.member(), 12850)
		g.answers(g.race(40, func(s *Service, i int) error {
			if i%4 == 3 {
				return s.Expire(ctx)
			}
			_, err := s.Undo(ctx, g.staff, r.ID, fmt.Sprintf("undo-of-one-bill-%d", i))
			return err
		}), map[string]int{"": 40})
		g.deliver()
		g.went(r.ID, Presented, Priced, Paying, Committed, Refunding, Refunded)
		truth, err := g.sandbox.Truth(ctx)
		g.must(err)
		if len(truth.Refunds) != 1 {
			t.Errorf("given back %+v", truth.Refunds)
		}
		g.sound()
	})
}

// TestEndsOfAPricedBill races everything that may end a priced bill at the
// instant of its deadline: exactly one does, whoever it was hears so, and
// nobody's agreement counts after the deadline.
func TestEndsOfAPricedBill(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		ctx := t.Context()
		for round := range 8 {
			who := g.member()
			r := g.priced(who, 1000)
			g.clock.Set(r.Expires.Add(-time.Millisecond))
			// Not every round has all of them, so that each may win.
			var confirmed, declined, priced atomic.Int64
			got := g.race(20, func(s *Service, i int) error {
				key := fmt.Sprintf("end-%s-%d", r.ID, i)
				var err error
				switch i % 5 {
				case 0, 1:
					_, err = s.Confirm(ctx, who, r.ID, r.Quote.Version, r.Quote.Hash, key)
					count(&confirmed, err)
				case 2:
					if round%2 == 0 {
						_, err = s.Decline(ctx, g.staff, r.ID, key)
						count(&declined, err)
					}
				case 3:
					if round%4 == 0 {
						_, err = s.Price(ctx, g.staff, r.ID, 2000, key)
						count(&priced, err)
					}
				case 4:
					g.clock.Advance(time.Millisecond)
					err = s.Expire(ctx)
				}
				return err
			})
			heard := fmt.Sprintf("%d confirmed, %d declined, %d priced: %v", confirmed.Load(), declined.Load(), priced.Load(), got)
			switch ended := g.get(r.ID); {
			case ended.State == Paying && ended.Due == 900 && confirmed.Load() > 0 && declined.Load() == 0:
			case ended.State == Voided && ended.Why == ErrDeclined.Code && declined.Load() > 0 && confirmed.Load() == 0:
			case ended.State == Voided && ended.Why == ErrQuoteOver.Code && confirmed.Load()+declined.Load() == 0:
			case ended.State == Priced && priced.Load() > 0 && confirmed.Load()+declined.Load() == 0:
			default:
				t.Errorf("ended %s, %q, due %v; %s", ended.State, ended.Why, ended.Due, heard)
			}
			g.sound()
			g.wait(4 * time.Minute)
			g.is(r.ID, Voided)
			g.endedInTime(r)
		}
	})
}

func count(n *atomic.Int64, err error) {
	if err == nil {
		n.Add(1)
	}
}

// endedInTime fails the test unless the priced bill left its quote once, and
// was agreed to only before the quote's end.
func (g *rig) endedInTime(r Redemption) {
	g.t.Helper()
	steps, err := g.History(g.t.Context(), g.operator, r.ID)
	g.must(err)
	times := map[State]int{}
	for _, s := range steps {
		times[s.State]++
		if s.State == Paying && !s.At.Before(r.Expires) {
			g.t.Errorf("%s was agreed to at %v, its quote was over at %v", r.ID, s.At, r.Expires)
		}
	}
	if times[Paying] > 1 || times[Voided] != 1 {
		g.t.Errorf("%s went %v", r.ID, g.history(r.ID))
	}
}

// TestManyTillsOfOneShop sends 64 members at once through one shop: all commit
// and the money adds up. Showing and scanning a code write only rows of the
// member's own, so that PostgreSQL seldom makes them run again.
func TestManyTillsOfOneShop(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		ctx := t.Context()
		const callers = 64
		var who [callers]account.Session
		for i := range who {
			who[i] = g.member()
		}
		var rs [callers]Redemption
		key := func(what string, i int) string { return fmt.Sprintf("many-tills-%s-%d", what, i) }
		before := g.DB.Retries()
		g.answers(g.race(callers, func(s *Service, i int) error {
			c, err := s.Show(ctx, who[i])
			if err == nil {
				rs[i], err = s.Scan(ctx, g.staff, g.shop.ID, c.Digits, key("scan", i))
			}
			return err
		}), map[string]int{"": callers})
		begun := g.DB.Retries() - before
		g.answers(g.race(callers, func(s *Service, i int) error {
			r, err := s.Price(ctx, g.staff, rs[i].ID, 1000, key("price", i))
			if err == nil {
				rs[i], err = s.Confirm(ctx, who[i], r.ID, r.Quote.Version, r.Quote.Hash, key("confirm", i))
			}
			return err
		}), map[string]int{"": callers})
		t.Logf("run again at one of two nodes: %d of %d to begin, %d of %d to price and pay",
			begun, callers, g.DB.Retries()-before-begun, callers*3/2)
		// In an empty database every index is one page, which makes strangers
		// meet; one hot row would cost several times as much.
		if begun > 3*callers {
			t.Errorf("%d retries to begin %d redemptions: something hot is read or written", begun, callers)
		}
		paid := money.Amount(0)
		for _, r := range rs {
			g.cashier(r.PayURL, "pay")
			paid += g.is(r.ID, Committed).Due
		}
		if paid != callers*900 {
			t.Errorf("%v paid", paid)
		}
		g.sound()
	})
}
