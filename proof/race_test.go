package proof

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"
)

// TestOneCodeAtTwoNodes is B9 and C1: two tills at two nodes scan one code two
// hundred times. One redemption begins, the others are told that the code was
// used, and nothing else happens.
func TestOneCodeAtTwoNodes(t *testing.T) {
	races(t, func(r *race) {
		member := r.join(1)[0]
		var code struct{ Code string }
		r.must(member.Call(t.Context(), "POST", "/codes", nil, &code))
		tills := []Client{r.city.Staff, r.city.Hire(r.city.Shop, "13700000002")}
		before := r.rows()
		shots := r.times(200, shot{path: "/shops/" + r.city.Shop + "/scans", body: Object{"code": code.Code}})
		for i := range shots {
			shots[i].Client = tills[i/2%2].At(r.node(i))
		}
		r.answered("scans", r.volley(shots), map[string]int{"200": 1, "409 redeem.used": 199})
		r.changed("scans", before, map[string]int{"redemptions": 1, "steps": 1, "open": 1, "slots": 2, "codes used": 1, "audits": 1, "keys": 200})
	})
}

// TestOneConfirmAtTwoNodes confirms one quote two hundred times under keys of
// their own: one payment, one use, one entry, and one charge at the
// institution.
func TestOneConfirmAtTwoNodes(t *testing.T) {
	races(t, func(r *race) {
		member := r.join(1)[0]
		quoted := r.priced(member, 10_000)
		before := r.rows()
		answers := r.volley(r.times(200, confirms(member, quoted)))
		r.answered("confirms", answers, map[string]int{"200": 200})
		for _, a := range answers {
			var got Redemption
			r.must(json.Unmarshal(a.Body, &got))
			if got.ID != quoted.ID || got.State != "committed" && got.State != "paying" {
				t.Errorf("a confirmation was answered with %+v", got)
			}
		}
		r.rested(member, quoted.ID)
		r.changed("confirms", before, map[string]int{"steps": 2, "open": -1, "uses": 1, "payments": 1, "successes": 1,
			"entries": 1, "postings": 5, "audits": 1, "keys": 200})
		r.charged(16_800, 9_000)
	})
}

// charged compares what the institution took of everybody, in any order.
func (r *race) charged(want ...int64) {
	r.t.Helper()
	truth, err := r.Sandbox.Truth(r.t.Context())
	r.must(err)
	left := map[int64]int{}
	for _, w := range want {
		left[w]++
	}
	for _, c := range truth.Charges {
		if c.Status == "paid" {
			left[int64(c.Amount)]--
		}
	}
	for amount, n := range left {
		if n != 0 {
			r.t.Errorf("the institution charged %d fen %d times too few", amount, n)
		}
	}
}

// TestUsesOfADayAtTwoNodes is B12: at a shop that takes the card twice a day,
// forty devices of one member ask until they are told that nothing is left,
// half of them by the sign and half by codes. Two uses are had. At another shop
// four more are, since a member has six a day, and that is all.
func TestUsesOfADayAtTwoNodes(t *testing.T) {
	races(t, func(r *race) {
		member := r.join(1)[0]
		twice, _ := r.city.AddShop(r.city.Merchant, 2)
		owner := r.city.Own(r.city.Merchant, "13700000003")
		before := r.rows()
		r.useUp(member, owner, twice, "redeem.uses")
		r.grew("a shop's uses", before, map[string]int{"redemptions": 2, "slots": 4, "uses": 2, "payments": 2, "successes": 2, "entries": 2})
		r.useUp(member, owner, r.city.Shop, "redeem.daily")
		r.grew("a day's uses", before, map[string]int{"redemptions": 6, "slots": 12, "uses": 6, "payments": 6, "successes": 6, "entries": 6})
	})
}

// useUp has forty devices redeem at a shop until each is told that no use is
// left. What else they are told, because others are quicker, is no news.
func (r *race) useUp(member, staff Client, shop, end string) {
	r.t.Helper()
	errs := make([]error, 40)
	var all sync.WaitGroup
	for i := range errs {
		visit := bySign
		if i%2 == 0 {
			visit = byCode
		}
		all.Go(func() {
			member, staff := member.At(r.node(i/2)), staff.At(r.node(i/2+1))
			had := 0
			for refused := (Refused{}); had <= usesADay; {
				err := visit(r.t.Context(), member, staff, shop)
				if err == nil {
					had++
				} else if !errors.As(err, &refused) {
					errs[i] = err
					return
				} else if refused.Problem().Code == end {
					return
				}
				time.Sleep(5 * time.Millisecond) // As a person would look at what it says.
			}
			errs[i] = fmt.Errorf("one device alone had %d uses", had)
		})
	}
	all.Wait()
	r.must(errors.Join(errs...))
}

// bySign is a redemption at the second door, up to its payment.
func bySign(ctx context.Context, member, staff Client, shop string) error {
	var asked Redemption
	err := member.Call(ctx, "POST", "/shops/"+shop+"/requests", Object{"bill": 1000, "due": 900}, &asked)
	if err != nil {
		return err
	}
	return staff.Call(ctx, "POST", "/redemptions/"+asked.ID+"/accept", nil, nil)
}

// byCode is a redemption at the first door, up to its payment.
func byCode(ctx context.Context, member, staff Client, shop string) error {
	r, err := Scan(ctx, member, staff, shop)
	if err != nil {
		return err
	}
	if r, err = staff.Price(ctx, r, 1000); err != nil {
		return err
	}
	_, err = member.Confirm(ctx, r)
	return err
}
