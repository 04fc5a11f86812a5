package settle

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/jobs"
	"citywalk/ledger"
	"citywalk/money"
)

// TestLate lets a node with a wrong clock close a day that still runs: what
// comes after stands on the next statement, and nothing is lost or paid twice.
func TestLate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		b := newTill(t, d, clock)
		b.pay(t, "mer_tea", 10000)
		clock.Advance(26 * time.Hour)
		b.close(t, 1)
		clock.Advance(-25 * time.Hour)
		late := b.pay(t, "mer_tea", 5000)
		b.close(t, 0)
		b.prove(t)
		clock.Advance(24 * time.Hour)
		b.pay(t, "mer_tea", 7000)
		b.prove(t)
		clock.Advance(24 * time.Hour)
		b.close(t, 1)
		b.prove(t)
		st, lines, err := b.s.Statement(t.Context(), teahouse, "mer_tea", "2026-03-03")
		if err != nil || st.Paid != 10800 || len(lines) != 2 || lines[0].Redemption != late {
			t.Errorf("the next statement is %v with %v (%v)", st, lines, err)
		}
	})
}

// TestCloseRace closes missed days on several nodes at once: every merchant's
// day is closed once and the ledger owes it once.
func TestCloseRace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		const days, nodes = 6, 5
		b := newTill(t, d, clock)
		for range days {
			b.pay(t, "mer_tea", 12850)
			b.pay(t, "mer_bao", 900)
			b.undo(t, b.pay(t, "mer_bao", 1200))
			clock.Advance(24 * time.Hour)
		}
		var mu sync.Mutex
		sum := 0
		var wg sync.WaitGroup
		for range nodes {
			node := &Service{DB: dbtest.Again(t, d, clock), Zone: dbtest.Zone}
			wg.Go(func() {
				n, err := node.Close(t.Context())
				mu.Lock()
				defer mu.Unlock()
				if sum += n; err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if sum != 2*days {
			t.Errorf("%d statements were closed, want %d", sum, 2*days)
		}
		b.prove(t)
		payable := map[string]money.Amount{"mer_tea": -days * 11496, "mer_bao": -days * 805}
		err := d.View(t.Context(), func(tx *db.Tx) error {
			got, err := ledger.Balances(tx, ledger.MerchantPayable)
			if diff := cmp.Diff(payable, got); diff != "" {
				t.Error(diff)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// TestGuards shows that the unique rows alone refuse a second statement of a
// day and a second statement of a line.
func TestGuards(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		b := newTill(t, d, clock)
		id := b.pay(t, "mer_tea", 10000)
		clock.Advance(24 * time.Hour)
		b.close(t, 1)
		b.update(t, func(tx *db.Tx) error {
			ok, err := insert(tx, Statement{ID: "stm_2", Merchant: "mer_tea", Day: "2026-03-02", Count: 1, Closed: tx.Now()})
			if ok {
				t.Error("a second statement of the day was written")
			}
			return err
		})
		err := d.Update(t.Context(), func(tx *db.Tx) error {
			if _, err := insert(tx, Statement{ID: "stm_3", Merchant: "mer_tea", Day: "2026-03-03", Count: 1, Closed: tx.Now()}); err != nil {
				return err
			}
			_, err := tx.Exec(`INSERT INTO settle_lines (redemption, undo, statement) VALUES ($1, 0, 'stm_3')`, id)
			return err
		})
		if !errors.Is(err, db.ErrUnique) {
			t.Errorf("a line on a second statement: %v", err)
		}
	})
}

// TestCloseAlarm plants a difference between the ledger and the lines: nothing
// closes, not even what is right, and the error names it.
func TestCloseAlarm(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		b := newTill(t, d, clock)
		b.pay(t, "mer_bao", 10000)
		id := b.pay(t, "mer_tea", 10000)
		b.update(t, func(tx *db.Tx) error {
			return tx.Change(`UPDATE redeem_redemptions SET fee = 55 WHERE id = $1`, id)
		})
		clock.Advance(24 * time.Hour)
		n, err := b.s.Close(t.Context())
		if n != 0 || !errors.Is(err, ErrDiffers) || !strings.Contains(err.Error(), "mer_tea by -¥0.01") {
			t.Errorf("closed %d: %v", n, err)
		}
		b.update(t, func(tx *db.Tx) error {
			return tx.Change(`UPDATE redeem_redemptions SET fee = 54 WHERE id = $1`, id)
		})
		b.close(t, 2)
		b.prove(t)
	})
}

// TestRegister shows that the day is closed at a quarter past midnight.
func TestRegister(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		b := newTill(t, d, clock)
		runner := jobs.NewRunner(d, 1)
		b.s.Register(runner)
		b.pay(t, "mer_tea", 10000)
		for _, at := range []string{"2026-03-02 23:59:59.999", "2026-03-03 00:14:59.999", "2026-03-03 00:15:00.000"} {
			want := strings.Contains(at, ":15:")
			b.at(at)
			if _, err := runner.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
			st, _, err := b.s.Statement(t.Context(), operator, "mer_tea", "2026-03-02")
			if err != nil || !st.Closed.IsZero() != want {
				t.Errorf("at %s the statement is %+v (%v)", at, st, err)
			}
		}
	})
}
