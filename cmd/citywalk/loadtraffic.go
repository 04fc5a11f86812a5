package main

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"citywalk/money"
	"citywalk/pass"
	"citywalk/redeem"
	"citywalk/web"
	"citywalk/web/api"
)

// undoEach is how many redemptions there are for each that is given back.
const undoEach = 8

// A kind is one of the things that people do at the same time.
type kind struct {
	name  string
	class web.Class
	part  int     // Of the arrivals, in a hundred.
	asks  float64 // Requests that one makes.
	do    func(ctx context.Context, w *wire, s *step)
}

// kinds are a city's traffic: most look, some have their card in hand, some
// buy one, the office reads, and those who redeem make four requests or five.
func (c *loadCity) kinds() []kind {
	page := func(cookie func(n int) string, paths ...string) func(context.Context, *wire, *step) {
		return func(ctx context.Context, w *wire, s *step) {
			s.ask(ctx, w, ask{method: http.MethodGet, path: paths[s.n/7%len(paths)], cookie: cookie(s.n)})
		}
	}
	nobody := func(int) string { return "" }
	office := func(int) string { return c.console }
	var shops []string
	for _, d := range c.shops {
		shops = append(shops, "/shops/"+string(d.shop))
	}
	today := func(ctx context.Context, w *wire, s *step) {
		d := c.shops[s.n%len(c.shops)]
		s.ask(ctx, w, ask{method: http.MethodGet, path: "/till/shops/" + string(d.shop) + "/today", cookie: d.cookie})
	}
	return []kind{
		{"explore", web.Browse, 36, 1, page(nobody, "/")},
		{"shop page", web.Browse, 26, 1, page(nobody, shops...)},
		{"member page", web.Browse, 8, 1, page(c.looker, "/receipts", "/me", "/")},
		{"till page", web.Browse, 4, 1, today},
		{"office page", web.Browse, 4, 1, page(office, "/console/", "/console/shops", "/console/redemptions", "/console/statements", "/console/members")},
		{"card page", web.Scan, 14, 1, page(c.looker, "/card")},
		{"buy", web.Change, 2, 1, c.buy},
		{"redeem", web.Pay, 6, 4 + 1.0/undoEach, c.redeemOne},
	}
}

// asks is how many requests an arrival makes, in the mean.
func (c *loadCity) asks() (n float64) {
	for _, k := range c.kinds() {
		n += k.asks * float64(k.part) / 100
	}
	return n
}

// part is how many in a hundred arrivals are of a kind.
func (c *loadCity) part(name string) int {
	for _, k := range c.kinds() {
		if k.name == name {
			return k.part
		}
	}
	return 0
}

// buy is a newcomer who buys a pass and pays at the cashier, or turns round
// there, as every other does.
func (c *loadCity) buy(ctx context.Context, w *wire, s *step) {
	var n newcomer
	select {
	case n = <-c.newcomers:
	default:
		s.unstocked()
		return
	}
	var bought struct {
		ID     pass.ID
		PayURL string `json:"pay_url"`
	}
	if !c.post(ctx, w, s, n.token, "/passes", map[string]string{"plan": "annual"}, &bought) {
		c.newcomers <- n
		return
	}
	c.mu.Lock()
	c.kept.passes[bought.ID] = n.who
	c.mu.Unlock()
	if s.n%2 == 0 {
		_ = pay(ctx, bought.PayURL) // The institution's page; what comes of it, the node is told.
	}
}

type loadRedemption struct {
	ID             redeem.ID
	State, Receipt string
	Quote          struct {
		Version int
		Hash    string
	}
}

// redeemOne is a whole redemption. Who is refused goes away; with a redemption
// open, he cannot begin another soon.
func (c *loadCity) redeemOne(ctx context.Context, w *wire, s *step) {
	var b *bearer
	select {
	case b = <-c.members:
	default:
		s.unstocked()
		return
	}
	at := c.shops[s.n%len(c.shops)]
	var code struct{ Code string }
	s.as("code", web.Scan)
	if !c.post(ctx, w, s, b.token, "/codes", nil, &code) {
		c.members <- b
		return
	}
	var r loadRedemption
	s.as("scan", web.Pay)
	if !c.post(ctx, w, s, at.token, "/shops/"+string(at.shop)+"/scans", map[string]any{"code": code.Code}, &r) {
		c.members <- b
		return
	}
	b.left--
	s.as("price", web.Pay)
	if !c.post(ctx, w, s, at.token, "/redemptions/"+string(r.ID)+"/quotes", map[string]any{"bill": 128*money.Yuan + 50}, &r) {
		return
	}
	s.as("confirm", web.Pay)
	if !c.post(ctx, w, s, b.token, "/redemptions/"+string(r.ID)+"/confirm", map[string]any{"version": r.Quote.Version, "hash": r.Quote.Hash}, &r) {
		return
	}
	if !c.paid(ctx, w, s, b, &r) {
		return
	}
	if s.n/16%undoEach == 0 {
		c.undo(ctx, w, s, at, r)
	}
	if b.left > 0 {
		c.members <- b
	}
}

// paid waits for the payment's end, and keeps what was answered as paid.
func (c *loadCity) paid(ctx context.Context, w *wire, s *step, b *bearer, r *loadRedemption) bool {
	for range 20 {
		if r.State == string(redeem.Committed) {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.kept.receipts[r.ID] = r.Receipt
			return true
		}
		if sleep(ctx, 200*time.Millisecond) != nil {
			return false
		}
		s.due = time.Now()
		s.as("look", web.Pay)
		if got := s.ask(ctx, w, ask{method: http.MethodGet, path: api.Prefix + "/redemptions/" + string(r.ID), token: b.token}); got.good() {
			json.Unmarshal(got.body, r)
		}
	}
	return false
}

// undo has the staff give a redemption back.
func (c *loadCity) undo(ctx context.Context, w *wire, s *step, at desk, r loadRedemption) {
	s.as("undo", web.Pay)
	if c.post(ctx, w, s, at.token, "/redemptions/"+string(r.ID)+"/undo", nil, &r) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.kept.undone[r.ID] = true
	}
}

// post sends a command and reports whether it was done.
func (c *loadCity) post(ctx context.Context, w *wire, s *step, token, path string, body, answer any) bool {
	r := s.ask(ctx, w, ask{method: http.MethodPost, path: api.Prefix + path, token: token, key: c.key(), body: body})
	return r.good() && json.Unmarshal(r.body, answer) == nil
}
