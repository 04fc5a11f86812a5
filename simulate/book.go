package simulate

import (
	"encoding/json"
	"fmt"
	"slices"

	"citywalk/ledger"
	"citywalk/money"
	"citywalk/payment"
)

// A record is what the book knows of a redemption.
type record struct {
	id, state                   string
	person, shop, payment, pass string
	code, slotDay               string
	version, quote              int64
	due, off, fee               int64
	slots                       int
	budget                      int64
	budgetDay                   string
	terms                       string // What the shop gave when it was last priced.
	created                     int    // The step.
	day, undoDay                string
	line, undoLine              string // The statements on which it stands.
	committed                   int64
	agreedAt                    int64 // When what was agreed to would have been over.
}

// A charge is what the book knows of a payment.
type charge struct {
	no, state, purpose, ref, payer, trade string
	amount, fee, returned                 int64
	refunds                               int64 // Sum of those asked for.
}

// A repayment is what it knows of a refund.
type repayment struct {
	no, state, payment, key string
	amount, feeBack         int64
}

// A card is what it knows of a pass.
type card struct {
	id, state, person, payment string
	first, until               string
	trial                      bool
	uses, saved                int64
	used, spared               int64 // Counted by the book itself.
}

// A floor is what it knows of a shop.
type floor struct {
	state, terms, offers string
}

type agreement struct {
	version int64
	due     int64
}

type wish struct {
	person, shop string
	bill, due    int64
}

// A book is kept beside the product, from what changes in its file, and says
// after each step whether that may be. It knows what people really did: which
// price was typed, which quote was agreed to.
type book struct {
	w     *world
	names map[string]string

	redemptions             map[string]*record
	open, ended             []*record
	openOf                  map[string]*record // By person.
	uses                    map[string]int     // By person and day, and by shop too, of those that hold.
	created, held, released int
	codes                   map[string]string // Which redemption a code began.
	budgets                 map[string]int64  // What redemptions hold, by shop and day.
	reserved                map[string]int64  // What the product says of it.

	charges    map[string]*charge
	byRef      map[string]string
	trades     map[string]string
	repayments map[string]*repayment
	byKey      map[string]string

	cards  map[string]*card
	floors map[string]*floor
	gate   string // Whether passes are sold: "" is that nothing guards it.

	entries    map[string]string // Keys by entry.
	keys       map[string]bool
	balances   map[string]int64 // By account and party.
	statements map[string]*statement
	days       map[string]string // Statement by merchant and day.
	merchants  map[string]string // Merchant by shop.

	bills   map[string]map[int64]bool
	agreeds map[string]map[agreement]bool
	wishes  map[wish]bool
	accepts map[string]bool

	cash, fees int64            // What the gateway should hold by payments and refunds, and the fees that are not passed on.
	pending    map[string]int64 // What each merchant is owed by lines on no statement.
	payable    map[string]int64 // By statements.

	touched touched
}

// touched is what one look saw change.
type touched struct {
	entries     map[string]int64 // Sum of the postings of new entries.
	balances    map[string]bool
	redemptions map[string]bool
	statements  map[string]bool
	money       bool
}

type statement struct {
	id, merchant, day             string
	count, undone, paid, fee, net int64
	lines, undos, lpaid, lfee     int64
}

func newBook(w *world) *book {
	b := &book{w: w, names: map[string]string{},
		redemptions: map[string]*record{}, openOf: map[string]*record{}, uses: map[string]int{}, codes: map[string]string{},
		budgets: map[string]int64{}, reserved: map[string]int64{},
		charges: map[string]*charge{}, byRef: map[string]string{}, trades: map[string]string{},
		repayments: map[string]*repayment{}, byKey: map[string]string{},
		cards:   map[string]*card{},
		entries: map[string]string{}, keys: map[string]bool{}, balances: map[string]int64{},
		statements: map[string]*statement{}, days: map[string]string{}, merchants: map[string]string{},
		bills: map[string]map[int64]bool{}, agreeds: map[string]map[agreement]bool{}, wishes: map[wish]bool{}, accepts: map[string]bool{},
		pending: map[string]int64{}, payable: map[string]int64{},
	}
	for i, sh := range w.shops {
		b.names[string(sh.ID)] = fmt.Sprintf("shop %d", i+1)
		b.merchants[string(sh.ID)] = string(sh.Merchant)
	}
	var err error
	b.floors, err = w.watch.floors()
	w.must(err)
	return b
}

// name is what the trace calls a thing: ids are drawn anew in each run.
func (b *book) name(id string) string {
	if id == "" {
		return "done"
	}
	if n, ok := b.names[id]; ok {
		return n
	}
	return "something unknown"
}

func (b *book) christen(kind, id string) string {
	n := fmt.Sprintf("%s %d", kind, len(b.names)-cityShops+1)
	b.names[id] = n
	return n
}

// What people do, which the product has to abide by.

func (b *book) typed(id string, bill money.Amount) {
	if b.bills[id] == nil {
		b.bills[id] = map[int64]bool{}
	}
	b.bills[id][int64(bill)] = true
}

func (b *book) agreed(id string, version int, due money.Amount) {
	if b.agreeds[id] == nil {
		b.agreeds[id] = map[agreement]bool{}
	}
	b.agreeds[id][agreement{int64(version), int64(due)}] = true
}

func (b *book) wished(person, shop string, bill, due money.Amount) {
	b.wishes[wish{person, shop, int64(bill), int64(due)}] = true
}

func (b *book) accepted(id string) { b.accepts[id] = true }

// holds reports whether a person has a pass that is active.
func (b *book) holds(person any) bool {
	for _, c := range b.cards {
		if c.person == fmt.Sprint(person) && c.state == "active" {
			return true
		}
	}
	return false
}

// intended checks that what the provider is asked for was written down before.
func (b *book) intended(no string, body []byte) {
	var said struct{ Amount int64 }
	json.Unmarshal(body, &said)
	c := b.charges[no]
	if c == nil {
		b.w.fail("the provider is asked for a charge under a number that is not written down")
	}
	if c.amount != said.Amount {
		b.w.fail("the provider is asked for %v under %s, which is of %v", money.Amount(said.Amount), b.name(no), money.Amount(c.amount))
	}
}

// look takes in what changed and says whether it may be.
func (b *book) look() {
	news, err := b.w.watch.news()
	b.w.must(err)
	if len(news) == 0 {
		return
	}
	b.touched = touched{map[string]int64{}, map[string]bool{}, map[string]bool{}, map[string]bool{}, false}
	for _, c := range news {
		b.take(c)
	}
	b.check()
}

func (b *book) take(c change) {
	switch c.what {
	case "entry":
		b.entry(c)
	case "posting":
		b.posting(c)
	case "redemption":
		b.redemption(c)
	case "days":
		b.ofDays(c)
	case "step":
		b.stepped(c)
	case "slot":
		b.slot(c)
	case "code":
		if c.i != 0 {
			b.w.fail("a code is used twice")
		} else if c.j >= c.k {
			b.w.fail("a code is used after its time")
		}
	case "budget":
		b.reserved[c.id+"/"+c.a] = c.i
	case "payment":
		b.payment(c)
	case "refund":
		b.refund(c)
	case "pass":
		b.pass(c)
	case "gate":
		b.gate = c.now
	case "statement":
		b.statement(c)
	case "line":
		b.line(c)
	case "shop":
		*b.floors[c.id] = floor{c.now, c.a, c.b}
	case "torn":
		b.w.fail("an entry of the books was changed or deleted")
	case "restated":
		b.w.fail("a closed statement was changed")
	case "answer":
		b.w.fail("the answer under a key was changed")
	}
}

// check is about all that was touched, when all of it is known.
func (b *book) check() {
	t := &b.touched
	for id, sum := range t.entries {
		if sum != 0 {
			b.w.fail("entry %s does not add up to zero: %v", b.entryName(id), money.Amount(sum))
		}
	}
	for key := range t.balances {
		b.checkBalance(key)
	}
	for id := range t.redemptions {
		b.checkRecord(b.redemptions[id])
	}
	for id := range t.statements {
		b.checkStatement(b.statements[id])
	}
	if b.created != b.held/2+b.released/2 || b.held%2 != 0 {
		b.w.fail("%d uses were reserved, %d are held or consumed and %d released", b.created, b.held/2, b.released/2)
	}
	if got := b.balances[string(ledger.GatewayCash)+"/"]; got != b.cash {
		b.w.fail("the books say that the gateway holds %v; charges less refunds are %v", money.Amount(got), money.Amount(b.cash))
	}
	if got := b.balances[string(ledger.GatewayFee)+"/"]; got != b.fees {
		b.w.fail("the books have %v of fees; what is not passed on is %v", money.Amount(got), money.Amount(b.fees))
	}
}

func (b *book) entryName(id string) string { return b.entries[id] }

func (b *book) entry(c change) {
	if b.keys[c.a] {
		b.w.fail("the books have two entries under one key")
	}
	b.keys[c.a], b.entries[c.id] = true, c.a
	if _, ok := b.touched.entries[c.id]; !ok {
		b.touched.entries[c.id] = 0
	}
}

func (b *book) posting(c change) {
	if _, ok := b.touched.entries[c.id]; !ok {
		b.w.fail("a posting was added to an entry that was whole")
	}
	b.touched.entries[c.id] += c.i
	key := c.a + "/" + c.b
	b.balances[key] += c.i
	b.touched.balances[key] = true
}

func (b *book) checkBalance(key string) {
	account, party, _ := cut(key)
	got := b.balances[key]
	for _, l := range ledger.Chart() {
		if string(l.Account) == account && !l.Flexible && got*int64(l.Normal) < 0 && account != string(ledger.GatewayFee) {
			b.w.fail("%s of %s stands on the wrong side: %v", account, b.name(party), money.Amount(got))
		}
	}
	switch ledger.Account(account) {
	case ledger.Suspense:
		if got != 0 {
			b.w.fail("%v stay in suspense", money.Amount(got))
		}
	case ledger.Refunds:
		var owed int64
		if r := b.repayments[b.byKey[party]]; r != nil && r.state != "refunded" {
			owed = r.amount
		}
		if got != -owed {
			b.w.fail("the books owe %v of a refund of which %v is not back", money.Amount(-got), money.Amount(owed))
		}
	case ledger.MerchantPending:
		if got != -b.pending[party] {
			b.w.fail("the books owe a merchant %v, its lines on no statement say %v", money.Amount(-got), money.Amount(b.pending[party]))
		}
	case ledger.MerchantPayable:
		if got != -b.payable[party] {
			b.w.fail("the books owe a merchant %v on statements, which say %v", money.Amount(-got), money.Amount(b.payable[party]))
		}
	}
}

func cut(key string) (before, after string, ok bool) {
	i := slices.Index([]byte(key), '/')
	return key[:i], key[i+1:], true
}

// Payments and refunds.

var chargeMoves = []string{"/created", "created/open", "created/paid", "created/late", "created/closing", "created/closed",
	"open/paid", "open/late", "open/closing", "open/closed", "closing/paid", "closing/late", "closing/closed", "closed/late"}

func (b *book) payment(c change) {
	b.touched.money = true
	p := b.charges[c.id]
	if c.was == "" {
		b.christen("payment", c.id)
		ref := c.a + "/" + c.b
		if b.byRef[ref] != "" {
			b.w.fail("%s has a second payment", b.name(c.b))
		}
		b.byRef[ref] = c.id
		p = &charge{no: c.id, purpose: c.a, ref: c.b, payer: c.c, amount: c.i, fee: c.j}
		if p.fee != int64(money.Amount(p.amount).Fee()) {
			b.w.fail("the fee of %v is %v", money.Amount(p.amount), money.Amount(p.fee))
		}
		b.charges[c.id] = p
	}
	if p.purpose != c.a || p.ref != c.b || p.payer != c.c || p.amount != c.i || p.fee != c.j {
		b.w.fail("%s changed what it is for", b.name(c.id))
	}
	if p.returned = c.k; p.returned > p.amount {
		b.w.fail("more of %s is given back than was paid", b.name(c.id))
	}
	if c.was == c.now {
		return
	}
	if c.was != p.state || !slices.Contains(chargeMoves, c.was+"/"+c.now) {
		b.w.fail("%s went from %s to %s", b.name(c.id), p.state, c.now)
	}
	p.state, p.trade = c.now, c.d
	b.w.reached["payment "+c.now]++
	truth, err := b.w.watch.chargeOf(c.id)
	b.w.must(err)
	switch c.now {
	case "paid", "late":
		if truth.status != "paid" || truth.trade != c.d || truth.amount != c.i {
			b.w.fail("%s is %s; the provider says %q", b.name(c.id), c.now, truth.status)
		}
		if b.trades[c.d] != "" {
			b.w.fail("one trade of the provider's paid twice")
		}
		b.trades[c.d] = c.id
		b.cash += p.amount - p.fee
		b.fees += p.fee
	case "closed":
		if truth.status == "paid" {
			b.w.fail("%s is given up; the provider has its money", b.name(c.id))
		}
	}
}

var repayMoves = []string{"/asked", "asked/sent", "sent/refunded", "sent/stuck", "stuck/sent"}

func (b *book) refund(c change) {
	r := b.repayments[c.id]
	p := b.charges[c.a]
	if c.was == "" {
		b.christen("refund", c.id)
		party := payment.RefundParty(c.a, c.b)
		if b.byKey[party] != "" {
			b.w.fail("%s is refunded twice for one reason", b.name(c.a))
		}
		b.byKey[party] = c.id
		r = &repayment{no: c.id, payment: c.a, key: c.b, amount: c.i, feeBack: c.j}
		b.repayments[c.id] = r
		if p.refunds += c.i; p.refunds > p.amount {
			b.w.fail("the refunds of %s are more than was paid", b.name(c.a))
		}
		if p.state != "paid" && p.state != "late" {
			b.w.fail("%s is refunded and is %s", b.name(c.a), p.state)
		}
	}
	if c.was == c.now {
		return
	}
	if c.was != r.state || !slices.Contains(repayMoves, c.was+"/"+c.now) {
		b.w.fail("%s went from %s to %s", b.name(c.id), r.state, c.now)
	}
	r.state = c.now
	b.w.reached["refund "+c.now]++
	b.touched.balances[string(ledger.Refunds)+"/"+payment.RefundParty(c.a, c.b)] = true
	if c.now != "refunded" {
		return
	}
	truth, err := b.w.watch.refundOf(c.id)
	b.w.must(err)
	if truth.status != "refunded" || truth.payment != r.payment || truth.amount != r.amount {
		b.w.fail("%s is back; the provider says %q", b.name(c.id), truth.status)
	}
	b.cash -= r.amount - r.feeBack
	b.fees -= r.feeBack
}
