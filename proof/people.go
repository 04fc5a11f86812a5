package proof

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// Object is a JSON object.
type Object = map[string]any

// SignIn signs a number in at the node, with the code that is sent to it.
func (n *Node) SignIn(ctx context.Context, phone string) (Client, error) {
	nobody := n.Client("")
	var asked struct{ Challenge string }
	if err := nobody.Call(ctx, http.MethodPost, "/challenges", Object{"phone": phone}, &asked); err != nil {
		return Client{}, err
	}
	code, err := n.i.SMS.Await(ctx, phone)
	if err != nil {
		return Client{}, err
	}
	var got struct{ Token string }
	err = nobody.Call(ctx, http.MethodPost, "/sessions", Object{"challenge": asked.Challenge, "code": code}, &got)
	return n.Client(got.Token), err
}

// A City is an operator, a merchant, a shop that takes the card at 10 % off,
// and the shop's staff, as they use one node.
type City struct {
	Node                  *Node
	Operator, Staff       Client
	Merchant, Shop, Place string // Ids of the merchant and the shop, and the shop's number.
}

// Settle makes a city through the API. PerDay is how often a member may use
// the card there on a day.
func (n *Node) Settle(perDay int) *City {
	t := n.i.t
	t.Helper()
	operator, err := n.SignIn(context.Background(), n.i.Operator)
	if err != nil {
		t.Fatal(err)
	}
	c := &City{Node: n, Operator: operator}
	c.Merchant = Do[struct{ ID string }](operator, "POST", "/merchants", Object{"name": "老王"}).ID
	c.Shop, c.Place = c.AddShop(c.Merchant, perDay)
	c.Staff = c.Hire(c.Shop, "13700000001")
	return c
}

// AddShop opens another shop of a merchant and returns its id and number.
func (c *City) AddShop(merchant string, perDay int) (id, number string) {
	c.Node.i.t.Helper()
	s := Do[struct{ ID, Number string }](c.Operator, "POST", "/shops", Object{"name": "老王茶馆", "city": "上海", "category": "茶馆", "lat": 31.23, "lng": 121.47})
	at := "/shops/" + s.ID
	Do[Object](c.Operator, "PUT", at+"/merchant", Object{"merchant": merchant})
	Do[Object](c.Operator, "PUT", at+"/terms", Object{"kind": "percent", "percent": 10, "per_day": perDay})
	Do[Object](c.Operator, "PUT", at+"/state", Object{"state": "live"})
	return s.ID, s.Number
}

// Hire signs a number in and makes it staff of a shop.
func (c *City) Hire(shop, phone string) Client {
	return c.join(phone, Object{"role": "staff", "shop": shop})
}

// Own signs a number in and makes it an owner of a merchant's shops.
func (c *City) Own(merchant, phone string) Client {
	return c.join(phone, Object{"role": "merchant", "merchant": merchant})
}

func (c *City) join(phone string, invitation Object) Client {
	t := c.Node.i.t
	t.Helper()
	token := Do[struct{ Token string }](c.Operator, "POST", "/invitations", invitation).Token
	who, err := c.Node.SignIn(context.Background(), phone)
	if err != nil {
		t.Fatal(err)
	}
	Do[Object](who, "POST", "/invitations/accept", Object{"token": token})
	return who
}

// Member signs a new member in who has bought a pass and allowed one-tap
// payments.
func (c *City) Member(ctx context.Context, phone string) (Client, error) {
	m, err := c.Node.SignIn(ctx, phone)
	if err != nil {
		return m, err
	}
	_, err = m.Buy(ctx, "annual")
	return m, err
}

// MemberPhone is the n-th member's number.
func MemberPhone(n int) string { return fmt.Sprintf("138%08d", n) }

// A Pass is a pass as the API shows it.
type Pass struct {
	ID, Number, State string
	PayURL            string `json:"pay_url"`
	Price             int64
}

// Buy buys a plan, pays it at the cashier and waits until it is active.
func (c Client) Buy(ctx context.Context, plan string) (p Pass, err error) {
	if err = c.Call(ctx, http.MethodPost, "/passes", Object{"plan": plan}, &p); err != nil {
		return p, err
	}
	if err = Pay(ctx, p.PayURL, "agree"); err != nil {
		return p, err
	}
	for p.State != "active" {
		var mine struct{ Passes []Pass }
		if err = c.Call(ctx, http.MethodGet, "/passes", nil, &mine); err != nil {
			return p, err
		}
		for _, one := range mine.Passes {
			if one.ID == p.ID {
				p = one
			}
		}
		select {
		case <-ctx.Done():
			return p, ctx.Err()
		case <-time.After(5 * time.Millisecond):
		}
	}
	return p, nil
}

// A Redemption is a redemption as the API shows it.
type Redemption struct {
	ID, State, Receipt, Day, Why, Match string
	PayURL                              string `json:"pay_url"`
	Version                             int
	Due                                 int64
	Quote                               Quote
}

// A Quote is a priced bill as the API shows it.
type Quote struct {
	Version        int
	Hash           string
	Bill, Off, Due int64
}

// ended are the states in which nothing more comes by itself.
var ended = []string{"committed", "voided", "refunded", "late_refunded", "stuck"}

// Passing reports whether the redemption is on its way to another state.
func (r Redemption) Passing() bool { return !slices.Contains(ended, r.State) }

// Scan has the member show a code and the staff scan it.
func Scan(ctx context.Context, member, staff Client, shop string) (r Redemption, err error) {
	var code struct{ Code string }
	if err = member.Call(ctx, http.MethodPost, "/codes", nil, &code); err != nil {
		return r, err
	}
	err = staff.Call(ctx, http.MethodPost, "/shops/"+shop+"/scans", Object{"code": code.Code}, &r)
	return r, err
}

// Price prices the bill of a scanned redemption.
func (c Client) Price(ctx context.Context, r Redemption, bill int64) (Redemption, error) {
	err := c.Call(ctx, http.MethodPost, "/redemptions/"+r.ID+"/quotes", Object{"bill": bill}, &r)
	return r, err
}

// Confirm confirms the quote that the redemption shows.
func (c Client) Confirm(ctx context.Context, r Redemption) (Redemption, error) {
	err := c.Call(ctx, http.MethodPost, "/redemptions/"+r.ID+"/confirm", Object{"version": r.Quote.Version, "hash": r.Quote.Hash}, &r)
	return r, err
}

// Redeem is one whole redemption: code, scan, price, confirm, paid. It returns
// when its outcome is known.
func Redeem(ctx context.Context, member, staff Client, shop string, bill int64) (r Redemption, err error) {
	if r, err = Scan(ctx, member, staff, shop); err != nil {
		return r, err
	}
	if r, err = staff.Price(ctx, r, bill); err != nil {
		return r, err
	}
	if r, err = member.Confirm(ctx, r); err != nil {
		return r, err
	}
	for r.Passing() {
		select {
		case <-ctx.Done():
			return r, ctx.Err()
		case <-time.After(5 * time.Millisecond):
		}
		if err = member.Call(ctx, http.MethodGet, "/redemptions/"+r.ID, nil, &r); err != nil {
			return r, err
		}
	}
	return r, nil
}
