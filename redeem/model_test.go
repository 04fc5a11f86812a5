package redeem

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/fault"
	"citywalk/ledger"
	"citywalk/money"
	"citywalk/payment/sandbox"
	"citywalk/shop"

	"pgregory.net/rapid"
)

// A model plays random people at two shops against the real services and a
// sandbox that misbehaves. It knows only what must always be true.
type model struct {
	g       *rig
	members []account.Session
	shops   []shop.Shop
	staff   []account.Session
	codes   []string
	all     []ID
	agreed  map[ID]money.Amount // What the member agreed to pay, by redemption.
	key     int
}

// TestAnySequenceHolds draws sequences of commands, with people who do the
// wrong thing at the wrong time, callbacks that are lost and doubled, and
// charges without an answer. After each step the books hold, what is reserved
// is what is held, and nobody was charged but by his own agreement. In the end
// all comes to rest, and the institution's truth is ours.
func TestAnySequenceHolds(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			reached, plays := map[State]int{}, 0
			rapid.Check(t, func(rt *rapid.T) {
				if plays++; plays > playsMax && !t.Failed() {
					return
				}
				t.Run("", func(t *testing.T) { play(t, rt, engine, reached) })
				if t.Failed() {
					rt.FailNow()
				}
			})
			t.Logf("reached %v", reached)
		})
	}
}

// playsMax bounds the sequences of an ordinary run; each has a database and an
// institution of its own.
const playsMax = 12

func play(t *testing.T, rt *rapid.T, engine db.Engine, reached map[State]int) {
	d, clock := dbtest.Open(t, engine)
	m := &model{g: newRig(t, d, clock), agreed: map[ID]money.Amount{}}
	g := m.g
	m.shops = []shop.Shop{g.shop, g.addShop("满减店", shop.Terms{Kind: shop.Fixed, Off: 500, Floor: 100, PerDay: 2, Budget: 1200})}
	m.staff = []account.Session{g.staff, g.staffOf(m.shops[1], "13900000002")}
	for range 3 {
		m.members = append(m.members, g.member())
	}
	g.must(g.sandbox.SetFaults(t.Context(), rapid.Int64Range(0, 1<<30).Draw(rt, "seed"),
		sandbox.Fault{Call: sandbox.CallNotice, Kind: sandbox.Lost, Percent: 20},
		sandbox.Fault{Call: sandbox.CallNotice, Kind: sandbox.Copies, Copies: 3, Percent: 20},
		sandbox.Fault{Call: sandbox.CallCreate, Kind: sandbox.Half, Percent: 20},
		sandbox.Fault{Call: sandbox.CallCreate, Kind: sandbox.Error, Percent: 10},
		sandbox.Fault{Call: sandbox.CallCreate, Kind: sandbox.Late, Delay: 2 * time.Minute, Percent: 10},
		sandbox.Fault{Call: sandbox.CallQuery, Kind: sandbox.Error, Percent: 10},
		sandbox.Fault{Call: sandbox.CallRefund, Kind: sandbox.Half, Percent: 20}))
	steps := map[string]func(*rapid.T) error{
		"show": m.show, "scan": m.scan, "price": m.price, "confirm": m.confirm, "request": m.request, "accept": m.accept,
		"decline": m.decline, "dispute": m.dispute, "undo": m.undo, "cashier": m.cashier, "wait": m.wait, "expire": m.expire,
		"visit": m.visit, "visit and pay": m.visitAndPay, "pay": m.cashier, "wait more": m.wait, "give back": m.undo,
	}
	actions := map[string]func(*rapid.T){}
	for name, step := range steps {
		actions[name] = func(rt *rapid.T) {
			var refusal *fault.Error
			if err := step(rt); err != nil && !errors.As(err, &refusal) {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
	actions[""] = func(*rapid.T) { g.sound() }
	rt.Repeat(actions)
	m.rest()
	for _, id := range m.all {
		for _, s := range g.history(id) {
			reached[s]++
		}
	}
}

func (m *model) k() string {
	m.key++
	return fmt.Sprintf("model-key-%012d", m.key)
}

// pick draws one of the things that there are; ok is false if there is none.
func pick[T any](rt *rapid.T, what string, from []T) (one T, ok bool) {
	if len(from) == 0 {
		return one, false
	}
	return from[rapid.IntRange(0, len(from)-1).Draw(rt, what)], true
}

// some draws a redemption, the newest ones first, and somebody of its shop.
func (m *model) some(rt *rapid.T) (Redemption, account.Session, account.Session, bool) {
	id, ok := pick(rt, "redemption", m.all[max(0, len(m.all)-4):])
	if !ok {
		return Redemption{}, account.Session{}, account.Session{}, false
	}
	return m.of(id)
}

// of returns a redemption, staff of its shop and its member.
func (m *model) of(id ID) (Redemption, account.Session, account.Session, bool) {
	r := m.g.get(id)
	staff, who := m.staff[0], m.members[0]
	for i, s := range m.shops {
		if s.ID == r.Shop {
			staff = m.staff[i]
		}
	}
	for _, p := range m.members {
		if p.Person == r.Person {
			who = p
		}
	}
	return r, staff, who, true
}

func (m *model) bill(rt *rapid.T) money.Amount {
	return money.Amount(rapid.SampledFrom([]int64{0, 1, 83, 84, 499, 500, 501, 12850, 5_000_000, 5_000_001}).Draw(rt, "bill"))
}

// visit is what people mostly do: a code, a scan, a price and a confirmation.
func (m *model) visit(rt *rapid.T) error {
	if err := m.show(rt); err != nil {
		return err
	}
	i := rapid.IntRange(0, 1).Draw(rt, "shop")
	ctx := m.g.t.Context()
	r, err := m.g.Scan(ctx, m.staff[i], m.shops[i].ID, m.codes[len(m.codes)-1], m.k())
	if err != nil {
		return err
	}
	m.all = append(m.all, r.ID)
	if r, err = m.g.Price(ctx, m.staff[i], r.ID, m.bill(rt), m.k()); err != nil {
		return err
	}
	_, _, who, _ := m.of(r.ID)
	_, err = m.g.Confirm(ctx, who, r.ID, r.Quote.Version, r.Quote.Hash, m.k())
	if err == nil {
		m.agreed[r.ID] = r.Due
	}
	return err
}

// visitAndPay goes on to the cashier.
func (m *model) visitAndPay(rt *rapid.T) error {
	if err := m.visit(rt); err != nil {
		return err
	}
	r, _, who, _ := m.of(m.all[len(m.all)-1])
	seen, err := m.g.ForMember(m.g.t.Context(), who, r.ID)
	if err == nil && seen.PayURL != "" {
		m.g.cashier(seen.PayURL, "pay")
	}
	return err
}

func (m *model) show(rt *rapid.T) error {
	who, _ := pick(rt, "member", m.members)
	c, err := m.g.Show(m.g.t.Context(), who)
	m.codes = append(m.codes, c.Digits)
	return err
}

func (m *model) scan(rt *rapid.T) error {
	code, ok := pick(rt, "code", m.codes[max(0, len(m.codes)-3):])
	if !ok {
		return nil
	}
	i := rapid.IntRange(0, 1).Draw(rt, "shop")
	r, err := m.g.Scan(m.g.t.Context(), m.staff[i], m.shops[i].ID, code, m.k())
	if err == nil {
		m.all = append(m.all, r.ID)
	}
	return err
}

func (m *model) price(rt *rapid.T) error {
	r, staff, _, ok := m.some(rt)
	if !ok {
		return nil
	}
	_, err := m.g.Price(m.g.t.Context(), staff, r.ID, m.bill(rt), m.k())
	return err
}

func (m *model) confirm(rt *rapid.T) error {
	r, _, who, ok := m.some(rt)
	if !ok {
		return nil
	}
	version := r.Quote.Version - rapid.IntRange(0, 1).Draw(rt, "stale")
	done, err := m.g.Confirm(m.g.t.Context(), who, r.ID, version, r.Quote.Hash, m.k())
	if err == nil {
		m.agreed[r.ID] = done.Due
	}
	return err
}

func (m *model) request(rt *rapid.T) error {
	ctx := m.g.t.Context()
	who, _ := pick(rt, "member", m.members)
	at, _ := pick(rt, "shop", m.shops)
	bill := m.bill(rt)
	q, err := m.g.Estimate(ctx, who, at.ID, bill)
	if err != nil {
		return err
	}
	r, err := m.g.Request(ctx, who, at.ID, bill, q.Due, m.k())
	if err == nil {
		m.all = append(m.all, r.ID)
		m.agreed[r.ID] = q.Due
	}
	return err
}

func (m *model) accept(rt *rapid.T) error {
	r, staff, _, ok := m.some(rt)
	if !ok {
		return nil
	}
	_, err := m.g.Accept(m.g.t.Context(), staff, r.ID, m.k())
	return err
}

func (m *model) decline(rt *rapid.T) error {
	r, staff, who, ok := m.some(rt)
	if !ok {
		return nil
	}
	by, _ := pick(rt, "by", []account.Session{staff, who})
	_, err := m.g.Decline(m.g.t.Context(), by, r.ID, m.k())
	return err
}

func (m *model) dispute(rt *rapid.T) error {
	r, _, who, ok := m.some(rt)
	if !ok {
		return nil
	}
	_, err := m.g.Dispute(m.g.t.Context(), who, r.ID, m.k())
	return err
}

func (m *model) undo(rt *rapid.T) error {
	r, staff, _, ok := m.some(rt)
	if !ok {
		return nil
	}
	_, err := m.g.Undo(m.g.t.Context(), staff, r.ID, m.k())
	return err
}

// cashier pays, agrees or cancels where a member would.
func (m *model) cashier(rt *rapid.T) error {
	r, _, who, ok := m.some(rt)
	if !ok {
		return nil
	}
	seen, err := m.g.ForMember(m.g.t.Context(), who, r.ID)
	if err == nil && seen.PayURL != "" {
		m.g.cashier(seen.PayURL, rapid.SampledFrom([]string{"pay", "agree", "cancel"}).Draw(rt, "button"))
	}
	return err
}

func (m *model) wait(rt *rapid.T) error {
	m.g.clock.Advance(time.Duration(rapid.SampledFrom([]int{1, 5, 20, 61}).Draw(rt, "seconds")) * time.Second)
	m.g.deliver()
	return nil
}

func (m *model) expire(*rapid.T) error { return m.g.Expire(m.g.t.Context()) }

// rest stops the faults, lets a day go by and compares with the truth.
func (m *model) rest() {
	g, ctx := m.g, m.g.t.Context()
	g.must(g.sandbox.SetFaults(ctx, 0))
	for range 6 {
		g.wait(3 * time.Minute)
		g.clock.Advance(10 * time.Minute)
	}
	g.sound()
	truth, err := g.sandbox.Truth(ctx)
	g.must(err)
	kept := map[string]money.Amount{}
	for _, c := range truth.Charges {
		if c.Status == sandbox.Paid {
			kept[c.No] = c.Amount - c.Refunded
		}
	}
	var owed money.Amount
	for _, id := range m.all {
		r := g.get(id)
		switch r.State {
		case Committed:
			owed += r.Due - r.Fee
			if kept[r.Payment] != r.Due && r.Due > 0 || m.agreed[id] != r.Due {
				g.t.Errorf("%s: due %v, agreed to %v, the institution keeps %v", id, r.Due, m.agreed[id], kept[r.Payment])
			}
		case Voided, Refunded, LateRefunded:
			if r.Payment != "" && kept[r.Payment] != 0 {
				g.t.Errorf("%s is %s and the institution keeps %v", id, r.State, kept[r.Payment])
			}
		default:
			g.t.Errorf("%s is still %s", id, r.State)
		}
	}
	if got := -g.balance(ledger.MerchantPending); got != owed {
		g.t.Errorf("merchants are owed %v in the books, %v by redemptions", got, owed)
	}
}
