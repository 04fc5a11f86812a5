package shop

import (
	"context"
	"errors"
	"fmt"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/fault"
)

// Refusals about merchants.
var (
	ErrMerchantUnknown = fault.New(fault.NotFound, "shop.merchant_unknown", fault.Operator, "没有找到这个商家。", "There is no such merchant.")
	ErrMerchantTaken   = fault.New(fault.Conflict, "shop.merchant_taken", fault.Operator, "已经有同名的商家了，请先查一查是不是同一家。", "A merchant of this name exists. Check whether it is the same one.")
)

// A Merchant is a legal entity that owns shops. Its name is unique.
type Merchant struct {
	ID      MerchantID
	Name    string
	Created time.Time `db:"at"`
}

// AddMerchant makes a merchant.
func (s *Service) AddMerchant(ctx context.Context, who account.Session, name string) (m Merchant, err error) {
	if !who.Has(account.Operator) {
		return Merchant{}, ErrDenied
	}
	if name, err = needed("name", name, nameMax); err != nil {
		return Merchant{}, err
	}
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		m = Merchant{ID: MerchantID(tx.ID("mer")), Name: name, Created: tx.Now()}
		n, err := tx.Exec(`
			INSERT INTO shop_merchants (id, name, at) VALUES ($1, $2, $3)
			ON CONFLICT DO NOTHING`, m.ID, m.Name, m.Created)
		if err != nil {
			return fmt.Errorf("shop: add merchant: %w", err)
		}
		if n == 0 {
			return ErrMerchantTaken.In("name")
		}
		return account.Audit(tx, who.Person, "shop.add_merchant", string(m.ID), nil)
	})
	if err != nil {
		return Merchant{}, err
	}
	return m, nil
}

// FindMerchant returns a merchant within tx.
func FindMerchant(tx *db.Tx, id MerchantID) (Merchant, error) {
	m, err := db.One[Merchant](tx, `SELECT id, name, at FROM shop_merchants WHERE id = $1`, id)
	if errors.Is(err, db.ErrNone) {
		return m, ErrMerchantUnknown
	} else if err != nil {
		return m, fmt.Errorf("shop: find merchant %s: %w", id, err)
	}
	return m, nil
}

// Merchants lists merchants by name, after a name.
func (s *Service) Merchants(ctx context.Context, after string, limit int) (all []Merchant, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		all, err = db.All[Merchant](tx, `
			SELECT id, name, at FROM shop_merchants WHERE name > $1 ORDER BY name LIMIT CAST($2 AS BIGINT)`, after, pageSize(limit))
		if err != nil {
			return fmt.Errorf("shop: list merchants: %w", err)
		}
		return nil
	})
	return all, err
}

// Assign gives a shop to a merchant. A live shop is paused first: its till may
// be in the middle of a bill that belongs to the merchant it had.
func (s *Service) Assign(ctx context.Context, who account.Session, id ID, m MerchantID) error {
	if !who.Has(account.Operator) {
		return ErrDenied
	}
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		sh, err := Find(tx, id)
		if err != nil {
			return err
		}
		if _, err := FindMerchant(tx, m); err != nil {
			return err
		}
		switch {
		case sh.Merchant == m:
			return nil
		case sh.State == Live || sh.State == Left:
			return sh.State.fault()
		}
		if err := give(tx, sh, m); err != nil {
			return err
		}
		return account.Audit(tx, who.Person, "shop.assign", string(id), map[string]any{"merchant": m, "before": sh.Merchant})
	})
}
