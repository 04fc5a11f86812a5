package shop

import (
	"context"
	"reflect"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/fault"
	"citywalk/ledger"
	"citywalk/money"
)

// An Offer is the shop's own standing promotion, declared for price truth. It
// never changes: another price is another offer with another id.
type Offer struct {
	ID      string       `json:"id"`
	Title   string       `json:"title"`
	Kind    Kind         `json:"kind"` // Percent or Fixed.
	Percent int          `json:"percent,omitempty"`
	Off     money.Amount `json:"off,omitempty"`
	Floor   money.Amount `json:"floor,omitempty"`
	Cap     money.Amount `json:"cap,omitempty"`
	Hours   []Hours      `json:"hours,omitempty"`
	From    ledger.Day   `json:"from,omitempty"`  // First day, "" for always.
	Until   ledger.Day   `json:"until,omitempty"` // First day on which it no longer applies, "" for never.
}

// Bounds of offers.
const (
	offersMax = 20
	titleMax  = 40
)

// Take returns what the offer takes off a bill at a local time, or the fault
// that says why not (ErrTermsNone, ErrOver, ErrEarly, ErrHours, ErrFloor, the
// first that is true).
func (o Offer) Take(bill money.Amount, local time.Time) (money.Amount, error) {
	today := ledger.DayOf(local, local.Location())
	switch {
	case o.Kind == None:
		return 0, ErrTermsNone
	case o.Until != "" && today >= o.Until:
		return 0, ErrOver
	case o.From != "" && today < o.From:
		return 0, ErrEarly
	case !within(o.Hours, local):
		return 0, outside(o.Hours)
	case bill < o.Floor:
		return 0, below(o.Floor, bill)
	}
	return take(o.Kind, o.Percent, o.Off, o.Cap, bill), nil
}

// Tidy returns the offer as it is stored.
func (o Offer) Tidy() Offer {
	var err error
	if o.Title, err = text("title", o.Title, titleMax); err != nil {
		o.Title = ""
	}
	if o.Kind != Percent {
		o.Percent = 0
	}
	if o.Kind != Fixed {
		o.Off = 0
	}
	o.Hours = tidyHours(o.Hours)
	return o
}

// Faults returns everything that is wrong with the offer, each fault with its
// field, in the order of the form.
func (o Offer) Faults() []*fault.Error {
	var c checks
	_, err := needed("title", o.Title, titleMax)
	c.add(err)
	switch o.Kind {
	case Percent:
		c.percent(o.Percent)
	case Fixed:
		c.off(o.Off)
	default:
		c.add(ErrKind.In("kind"))
	}
	c.amount("floor", o.Floor)
	c.amount("cap", o.Cap)
	c.hours(o.Hours)
	if o.From != "" && !c.day("from", o.From) || o.Until != "" && !c.day("until", o.Until) {
		return c.faults
	}
	if o.From != "" && o.Until != "" && o.Until <= o.From {
		c.add(ErrOrder.In("until"))
	}
	return c.faults
}

// Validate returns the first of the Faults, or nil.
func (o Offer) Validate() error {
	if f := o.Faults(); len(f) > 0 {
		return f[0]
	}
	return nil
}

// SetOffers replaces the shop's own offers. One that is given with its id and
// unchanged stays; every other gets a new id, and those left out end.
func (s *Service) SetOffers(ctx context.Context, who account.Session, id ID, offers []Offer) (sh Shop, err error) {
	if len(offers) > offersMax {
		return Shop{}, ErrOfferMax.With("max", offersMax).In("offers")
	}
	tidied := make([]Offer, len(offers))
	for i, o := range offers {
		if err := o.Validate(); err != nil {
			return Shop{}, err
		}
		tidied[i] = o.Tidy()
	}
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		if sh, err = findFor(tx, who, id); err != nil {
			return err
		}
		if sh.State == Left {
			return sh.State.fault()
		}
		now, added, dropped := replace(tx, sh.Offers, tidied)
		for _, o := range dropped {
			if err := dropOffer(tx, o.ID); err != nil {
				return err
			}
		}
		for _, o := range added {
			if err := addOffer(tx, id, o, who.Person); err != nil {
				return err
			}
		}
		if len(added) == 0 && len(dropped) == 0 && reflect.DeepEqual(now, sh.Offers) {
			return nil
		}
		if err := putOffers(tx, id, now); err != nil {
			return err
		}
		sh.Offers, sh.Updated = now, tx.Now()
		return account.Audit(tx, who.Person, "shop.set_offers", string(id), map[string]any{"added": len(added), "dropped": len(dropped)})
	})
	if err != nil {
		return Shop{}, err
	}
	return sh, nil
}

// replace tells which of the wanted offers are those that stand, gives the
// others ids, and says which end.
func replace(tx *db.Tx, stand, wanted []Offer) (now, added, dropped []Offer) {
	left := map[string]Offer{}
	for _, o := range stand {
		left[o.ID] = o
	}
	for _, o := range wanted {
		if old, ok := left[o.ID]; ok && reflect.DeepEqual(old, o) {
			delete(left, o.ID)
		} else {
			o.ID = tx.ID("off")
			added = append(added, o)
		}
		now = append(now, o)
	}
	for _, o := range stand {
		if _, ok := left[o.ID]; ok {
			dropped = append(dropped, o)
		}
	}
	return now, added, dropped
}
