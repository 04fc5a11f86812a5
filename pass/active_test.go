package pass

import (
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/money"
	"citywalk/payment"
	"citywalk/payment/sandbox"
)

// second is the package at another node.
func (g *rig) second() *Service {
	g.t.Helper()
	d := dbtest.Again(g.t, g.DB, g.clock)
	pay := &payment.Service{DB: d, Provider: g.sandbox.Provider, Currency: g.Payment.Currency,
		BaseURL: g.Payment.BaseURL, Secret: g.Payment.Secret, Zone: g.Payment.Zone}
	s := &Service{DB: d, Payment: pay, Zone: g.Zone}
	pay.On(purpose, s.Outcome())
	return s
}

// twoOrders gives the person two open orders, past the rule that there is one,
// and returns their payments and cashier pages.
func (g *rig) twoOrders(who account.Session) (numbers, pages []string) {
	g.t.Helper()
	for range 2 {
		var p Pass
		update(g.t, g.DB, func(tx *db.Tx) error {
			plan, err := selectPlan(tx, "annual")
			if err != nil {
				return err
			}
			id, err := g.place(tx, Pass{Person: who.Person, Plan: plan.Code, Zh: plan.Zh, En: plan.En,
				Price: plan.Price, Days: plan.Days, State: Ordered, Created: tx.Now()})
			if err != nil {
				return err
			}
			p, err = selectPass(tx, id)
			return err
		})
		open, err := g.Payment.Open(g.t.Context(), p.Payment)
		g.must(err)
		numbers, pages = append(numbers, p.Payment), append(pages, open.PayURL)
	}
	return numbers, pages
}

// TestActiveOnce pays two orders of the same people at once, at two nodes:
// each person gets one pass, and the other's money goes back once.
func TestActiveOnce(t *testing.T) {
	const people = 6
	each(t, func(t *testing.T, g *rig) {
		ctx := t.Context()
		update(t, g.DB, func(tx *db.Tx) error {
			_, err := tx.Exec(`DROP INDEX pass_passes_ordered`)
			return err
		})
		nodes := []*Service{g.Service, g.second()}
		var numbers, pages []string
		for i := range people {
			n, p := g.twoOrders(member(string(rune('a' + i))))
			numbers, pages = append(numbers, n...), append(pages, p...)
		}
		client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		var paying sync.WaitGroup
		for i, page := range pages {
			paying.Go(func() {
				answer, err := client.PostForm(page, url.Values{"do": {"pay"}})
				if err != nil {
					t.Error(err)
					return
				}
				answer.Body.Close()
				if _, err := nodes[i%2].Payment.Sync(ctx, numbers[i]); err != nil {
					t.Error(err)
				}
			})
		}
		paying.Go(func() {
			if _, err := g.sandbox.Deliver(ctx); err != nil {
				t.Error(err)
			}
			if _, err := g.jobs.Drain(ctx); err != nil {
				t.Error(err)
			}
		})
		paying.Wait()
		g.wait(10*time.Minute, time.Minute)
		for i := range people {
			mine, err := g.Mine(ctx, member(string(rune('a'+i))))
			if err != nil || len(mine) != 2 || mine[0].State != Active || mine[1].State != Void {
				t.Errorf("a person has %+v, %v", mine, err)
			}
		}
		truth, err := g.sandbox.Truth(ctx)
		g.must(err)
		var kept money.Amount
		for _, c := range truth.Charges {
			if c.Status != sandbox.Paid {
				t.Errorf("%s is %s", c.No, c.Status)
			}
			kept += c.Amount - c.Refunded
		}
		if len(truth.Refunds) != people || kept != people*16800 {
			t.Errorf("the institution keeps %v after %d refunds", kept, len(truth.Refunds))
		}
	})
}
