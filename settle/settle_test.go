package settle

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/ledger"
	"citywalk/money"
	"citywalk/shop"
)

// TestStatement follows a merchant through a day, its close and the days after.
func TestStatement(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		b := newTill(t, d, clock)
		first := b.pay(t, "mer_tea", 12850)
		clock.Advance(time.Minute)
		second := b.pay(t, "mer_tea", 10000)
		clock.Advance(time.Minute)
		b.undo(t, second)
		b.pay(t, "mer_bao", 900)

		want := Statement{Merchant: "mer_tea", Name: "一间茶馆", Day: "2026-03-02", Count: 2, Undone: 1, Paid: 11565, Fee: 69, Net: 11496}
		st, lines, err := b.s.Statement(t.Context(), teahouse, "mer_tea", "2026-03-02")
		if err != nil || st != want {
			t.Fatalf("today's is %v (%v), want %v", st, err, want)
		}
		at := dbtest.Day.UTC()
		wantLines := []Line{
			{first, "R1", "@茶馆", at, false, 12850, 1285, 11565, 69, 11496},
			{second, "R2", "@茶馆", at.Add(time.Minute), false, 10000, 1000, 9000, 54, 8946},
			{second, "R2", "@茶馆", at.Add(2 * time.Minute), true, -10000, -1000, -9000, -54, -8946},
		}
		if diff := cmp.Diff(wantLines, lines); diff != "" {
			t.Error(diff)
		}
		b.close(t, 0)
		b.at("2026-03-03 00:09:59.999")
		b.close(t, 0)
		b.at("2026-03-03 00:10:00.000")
		b.close(t, 2)
		b.close(t, 0)
		b.prove(t)
		st, lines, err = b.s.Statement(t.Context(), teahouse, "mer_tea", "2026-03-02")
		if want.ID, want.Closed = st.ID, clock.Now().UTC(); err != nil || st != want || !strings.HasPrefix(st.ID, "stm_") {
			t.Errorf("closed is %v (%v), want %v", st, err, want)
		}
		if diff := cmp.Diff(wantLines, lines); diff != "" {
			t.Error(diff)
		}
		err = d.View(t.Context(), func(tx *db.Tx) error {
			pending, err := ledger.Balances(tx, ledger.MerchantPending)
			if err != nil {
				return err
			}
			payable, err := ledger.Balances(tx, ledger.MerchantPayable)
			if diff := cmp.Diff(map[string]money.Amount{"mer_tea": -11496, "mer_bao": -805}, payable); diff != "" || len(pending) > 0 {
				t.Errorf("pending %v, payable %s", pending, diff)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// TestMidnight is case B19: what commits just before and just after midnight
// stands on one statement each, by the day of its commit, and an undo after
// midnight on that of its own day, where it may leave the merchant owing.
func TestMidnight(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		b := newTill(t, d, clock)
		b.at("2026-03-02 23:59:59.900")
		before := b.pay(t, "mer_tea", 10000)
		b.at("2026-03-03 00:00:00.100")
		b.pay(t, "mer_bao", 20000)
		b.at("2026-03-03 00:10:00.000")
		b.close(t, 1)
		b.at("2026-03-03 00:14:00.000")
		b.undo(t, before)
		b.prove(t)
		b.at("2026-03-04 00:15:00.000")
		b.close(t, 2)
		b.prove(t)
		for _, want := range []Statement{
			{Merchant: "mer_tea", Day: "2026-03-02", Count: 1, Paid: 9000, Fee: 54, Net: 8946},
			{Merchant: "mer_tea", Day: "2026-03-03", Undone: 1, Paid: -9000, Fee: -54, Net: -8946},
			{Merchant: "mer_bao", Day: "2026-03-03", Count: 1, Paid: 18000, Fee: 108, Net: 17892},
		} {
			got, _, err := b.s.Statement(t.Context(), operator, want.Merchant, want.Day)
			want.ID, want.Name, want.Closed = got.ID, got.Name, got.Closed
			if err != nil || got != want || got.ID == "" {
				t.Errorf("%v (%v), want %v", got, err, want)
			}
		}
	})
}

// TestSettle lets redemptions, undos and closes come in any order, under clocks
// that are up to 26 hours wrong: the
// books always hold, every line stands on one statement, and in the end
// everything that was earned is payable.
func TestSettle(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		b := newTill(t, d, clock)
		rapid.Check(t, func(t *rapid.T) {
			var done []string
			right := clock.Now()
			for range rapid.IntRange(1, 10).Draw(t, "steps") {
				switch rapid.SampledFrom([]string{"pay", "pay", "undo", "time", "close"}).Draw(t, "step") {
				case "pay":
					m := rapid.SampledFrom([]shop.MerchantID{"mer_tea", "mer_bao"}).Draw(t, "merchant")
					done = append(done, b.pay(t, m, money.Amount(rapid.IntRange(0, 30000).Draw(t, "bill"))))
				case "undo":
					if len(done) > 0 {
						b.undo(t, done[0])
						done = done[1:]
					}
				case "time":
					right = right.Add(time.Duration(rapid.IntRange(0, 40).Draw(t, "hours")) * time.Hour)
					clock.Set(right.Add(time.Duration(rapid.SampledFrom([]int{0, 0, -26, -1, 1, 26}).Draw(t, "wrong")) * time.Hour))
				case "close":
					if _, err := b.s.Close(testContext); err != nil {
						t.Fatalf("%v", err)
					}
				}
			}
			clock.Set(right.Add(72 * time.Hour))
			if _, err := b.s.Close(testContext); err != nil {
				t.Fatalf("%v", err)
			}
			err := d.View(testContext, func(tx *db.Tx) error {
				pending, err := ledger.Balances(tx, ledger.MerchantPending)
				found, err2 := ledger.Prove(tx, b.s.Controls()...)
				if len(pending)+len(found) > 0 {
					t.Fatalf("pending %v, found %v", pending, found)
				}
				return errors.Join(err, err2)
			})
			if err != nil {
				t.Fatalf("%v", err)
			}
		})
		b.prove(t)
	})
}
