package redeem

import (
	"context"
	"time"

	"citywalk/db"
	"citywalk/money"
	"citywalk/shop"
)

// TypicalHeads is for how many a typical bill is: its amount is so many times
// the price per head.
const TypicalHeads = 2

// A Saving is what a bill costs at a shop with the card and without it.
type Saving struct {
	Bill  money.Amount
	Due   money.Amount // What a member pays.
	Card  money.Amount // What the terms take off; 0 if they do not apply to this bill.
	Own   money.Amount // What the best of the shop's own offers takes off for anybody.
	Worth money.Amount // What the card takes off more than those.
	Gift  string       // What the card gives beside.
	Best  Option       // What the till applies.
	Terms Option       // The card's option, with why it lost; Kind "" if there are no terms.
}

// Typical prices a typical bill at a shop as a till would at a local time, with
// the whole of the day's budget left; ok is false if the price per head is
// unknown.
func Typical(sh shop.Shop, local time.Time) (s Saving, ok bool) {
	bill := TypicalHeads * sh.Price
	if sh.Price <= 0 || bill > BillMax {
		return s, false
	}
	b := basis{Terms: sh.Terms, Offers: sh.Offers, Left: sh.Terms.Budget, Local: local}
	options := b.options(bill)
	s = Saving{Bill: bill, Due: bill - options[0].Off, Best: options[0]}
	for _, o := range options {
		switch o.Kind {
		case "card":
			s.Terms, s.Card = o, o.Off
		case "offer":
			s.Own = max(s.Own, o.Off)
		}
	}
	s.Worth = max(0, s.Card-s.Own)
	if s.Best.Kind == "card" && sh.Terms.Kind == shop.Gift {
		s.Gift = sh.Terms.Gift
	}
	return s, true
}

// BudgetLeft returns what a shop may still give today; of a shop without a
// budget it is nothing and says nothing.
func (s *Service) BudgetLeft(ctx context.Context, sh shop.Shop) (left money.Amount, err error) {
	if sh.Terms.Budget == 0 {
		return 0, nil
	}
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		left, err = budgetLeft(tx, sh, s.today(tx.Now()))
		return err
	})
	return left, err
}
