package settle

import (
	"context"
	"fmt"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/ledger"
	"citywalk/money"
	"citywalk/shop"
)

var (
	operator = account.Session{Person: "per_op", Grants: []account.Grant{{Role: account.Operator}}}
	auditor  = account.Session{Person: "per_au", Grants: []account.Grant{{Role: account.Auditor}}}
	teahouse = account.Session{Person: "per_tea", Grants: []account.Grant{{Role: account.Merchant, Merchant: "mer_tea"}}}
)

// testContext is for checks of rapid, which outlive no test.
var testContext = context.Background()

// A till writes what redeem writes when a redemption is committed and undone:
// the row and its posting.
type till struct {
	s     *Service
	d     *db.DB
	clock *dbtest.Clock
	n     int
}

func newTill(t testing.TB, d *db.DB, clock *dbtest.Clock) *till {
	t.Helper()
	b := &till{s: &Service{DB: d, Zone: dbtest.Zone}, d: d, clock: clock}
	b.update(t, func(tx *db.Tx) error {
		_, err := tx.Exec(`
			INSERT INTO shop_merchants (id, name, at)
			VALUES ('mer_tea', '一间茶馆', 1), ('mer_bao', '包子铺', 1), ('mer_new', '=新店', 1)`)
		return err
	})
	return b
}

type must interface{ Fatalf(string, ...any) }

func (b *till) update(t must, fn func(tx *db.Tx) error) {
	if err := b.d.Update(testContext, fn); err != nil {
		t.Fatalf("%v", err)
	}
}

// pay commits a redemption with 10 % off now and returns its id.
func (b *till) pay(t must, m shop.MerchantID, bill money.Amount) string {
	b.n++
	receipt := fmt.Sprintf("R%d", b.n)
	var id string
	b.update(t, func(tx *db.Tx) error {
		id = tx.ID("red")
		off := bill.Percent(10)
		due := bill - off
		day := ledger.DayOf(tx.Now(), dbtest.Zone)
		err := tx.Change(`
			INSERT INTO redeem_redemptions (id, door, state, version, shop, shop_name, merchant, person, person_name, pass,
				match, number, terms, basis, slot_day, bill, off, due, fee, day, receipt, created, committed)
			VALUES ($1, 'code', 'committed', 4, 'shp_1', '@茶馆', $2, 'per_1', '王*', 'pas_1',
				'42', $8, '', '', $3, $4, $5, $6, $7, $3, $8, $9, $9)`,
			id, m, day, bill, off, due, due.Fee(), receipt, tx.Now())
		if err != nil {
			return err
		}
		return ledger.Post(tx, ledger.Entry{Key: "redeem/" + id, Day: day, Postings: []ledger.Posting{
			{Account: ledger.GatewayCash, Amount: due - due.Fee()},
			{Account: ledger.MerchantPending, Party: string(m), Amount: due.Fee() - due},
		}})
	})
	return id
}

// undo gives a redemption back now.
func (b *till) undo(t must, id string) {
	b.update(t, func(tx *db.Tx) error {
		day := ledger.DayOf(tx.Now(), dbtest.Zone)
		type of struct {
			Merchant string
			Net      money.Amount
			Due      money.Amount
		}
		r, err := db.One[of](tx, `SELECT merchant, due - fee AS net, due FROM redeem_redemptions WHERE id = $1`, id)
		if err != nil {
			return err
		}
		if err := tx.Change(`UPDATE redeem_redemptions SET state = 'refunding', undone = $2, undo_day = $3 WHERE id = $1 AND undone = 0`, id, tx.Now(), day); err != nil {
			return err
		}
		return ledger.Post(tx, ledger.Entry{Key: "redeem/" + id + "/undo", Day: day, Postings: []ledger.Posting{
			{Account: ledger.MerchantPending, Party: r.Merchant, Amount: r.Net},
			{Account: ledger.GatewayFee, Amount: r.Due - r.Net},
			{Account: ledger.Refunds, Party: id, Amount: -r.Due},
		}})
	})
}

func (b *till) at(s string) {
	at, err := time.ParseInLocation("2006-01-02 15:04:05.000", s, dbtest.Zone)
	if err != nil {
		panic(err)
	}
	b.clock.Set(at)
}

func (b *till) close(t must, want int) {
	n, err := b.s.Close(testContext)
	if err != nil || n != want {
		t.Fatalf("closed %d (%v), want %d", n, err, want)
	}
}

// prove checks the books against lines and statements, and every statement
// against its lines.
func (b *till) prove(t must) {
	err := b.d.View(testContext, func(tx *db.Tx) error {
		found, err := ledger.Prove(tx, b.s.Controls()...)
		if len(found) > 0 {
			t.Fatalf("the books do not hold: %v", found)
		}
		return err
	})
	if err != nil {
		t.Fatalf("%v", err)
	}
	all, err := b.s.Statements(testContext, operator, "", "", 1000)
	if err != nil {
		t.Fatalf("%v", err)
	}
	seen := map[string]bool{}
	for _, st := range all {
		got, lines, err := b.s.Statement(testContext, operator, st.Merchant, st.Day)
		if err != nil || got != st {
			t.Fatalf("%v alone is %v (%v)", st, got, err)
		}
		sum := Statement{ID: st.ID, Merchant: st.Merchant, Name: st.Name, Day: st.Day, Closed: st.Closed}
		for _, l := range lines {
			key := fmt.Sprint(l.Redemption, l.Undo)
			if seen[key] {
				t.Fatalf("%s stands on two statements", key)
			}
			seen[key] = true
			g := group{Count: 1, Paid: l.Paid, Fee: l.Fee}
			if l.Undo {
				g.Count, g.Undone = 0, 1
			}
			sum.add(g)
		}
		if sum != st {
			t.Fatalf("the lines add up to %v, the statement is %v", sum, st)
		}
	}
}
