package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/ledger"
	"citywalk/money"
)

const today ledger.Day = "2026-03-02"

var errUndo = errors.New("undo")

// A failer is a test, of the standard library or of rapid.
type failer interface {
	Helper()
	Fatal(...any)
}

// undone runs fn in a transaction that leaves nothing behind.
func undone(t failer, d *db.DB, fn func(tx *db.Tx)) {
	t.Helper()
	err := d.Update(context.Background(), func(tx *db.Tx) error { fn(tx); return errUndo })
	if err != errUndo {
		t.Fatal(err)
	}
}

func update(t testing.TB, d *db.DB, fn func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Update(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

// sale is a bill of 128.50 at shop a: what the member paid is owed to the
// merchant.
func sale(key string) ledger.Entry {
	return ledger.Entry{Key: key, Memo: "bill", Day: today, Postings: []ledger.Posting{
		{ledger.GatewayCash, "", 12850}, {ledger.MerchantPending, "mer_a", -12850}, {ledger.GatewayFee, "", 0}}}
}

func TestPostOnceUnderOneKey(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		for range 2 {
			update(t, d, func(tx *db.Tx) error { return ledger.Post(tx, sale("redeem/1")) })
		}
		other := sale("redeem/1")
		other.Postings[0].Amount, other.Postings[1].Amount = 1, -1
		if err := d.Update(t.Context(), func(tx *db.Tx) error { return ledger.Post(tx, other) }); err == nil {
			t.Error("a key was used for two entries")
		}
		zero := ledger.Entry{Key: "nothing", Day: today, Postings: []ledger.Posting{{ledger.GatewayCash, "", 0}}}
		update(t, d, func(tx *db.Tx) error { return ledger.Post(tx, zero) })
		undone(t, d, func(tx *db.Tx) {
			all, err := ledger.Entries(tx, "", "", "", 10)
			if err != nil || len(all) != 1 {
				t.Fatalf("entries %v, %v", all, err)
			}
			want := ledger.Written{Key: "redeem/1", Memo: "bill", Day: today, At: dbtest.Day.UTC(), Postings: sale("").Postings[:2], ID: all[0].ID}
			if diff := cmp.Diff(want, all[0]); diff != "" {
				t.Error(diff)
			}
		})
	})
}

func TestPostRefuses(t *testing.T) {
	d, _ := dbtest.Open(t, db.SQLite)
	for name, change := range map[string]func(*ledger.Entry){
		"an entry that does not balance":      func(e *ledger.Entry) { e.Postings[0].Amount++ },
		"an entry without a key":              func(e *ledger.Entry) { e.Key = "" },
		"an entry without a day":              func(e *ledger.Entry) { e.Day = "" },
		"an account that is not in the chart": func(e *ledger.Entry) { e.Postings[0].Account = "gateway.gold" },
		"a merchant's account without one":    func(e *ledger.Entry) { e.Postings[1].Party = "" },
		"a party on an account without any":   func(e *ledger.Entry) { e.Postings[0].Party = "mer_a" },
		"sums that balance by overflow": func(e *ledger.Entry) {
			e.Postings = []ledger.Posting{{ledger.GatewayCash, "", math.MinInt64}, {ledger.GatewayCash, "", math.MinInt64}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			undone(t, d, func(tx *db.Tx) {
				e := sale("redeem/1")
				change(&e)
				if err := ledger.Post(tx, e); err == nil {
					t.Error("it was written")
				}
				all, err := ledger.Entries(tx, "", "", "", 10)
				if len(all) != 0 || err != nil {
					t.Errorf("the books hold %v, %v", all, err)
				}
			})
		})
	}
}

// TestAnySequenceProves posts random balanced entries of random length and
// compares every sum with one kept in a map.
func TestAnySequenceProves(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		rapid.Check(t, func(t *rapid.T) {
			undone(t, d, func(tx *db.Tx) { sequence(t, tx) })
		})
	})
}

func sequence(t *rapid.T, tx *db.Tx) {
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	sums := map[string]money.Amount{}
	var opening, through money.Amount
	for i := range rapid.IntRange(0, 12).Draw(t, "entries") {
		e := ledger.Entry{Key: fmt.Sprint("e/", i), Day: today.Next(rapid.IntRange(-2, 1).Draw(t, "day"))}
		for range rapid.IntRange(0, 10).Draw(t, "merchants") {
			party := "mer_" + rapid.StringMatching(`[a-c]`).Draw(t, "merchant")
			amount := money.Amount(rapid.Int64Range(0, int64(money.Max)).Draw(t, "amount"))
			e.Postings = append(e.Postings, ledger.Posting{ledger.GatewayCash, "", amount}, ledger.Posting{ledger.MerchantPending, party, -amount})
			sums[party] -= amount
			if e.Day < today {
				opening += amount
			}
			if e.Day <= today {
				through += amount
			}
		}
		must(ledger.Post(tx, e))
		must(ledger.Post(tx, e))
	}
	found, err := ledger.Prove(tx, ledger.Control{"the test's own sums", ledger.MerchantPending, func(*db.Tx) (map[string]money.Amount, error) { return sums, nil }})
	must(err)
	if len(found) != 0 {
		t.Fatalf("found %v", found)
	}
	trial, err := ledger.TrialBalance(tx, today)
	must(err)
	var closing money.Amount
	for _, s := range trial {
		closing += s.Closing
	}
	if closing != 0 || len(trial) != len(ledger.Chart()) {
		t.Fatalf("the trial balance %v does not close", trial)
	}
	if cash := trial[0]; cash.Opening != opening || cash.Closing != through || cash.Debits != through-opening {
		t.Fatalf("cash %v, want %v to %v", cash, opening, through)
	}
	for party, want := range sums {
		got, err := ledger.Balance(tx, ledger.MerchantPending, party)
		must(err)
		if got != want {
			t.Fatalf("%s has %v, want %v", party, got, want)
		}
	}
}

// TestProveFinds plants one wrong thing in good books, past Post, and wants it
// named. Only what the schema lets in can be planted.
func TestProveFinds(t *testing.T) {
	plants := []struct{ name, rule, sql string }{
		{"an amount that was changed", "balanced", `UPDATE ledger_postings SET amount = amount + 1 WHERE account = 'gateway.cash'`},
		{"a posting that was deleted", "balanced", `DELETE FROM ledger_postings WHERE account = 'gateway.cash'`},
		{"an entry whose postings are gone", "whole", `DELETE FROM ledger_postings`},
		{"a pair of postings gone from the middle", "whole", `UPDATE ledger_postings SET n = n + 2`},
		{"a posting moved to another day", "whole", `UPDATE ledger_postings SET day = '2026-03-01' WHERE account = 'gateway.cash'`},
		{"both sides turned round", "sign", `UPDATE ledger_postings SET amount = -amount`},
		{"a posting moved to another merchant", "control", `UPDATE ledger_postings SET party = 'mer_b' WHERE account = 'merchant.pending'`},
		{"an entry doubled", "control", `UPDATE ledger_postings SET amount = amount * 2`},
	}
	control := ledger.Control{"the till", ledger.MerchantPending, func(*db.Tx) (map[string]money.Amount, error) {
		return map[string]money.Amount{"mer_a": -12850}, nil
	}}
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		update(t, d, func(tx *db.Tx) error { return ledger.Post(tx, sale("redeem/1")) })
		for _, p := range plants {
			t.Run(p.name, func(t *testing.T) {
				undone(t, d, func(tx *db.Tx) {
					if found, err := ledger.Prove(tx, control); err != nil || len(found) != 0 {
						t.Fatalf("good books: %v, %v", found, err)
					}
					if _, err := tx.Exec(p.sql); err != nil {
						t.Fatal(err)
					}
					found, err := ledger.Prove(tx, control)
					if err != nil {
						t.Fatal(err)
					}
					for _, f := range found {
						if f.Rule == p.rule {
							return
						}
					}
					t.Errorf("found %v, want rule %q", found, p.rule)
				})
			})
		}
	})
}

// TestSchemaRefuses shows that the tables themselves do not take what Post
// would not write.
func TestSchemaRefuses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		update(t, d, func(tx *db.Tx) error { return ledger.Post(tx, sale("redeem/1")) })
		for name, sql := range map[string]string{
			"a posting of zero":          `UPDATE ledger_postings SET amount = 0`,
			"an account of no chart":     `UPDATE ledger_postings SET account = 'gold'`,
			"a missing party":            `UPDATE ledger_postings SET party = '' WHERE account = 'merchant.pending'`,
			"a needless party":           `UPDATE ledger_postings SET party = 'x' WHERE account = 'gateway.cash'`,
			"an entry taken away":        `DELETE FROM ledger_entries`,
			"a posting without an entry": `UPDATE ledger_postings SET entry = 'ent_x'`,
		} {
			t.Run(name, func(t *testing.T) {
				undone(t, d, func(tx *db.Tx) {
					err := tx.Try(func() error { _, err := tx.Exec(sql); return err })
					if err == nil {
						t.Error("it was taken")
					}
				})
			})
		}
	})
}

// TestEntriesPage walks the books page by page and sees every entry once.
func TestEntriesPage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		for i := range 7 {
			clock.Advance(time.Second)
			update(t, d, func(tx *db.Tx) error { return ledger.Post(tx, sale(fmt.Sprint("redeem/", i))) })
		}
		undone(t, d, func(tx *db.Tx) {
			for _, day := range []ledger.Day{"", today} {
				var keys []string
				for after := ""; ; {
					page, err := ledger.Entries(tx, day, ledger.MerchantPending, after, 3)
					if err != nil {
						t.Fatal(err)
					}
					if len(page) == 0 {
						break
					}
					for _, w := range page {
						keys = append(keys, w.Key)
					}
					after = page[len(page)-1].ID
				}
				want := []string{"redeem/6", "redeem/5", "redeem/4", "redeem/3", "redeem/2", "redeem/1", "redeem/0"}
				if diff := cmp.Diff(want, keys); diff != "" {
					t.Errorf("day %q: %s", day, diff)
				}
			}
			for _, none := range []struct {
				day ledger.Day
				a   ledger.Account
			}{{today.Next(1), ""}, {today, ledger.Suspense}} {
				if page, err := ledger.Entries(tx, none.day, none.a, "", 3); len(page) != 0 || err != nil {
					t.Errorf("entries of %v: %v, %v", none, page, err)
				}
			}
		})
	})
}

// TestChartIsTheSchemas posts to every line of the chart, so that the list in
// the schema cannot fall behind.
func TestChartIsTheSchemas(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		undone(t, d, func(tx *db.Tx) {
			var e ledger.Entry
			for _, l := range ledger.Chart() {
				p := ledger.Posting{Account: l.Account, Amount: money.Amount(l.Normal)}
				if l.ByParty {
					p.Party = "somebody"
				}
				if l.Zh == "" || l.En == "" {
					t.Errorf("%s has no name", l.Account)
				}
				back := p
				back.Amount = -p.Amount
				e.Postings = append(e.Postings, p, back)
			}
			e.Key, e.Day = "all", today
			if err := ledger.Post(tx, e); err != nil {
				t.Error(err)
			}
		})
	})
}

func TestFindReturnsTheEntryOfAKey(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *dbtest.Clock) {
		e := ledger.Entry{Key: "test/1", Memo: "a test", Day: today, Postings: []ledger.Posting{
			{Account: ledger.GatewayCash, Amount: 700}, {Account: ledger.PassRevenue, Amount: -700},
		}}
		update(t, d, func(tx *db.Tx) error { return ledger.Post(tx, e) })
		update(t, d, func(tx *db.Tx) error {
			got, err := ledger.Find(tx, e.Key)
			if err != nil {
				return err
			}
			if diff := cmp.Diff(e, ledger.Entry{Key: got.Key, Memo: got.Memo, Day: got.Day, Postings: got.Postings}); diff != "" {
				t.Error(diff)
			}
			if _, err := ledger.Find(tx, "test/2"); !errors.Is(err, db.ErrNone) {
				t.Errorf("a key that is not there: %v", err)
			}
			return nil
		})
	})
}
