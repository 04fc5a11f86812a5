package pass

import (
	"context"
	"errors"
	"fmt"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/ledger"
	"citywalk/money"
	"citywalk/once"
	"citywalk/payment"
)

// refundKey is the package's name for the one refund that a pass can have.
const refundKey = "refund"

// Rules of a refund, as docs/rules.md counts them.
const (
	RuleFull    = "L1" // Unused, within the days of Rules.FullRefundDays.
	RuleProRata = "L2" // Price times remaining days over days.
)

// A Preview says what a refund would pay and by which rule.
type Preview struct {
	Pass      Pass
	Amount    money.Amount
	Rule      string // "L1" full within seven days unused, "L2" pro rata.
	UsedDays  int
	LeftDays  int
	FullUntil time.Time // When the full refund ends.
}

// Owed returns what a refund on the day pays of a pass by L2: price times
// remaining days over days, half a fen up.
func Owed(price money.Amount, days, used int) money.Amount {
	return price.Ratio(int64(days-used), int64(days))
}

// Preview returns what Refund would pay now.
func (s *Service) Preview(ctx context.Context, who account.Session, id ID) (v Preview, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		v, err = s.preview(tx, who.Person, id)
		return err
	})
	return v, err
}

func (s *Service) preview(tx *db.Tx, person account.ID, id ID) (Preview, error) {
	p, err := owned(tx, person, id)
	if err != nil {
		return Preview{}, err
	}
	today := s.today(tx)
	if err := p.refuse(max(today, p.First)); err != nil {
		return Preview{}, err
	}
	if used, err := s.inUse(tx, person); err != nil {
		return Preview{}, err
	} else if used {
		return Preview{}, ErrInUse
	}
	v := s.offer(p, tx.Now(), today)
	if v.Amount == 0 {
		return Preview{}, ErrNoRefund
	}
	return v, nil
}

// inUse is InUse where there may be no till.
func (s *Service) inUse(tx *db.Tx, person account.ID) (bool, error) {
	if s.InUse == nil {
		return false, nil
	}
	return s.InUse(tx, person)
}

// offer works out the refund of an active pass. The day of the refund counts
// as one that is left. The seven days of L1 begin with the day after the
// purchase and end with the end of the seventh. Days that were added for
// nothing lengthen the term.
func (s *Service) offer(p Pass, now time.Time, today ledger.Day) Preview {
	days := s.Rules.FullRefundDays
	if days == 0 {
		days = fullRefundDays
	}
	term := p.Days + p.Extra
	used := min(max(today.Sub(p.First), 0), term)
	v := Preview{
		Pass: p, Amount: Owed(p.Price, term, used), Rule: RuleProRata,
		UsedDays: used, LeftDays: term - used,
		FullUntil: ledger.DayOf(p.Bought, s.Zone).Next(days + 1).Start(s.Zone),
	}
	if p.Uses == 0 && now.Before(v.FullUntil) {
		v.Rule, v.Amount = RuleFull, p.Price
	}
	return v
}

// Refund ends the pass and gives the amount of the preview back. An amount
// other than what Preview says now is refused with ErrRefundChanged.
func (s *Service) Refund(ctx context.Context, who account.Session, id ID, amount money.Amount, key string) (Pass, error) {
	k := once.Key{Principal: string(who.Person), Route: "pass.refund", Key: key, Fingerprint: once.Print(id, amount)}
	_, _, err := once.Do(ctx, s.DB, k, func(tx *db.Tx) (ID, error) {
		return id, s.giveBack(tx, who.Person, id, amount)
	})
	if err != nil {
		return Pass{}, err
	}
	p, err := s.Get(ctx, who, id)
	return p, once.After(err)
}

func (s *Service) giveBack(tx *db.Tx, person account.ID, id ID, amount money.Amount) error {
	v, err := s.preview(tx, person, id)
	if err != nil {
		return err
	}
	if v.Amount != amount {
		return ErrRefundChanged.With("amount", v.Amount)
	}
	if err := s.leave(tx, v); err != nil {
		return err
	}
	if _, err := s.Payment.Return(tx, v.Pass.Payment, refundKey, amount, "pass refunded by "+v.Rule); err != nil {
		return err
	}
	return account.Audit(tx, person, "pass.refund", string(id), map[string]any{"amount": amount, "rule": v.Rule, "used": v.UsedDays})
}

// leave ends the pass and takes it out of its cohort: what the cohort has not
// recognised of it becomes the refund that is owed and, the rest, revenue.
func (s *Service) leave(tx *db.Tx, v Preview) error {
	id := v.Pass.ID
	if err := move(tx, id, Active, Refunding); errors.Is(err, db.ErrNone) {
		return ErrRefunding
	} else if err != nil {
		return fmt.Errorf("pass: refund %s: %w", id, err)
	}
	c, err := selectCohort(tx, v.Pass)
	if err != nil {
		return fmt.Errorf("pass: find the cohort of %s: %w", id, err)
	}
	unearned := c.Price - c.earned()
	return ledger.Post(tx, ledger.Entry{
		Key: "pass/" + string(id) + "/refund", Memo: "pass refunded by " + v.Rule, Day: s.today(tx),
		Postings: []ledger.Posting{
			{Account: ledger.PassUnearned, Party: c.key(), Amount: unearned},
			{Account: ledger.Refunds, Party: payment.RefundParty(v.Pass.Payment, refundKey), Amount: -v.Amount},
			{Account: ledger.PassRevenue, Amount: v.Amount - unearned},
		},
	})
}
