package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"citywalk/account"
	"citywalk/db"
	"citywalk/geo"
	"citywalk/pass"
	"citywalk/redeem"
	"citywalk/shop"
	"citywalk/web/api"
)

const (
	loadShops   = 24  // That the city under load has.
	loadLookers = 128 // Members who look at their card and never use it, so that no code ends another.
	stockMax    = 1 << 18
)

// A loadCity is the city under load and what its people have in hand.
type loadCity struct {
	*track
	shops     []desk
	console   string       // The operator's cookie.
	lookers   []string     // Cookies of who only looks.
	members   chan *bearer // Who can redeem, and is not at it.
	newcomers chan newcomer
	operator  account.Session
	progress  func(what string, done, all int)

	mu   sync.Mutex
	kept promises
}

// Promises are what was answered as done.
type promises struct {
	receipts map[redeem.ID]string // Of redemptions.
	undone   map[redeem.ID]bool
	passes   map[pass.ID]account.Session
}

// A desk is a shop's till.
type desk struct {
	shop   shop.ID
	token  string
	cookie string
}

// A bearer is a member with a pass and an agreement.
type bearer struct {
	token string
	left  int // Uses of today.
}

// A newcomer has no pass yet.
type newcomer struct {
	token string
	who   account.Session
}

// newLoadCity furnishes the database of a server that runs already.
func newLoadCity(ctx context.Context, cfg Config) (c *loadCity, err error) {
	a, err := open(ctx, cfg)
	if err != nil {
		return nil, err
	}
	c = &loadCity{track: &track{parts: a, base: cfg.baseURL() + api.Prefix}, members: make(chan *bearer, stockMax), newcomers: make(chan newcomer, stockMax),
		kept: promises{map[redeem.ID]string{}, map[redeem.ID]bool{}, map[pass.ID]account.Session{}}}
	if err := c.build(ctx); err != nil {
		return nil, errors.Join(err, a.close())
	}
	return c, nil
}

// build makes the operator, the shops with their staff, and who only looks.
func (c *loadCity) build(ctx context.Context) error {
	a := c.parts
	cookie, operator, err := c.enter(ctx, demoPhone(1), account.ConsoleApp, account.Grant{Role: account.Operator})
	if err != nil {
		return err
	}
	c.console, c.operator = cookie, operator
	m, err := a.shop.AddMerchant(ctx, operator, "bench")
	if err != nil {
		return err
	}
	for i := range loadShops {
		at := shop.Shop{City: "bench", Name: fmt.Sprintf("小店 %d", i), Category: "咖啡", Address: "长街", Closes: 24 * 60,
			Point: geo.Point{Lat: 31.2 + float64(i)/1000, Lng: 121.5}}
		d, err := c.furnishDesk(ctx, m.ID, at)
		if err != nil {
			return err
		}
		c.shops = append(c.shops, d)
	}
	for range loadLookers {
		_, who, err := c.bearer(ctx)
		if err != nil {
			return err
		}
		page, _, err := a.account.Enter(ctx, who.Person, account.MemberApp, account.Client{Device: "bench"})
		if err != nil {
			return err
		}
		c.lookers = append(c.lookers, string(account.MemberApp)+"="+page)
	}
	return nil
}

// enter appoints the owner of a number and signs in; the cookie is for pages,
// and what follows its = is the token for the API.
func (c *loadCity) enter(ctx context.Context, phone string, app account.App, g account.Grant) (cookie string, s account.Session, err error) {
	id, err := c.parts.account.Appoint(ctx, phone, "", g)
	if err != nil {
		return "", s, err
	}
	token, s, err := c.parts.account.Enter(ctx, id, app, account.Client{Device: "bench"})
	return string(app) + "=" + token, s, err
}

// furnishDesk opens one shop and hires its staff.
func (c *loadCity) furnishDesk(ctx context.Context, m shop.MerchantID, wanted shop.Shop) (d desk, err error) {
	sh, err := c.parts.shop.Add(ctx, c.operator, wanted)
	if err != nil {
		return d, err
	}
	d.shop = sh.ID
	if err := c.openShop(ctx, c.operator, m, sh.ID); err != nil {
		return d, err
	}
	n := 10 + len(c.shops)
	if d.token, err = c.hire(ctx, n, m, sh.ID); err != nil {
		return d, err
	}
	d.cookie, _, err = c.enter(ctx, demoPhone(n), account.TillApp, account.Grant{Role: account.Staff, Merchant: string(m), Shop: string(sh.ID)})
	return d, err
}

// bearer makes a member with a pass and an agreement.
func (c *loadCity) bearer(ctx context.Context) (*bearer, account.Session, error) {
	token, err := c.join(ctx)
	if err != nil {
		return nil, account.Session{}, err
	}
	who, err := c.parts.account.Authenticate(ctx, token, account.APIApp)
	return &bearer{token: token, left: perMember}, who, err
}

// looker is the cookie of one who only looks.
func (c *loadCity) looker(n int) string { return c.lookers[n%len(c.lookers)] }

// stock makes sure that there are so many uses and newcomers in hand.
func (c *loadCity) stock(ctx context.Context, uses, newcomers int) error {
	bearers := max(0, min(uses/perMember+1, stockMax/2)-len(c.members))
	fresh := max(0, min(newcomers, stockMax/2)-len(c.newcomers))
	var made atomic.Int64
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for i := range bearers + fresh {
		if ctx.Err() != nil {
			break
		}
		if i%64 == 0 {
			c.progress("people made", int(made.Load()), bearers+fresh)
		}
		g.Go(func() error {
			defer made.Add(1)
			if i < bearers {
				b, _, err := c.bearer(ctx)
				for errors.Is(err, db.ErrBusy) { // So many buy at once as hardly ever do; who is told so comes again.
					b, _, err = c.bearer(ctx)
				}
				if err == nil {
					c.members <- b
				}
				return err
			}
			token, who, err := c.person(ctx)
			if err == nil {
				c.newcomers <- newcomer{token, who}
			}
			return err
		})
	}
	err := g.Wait()
	c.progress("people made", int(made.Load()), bearers+fresh)
	return err
}

// Acknowledged is how much was answered as done.
type Acknowledged struct {
	Redemptions int `json:"redemptions"`
	Undone      int `json:"undone"`
	Passes      int `json:"passes"`
}

// check compares what was answered as done with what the database has, and
// proves the books.
func (c *loadCity) check(ctx context.Context) (all Acknowledged, err error) {
	a := c.parts
	whole, done := len(c.kept.receipts)+len(c.kept.passes), 0
	next := func() {
		if done++; done%64 == 0 || done == whole {
			c.progress("promises checked", done, whole)
		}
	}
	for id, receipt := range c.kept.receipts {
		r, err := a.redeem.ForShop(ctx, c.operator, id)
		if err != nil || receipt == "" || r.Receipt != receipt {
			return all, fmt.Errorf("%s was answered as paid with receipt %q; there is %q, %w", id, receipt, r.Receipt, cmp.Or(err, errLost))
		}
		undone := r.State == redeem.Refunding || r.State == redeem.Refunded
		if c.kept.undone[id] && !undone {
			return all, fmt.Errorf("%s was answered as given back, and is %s: %w", id, r.State, errLost)
		}
		next()
	}
	for id, who := range c.kept.passes {
		if _, err := a.pass.Get(ctx, who, id); err != nil {
			return all, fmt.Errorf("pass %s was answered as bought: %w", id, err)
		}
		next()
	}
	found, err := a.prove(ctx)
	if err == nil && len(found) > 0 {
		err = fmt.Errorf("the books do not prove: %v", found)
	}
	return Acknowledged{len(c.kept.receipts), len(c.kept.undone), len(c.kept.passes)}, err
}

// errLost says that something was answered as done and is not.
var errLost = errors.New("it was lost")
