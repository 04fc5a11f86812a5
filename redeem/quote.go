package redeem

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"sort"
	"time"

	"citywalk/fault"
	"citywalk/ledger"
	"citywalk/money"
	"citywalk/shop"
)

// The bills that a till takes.
const (
	BillMin money.Amount = 1
	BillMax money.Amount = 50_000 * money.Yuan
)

// checkBill refuses a bill that no till takes.
func checkBill(bill money.Amount) error {
	if bill < BillMin || bill > BillMax {
		return ErrAmount.With("min", BillMin, "max", BillMax)
	}
	return nil
}

// A basis is all that a price depends on besides the bill.
type basis struct {
	Terms  shop.Terms
	Offers []shop.Offer
	Left   money.Amount // Of the shop's budget today; only if the terms have one.
	Local  time.Time
}

// hash fingerprints what the shop gives, so that a change between the price
// and the agreement is seen.
func (b basis) hash() string {
	return sum(struct {
		Terms  shop.Terms
		Offers []shop.Offer
	}{b.Terms, b.Offers})
}

// sum is the SHA-256 of v's canonical JSON: structs in the order of their
// fields, nothing else.
func sum(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("redeem: %T has no JSON: %v", v, err))
	}
	h := sha256.Sum256(text)
	return hex.EncodeToString(h[:])
}

// price quotes the bill for a redemption. Its hash covers everything that the
// two sides agree to.
func (b basis) price(id ID, at shop.ID, version int, bill money.Amount, until time.Time) Quote {
	options := b.options(bill)
	best := options[0]
	q := Quote{Version: version, Bill: bill, Off: best.Off, Due: bill - best.Off, Options: options, Until: until}
	if best.Kind == "card" && b.Terms.Kind == shop.Gift {
		q.Gift = b.Terms.Gift
	}
	q.Hash = sum(struct {
		ID      ID           `json:"id"`
		Version int          `json:"version"`
		Shop    shop.ID      `json:"shop"`
		Bill    money.Amount `json:"bill"`
		Due     money.Amount `json:"due"`
		Gift    string       `json:"gift"`
		Options []Option     `json:"options"`
		Until   int64        `json:"until"`
	}{id, version, at, bill, q.Due, q.Gift, options, until.UnixMilli()})
	return q
}

// options lists every price of the bill, the winner first: the lawful one that
// takes most off, the card before the shop's offers and these before the plain
// price if they are equal. The others say why they lost.
func (b basis) options(bill money.Amount) []Option {
	var all []Option
	if b.Terms.Kind != shop.None {
		all = append(all, b.card(bill))
	}
	for _, o := range b.Offers {
		off, err := o.Take(bill, b.Local)
		all = append(all, Option{Kind: "offer", Title: "门店优惠 " + o.Say(fault.Zh), TitleEn: "The shop's own offer " + o.Say(fault.En)}.with(off, err))
	}
	all = append(all, Option{Kind: "plain", Title: "原价", TitleEn: "Full price"})
	sort.SliceStable(all, func(i, j int) bool {
		if (all[i].Lost == "") != (all[j].Lost == "") {
			return all[i].Lost == ""
		}
		return all[i].Off > all[j].Off
	})
	all[0].Wins = true
	for i := range all[1:] {
		switch o := &all[i+1]; {
		case o.Lost != "":
		case o.Kind == "plain":
			o.lose(ErrPlain)
		default:
			o.lose(ErrNotBest.With("off", o.Off))
		}
	}
	return all
}

// card is the option of the shop's terms for card members.
func (b basis) card(bill money.Amount) Option {
	t := b.Terms
	o := Option{Kind: "card", Title: "会员卡：" + t.Say(fault.Zh), TitleEn: "With the card: " + t.Say(fault.En)}
	off, err := t.Take(bill, b.Local)
	if err == nil && t.Budget > 0 && off > b.Left {
		err = ErrBudgetLeft.With("left", b.Left)
	}
	return o.with(off, err)
}

// with completes an option by what it takes off, or by why it does not apply.
func (o Option) with(off money.Amount, err error) Option {
	if f, ok := fault.From(err); ok {
		o.lose(f)
	} else if err != nil {
		panic("redeem: terms gave an error that is not a fault: " + err.Error())
	} else {
		o.Off = off
	}
	return o
}

// lose says why an option is not taken.
func (o *Option) lose(why *fault.Error) {
	o.Lost, o.Zh, o.En = why.Code, why.Say(fault.Zh), why.Say(fault.En)
}

// basis returns what a price at the shop depends on now.
func (s *Service) basis(sh shop.Shop, left money.Amount, now time.Time) basis {
	return basis{Terms: sh.Terms, Offers: sh.Offers, Left: left, Local: now.In(s.Zone)}
}

// today is the business day of now.
func (s *Service) today(now time.Time) ledger.Day { return ledger.DayOf(now, s.Zone) }
