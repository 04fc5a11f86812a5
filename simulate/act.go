package simulate

import (
	"context"
	"fmt"
	"time"

	"citywalk/account"
	"citywalk/fault"
	"citywalk/money"
	"citywalk/pass"
	"citywalk/redeem"
	"citywalk/shop"
)

// A phone is a member's. It knows what it last saw.
type phone struct {
	device
	code    redeem.Code
	codes   []string          // Those it showed, the newest last.
	view    redeem.Redemption // Its open redemption as it last saw it.
	pass    pass.Pass
	payPass string // Where its pass is paid.
}

func newPhone(w *world, who account.Session, name string) *phone {
	return &phone{device: newDevice(w, who, name)}
}

// A till is a staff phone of a shop.
type till struct {
	device
	shop shop.ID
}

// act is one step: somebody does something, or time passes.
func (w *world) act() {
	w.reached["steps"]++
	if w.depth == 0 && w.coin.IntN(100) < 8 {
		w.public()
	}
	if w.depth == 0 {
		w.late++
		if w.late > w.weather.hurry && w.dice.IntN(4) == 0 {
			w.late = 0
			w.longer()
			return
		}
	}
	switch n := w.dice.IntN(100); {
	case n < 14:
		w.wait()
	case n < 20:
		w.work(w.any())
	case n < 24:
		w.notify()
		w.deliver()
	case n < 26:
		w.govern()
	case n < 60 && len(w.book.open) > 0:
		w.advance(w.book.open[w.dice.IntN(len(w.book.open))])
	case n < 68:
		w.after()
	case n < 80 && w.scanShown():
	default:
		w.member(pick(w, w.phones))
	}
}

// wait lets a little time pass.
func (w *world) wait() {
	d := time.Duration(200+w.dice.IntN(4000)) * time.Millisecond
	if w.depth > 0 {
		d = time.Duration(w.dice.IntN(1500)) * time.Millisecond
	} else if w.dice.IntN(5) == 0 {
		d = time.Duration(5+w.dice.IntN(60)) * time.Second
	}
	w.pass(d)
	if w.depth == 0 && w.dice.IntN(3) == 0 {
		w.notify()
		w.work(w.any())
	}
}

// longer lets minutes or hours pass, or the day end.
func (w *world) longer() {
	d := time.Duration(60+w.dice.IntN(300)) * time.Second
	switch n := w.dice.IntN(10); {
	case n < 3:
		d = time.Duration(15+w.dice.IntN(180)) * time.Minute
	case n == 3: // Into the minutes around midnight.
		d = w.untilMidnight() - time.Duration(w.dice.IntN(120))*time.Second
	case n == 4: // To where statements close.
		d = w.untilMidnight() + time.Duration(15*60+w.dice.IntN(1200))*time.Second
	}
	w.say("%v pass", d)
	for d > 0 {
		leg := min(d, time.Duration(60+w.dice.IntN(240))*time.Minute)
		w.pass(leg)
		d -= leg
		w.notify()
		w.work(w.any())
	}
}

func (w *world) untilMidnight() time.Duration {
	now := time.Now().In(w.wiring.Zone)
	y, m, d := now.Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, w.wiring.Zone).Sub(now)
}

// member is a member with his phone in his hand.
func (w *world) member(p *phone) {
	switch {
	case p.pending != nil && w.dice.IntN(10) < 7:
		w.retry(&p.device)
	case p.payPass != "":
		button := pick(w, []string{"pay", "pay", "agree", "agree", "agree", "cancel", "look"})
		w.say("%s at the cashier for a pass: %s", p.name, button)
		if button != "look" {
			w.press(p.payPass, button)
			p.payPass = ""
		}
	case !w.book.holds(p.who.Person) || w.chance(w.weather.wrong/4):
		w.buy(p)
	case w.dice.IntN(60) == 0:
		w.refundPass(p)
	case w.dice.IntN(100) < 25:
		w.request(p)
	case w.dice.IntN(10) == 0:
		w.lookMember(p)
	default:
		w.show(p)
	}
}

func (w *world) buy(p *phone) {
	plan := pick(w, []string{"annual", "annual", "days", "trial"})
	var got pass.Pass
	var url string
	w.send(&command{from: &p.device, words: "buy " + plan, key: w.key(&p.device),
		do: func(ctx context.Context, n *node, key string) (_ string, err error) {
			got, url, err = n.Pass.Buy(ctx, p.who, plan, key)
			return string(got.ID), err
		},
		heard: func(err error) {
			if err == nil {
				p.pass, p.payPass = got, url
			}
		}})
}

func (w *world) refundPass(p *phone) {
	var mine []pass.Pass
	w.on(w.any(), func(n *node) { mine, _ = n.Pass.Mine(w.ctx, p.who) })
	if len(mine) == 0 {
		return
	}
	var v pass.Preview
	var err error
	if !w.on(w.any(), func(n *node) { v, err = n.Pass.Preview(w.ctx, p.who, mine[0].ID) }) || err != nil {
		if f, ok := fault.From(err); ok {
			w.reached[f.Code]++
		}
		return
	}
	w.send(&command{from: &p.device, words: fmt.Sprintf("refund %s of %v", w.book.name(string(mine[0].ID)), v.Amount), key: w.key(&p.device),
		do: func(ctx context.Context, n *node, key string) (string, error) {
			got, err := n.Pass.Refund(ctx, p.who, v.Pass.ID, v.Amount, key)
			return string(got.ID), err
		},
		heard: func(error) {}})
}

// show asks for a code.
func (w *world) show(p *phone) {
	var code redeem.Code
	w.send(&command{from: &p.device, words: "show a code",
		do: func(ctx context.Context, n *node, _ string) (_ string, err error) {
			code, err = n.Redeem.Show(ctx, p.who)
			return "", err
		},
		heard: func(err error) {
			if err == nil {
				p.code = code
				p.codes = append(p.codes, code.Digits)
			}
		}})
}

// lookMember has the phone look at what is open.
func (w *world) lookMember(p *phone) {
	w.send(&command{from: &p.device, words: "look",
		do: func(ctx context.Context, n *node, _ string) (string, error) {
			r, err := n.Redeem.Current(ctx, p.who)
			if err == nil {
				p.view = r
			}
			return string(r.ID), err
		},
		heard: func(err error) {}})
}

// scanShown has a till scan a code that a phone shows, and reports whether
// there was one.
func (w *world) scanShown() bool {
	t := pick(w, w.tills)
	digits, words := "", "a code of "
	p := pick(w, w.phones)
	for range len(w.phones) {
		if p = pick(w, w.phones); p.code.Digits != "" && p.now().Before(p.code.Until) {
			digits = p.code.Digits
			break
		}
	}
	switch n := w.dice.IntN(100); {
	case n < w.weather.wrong/4:
		digits, words = "770000000000000000", "rubbish for "
	case n < w.weather.wrong && len(p.codes) > 0:
		digits, words = pick(w, p.codes), "an old code of "
	}
	if digits == "" {
		return false
	}
	w.scan(t, digits, words+p.name)
	return true
}

func (w *world) scan(t *till, digits, words string) {
	c := &command{from: &t.device, words: "scan " + words, key: w.key(&t.device),
		do: func(ctx context.Context, n *node, key string) (string, error) {
			r, err := n.Redeem.Scan(ctx, t.who, t.shop, digits, key)
			return string(r.ID), err
		},
		heard: func(error) {}}
	w.send(c)
	if w.chance(w.weather.wrong) && w.depth == 0 {
		w.other(c, "another code", func(ctx context.Context, n *node, key string) (string, error) {
			r, err := n.Redeem.Scan(ctx, t.who, t.shop, "770000000000000018", key)
			return string(r.ID), err
		})
	}
}

// bill draws what somebody has eaten for.
func (w *world) bill() money.Amount {
	return pick(w, []money.Amount{1, 83, 84, 300, 500, 1999, 2000, 3333, 5999, 12850, 12850, 40000, 60001})
}

// advance does the next thing about an open redemption, by one side.
func (w *world) advance(r *record) {
	p, t := w.phoneOf(r), w.tillOf(r)
	if p.pending != nil && w.dice.IntN(10) < 5 {
		w.retry(&p.device)
		return
	}
	if t.pending != nil && w.dice.IntN(10) < 5 {
		w.retry(&t.device)
		return
	}
	if w.chance(w.weather.wrong) {
		w.blunder(r, p, t)
		return
	}
	switch r.state {
	case "presented":
		w.price(t, r)
	case "requested":
		w.accept(t, r)
	case "priced":
		n := w.dice.IntN(100)
		switch {
		case p.view.ID != redeem.ID(r.id) || p.view.Quote.Version == 0:
			w.lookMember(p)
		case n < 75:
			w.confirm(p)
		case n < 80:
			w.dispute(p, r)
		case n < 90:
			w.price(t, r)
		default:
			w.decline(w.either(p, t), r)
		}
	default:
		w.pay(p, r)
	}
}

// blunder is a thing that makes no sense now, or comes too late.
func (w *world) blunder(r *record, p *phone, t *till) {
	switch w.dice.IntN(9) {
	case 0:
		w.price(t, r)
	case 1:
		w.confirm(p)
	case 2:
		w.accept(t, r)
	case 3:
		w.dispute(p, r)
	case 4:
		w.decline(w.either(p, t), r)
	case 5:
		w.undo(t, r)
	case 6:
		w.confirm(p)
		w.confirm(w.phoneOf(r)) // Perhaps on the other phone at the same time.
	case 7:
		w.pass(time.Duration(100+w.dice.IntN(60)) * time.Second)
	case 8:
		w.refundPass(p)
	}
}

func (w *world) either(p *phone, t *till) *device {
	if w.dice.IntN(2) == 0 {
		return &p.device
	}
	return &t.device
}

func (w *world) price(t *till, r *record) {
	bill := w.bill()
	id := redeem.ID(r.id)
	w.book.typed(r.id, bill)
	c := &command{from: &t.device, words: fmt.Sprintf("price %s at %v", w.book.name(r.id), bill), key: w.key(&t.device),
		do: func(ctx context.Context, n *node, key string) (string, error) {
			got, err := n.Redeem.Price(ctx, t.who, id, bill, key)
			return string(got.ID), err
		},
		heard: func(error) {}}
	w.send(c)
	if w.chance(w.weather.wrong) && w.depth == 0 {
		w.other(c, "another bill", func(ctx context.Context, n *node, key string) (string, error) {
			got, err := n.Redeem.Price(ctx, t.who, id, bill+1, key)
			return string(got.ID), err
		})
	}
}

// confirm agrees to what the phone shows, be it old.
func (w *world) confirm(p *phone) {
	v := p.view
	if v.ID == "" || v.Quote.Version == 0 {
		w.lookMember(p)
		return
	}
	w.book.agreed(string(v.ID), v.Quote.Version, v.Quote.Due)
	var got redeem.Redemption
	w.send(&command{from: &p.device, words: fmt.Sprintf("confirm %s, quote %d of %v", w.book.name(string(v.ID)), v.Quote.Version, v.Quote.Due), key: w.key(&p.device),
		do: func(ctx context.Context, n *node, key string) (_ string, err error) {
			got, err = n.Redeem.Confirm(ctx, p.who, v.ID, v.Quote.Version, v.Quote.Hash, key)
			return string(got.ID), err
		},
		heard: func(err error) {
			if err == nil {
				p.view = got
			} else if f, ok := fault.From(err); ok && f.Kind != fault.Unavailable {
				p.view = redeem.Redemption{}
			}
		}})
}

func (w *world) dispute(p *phone, r *record) {
	w.send(&command{from: &p.device, words: "dispute " + w.book.name(r.id), key: w.key(&p.device),
		do: func(ctx context.Context, n *node, key string) (string, error) {
			got, err := n.Redeem.Dispute(ctx, p.who, redeem.ID(r.id), key)
			return string(got.ID), err
		},
		heard: func(error) {}})
}

func (w *world) decline(d *device, r *record) {
	w.send(&command{from: d, words: "decline " + w.book.name(r.id), key: w.key(d),
		do: func(ctx context.Context, n *node, key string) (string, error) {
			got, err := n.Redeem.Decline(ctx, d.who, redeem.ID(r.id), key)
			return string(got.ID), err
		},
		heard: func(error) {}})
}

// pay looks where the bill is to be paid, and pays it, perhaps.
func (w *world) pay(p *phone, r *record) {
	var seen redeem.Redemption
	var err error
	if !w.on(w.any(), func(n *node) { seen, err = n.Redeem.ForMember(w.ctx, p.who, redeem.ID(r.id)) }) || err != nil || seen.PayURL == "" {
		w.wait()
		return
	}
	button := pick(w, []string{"pay", "pay", "pay", "agree", "cancel", "look", "look"})
	w.say("%s at the cashier for %s: %s", p.name, w.book.name(r.id), button)
	if button == "look" {
		w.wait()
		return
	}
	w.press(seen.PayURL, button)
}

// request begins at the shop's sign.
func (w *world) request(p *phone) {
	at, bill := pick(w, w.shops), w.bill()
	var q redeem.Quote
	var err error
	if !w.on(w.any(), func(n *node) { q, err = n.Redeem.Estimate(w.ctx, p.who, at.ID, bill) }) || err != nil {
		if f, ok := fault.From(err); ok {
			w.say("%s at the sign of %s: %s", p.name, at.Name, f.Code)
			w.reached[f.Code]++
		}
		return
	}
	due := q.Due
	if w.chance(w.weather.wrong) {
		due += 1
	}
	w.book.wished(string(p.who.Person), string(at.ID), bill, due)
	w.send(&command{from: &p.device, words: fmt.Sprintf("request %v for %v at %s", due, bill, at.Name), key: w.key(&p.device),
		do: func(ctx context.Context, n *node, key string) (string, error) {
			r, err := n.Redeem.Request(ctx, p.who, at.ID, bill, due, key)
			return string(r.ID), err
		},
		heard: func(error) {}})
}

func (w *world) accept(t *till, r *record) {
	w.book.accepted(r.id)
	w.send(&command{from: &t.device, words: "accept " + w.book.name(r.id), key: w.key(&t.device),
		do: func(ctx context.Context, n *node, key string) (string, error) {
			got, err := n.Redeem.Accept(ctx, t.who, redeem.ID(r.id), key)
			return string(got.ID), err
		},
		heard: func(error) {}})
}

func (w *world) undo(t *till, r *record) {
	w.send(&command{from: &t.device, words: "undo " + w.book.name(r.id), key: w.key(&t.device),
		do: func(ctx context.Context, n *node, key string) (string, error) {
			got, err := n.Redeem.Undo(ctx, t.who, redeem.ID(r.id), key)
			return string(got.ID), err
		},
		heard: func(error) {}})
}

// after is about what ended lately: mostly it is undone.
func (w *world) after() {
	all := w.book.ended
	if len(all) == 0 {
		w.wait()
		return
	}
	r := all[len(all)-1-w.dice.IntN(min(len(all), 6))]
	if r.state != "committed" && !w.chance(w.weather.wrong) {
		w.member(pick(w, w.phones))
		return
	}
	w.undo(w.tillOf(r), r)
}
