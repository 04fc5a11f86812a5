package shop

import (
	"context"
	"errors"

	"citywalk/account"
	"citywalk/db"
	"citywalk/once"
)

// HandSource is the source of shops that were typed in, not imported.
const HandSource = "hand"

// Add makes a shop by hand (state draft) and returns it with its number. A
// SourceID names the sending: sent again, it finds the shop that it made.
func (s *Service) Add(ctx context.Context, who account.Session, sh Shop) (Shop, error) {
	if !who.Has(account.Operator) {
		return Shop{}, ErrDenied
	}
	sh, err := sh.tidy()
	if err != nil {
		return Shop{}, err
	}
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		if sh.Merchant != "" {
			if _, err := FindMerchant(tx, sh.Merchant); err != nil {
				return err
			}
		}
		sh.ID, sh.Source = ID(tx.ID("shp")), HandSource
		if sh.SourceID == "" {
			sh.SourceID = string(sh.ID)
		} else if made, err := findSource(tx, HandSource, sh.SourceID); !errors.Is(err, ErrUnknown) {
			if err == nil && !made.saysAs(sh) {
				err = once.ErrMismatch
			}
			sh = made
			return err
		}
		sh.State, sh.Reason, sh.Held, sh.Terms, sh.Offers = Draft, "", false, Terms{}, nil
		if sh, err = insert(tx, sh); err != nil {
			return err
		}
		return account.Audit(tx, who.Person, "shop.add", string(sh.ID), map[string]any{"merchant": sh.Merchant, "number": sh.Number})
	})
	if err != nil {
		return Shop{}, err
	}
	return sh, nil
}

// AddDraft makes a draft of a source within tx, or returns the shop that the
// source's id names already. It is for who may import.
func AddDraft(tx *db.Tx, who account.ID, sh Shop) (Shop, error) {
	sh, err := sh.tidy()
	if err != nil {
		return Shop{}, err
	}
	if made, err := findSource(tx, sh.Source, sh.SourceID); !errors.Is(err, ErrUnknown) {
		return made, err
	}
	sh.ID, sh.State = ID(tx.ID("shp")), Draft
	if sh, err = insert(tx, sh); err != nil {
		return Shop{}, err
	}
	return sh, account.Audit(tx, who, "shop.add", string(sh.ID), map[string]any{"source": sh.Source, "number": sh.Number})
}

// Describe changes what is said of a shop: name, place, category, dishes, price
// and hours. The shop's merchant may change its address, category, dishes,
// price and hours; the name and the place are what members and the sign rely
// on, so they are the operators' alone. The next import of the shop's source
// says again what the file says.
func (s *Service) Describe(ctx context.Context, who account.Session, id ID, to Shop) (sh Shop, err error) {
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		if sh, err = findFor(tx, who, id); err != nil {
			return err
		}
		said := sh
		said.Address, said.Category, said.Dishes = to.Address, to.Category, to.Dishes
		said.Price, said.Opens, said.Closes = to.Price, to.Opens, to.Closes
		if who.Has(account.Operator) {
			said.City, said.District, said.Name, said.Point = to.City, to.District, to.Name, to.Point
		}
		if said, err = said.tidy(); err != nil || said.saysAs(sh) {
			return err
		}
		if err := describe(tx, said); err != nil {
			return err
		}
		said.Updated = tx.Now()
		sh = said
		return account.Audit(tx, who.Person, "shop.describe", string(id), nil)
	})
	if err != nil {
		return Shop{}, err
	}
	return sh, nil
}
