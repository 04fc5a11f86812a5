package redeem

import (
	"strings"
	"testing"

	"citywalk/account"
	"citywalk/db"
	"citywalk/fault"
	"citywalk/money"
	"citywalk/pass"
	"citywalk/shop"
)

// A defect is one thing that is wrong with a command.
type defect struct {
	name string
	want *fault.Error
	make func()
	mend func()
}

// precedence makes all defects at once and mends them from the first: at each
// stage the command is refused for the first that is left. With none left it
// succeeds. A nil mend is a defect that cannot be undone and is made last.
func (g *rig) precedence(defects []defect, try func() error) {
	g.t.Helper()
	for _, d := range defects {
		d.make()
	}
	for _, d := range defects {
		g.refused(d.name, try(), d.want)
		d.mend()
	}
	if err := try(); err != nil {
		g.t.Errorf("with nothing wrong: %v", err)
	}
}

// set makes a defect of setting v to bad, and mends it by setting it back.
func set[T any](name string, want *fault.Error, v *T, bad T) defect {
	good := *v
	return defect{name, want, func() { *v = bad }, func() { *v = good }}
}

// paused is the defect of a shop that does not take the card.
func (g *rig) paused() defect {
	return defect{"the shop is paused", ErrShop,
		func() { g.must(g.shops.Pause(g.t.Context(), g.operator, g.shop.ID, "停电")) },
		func() { g.must(g.shops.Resume(g.t.Context(), g.operator, g.shop.ID)) }}
}

// lapse ends the person's pass yesterday, or lets it live again.
func (g *rig) lapse(who account.Session, over bool) {
	g.t.Helper()
	until := "2026-03-16"
	if over {
		until = "2026-03-01"
	}
	g.must(g.DB.Update(g.t.Context(), func(tx *db.Tx) error {
		return tx.Change(`UPDATE pass_passes SET first = '2026-02-01', until = $2 WHERE person = $1`, who.Person, until)
	}))
}

// TestRefusalsOfAScanInOrder is the precedence that Scan documents.
func TestRefusalsOfAScanInOrder(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		ctx := t.Context()
		_, err := g.shops.SetTerms(ctx, g.operator, g.shop.ID, shop.Terms{Kind: shop.Percent, Percent: 10, PerDay: 1})
		g.must(err)
		staff, code := g.staff, "134567890123456789"
		elsewhere := g.addShop("别家", tenPercent)
		who := g.stranger()
		employer := account.Grant{Role: account.Staff, Merchant: string(g.shop.Merchant), Shop: string(g.shop.ID)}
		own := g.member()
		used, dead := g.show(own), g.show(own)
		r, err := g.Scan(ctx, g.staff, g.shop.ID, dead, g.key())
		g.must(err)
		dead, used = used, dead
		_, err = g.Decline(ctx, g.staff, r.ID, g.key())
		g.must(err)
		unknown, err := mint()
		g.must(err)
		old := g.show(g.member())
		g.clock.Advance(CodeLife)
		var other Redemption
		var fresh string
		steps := []defect{
			{"a payment code", ErrForeign, func() {}, func() { code = "https://example.com" }},
			{"not staff here", ErrStaff, func() { staff = g.staffOf(elsewhere, "13900000002") }, func() { staff = g.staff }},
			g.paused(),
			{"not a code", ErrCode, func() {}, func() { code = unknown }},
			{"an unknown code", ErrCode, func() {}, func() { code = used }},
			{"a used code", ErrUsed, func() {}, func() { code = dead }},
			{"a code with a newer one", ErrRenewed, func() {}, func() { code = old }},
			{"a code that is over", ErrExpired, func() {}, func() {
				// The pass comes now: without one there is no code to show.
				_, _, err := g.passes.Buy(ctx, who, "trial", g.key())
				g.must(err)
				fresh = g.show(who)
				g.lapse(who, true)
				_, err = g.accounts.Appoint(ctx, "13800000001", "", employer)
				g.must(err)
				code = fresh
			}},
			{"a member who works here", ErrSelf, func() {}, func() {
				g.must(g.accounts.Dismiss(ctx, g.operator, who.Person, employer))
			}},
			{"a pass that is over", pass.ErrLapsed, func() {}, func() {
				g.lapse(who, false)
				g.committed(who, 1000)
				other, err = g.Request(ctx, who, elsewhere.ID, 1000, 900, g.key())
				g.must(err)
				code = g.show(who)
			}},
			{"another bill open", ErrOpen, func() {}, func() {
				_, err := g.Decline(ctx, who, other.ID, g.key())
				g.must(err)
			}},
			{"no use left here", ErrUses, func() {}, func() {
				g.must(g.DB.Update(ctx, func(tx *db.Tx) error {
					_, err := tx.Exec(`UPDATE redeem_slots SET scope = 'elsewhere' WHERE person = $1 AND scope = $2`, who.Person, g.shop.ID)
					for n := range dailyMax {
						if err == nil {
							_, err = tx.Exec(`INSERT INTO redeem_slots (person, day, scope, n, redemption) VALUES ($1, '2026-03-02', '*', $2, 'red_x') ON CONFLICT DO NOTHING`, who.Person, n)
						}
					}
					return err
				}))
			}},
			{"no use left today", ErrDaily, func() {}, func() {
				g.must(g.DB.Update(ctx, func(tx *db.Tx) error {
					_, err := tx.Exec(`DELETE FROM redeem_slots WHERE redemption = 'red_x'`)
					return err
				}))
			}},
		}
		g.precedence(steps, func() error {
			_, err := g.Scan(ctx, staff, g.shop.ID, code, g.key())
			return err
		})
	})
}

// TestRefusalsOfAPriceInOrder is the precedence that Price documents.
func TestRefusalsOfAPriceInOrder(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		ctx := t.Context()
		who := g.member()
		declined := g.scan(who)
		_, err := g.Decline(ctx, g.staff, declined.ID, g.key())
		g.must(err)
		id, bill, staff := declined.ID, money.Amount(1000), g.staff
		var live Redemption
		g.precedence([]defect{
			set("no sum that a till takes", ErrAmount, &bill, 0),
			set("a redemption of another shop", ErrUnknown, &staff, g.staffOf(g.addShop("别家", tenPercent), "13900000002")),
			{"a cancelled redemption", ErrDeclined, func() { live = g.scan(who) }, func() { id = live.ID }},
			g.paused(),
		}, func() error {
			_, err := g.Price(ctx, staff, id, bill, g.key())
			return err
		})
	})
}

// TestRefusalsOfAConfirmInOrder is the precedence that Confirm documents (B7,
// B8, B20). None of them charges anything.
func TestRefusalsOfAConfirmInOrder(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		ctx := t.Context()
		terms := shop.Terms{Kind: shop.Percent, Percent: 10, PerDay: 10, Budget: 1285}
		_, err := g.shops.SetTerms(ctx, g.operator, g.shop.ID, terms)
		g.must(err)
		who := g.member()
		over := g.priced(who, 12850)
		g.clock.Advance(QuoteLife)
		// The next scan voids it: over is over before the job comes.
		r := g.scan(who)
		id, version, hash, me := over.ID, over.Quote.Version, over.Quote.Hash, who
		g.precedence([]defect{
			set("somebody else's", ErrUnknown, &me, g.member()),
			{"a quote that is over", ErrQuoteOver, func() {}, func() { id = r.ID }},
			{"not priced yet", ErrUnpriced, func() {}, func() {
				r, err = g.Price(ctx, g.staff, r.ID, 12850, g.key())
				g.must(err)
				hash, version = r.Quote.Hash, 2
			}},
			{"another version", ErrQuoteStale, func() {}, func() { version, hash = 1, strings.Repeat("0", 64) }},
			{"another hash", ErrQuoteStale, func() {}, func() {
				version, hash = r.Quote.Version, r.Quote.Hash
				_, err := g.shops.SetTerms(ctx, g.operator, g.shop.ID, shop.Terms{Kind: shop.Percent, Percent: 20, PerDay: 10, Budget: 1285})
				g.must(err)
				g.lapse(who, true)
				g.paused().make()
			}},
			{"the shop is paused", ErrShop, func() {}, g.paused().mend},
			{"terms that changed", ErrTerms, func() {}, func() {
				_, err := g.shops.SetTerms(ctx, g.operator, g.shop.ID, terms)
				g.must(err)
				r, err = g.Price(ctx, g.staff, r.ID, 12850, g.key())
				g.must(err)
				version, hash = r.Quote.Version, r.Quote.Hash
			}},
			{"a pass that is over", ErrPass, func() {}, func() {
				g.lapse(who, false)
				g.must(g.DB.Update(ctx, func(tx *db.Tx) error {
					_, err := tx.Exec(`INSERT INTO redeem_budgets (shop, day, reserved) VALUES ($1, '2026-03-02', 1)`, g.shop.ID)
					return err
				}))
			}},
			{"a budget that is used up", ErrBudget, func() {}, func() {
				g.must(g.DB.Update(ctx, func(tx *db.Tx) error {
					_, err := tx.Exec(`UPDATE redeem_budgets SET reserved = 0`)
					return err
				}))
				truth, err := g.sandbox.Truth(ctx)
				if err != nil || len(truth.Charges) != 0 {
					t.Errorf("charged %v, %v", truth.Charges, err)
				}
			}},
		}, func() error {
			_, err := g.Confirm(ctx, me, id, version, hash, g.key())
			return err
		})
	})
}

// TestRefusalsOfARequestInOrder is the precedence that Request documents;
// Estimate gives the same ones.
func TestRefusalsOfARequestInOrder(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		ctx := t.Context()
		_, err := g.shops.SetTerms(ctx, g.operator, g.shop.ID, shop.Terms{Kind: shop.Percent, Percent: 10, PerDay: 1})
		g.must(err)
		who, bill, due := g.stranger(), money.Amount(1000), money.Amount(1)
		employer := account.Grant{Role: account.Staff, Merchant: string(g.shop.Merchant), Shop: string(g.shop.ID)}
		var open, used Redemption
		estimated := func() error {
			_, err := g.Estimate(ctx, who, g.shop.ID, bill)
			return err
		}
		try := func() error {
			_, err := g.Request(ctx, who, g.shop.ID, bill, due, g.key())
			if refusal, ok := fault.From(err); ok && refusal.Code != ErrQuoteStale.Code {
				g.refused("estimate", estimated(), refusal)
			}
			return err
		}
		g.precedence([]defect{
			set("no sum that a till takes", ErrAmount, &bill, BillMax+1),
			g.paused(),
			{"a member who works here", ErrSelf, func() {
				_, err := g.accounts.Appoint(ctx, "13800000001", "", employer)
				g.must(err)
			}, func() { g.must(g.accounts.Dismiss(ctx, g.operator, who.Person, employer)) }},
			{"no pass", pass.ErrNoPass, func() {}, func() {
				_, _, err := g.passes.Buy(ctx, who, "trial", g.key())
				g.must(err)
				used = g.committed(who, 1000)
				open, err = g.Request(ctx, who, g.addShop("别家", tenPercent).ID, 1000, 900, g.key())
				g.must(err)
			}},
			{"another bill open", ErrOpen, func() {}, func() {
				_, err := g.Decline(ctx, who, open.ID, g.key())
				g.must(err)
			}},
			{"no use left here", ErrUses, func() {}, func() {
				_, err := g.Undo(ctx, g.staff, used.ID, g.key())
				g.must(err)
			}},
			set("another price than the one shown", ErrQuoteStale, &due, 899),
		}, func() error {
			if due == 1 {
				due = 900
			}
			return try()
		})
	})
}

// TestStagesAfterTheDecision: what each command gets once a redemption has gone
// on; doing the same thing again is no refusal.
func TestStagesAfterTheDecision(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		ctx := t.Context()
		who := g.member()
		quoted := g.priced(who, 1000)
		paying := g.confirm(who, quoted)
		do := map[string]func() error{
			"price":   func() error { _, err := g.Price(ctx, g.staff, quoted.ID, 900, g.key()); return err },
			"dispute": func() error { _, err := g.Dispute(ctx, who, quoted.ID, g.key()); return err },
			"decline": func() error { _, err := g.Decline(ctx, who, quoted.ID, g.key()); return err },
			"undo":    func() error { _, err := g.Undo(ctx, g.staff, quoted.ID, g.key()); return err },
			"accept":  func() error { _, err := g.Accept(ctx, g.staff, quoted.ID, g.key()); return err },
		}
		for _, name := range []string{"price", "dispute", "decline", "undo"} {
			g.refused(name+" while paying", do[name](), ErrPaying)
		}
		g.refused("accept a scanned one", do["accept"](), ErrUnfit)
		if again := g.confirm(who, quoted); again.ID != paying.ID || again.PayURL != paying.PayURL || again.State != Paying {
			t.Errorf("confirmed again: %+v", again)
		}
		g.cashier(paying.PayURL, "pay")
		for _, name := range []string{"price", "dispute", "decline"} {
			g.refused(name+" what is paid", do[name](), ErrDone)
		}
		if again := g.confirm(who, quoted); again.State != Committed {
			t.Errorf("confirmed a third time: %+v", again)
		}
		g.must(do["undo"]())
		g.must(do["undo"]())
		g.deliver()
		g.must(do["undo"]())
		g.refused("price what is undone", do["price"](), ErrUndone)

		open := g.scan(who)
		_, err := g.Undo(ctx, g.staff, open.ID, g.key())
		g.refused("undo what is not paid", err, ErrUnpaidYet)
		_, err = g.Receipt(ctx, who, open.ID)
		g.refused("a receipt of what is not paid", err, ErrNoReceipt)
		for range 2 {
			_, err = g.Decline(ctx, g.staff, open.ID, g.key())
			g.must(err)
		}
	})
}

// TestNobodyElseSeesOrActs: for a stranger, another member, another shop's
// staff and an auditor every command on a redemption is as if it were not
// there; the auditor may read.
func TestNobodyElseSeesOrActs(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		ctx := t.Context()
		who := g.member()
		r := g.committed(who, 1000)
		open := g.priced(who, 1000)
		auditor := g.enter("13900000009", "审计", account.Grant{Role: account.Auditor}, account.ConsoleApp)
		for name, x := range map[string]account.Session{
			"member": g.member(), "staff elsewhere": g.staffOf(g.addShop("别家", tenPercent), "13900000002"), "auditor": auditor, "nobody": {},
		} {
			acts := map[string]func() error{
				"for member": func() error { _, err := g.ForMember(ctx, x, r.ID); return err },
				"price":      func() error { _, err := g.Price(ctx, x, open.ID, 1000, g.key()); return err },
				"confirm": func() error {
					_, err := g.Confirm(ctx, x, open.ID, open.Quote.Version, open.Quote.Hash, g.key())
					return err
				},
				"accept":  func() error { _, err := g.Accept(ctx, x, open.ID, g.key()); return err },
				"decline": func() error { _, err := g.Decline(ctx, x, open.ID, g.key()); return err },
				"dispute": func() error { _, err := g.Dispute(ctx, x, open.ID, g.key()); return err },
				"undo":    func() error { _, err := g.Undo(ctx, x, r.ID, g.key()); return err },
			}
			reads := map[string]func() error{
				"for shop": func() error { _, err := g.ForShop(ctx, x, r.ID); return err },
				"receipt":  func() error { _, err := g.Receipt(ctx, x, r.ID); return err },
				"history":  func() error { _, err := g.History(ctx, x, r.ID); return err },
			}
			for what, do := range acts {
				g.refused(name+" "+what, do(), ErrUnknown)
			}
			for what, do := range reads {
				if err := do(); name == "auditor" {
					g.must(err)
				} else {
					g.refused(name+" "+what, err, ErrUnknown)
				}
			}
			_, err := g.Scan(ctx, x, g.shop.ID, g.show(who), g.key())
			g.refused(name+" scans", err, ErrStaff)
			_, today := g.Today(ctx, x, g.shop.ID, "2026-03-02")
			_, requests := g.Requests(ctx, x, g.shop.ID)
			_, listed := g.List(ctx, x, Filter{Merchant: g.shop.Merchant})
			if name == "auditor" {
				g.must(today)
				g.must(requests)
				g.must(listed)
			} else {
				g.refused(name+" today", today, ErrStaff)
				g.refused(name+" requests", requests, ErrStaff)
				g.refused(name+" lists", listed, shop.ErrMerchantUnknown)
			}
		}
		merchant := g.enter("13900000008", "张老板", account.Grant{Role: account.Merchant, Merchant: string(g.shop.Merchant)}, account.ConsoleApp)
		if all, err := g.List(ctx, merchant, Filter{}); err != nil || len(all) != 2 {
			t.Errorf("the merchant lists %d, %v", len(all), err)
		}
	})
}
