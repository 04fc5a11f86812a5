package simulate

import (
	"encoding/json"
	"slices"
	"time"

	"citywalk/ledger"
	"citywalk/money"
	"citywalk/redeem"
	"citywalk/shop"
)

// What redemptions may do; the same as the drawing in package redeem, written
// down a second time.
var turns = []string{"/presented", "/requested",
	"presented/priced", "presented/voided", "priced/priced", "priced/presented", "priced/paying", "priced/committed", "priced/voided",
	"requested/paying", "requested/committed", "requested/voided",
	"paying/committed", "paying/voided", "paying/reversing", "reversing/committed", "reversing/voided",
	"voided/late_paid", "late_paid/late_refunded",
	"committed/refunding", "refunding/refunded", "refunding/stuck", "stuck/refunded"}

// underWay are the states in which a redemption has reserved its uses;
// committed it has consumed them.
var underWay = []string{"presented", "priced", "requested", "paying", "reversing"}

func (r *record) isOpen() bool { return slices.Contains(underWay, r.state) }
func (r *record) isHeld() bool { return r.isOpen() || r.state == "committed" }

// redemption takes in one change of one.
func (b *book) redemption(c change) {
	r := b.redemptions[c.id]
	if c.was == "" {
		r = b.begin(c)
	}
	name := b.name(c.id)
	b.touched.redemptions[c.id] = true
	if r.person != c.a || r.shop != c.b || r.code != c.d || r.slotDay != c.e || r.pass != c.f {
		b.w.fail("%s changed whose it is", name)
	}
	if r.payment != "" && r.payment != c.c {
		b.w.fail("%s got another payment", name)
	}
	if c.was != r.state || !slices.Contains(turns, c.was+"/"+c.now) || c.i != r.version+1 {
		b.w.fail("%s went from %s (version %d) to %s (version %d)", name, r.state, r.version, c.now, c.i)
	}
	was := r.isOpen()
	heldBefore := r.isHeld()
	if c.j != r.quote || c.was == "" {
		r.terms = b.gives(r.shop)
	}
	agreedTo := c.was == "priced" && (c.now == "paying" || c.now == "committed") || c.was == "requested" && (c.now == "paying" || c.now == "committed")
	r.state, r.version, r.quote, r.due, r.off, r.fee, r.payment, r.committed = c.now, c.i, c.j, c.k, c.l, c.m, c.c, c.p
	b.w.reached[c.now]++
	if agreedTo {
		b.checkAgreed(r, c)
	}
	b.count(r, was, heldBefore)
	if c.now == "committed" {
		b.checkCommit(r, c.was)
	}
	if c.now == "refunding" || c.was == "committed" {
		card := b.cards[r.pass]
		card.used--
		card.spared -= r.off
	}
}

// count keeps the lists by state.
func (b *book) count(r *record, was, held bool) {
	switch {
	case r.isOpen() && !was:
		if other := b.openOf[r.person]; other != nil && other.isOpen() {
			b.w.fail("a member has %s and %s open", b.name(other.id), b.name(r.id))
		}
		b.openOf[r.person] = r
		b.open = append(b.open, r)
	case !r.isOpen() && was:
		b.open = slices.DeleteFunc(b.open, func(o *record) bool { return o == r })
		b.ended = append(b.ended, r)
		if b.openOf[r.person] == r {
			delete(b.openOf, r.person)
		}
	}
	day := r.person + "/" + r.slotDay
	here := day + "/" + r.shop
	switch {
	case r.isHeld() && !held:
		b.uses[day]++
		b.uses[here]++
		b.checkUses(r, here)
	case !r.isHeld() && held:
		b.uses[day]--
		b.uses[here]--
	}
}

// checkUses is about a new use: the shop gives so many a day.
func (b *book) checkUses(r *record, here string) {
	var terms shop.Terms
	b.w.must(json.Unmarshal([]byte(b.floors[r.shop].terms), &terms))
	if b.uses[here] > max(terms.PerDay, 1) {
		b.w.fail("%s is a member's use number %d at a shop that gives %d a day", b.name(r.id), b.uses[here], max(terms.PerDay, 1))
	}
}

// begin takes in a new redemption.
func (b *book) begin(c change) *record {
	r := &record{id: c.id, person: c.a, shop: c.b, code: c.d, slotDay: c.e, pass: c.f, created: b.w.step}
	if old := b.redemptions[c.id]; old != nil {
		b.w.fail("%s began twice", b.name(c.id))
	}
	r.slots, r.budget = b.pendingSlots(c.id), 0
	b.redemptions[c.id] = r
	b.christen("bill", c.id)
	b.created++
	if c.d != "" {
		if b.codes[c.d] != "" {
			b.w.fail("one code began two redemptions")
		}
		b.codes[c.d] = c.id
	}
	if c.now == "requested" && !b.wishes[wish{c.a, c.b, c.k + c.l, c.k}] {
		b.w.fail("a request of %v for %v that nobody made", money.Amount(c.k), money.Amount(c.k+c.l))
	}
	if b.floors[c.b].state != "live" {
		b.w.fail("%s began at a shop that is %s", b.name(c.id), b.floors[c.b].state)
	}
	return r
}

// pendingSlots are those that were taken before the redemption was written.
func (b *book) pendingSlots(id string) int {
	if r := b.redemptions["slots of "+id]; r != nil {
		delete(b.redemptions, "slots of "+id)
		return r.slots
	}
	return 0
}

func (b *book) slot(c change) {
	r := b.redemptions[c.id]
	if r == nil {
		if r = b.redemptions["slots of "+c.id]; r == nil {
			r = &record{id: c.id}
			b.redemptions["slots of "+c.id] = r
		}
	} else {
		b.touched.redemptions[c.id] = true
	}
	r.slots += int(c.i)
	b.held += int(c.i)
	if c.i < 0 {
		b.released++
	}
}

// gives is what a shop gives now.
func (b *book) gives(shop string) string { return b.floors[shop].terms + b.floors[shop].offers }

// checkAgreed is about the step from a price to its payment: it was agreed to
// by those whose it is, and stood.
func (b *book) checkAgreed(r *record, c change) {
	name := b.name(r.id)
	switch {
	case c.was == "priced" && !b.agreeds[r.id][agreement{r.quote, r.due}]:
		b.w.fail("%s goes on with quote %d of %v, to which its member did not agree", name, r.quote, money.Amount(r.due))
	case c.was == "priced" && !b.bills[r.id][r.due+r.off]:
		b.w.fail("%s is of %v, which nobody typed", name, money.Amount(r.due+r.off))
	case c.was == "requested" && !b.accepts[r.id]:
		b.w.fail("%s goes on and staff did not accept it", name)
	case r.terms != b.gives(r.shop):
		b.w.fail("%s goes on with a price of terms that are gone", name)
	case b.floors[r.shop].state != "live":
		b.w.fail("%s goes on at a shop that is %s", name, b.floors[r.shop].state)
	case b.cards[r.pass].state != "active":
		b.w.fail("%s goes on with a pass that is %s", name, b.cards[r.pass].state)
	}
	r.agreedAt = c.o
}

// stepped takes in when a change was.
func (b *book) stepped(c change) {
	r := b.redemptions[c.id]
	if r == nil || c.i != r.version || c.now != r.state {
		b.w.fail("a step of %s that it did not make", b.name(c.id))
	}
	if (c.now == "paying" || c.now == "committed") && r.agreedAt != 0 {
		if c.j >= r.agreedAt {
			b.w.fail("%s was agreed to %v after it was over", b.name(c.id), time.Duration(c.j-r.agreedAt)*time.Millisecond)
		}
		r.agreedAt = 0
	}
	if c.now == "refunding" && c.j >= r.committed+redeem.UndoLife.Milliseconds() {
		b.w.fail("%s was undone %v after its commit", b.name(c.id), time.Duration(c.j-r.committed)*time.Millisecond)
	}
}

// checkCommit is about money: what is due was paid, once.
func (b *book) checkCommit(r *record, was string) {
	card := b.cards[r.pass]
	card.used++
	card.spared += r.off
	if card.state == "refunding" || card.state == "refunded" {
		b.w.fail("%s is committed with a pass that was given back unused", b.name(r.id))
	}
	if r.due == 0 {
		if r.payment != "" {
			b.w.fail("%s is free and has a payment", b.name(r.id))
		}
		return
	}
	p := b.charges[r.payment]
	if p == nil || p.ref != r.id || p.amount != r.due || was != "paying" && was != "reversing" {
		b.w.fail("%s of %v is committed and not paid so", b.name(r.id), money.Amount(r.due))
	}
	if truth, err := b.w.watch.chargeOf(p.no); err != nil || truth.status != "paid" {
		b.w.fail("%s is committed; the provider says %q", b.name(r.id), truth.status)
	}
}

// ofDays takes in the business days and the budget.
func (b *book) ofDays(c change) {
	r := b.redemptions[c.id]
	merchant := b.merchants[r.shop]
	if r.day == "" && c.a != "" {
		b.checkDay(r, c.a, r.committed)
		b.pending[merchant] += r.due - r.fee
		b.fees -= r.fee
		b.touched.balances[string(ledger.MerchantPending)+"/"+merchant] = true
	}
	if r.undoDay == "" && c.b != "" {
		b.checkDay(r, c.b, c.j)
		if r.line != "" {
			b.w.reached["undone after its statement"]++
		}
		b.pending[merchant] -= r.due - r.fee
		b.fees += r.fee
		b.touched.balances[string(ledger.MerchantPending)+"/"+merchant] = true
	}
	if r.day != "" && r.day != c.a || r.undoDay != "" && r.undoDay != c.b {
		b.w.fail("%s changed its business day", b.name(c.id))
	}
	r.day, r.undoDay = c.a, c.b
	if r.budget != c.i || r.budgetDay != c.c {
		b.budgets[r.shop+"/"+r.budgetDay] -= r.budget
		b.budgets[r.shop+"/"+c.c] += c.i
		r.budget, r.budgetDay = c.i, c.c
	}
}

// checkDay is about the day on which something is booked: that of the moment.
func (b *book) checkDay(r *record, day string, at int64) {
	if of := time.UnixMilli(at).In(b.w.wiring.Zone).Format(time.DateOnly); of != day {
		b.w.fail("%s is booked on %s and happened on %s", b.name(r.id), day, of)
	}
	if r.slotDay != day {
		b.w.reached["booked on the day after it began"]++
	}
}

// dailyMax is how many uses a member has a day.
const dailyMax = 6

// checkRecord is about one redemption when all that it did is known.
func (b *book) checkRecord(r *record) {
	want := 0
	if r.isHeld() {
		want = 2
	}
	name := b.name(r.id)
	if r.slots != want {
		b.w.fail("%s is %s and holds %d", name, r.state, r.slots)
	}
	if n := b.uses[r.person+"/"+r.slotDay]; n > dailyMax {
		b.w.fail("a member has used %d times on one day", n)
	}
	if !r.isHeld() && r.budget != 0 {
		b.w.fail("%s is %s and holds %v of a budget", name, r.state, money.Amount(r.budget))
	}
	if r.budgetDay != "" {
		key := r.shop + "/" + r.budgetDay
		if b.budgets[key] != b.reserved[key] {
			b.w.fail("the budget of a shop has %v reserved; its redemptions hold %v", money.Amount(b.reserved[key]), money.Amount(b.budgets[key]))
		}
	}
	card := b.cards[r.pass]
	if card.uses != card.used || card.saved != card.spared {
		b.w.fail("a pass counts %d uses and %v saved; its redemptions say %d and %v", card.uses, money.Amount(card.saved), card.used, money.Amount(card.spared))
	}
	if p := b.charges[r.payment]; r.state == "voided" && p != nil && p.state != "closed" && p.state != "late" {
		b.w.fail("%s is voided and its payment is %s", name, p.state)
	}
	undone := b.repayments[b.byKey[r.payment+"/undo"]]
	switch r.state {
	case "refunding", "refunded", "stuck":
		if r.due > 0 && (undone == nil || undone.amount != r.due) {
			b.w.fail("%s is undone and %v is not on its way back", name, money.Amount(r.due))
		}
	case "late_paid", "late_refunded":
		if p := b.charges[r.payment]; p.state != "late" || p.refunds != p.amount {
			b.w.fail("%s is %s and its money is not on its way back", name, r.state)
		}
	default:
		if undone != nil {
			b.w.fail("%s is %s and is being given back", name, r.state)
		}
	}
}

// Passes.

var cardMoves = []string{"/ordered", "/active", "ordered/active", "ordered/void", "active/lapsed", "active/refunding", "refunding/refunded"}

func (b *book) pass(c change) {
	k := b.cards[c.id]
	if c.was == "" {
		k = &card{id: c.id, person: c.a, trial: c.l != 0}
		if b.gate == "closed" || b.gate == "new" {
			b.w.fail("a pass is sold through a gate that is %s", b.gate)
		}
		for _, o := range b.cards {
			if o.person == k.person && o.trial && k.trial {
				b.w.fail("a member has a second trial")
			}
		}
		b.cards[c.id] = k
		b.christen("pass", c.id)
	}
	k.payment, k.first, k.until, k.uses, k.saved = c.b, c.c, c.d, c.j, c.k
	if c.was == c.now {
		return
	}
	if c.was != k.state || !slices.Contains(cardMoves, c.was+"/"+c.now) || c.was == "" && (c.now == "active") != k.trial {
		b.w.fail("%s went from %s to %s", b.name(c.id), k.state, c.now)
	}
	k.state = c.now
	b.w.reached["pass "+c.now]++
	if k.state != "active" {
		return
	}
	for _, o := range b.cards {
		if o != k && o.person == k.person && o.state == "active" {
			b.w.fail("a member has two passes")
		}
	}
	if p := b.charges[k.payment]; !k.trial && (p == nil || p.ref != k.id) {
		b.w.fail("%s is active and not paid", b.name(c.id))
	}
}

// Statements.

func (b *book) statement(c change) {
	if b.days[c.a+"/"+c.b] != "" {
		b.w.fail("a merchant has two statements of %s", c.b)
	}
	b.days[c.a+"/"+c.b] = c.id
	b.statements[c.id] = &statement{id: c.id, merchant: c.a, day: c.b, count: c.i, undone: c.j, paid: c.k, fee: c.l, net: c.m}
	b.payable[c.a] += c.m
	b.touched.statements[c.id] = true
	b.touched.balances[string(ledger.MerchantPayable)+"/"+c.a] = true
	b.w.reached["statement"]++
	b.w.say("the statement of %s is closed: %d and %d undone, %v", c.b, c.i, c.j, money.Amount(c.m))
}

func (b *book) line(c change) {
	r, s := b.redemptions[c.id], b.statements[c.a]
	b.touched.statements[c.a] = true
	net := r.due - r.fee
	on, day := &r.line, r.day
	if c.i == 1 {
		on, day = &r.undoLine, r.undoDay
		s.undos++
		s.lpaid -= r.due
		s.lfee -= r.fee
		net = -net
	} else {
		s.lines++
		s.lpaid += r.due
		s.lfee += r.fee
	}
	if *on != "" || day == "" || day > s.day || b.merchants[r.shop] != s.merchant {
		b.w.fail("%s of %q stands on a statement of %s", b.name(c.id), day, s.day)
	}
	*on = c.a
	b.pending[s.merchant] -= net
	b.touched.balances[string(ledger.MerchantPending)+"/"+s.merchant] = true
}

func (b *book) checkStatement(s *statement) {
	if s.lines != s.count || s.undos != s.undone || s.lpaid != s.paid || s.lfee != s.fee || s.net != s.paid-s.fee {
		b.w.fail("a statement of %s says %d, %d, %v, %v; its lines %d, %d, %v, %v", s.day, s.count, s.undone, money.Amount(s.paid), money.Amount(s.fee),
			s.lines, s.undos, money.Amount(s.lpaid), money.Amount(s.lfee))
	}
	if closed := b.w.now().In(b.w.wiring.Zone).Format(time.DateOnly); s.day >= closed {
		b.w.fail("the statement of %s was closed while the day ran", s.day)
	}
}
