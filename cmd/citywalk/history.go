package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"citywalk/account"
	"citywalk/db"
	"citywalk/discover"
	"citywalk/fault"
	"citywalk/ledger"
	"citywalk/money"
	"citywalk/redeem"
	"citywalk/shop"
)

const (
	historyMembers = 48
	historyTrials  = 6 // Of the members, those on a trial.
	historyTellers = 8 // Tills at work at the same moment.
)

// A movingClock tells simulated time until it is released; then it tells the
// machine's.
type movingClock struct{ at atomic.Int64 }

func (c *movingClock) Now() time.Time {
	if ms := c.at.Load(); ms != 0 {
		return time.UnixMilli(ms)
	}
	return time.Now()
}

func (c *movingClock) set(t time.Time) { c.at.Store(t.UnixMilli()) }
func (c *movingClock) release()        { c.at.Store(0) }

// A history lives sixty days of the demo city through the real services: what
// it leaves behind is what sixty days of use would.
type history struct {
	*parts
	clock    *movingClock
	days     int
	rand     *rand.Rand
	operator account.Session
	shops    []shop.Shop
	tills    map[shop.MerchantID]account.Session
	members  []account.Session
	keys     atomic.Int64
	pay      func(ctx context.Context, payURL string) error
	progress func(done, all int, what string)
}

// run makes the city and lives its days up to today.
func (h *history) run(ctx context.Context) error {
	today := startOfDay(time.Now(), h.zone)
	first := today.AddDate(0, 0, -h.days)
	h.clock.set(first.Add(9 * time.Hour))
	for _, step := range []func(context.Context) error{h.people, h.open, h.membersJoin} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	h.progress(0, h.days, "notes")
	if err := h.read(ctx, today, time.Time{}, first); err != nil {
		return err
	}
	if err := h.review(ctx); err != nil {
		return err
	}
	for i := range h.days {
		h.progress(i, h.days, "days")
		if err := h.day(ctx, i, first.AddDate(0, 0, i)); err != nil {
			return fmt.Errorf("day %d: %w", i+1, err)
		}
	}
	h.clock.set(today.Add(20 * time.Minute))
	if _, err := h.runner.Drain(ctx); err != nil {
		return err
	}
	if err := h.read(ctx, today, first, today); err != nil {
		return err
	}
	h.progress(h.days, h.days, "days")
	return nil
}

func startOfDay(t time.Time, zone *time.Location) time.Time {
	y, m, d := t.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, zone)
}

// people appoints the operator.
func (h *history) people(ctx context.Context) error {
	id, err := h.account.Appoint(ctx, demoPhone(1), "林运营", account.Grant{Role: account.Operator})
	if err != nil {
		return err
	}
	_, h.operator, err = h.account.Enter(ctx, id, account.ConsoleApp, account.Client{Device: "demo"})
	return err
}

// demoPhone makes the n-th phone number of the demo.
func demoPhone(n int) string { return fmt.Sprintf("1990000%04d", n) }

// open signs the shops: five in six are live with terms, the others wait.
func (h *history) open(ctx context.Context) error {
	h.tills = map[shop.MerchantID]account.Session{}
	if err := h.lay(ctx); err != nil {
		return err
	}
	all := cityShops(demoSeed)
	var merchant shop.Merchant
	for i := range all {
		if i%5 == 0 {
			var err error
			if merchant, err = h.merchant(ctx, i); err != nil {
				return err
			}
		}
		all[i].Merchant = merchant.ID
	}
	last := ledger.DayOf(h.clock.Now(), h.zone).Next(h.days)
	h.shops = make([]shop.Shop, len(all))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(historyTellers)
	for i, sh := range all {
		terms := cityTerms(h.rand, i)
		terms.Blackout = awayDays(i, last)
		g.Go(func() error { return h.signShop(ctx, i, sh, terms) })
	}
	return g.Wait()
}

// lay lays out what the city's shops stand on: districts, metro, hotels.
func (h *history) lay(ctx context.Context) error {
	return h.db.Update(ctx, func(tx *db.Tx) error {
		if _, _, err := discover.PutPlaces(tx, h.operator.Person, cityPlaces()); err != nil {
			return err
		}
		_, _, err := discover.PutAreas(tx, h.operator.Person, cityAreas(demoSeed))
		return err
	})
}

// merchant makes the merchant of the shops from the i-th on, and its owner.
func (h *history) merchant(ctx context.Context, i int) (shop.Merchant, error) {
	m, err := h.shop.AddMerchant(ctx, h.operator, fmt.Sprintf("%s商贸（虚构）%02d", demoFirst[i%len(demoFirst)], i/5+1))
	if err != nil {
		return m, err
	}
	id, err := h.account.Appoint(ctx, demoPhone(1000+i), "", account.Grant{Role: account.Merchant, Merchant: string(m.ID)})
	if err != nil {
		return m, err
	}
	_, session, err := h.account.Enter(ctx, id, account.TillApp, account.Client{Device: "demo"})
	h.tills[m.ID] = session
	return m, err
}

func (h *history) signShop(ctx context.Context, i int, sh shop.Shop, terms shop.Terms) error {
	merchant := sh.Merchant
	sh.Merchant = ""
	added, err := h.shop.Add(ctx, h.operator, sh)
	if err != nil {
		return err
	}
	h.shops[i] = added
	if i%6 == 5 {
		return nil
	}
	if err := h.shop.Assign(ctx, h.operator, added.ID, merchant); err != nil {
		return err
	}
	if _, err := h.shop.SetTerms(ctx, h.operator, added.ID, terms); err != nil {
		return err
	}
	if offers := cityOffers(i); offers != nil {
		if _, err := h.shop.SetOffers(ctx, h.operator, added.ID, offers); err != nil {
			return err
		}
	}
	if h.lateDay(i) == 0 {
		if err := h.shop.Open(ctx, h.operator, added.ID); err != nil {
			return err
		}
	}
	h.shops[i], err = h.shop.Get(ctx, added.ID)
	return err
}

// membersJoin makes the members; their passes they buy day by day.
func (h *history) membersJoin(ctx context.Context) error {
	for i := range historyMembers {
		id, err := h.account.Appoint(ctx, demoPhone(2000+i), demoName(i), account.Grant{Role: account.Member})
		if err != nil {
			return err
		}
		_, session, err := h.account.Enter(ctx, id, account.MemberApp, account.Client{Device: "demo"})
		if err != nil {
			return err
		}
		h.members = append(h.members, session)
	}
	return nil
}

// demoName makes the name of the i-th member.
func demoName(i int) string {
	family := []rune("林陈周吴郑许何吕施张孔曹严华金魏")
	given := []string{"小满", "知远", "青禾", "书言", "一舟", "南星"}
	return string(family[i%len(family)]) + given[i/len(family)%len(given)]
}

// day lives one day: passes in the morning, bills from noon to night, and the
// night's jobs.
func (h *history) day(ctx context.Context, i int, start time.Time) error {
	h.clock.set(start.Add(20 * time.Minute))
	if _, err := h.runner.Drain(ctx); err != nil {
		return err
	}
	if err := h.news(ctx, i, start); err != nil {
		return err
	}
	h.clock.set(start.Add(10 * time.Hour))
	for m := range historyMembers {
		if h.joins(m) == i {
			if err := h.buy(ctx, m); err != nil {
				return err
			}
		}
	}
	for hour := 11; hour < 22; hour++ {
		h.clock.set(start.Add(time.Duration(hour)*time.Hour + time.Duration(h.rand.IntN(50))*time.Minute))
		if err := h.hour(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

// joins is the day on which the m-th member buys. Trials come late, so that
// some are still running.
func (h *history) joins(m int) int {
	if m >= historyMembers-historyTrials {
		return max(0, h.days-9+m%6)
	}
	return m * h.days * 4 / 5 / historyMembers
}

func (h *history) buy(ctx context.Context, m int) error {
	plan := "annual"
	if m >= historyMembers-historyTrials {
		plan = "trial"
	}
	_, payURL, err := h.pass.Buy(ctx, h.members[m], plan, fmt.Sprintf("history-buy-%06d", m))
	if err != nil || payURL == "" {
		return err
	}
	return h.pay(ctx, payURL)
}

// hour lets some members eat and drink at the same moment.
func (h *history) hour(ctx context.Context, day int) error {
	visits := h.rand.IntN(4)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(historyTellers)
	busy := map[int]bool{}
	for range visits {
		m := h.rand.IntN(historyMembers)
		if h.joins(m) >= day || busy[m] {
			continue
		}
		busy[m] = true
		sh := h.shops[h.favourite(m)]
		if sh.State != shop.Live {
			continue
		}
		bill := sh.Price + money.Amount(h.rand.IntN(int(sh.Price)))
		end := ending(h.rand.IntN(60))
		g.Go(func() error { return h.visit(ctx, h.members[m], sh, bill, end) })
	}
	return g.Wait()
}

// favourite picks a shop for a member: one of a few near home, one that
// everybody goes to, or any.
func (h *history) favourite(m int) int {
	switch h.rand.IntN(6) {
	case 0, 1, 2:
		return (m*17 + h.rand.IntN(7)*11) % demoShops
	case 3, 4:
		return demoLoved[h.rand.IntN(len(demoLoved))]
	}
	return h.rand.IntN(demoShops)
}

// demoLoved are the shops that everybody goes to.
var demoLoved = []int{2, 6, 13, 26, 57, 90, 112, 170}

// An ending is how a visit ends: mostly paid.
type ending int

const (
	undone ending = iota // Staff gives it back.
	turned               // The shop turns the bill down.
)

// visit is the main job once: code, scan, price, confirm, paid. A shop that
// refuses (closed hours, day limits) is what happens in life, and no error.
func (h *history) visit(ctx context.Context, member account.Session, sh shop.Shop, bill money.Amount, end ending) error {
	till := h.tills[sh.Merchant]
	code, err := h.redeem.Show(ctx, member)
	if err != nil {
		return refusedIsFine(err)
	}
	r, err := h.redeem.Scan(ctx, till, sh.ID, code.Digits, h.key())
	if err != nil {
		return refusedIsFine(err)
	}
	if end == turned {
		_, err = h.redeem.Decline(ctx, till, r.ID, h.key())
		return refusedIsFine(err)
	}
	if r, err = h.redeem.Price(ctx, till, r.ID, bill, h.key()); err != nil {
		return refusedIsFine(err)
	}
	r, err = h.redeem.Confirm(ctx, member, r.ID, r.Quote.Version, r.Quote.Hash, h.key())
	if err != nil {
		return refusedIsFine(err)
	}
	if r.State == redeem.Paying && r.PayURL != "" {
		if err := h.pay(ctx, r.PayURL); err != nil {
			return err
		}
	}
	if end == undone {
		_, err = h.redeem.Undo(ctx, till, r.ID, h.key())
	}
	return refusedIsFine(err)
}

// key makes the next idempotency key.
func (h *history) key() string { return fmt.Sprintf("history-%016d", h.keys.Add(1)) }

// refusedIsFine lets refusals made for people pass.
func refusedIsFine(err error) error {
	if _, ok := fault.From(err); ok {
		return nil
	}
	return err
}
