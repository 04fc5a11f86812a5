package redeem

import (
	"context"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/ledger"
	"citywalk/money"
	"citywalk/payment"
	"citywalk/payment/sandbox"
)

// A timed institution lets something else happen around its closing of a
// charge.
type timed struct {
	payment.Provider
	closing func(no string, ask func() error) error
}

func (p timed) Close(ctx context.Context, no string) error {
	return p.closing(no, func() error { return p.Provider.Close(ctx, no) })
}

// press presses the button of the cashier's page. It may be too late.
func press(page, button string) error {
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.PostForm(page, url.Values{"do": {button}})
	if err != nil {
		return err
	}
	return answer.Body.Close()
}

// TestPaidAgainstClosed races payers at the cashier with the programme, which
// gives their bills up and closes the charges at the institution: payers press
// just before the institution closes, at the same time, just after, or whenever
// they come to it. The institution's clock is behind, so that only our closing
// ends the charges. Each bill is committed once or voided, as the institution
// says in the end.
func TestPaidAgainstClosed(t *testing.T) {
	const payers = 16
	each(t, func(t *testing.T, g *rig) {
		ctx := t.Context()
		g.behind.Store(int64(time.Minute))
		var bills []Redemption
		moment, page := map[string]int{}, map[string]string{}
		for i := range payers {
			who := g.member()
			r := g.confirm(who, g.priced(who, 1000))
			bills = append(bills, r)
			moment[r.Payment], page[r.Payment] = i%4, r.PayURL
		}
		g.pay.Provider = timed{g.pay.Provider, func(no string, ask func() error) error {
			var late sync.WaitGroup
			defer late.Wait()
			switch moment[no] {
			case 0:
				g.press(page[no])
			case 1:
				late.Go(func() { g.press(page[no]) })
			case 2:
				defer g.press(page[no])
			}
			return ask()
		}}
		g.clock.Advance(PayLife)
		g.answers(g.race(payers+8, func(s *Service, i int) error {
			switch {
			case i < payers && i%4 == 3:
				return press(bills[i].PayURL, "pay")
			case i < payers:
				_, err := s.Payment.Sync(ctx, bills[i].Payment)
				return err
			case i%4 == 0:
				_, err := g.sandbox.Deliver(ctx)
				return err
			case i%4 == 1:
				return s.Expire(ctx)
			}
			_, err := g.jobs.Drain(ctx)
			return err
		}), map[string]int{"": payers + 8})
		g.wait(3 * time.Minute)
		kept := g.kept()
		for i, r := range bills {
			want := Voided
			if kept[r.Payment] > 0 {
				want = Committed
			}
			if i%4 == 0 && want != Committed || i%4 == 2 && want != Voided {
				t.Errorf("bill %d of moment %d: the institution keeps %v", i, i%4, kept[r.Payment])
			}
			g.is(r.ID, want)
			g.endedOnce(r.ID)
		}
		g.matches(bills)
	})
}

// press pays at the cashier's page, or comes too late.
func (g *rig) press(page string) {
	if err := press(page, "pay"); err != nil {
		g.t.Error(err)
	}
}

// TestLateMoneyAgainstClosed has an institution that first knows nothing of a
// charge and makes it all the same, for each bill at another moment around the
// one at which we give it up. The charge, its callback and our closing race at
// two nodes: each bill is committed once, or voided with its money back once.
func TestLateMoneyAgainstClosed(t *testing.T) {
	const payers, step = 10, 4 * time.Second
	each(t, func(t *testing.T, g *rig) {
		ctx := t.Context()
		who := make([]account.Session, payers)
		var bills []Redemption
		for i := range who {
			who[i] = g.member()
			g.agreed(who[i])
		}
		for i := range who {
			// All of them are given up two minutes and some looks after they began.
			late := 90*time.Second + time.Duration(i)*20*time.Second
			quoted := g.priced(who[i], 2000)
			g.must(g.sandbox.SetFaults(ctx, 1, sandbox.Fault{Call: sandbox.CallCreate, Kind: sandbox.Late, Delay: late}))
			bills = append(bills, g.confirm(who[i], quoted))
		}
		g.must(g.sandbox.SetFaults(ctx, 1))
		for range int(5 * time.Minute / step) {
			g.clock.Advance(step)
			got := g.race(6, func(s *Service, i int) error {
				switch i % 3 {
				case 0:
					_, err := g.sandbox.Deliver(ctx)
					return err
				case 1:
					return s.Expire(ctx)
				}
				_, err := g.jobs.Drain(ctx)
				return err
			})
			g.answers(got, map[string]int{"": 6})
		}
		g.wait(time.Hour)
		ends := map[State]int{}
		for _, r := range bills {
			ends[g.get(r.ID).State]++
			g.endedOnce(r.ID)
		}
		if ends[Committed] == 0 || ends[LateRefunded] == 0 || ends[Committed]+ends[LateRefunded] != payers {
			t.Errorf("the bills are %v", ends)
		}
		g.matches(bills)
	})
}

// kept is what the institution keeps of each payment.
func (g *rig) kept() map[string]money.Amount {
	g.t.Helper()
	truth, err := g.sandbox.Truth(g.t.Context())
	g.must(err)
	kept := map[string]money.Amount{}
	for _, c := range truth.Charges {
		if c.Status == sandbox.Paid {
			kept[c.No] = c.Amount - c.Refunded
		}
	}
	return kept
}

// endedOnce fails the test if the redemption came to an end more than once, or
// its late money went back other than once.
func (g *rig) endedOnce(id ID) {
	g.t.Helper()
	times := map[State]int{}
	for _, s := range g.history(id) {
		times[s]++
	}
	if times[Committed]+times[Voided] != 1 || times[LatePaid] != times[LateRefunded] || times[LatePaid] > 1 {
		g.t.Errorf("%s went %v", id, g.history(id))
	}
	r := g.get(id)
	back, err := g.Payment.Refunds(g.t.Context(), r.Payment, "", 10)
	if g.must(err); len(back) != times[LateRefunded] {
		g.t.Errorf("%s is %s and its money went back %d times", id, r.State, len(back))
	}
}

// matches fails the test unless books, uses and the institution's truth hold
// together: it keeps what committed, and the books have what it keeps.
func (g *rig) matches(bills []Redemption) {
	g.t.Helper()
	g.sound()
	kept := g.kept()
	for _, b := range bills {
		r := g.get(b.ID)
		want := r.Due
		if r.State != Committed {
			want = 0
		}
		if kept[r.Payment] != want {
			g.t.Errorf("%s is %s and the institution keeps %v of %v", r.ID, r.State, kept[r.Payment], r.Due)
		}
	}
	var all, fees money.Amount
	for _, sum := range kept {
		all += sum
	}
	redemptions, err := g.List(g.t.Context(), g.operator, Filter{State: Committed})
	g.must(err)
	for _, r := range redemptions {
		fees += r.Fee
	}
	if cash := g.balance(ledger.GatewayCash); cash != all-fees {
		g.t.Errorf("%v in the books, the institution keeps %v less fees of %v", cash, all, fees)
	}
}
