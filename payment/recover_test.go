package payment_test

import (
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/ledger"
	"citywalk/money"
	"citywalk/payment"
	"citywalk/payment/sandbox"
)

// elsewhere charges under a number that the books do not have, as the life did
// that a restore took away. Under an agreement it is paid at once.
func (b *bench) elsewhere(no, agreement string, amount money.Amount) payment.Result {
	b.t.Helper()
	r, err := b.box.Provider.Create(b.t.Context(), payment.Charge{
		No: no, Amount: amount, Currency: "CNY", Subject: "晚餐", Payer: "per_1", Agreement: agreement,
		Return: b.url + "/back", Notify: b.url + payment.CallbackPath, Expires: b.clock.Now().Add(time.Hour),
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

// back gives money back under a number that the books do not have.
func (b *bench) back(no, of string, amount, total money.Amount) {
	b.t.Helper()
	if _, err := b.box.Provider.Refund(b.t.Context(), payment.RefundOrder{No: no, Payment: of, Amount: amount, Total: total,
		Notify: b.url + payment.CallbackPath}); err != nil {
		b.t.Fatal(err)
	}
}

// token is an agreement of the payer's, as the life had it that is lost.
func (b *bench) token() string {
	b.t.Helper()
	p := b.open(b.start("agreement", 100, false))
	b.press(p, "agree")
	r, err := b.box.Provider.Query(b.t.Context(), p.No)
	if err != nil || r.Agreement == "" {
		b.t.Fatal(r, err)
	}
	if _, err := b.s.Sync(b.t.Context(), p.No); err != nil {
		b.t.Fatal(err)
	}
	b.clock.Advance(time.Second)
	return r.Agreement
}

// recover recovers twice, as after a run that was cut off, and returns what was
// found by kind.
func (b *bench) recover(since time.Time) map[string][]string {
	b.t.Helper()
	begun := b.clock.Now()
	before, err := b.s.Survey(b.t.Context(), since)
	if err != nil {
		b.t.Fatal(err)
	}
	for range 2 {
		if err := b.s.Recover(b.t.Context(), since, nil); err != nil {
			b.t.Fatal(err)
		}
	}
	found, err := b.s.Recovered(b.t.Context(), since, begun)
	if err != nil {
		b.t.Fatal(err)
	}
	if len(before) != len(found) {
		b.t.Errorf("the survey said %v, recovered was %v", before, found)
	}
	all := map[string][]string{}
	for _, f := range found {
		all[f.What] = append(all[f.What], f.No)
	}
	return all
}

// kept is what the provider keeps of each charge, and of how many refunds it
// knows.
func (b *bench) kept() (map[string]money.Amount, int) {
	b.t.Helper()
	truth, err := b.box.Truth(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	all := map[string]money.Amount{}
	for _, c := range truth.Charges {
		if c.Status == sandbox.Paid {
			all[c.No] = c.Amount - c.Refunded
		}
	}
	return all, len(truth.Refunds)
}

// TestRecoverTakesOverWhatTheBooksLost has the provider know charges and
// refunds of every kind that the books do not.
func TestRecoverTakesOverWhatTheBooksLost(t *testing.T) {
	each(t, func(b *bench) {
		token, since := b.token(), b.clock.Now()
		b.elsewhere("CWpaid", token, 5000)
		b.elsewhere("CWopen", "", 6000)
		b.elsewhere("CWback", token, 700)
		b.back("CRback", "CWback", 700, 700)
		b.elsewhere("CWpart", token, 1001)
		b.back("CRpart", "CWpart", 333, 1001)
		open := b.open(b.start("open", 900, false))
		paid := b.open(b.start("paid", 800, false))
		b.press(paid, "pay")
		gone := b.open(b.start("gone", 850, false))
		b.press(gone, "pay")
		b.gone["gone"] = true

		found := b.recover(since)
		want := map[string][]string{payment.FoundLost: {"CWpaid", "CWpart"}, payment.FoundOpen: {"CWopen"}, payment.FoundBack: {"CWback"},
			payment.FoundPaid: {paid.No}, payment.FoundLate: {gone.No}}
		for what, numbers := range want {
			slices.Sort(found[what])
			if !slices.Equal(found[what], numbers) {
				b.t.Errorf("%s: %v, want %v", what, found[what], numbers)
			}
		}
		b.wantState(open.No, payment.Open)
		kept, refunds := b.kept()
		delete(kept, b.first())
		if want := (map[string]money.Amount{"CWpaid": 0, "CWback": 0, "CWpart": 0, paid.No: 800, gone.No: 0}); !maps.Equal(kept, want) {
			b.t.Errorf("the provider keeps %v, want %v", kept, want)
		}
		if refunds != 5 {
			b.t.Errorf("%d refunds, want 5", refunds)
		}
		if r, err := b.box.Provider.Query(b.t.Context(), "CWopen"); err != nil || r.Status != payment.StatusClosed {
			b.t.Errorf("an open charge is %s (%v)", r.Status, err)
		}
		if cash := b.balance(ledger.GatewayCash) + b.balance(ledger.GatewayFee); cash != 100+800 {
			b.t.Errorf("the books say that the institution holds %v", cash)
		}
	})
}

// first is the number of the payment with which the payer agreed.
func (b *bench) first() string {
	b.t.Helper()
	all, err := b.s.List(b.t.Context(), "", "", 100)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, p := range all {
		if p.Ref == "agreement" {
			return p.No
		}
	}
	return ""
}

// TestRecoverUndoesAgain has a payment of ours given back in the life that is
// lost: its purpose does again what led to that, without a second refund. What
// no purpose explains stays for a person.
func TestRecoverUndoesAgain(t *testing.T) {
	each(t, func(b *bench) {
		b.s.On("shop", payment.Outcome{
			Paid: func(tx *db.Tx, p payment.Payment) (bool, error) {
				return true, ledger.Post(tx, ledger.Entry{Key: "shop/" + p.No, Day: ledger.DayOf(tx.Now(), dbtest.Zone),
					Postings: append(payment.Received(p), ledger.Posting{Account: ledger.MerchantPending, Party: merchant, Amount: -p.Amount})})
			},
			Undone: func(tx *db.Tx, p payment.Payment, amount money.Amount) (string, error) {
				if amount != p.Amount {
					return "", nil
				}
				err := ledger.Post(tx, ledger.Entry{Key: "shop/undo/" + p.No, Day: ledger.DayOf(tx.Now(), dbtest.Zone),
					Postings: []ledger.Posting{{Account: ledger.MerchantPending, Party: merchant, Amount: amount},
						{Account: ledger.Refunds, Party: payment.RefundParty(p.No, "undo"), Amount: -amount}}})
				if err != nil {
					return "", err
				}
				_, err = b.s.Return(tx, p.No, "undo", amount, "undone")
				return "undo", err
			},
		})
		whole, part := b.bought("whole", 1200), b.bought("part", 1300)
		since := b.clock.Now()
		b.clock.Advance(time.Second)
		b.back("CRwhole", whole, 1200, 1200)
		b.back("CRpart", part, 300, 1300)
		found := b.recover(since)
		if !slices.Equal(found[payment.FoundUndone], []string{whole}) || !slices.Equal(found[payment.FoundDoubt], []string{part}) {
			b.t.Errorf("found %v", found)
		}
		if _, refunds := b.kept(); refunds != 2 {
			b.t.Errorf("%d refunds, want the two that were there", refunds)
		}
		all, err := b.s.Refunds(b.t.Context(), whole, "refunded", 10)
		if err != nil || len(all) != 1 || all[0].No != "CRwhole" {
			b.t.Errorf("the refunds of %s: %+v (%v)", whole, all, err)
		}
		doubts, err := b.s.Doubts(b.t.Context(), 10)
		if err != nil || len(doubts) != 1 || doubts[0].Payment != part {
			b.t.Errorf("doubts: %+v (%v)", doubts, err)
		}
	})
}

// bought is a payment of the shop's that was paid.
func (b *bench) bought(ref string, amount money.Amount) string {
	b.t.Helper()
	var p payment.Payment
	err := b.db.Update(b.t.Context(), func(tx *db.Tx) (err error) {
		p, err = b.s.Start(tx, payment.Order{Purpose: "shop", Ref: ref, Payer: "per_1", Amount: amount, Subject: "午餐", Return: "/back"})
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	p = b.open(p)
	b.press(p, "pay")
	if p, err = b.s.Sync(b.t.Context(), p.No); err != nil || p.State != payment.Paid {
		b.t.Fatal(p.State, err)
	}
	return p.No
}

// TestVigilFindsWhatComesLate has a charge hang at the provider until after
// the books were opened again.
func TestVigilFindsWhatComesLate(t *testing.T) {
	each(t, func(b *bench) {
		token, since := b.token(), b.clock.Now()
		b.faults(sandbox.Fault{No: "CWlate", Call: sandbox.CallCreate, Kind: sandbox.Late, Delay: 2 * time.Minute})
		b.box.Provider.Create(b.t.Context(), payment.Charge{No: "CWlate", Amount: 4000, Currency: "CNY", Subject: "晚餐", Payer: "per_1",
			Agreement: token, Return: b.url, Notify: b.url + payment.CallbackPath, Expires: b.clock.Now().Add(time.Hour)})
		if found := b.recover(since); len(found) != 0 {
			b.t.Errorf("found %v", found)
		}
		if err := b.db.Update(b.t.Context(), func(tx *db.Tx) error { return b.s.KeepVigil(tx, since) }); err != nil {
			b.t.Fatal(err)
		}
		for range 60 {
			b.clock.Advance(30 * time.Minute)
			if _, err := b.runner.Drain(b.t.Context()); err != nil {
				b.t.Fatal(err)
			}
		}
		if kept, refunds := b.kept(); kept["CWlate"] != 0 || refunds != 1 {
			b.t.Errorf("the provider keeps %v of it, with %d refunds", kept["CWlate"], refunds)
		}
		err := b.db.View(b.t.Context(), func(tx *db.Tx) error {
			left, err := db.One[int](tx, `SELECT COUNT(*) FROM jobs_jobs WHERE kind = 'payment.lost'`)
			if left != 0 {
				b.t.Errorf("%d jobs keep vigil for ever", left)
			}
			return err
		})
		if err != nil {
			b.t.Error(err)
		}
	})
}

// TestMissingIsWhatMoneyHangsOn asks whether the books are the latest, before
// and after what they do not know, and after it was recovered.
func TestMissingIsWhatMoneyHangsOn(t *testing.T) {
	each(t, func(b *bench) {
		token, since := b.token(), b.clock.Now()
		missing := func(what string, want bool) {
			b.t.Helper()
			if got, err := b.s.Missing(b.t.Context(), since); err != nil || got != want {
				b.t.Errorf("%s: %v (%v)", what, got, err)
			}
		}
		ours := b.open(b.start("ours", 1200, false))
		b.press(ours, "pay")
		if _, err := b.s.Sync(b.t.Context(), ours.No); err != nil {
			b.t.Fatal(err)
		}
		b.clock.Advance(time.Second)
		missing("with what is ours", false)
		b.elsewhere("CWgone", token, 700)
		b.back("CRgone", "CWgone", 700, 700)
		missing("with what came and went", false)
		b.elsewhere("CWopen", "", 6000)
		missing("with what may be paid yet", true)
		b.recover(since)
		missing("recovered", false)
		b.elsewhere("CWpaid", token, 5000)
		missing("with what was paid", true)
		b.clock.Advance(time.Second)
		b.recover(since)
		missing("recovered again", false)
		b.back("CRours", ours.No, 200, 1200)
		missing("with a refund of what is ours", true)
		b.faults(sandbox.Fault{Call: sandbox.CallListCharges, Kind: sandbox.Error})
		if _, err := b.s.Missing(b.t.Context(), since); !errors.Is(err, payment.ErrProvider) {
			b.t.Errorf("with a silent provider: %v", err)
		}
	})
}

// TestRecoverWaitsForTheProvider has the provider keep silent: nobody may be
// served before it has answered.
func TestRecoverWaitsForTheProvider(t *testing.T) {
	each(t, func(b *bench) {
		since := b.clock.Now()
		b.open(b.start("open", 900, false))
		for _, call := range []string{sandbox.CallListCharges, sandbox.CallListRefunds, sandbox.CallQuery} {
			b.faults(sandbox.Fault{Call: call, Kind: sandbox.Error})
			if err := b.s.Recover(b.t.Context(), since, nil); err == nil {
				b.t.Errorf("recovered without an answer to %s", call)
			}
		}
		if err := b.s.Recover(b.t.Context(), since, nil); err != nil {
			b.t.Error(err)
		}
	})
}
