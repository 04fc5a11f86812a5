package pass

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"citywalk/account"
	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/ledger"
	"citywalk/money"
	"citywalk/payment"
)

// A book sells passes past the cashier and watches the books.
type book struct {
	s      *Service
	clock  *dbtest.Clock
	people int
	held   []ID
	taken  money.Amount // What members paid, less what they got back.
}

// must stops the test or the draw of rapid at the first error.
type must interface{ Fatalf(string, ...any) }

func (b *book) update(t must, fn func(tx *db.Tx) error) {
	if err := b.s.DB.Update(context.Background(), fn); err != nil {
		t.Fatalf("%v", err)
	}
}

// buy lets a new person pay a price for days.
func (b *book) buy(t must, price money.Amount, days int) {
	b.people++
	no := fmt.Sprintf("CW%d", b.people)
	b.update(t, func(tx *db.Tx) error {
		p := Pass{ID: ID(tx.ID("pas")), Person: account.ID("per_" + no), Number: newNumber(), Plan: "x", Price: price, Days: days, State: Ordered, Created: tx.Now()}
		if ok, err := insert(tx, p); err != nil || !ok {
			return errors.Join(err, errors.New("not inserted"))
		}
		if err := setPayment(tx, p.ID, no); err != nil {
			return err
		}
		b.held = append(b.held, p.ID)
		taken, err := b.s.paid(tx, payment.Payment{No: no, Purpose: purpose, Ref: string(p.ID), Amount: price, Fee: price.Fee()})
		if err == nil && !taken {
			err = errors.New("the payment was not taken")
		}
		return err
	})
	b.taken += price
}

// giveBack refunds one of the passes, if it can be.
func (b *book) giveBack(t must, i int) {
	if len(b.held) == 0 {
		return
	}
	b.update(t, func(tx *db.Tx) error {
		p, err := selectPass(tx, b.held[i%len(b.held)])
		if err != nil || p.State != Active || b.s.today(tx) >= p.Until {
			return err
		}
		v := b.s.offer(p, tx.Now(), b.s.today(tx))
		b.taken -= v.Amount
		return b.s.leave(tx, v)
	})
}

// day ends the day and lets the nightly work run or not.
func (b *book) day(t must, days int, work bool) {
	b.clock.Advance(time.Duration(days) * 24 * time.Hour)
	if work {
		if err := b.s.Recognise(context.Background()); err != nil {
			t.Fatalf("%v", err)
		}
		if err := b.s.Lapse(context.Background()); err != nil {
			t.Fatalf("%v", err)
		}
	}
}

// prove checks the books against the passes.
func (b *book) prove(t must) {
	err := b.s.DB.View(context.Background(), func(tx *db.Tx) error {
		found, err := ledger.Prove(tx, b.s.Control())
		if len(found) > 0 {
			t.Fatalf("the books do not hold: %v", found)
		}
		return err
	})
	if err != nil {
		t.Fatalf("%v", err)
	}
}

// over lets every pass run out and checks that nothing is left unearned and
// that the revenue is what members paid.
func (b *book) over(t must) {
	b.day(t, 40, true)
	b.prove(t)
	err := b.s.DB.View(context.Background(), func(tx *db.Tx) error {
		unearned, err := ledger.Balances(tx, ledger.PassUnearned)
		if err != nil {
			return err
		}
		revenue, err := ledger.Balance(tx, ledger.PassRevenue, "")
		if len(unearned) > 0 || -revenue != b.taken {
			t.Fatalf("unearned %v, revenue %v of %v", unearned, -revenue, b.taken)
		}
		return err
	})
	if err != nil {
		t.Fatalf("%v", err)
	}
}

// TestRecognise lets passes be bought and refunded, days go by and the nightly
// work be late, in any order: the unearned part of every cohort is always what
// its passes have not yet earned, and in the end every fen was earned.
func TestRecognise(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		b := &book{s: &Service{DB: d, Zone: dbtest.Zone}, clock: clock}
		rapid.Check(t, func(t *rapid.T) {
			b.held = nil
			for range rapid.IntRange(1, 12).Draw(t, "steps") {
				switch rapid.SampledFrom([]string{"buy", "buy", "refund", "day", "idle", "prove", "back"}).Draw(t, "step") {
				case "buy":
					price := money.Amount(rapid.SampledFrom([]int{1, 7, 100, 16800}).Draw(t, "price"))
					b.buy(t, price, rapid.SampledFrom([]int{1, 3, 14, 31}).Draw(t, "days"))
				case "refund":
					b.giveBack(t, rapid.IntRange(0, 11).Draw(t, "which"))
				case "day":
					b.day(t, rapid.IntRange(1, 9).Draw(t, "days"), true)
				case "idle":
					b.day(t, rapid.IntRange(1, 9).Draw(t, "days"), false)
				case "back":
					b.day(t, -1, rapid.Bool().Draw(t, "work"))
				case "prove":
					b.prove(t)
				}
			}
			b.prove(t)
			b.over(t)
		})
	})
}

// TestRecogniseVector refunds the pass of docs/rules.md: what its cohort
// recognised, the refund and the last fen of revenue add up to the price.
func TestRecogniseVector(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		b := &book{s: &Service{DB: d, Zone: dbtest.Zone}, clock: clock}
		clock.Set(time.Date(2025, 9, 26, 12, 0, 0, 0, dbtest.Zone))
		b.buy(t, 16800, 365)
		b.buy(t, 16800, 365)
		b.day(t, 97, true)
		b.prove(t)
		balance := func(a ledger.Account, party string) (sum money.Amount) {
			err := d.View(t.Context(), func(tx *db.Tx) (err error) {
				sum, err = ledger.Balance(tx, a, party)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return sum
		}
		const cohort = "2025-09-26/16800/365"
		if got := balance(ledger.PassUnearned, cohort); got != -2*12336 {
			t.Errorf("unearned %v, want -¥246.72", got)
		}
		b.giveBack(t, 0)
		b.prove(t)
		if got := balance(ledger.Refunds, "CW1/refund"); got != -12335 {
			t.Errorf("owed to the member %v, want -¥123.35", got)
		}
		if got := balance(ledger.PassUnearned, cohort); got != -12336 {
			t.Errorf("unearned %v, want -¥123.36", got)
		}
		if got := balance(ledger.PassRevenue, ""); got != -2*4464-1 {
			t.Errorf("revenue %v, want -¥89.29", got)
		}
		b.day(t, 400, true)
		b.over(t)
	})
}

// TestRecogniseRace runs the nightly work of several nodes at once after days
// were missed: every day of every cohort is posted once.
func TestRecogniseRace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		b := &book{s: &Service{DB: d, Zone: dbtest.Zone}, clock: clock}
		for _, days := range []int{3, 14, 35} {
			b.buy(t, 16800, days)
		}
		clock.Advance(34 * 24 * time.Hour)
		var wg sync.WaitGroup
		for range 5 {
			node := &Service{DB: dbtest.Again(t, d, clock), Zone: dbtest.Zone}
			wg.Go(func() {
				if err := errors.Join(node.Recognise(t.Context()), node.Lapse(t.Context())); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		b.prove(t)
		err := d.View(t.Context(), func(tx *db.Tx) error {
			n, err := db.One[int](tx, `SELECT COUNT(*) FROM ledger_entries WHERE key LIKE 'pass/recognise/%'`)
			if n != 3+14+34 {
				t.Errorf("%d days recognised, want 51", n)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		b.over(t)
	})
}
