package redeem

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/fault"
	"citywalk/once"
	"citywalk/pass"
	"citywalk/shop"
)

// The limits on bad scans, per person and per shop, within a run that begins
// with the first.
const (
	missesPerson = 20
	missesShop   = 100
	missesRun    = 10 * time.Minute
)

// Scan begins a redemption at a shop from a member's code, once per code.
//
// It is refused, in this order: a payment code; too many bad scans; not staff
// here; the shop does not take the card; the code is not ours, used, renewed,
// over; the member works here; has no valid pass; has another bill open; has no
// use left here or today.
func (s *Service) Scan(ctx context.Context, staff account.Session, at shop.ID, code, key string) (Redemption, error) {
	if foreign(code) {
		return Redemption{}, ErrForeign
	}
	if err := s.locked(ctx, staff.Person, at); err != nil {
		return Redemption{}, err
	}
	hash := ""
	if canonical(code) {
		hash = s.hash(code)
	}
	cmd := once.Key{Route: "redeem.scan", Key: key, Fingerprint: once.Print(at, s.hash(code))}
	r, replayed, err := s.atTill(ctx, staff, cmd, func(tx *db.Tx) (row, error) {
		return s.scan(tx, staff, at, hash)
	})
	if errors.Is(err, ErrCode) && !replayed && digits(code, codeDigits) {
		err = s.missed(ctx, staff.Person, at, err)
	}
	return r, err
}

func (s *Service) scan(tx *db.Tx, staff account.Session, at shop.ID, hash string) (row, error) {
	sh, err := shop.Find(tx, at)
	switch {
	case err != nil:
		return row{}, err
	case !staff.AtShop(string(sh.Merchant), string(sh.ID)):
		return row{}, ErrStaff
	case sh.State != shop.Live:
		return row{}, ErrShop.With("shop", sh.Name)
	case hash == "":
		return row{}, ErrCode
	}
	k, err := findCode(tx, hash)
	if err != nil {
		return row{}, err
	}
	if err := k.refuse(tx.Now()); err != nil {
		return row{}, err
	}
	r, err := s.begin(tx, sh, k.Person, func(r *row) error {
		r.Door, r.State, r.Staff, r.Code = ByCode, Presented, staff.Person, hash
		return useCode(tx, hash)
	}, staff.Person)
	if err != nil {
		return r, err
	}
	return r, account.Audit(tx, staff.Person, "redeem.scan", string(r.ID), map[string]any{"shop": r.Shop, "pass": r.Pass})
}

// entitled returns the pass with which the person may use the card at the
// shop, or why he may not.
func (s *Service) entitled(tx *db.Tx, sh shop.Shop, p account.Person) (pass.Pass, error) {
	if worksAt(p.Grants, sh) {
		return pass.Pass{}, ErrSelf
	}
	return pass.Valid(tx, p.ID, s.today(tx.Now()))
}

// worksAt reports whether one of the grants makes its holder earn at the shop.
// Nobody may give himself the shop's discount.
func worksAt(grants []account.Grant, sh shop.Shop) bool {
	return slices.ContainsFunc(grants, func(g account.Grant) bool {
		return g.Role == account.Staff && g.Shop == string(sh.ID) ||
			g.Role == account.Merchant && sh.Merchant != "" && g.Merchant == string(sh.Merchant)
	})
}

// begin makes a redemption at the shop for the person; door fills in how it
// began. The guards are written before anybody looks whether they stand: that
// reads nothing which other members' redemptions write.
func (s *Service) begin(tx *db.Tx, sh shop.Shop, person account.ID, door func(*row) error, actor account.ID) (row, error) {
	now := tx.Now()
	p, err := account.Find(tx, person)
	if err != nil {
		return row{}, err
	}
	card, err := s.entitled(tx, sh, p)
	if err != nil {
		return row{}, err
	}
	r := row{Redemption: Redemption{
		ID: ID(tx.ID("red")), Version: 1, Shop: sh.ID, ShopName: sh.Name, Merchant: sh.Merchant,
		Person: person, PersonName: masked(p), Pass: card.ID, Terms: sh.Terms, Created: now, Expires: now.Add(OpenLife),
	}, Number: receiptNumber(), SlotDay: s.today(now), Basis: s.basis(sh, 0, now).hash()}
	if err := door(&r); err != nil {
		return r, err
	}
	if err := r.open(tx); err != nil {
		return r, err
	}
	if err := take(tx, r); err != nil {
		return r, err
	}
	return r, insert(tx, r, actor)
}

// matchTries bounds how many numbers a request tries: at a till with fifty
// requests waiting forty all fail once in a million million times.
const matchTries = 40

// open puts r under way with a match number, or refuses a person who has a
// redemption open. One that has timed out before the job came to it is voided
// here and stands in nobody's way.
func (r *row) open(tx *db.Tx) error {
	for range matchTries {
		r.Match = fmt.Sprintf("%02d", rand.IntN(100))
		done, err := open(tx, *r)
		if err != nil || done {
			return err
		}
		other, err := findOpen(tx, r.Person)
		switch {
		case errors.Is(err, db.ErrNone):
			continue // The number was taken.
		case err != nil:
			return err
		case other.asOf(tx.Now()).State.Open():
			return ErrOpen.With("shop", other.ShopName)
		}
		if err := other.expire(tx); err != nil {
			return err
		}
	}
	return ErrBusy
}

// masked is what staff sees of a member: the first character of the name, or
// the tail of the phone number.
func masked(p account.Person) string {
	for _, c := range p.Name {
		return string(c) + "*"
	}
	if len(p.Masked) > 4 {
		return "**" + p.Masked[len(p.Masked)-4:]
	}
	return "*"
}

// locked refuses a scan after too many bad ones. It looks in a View: bad scans
// are counted where no scan's transaction reads them.
func (s *Service) locked(ctx context.Context, staff account.ID, at shop.ID) error {
	return s.DB.View(ctx, func(tx *db.Tx) error {
		scopes := missScopes(staff, at)
		all, err := findMisses(tx, scopes[0].scope, scopes[1].scope)
		if err != nil {
			return err
		}
		for _, c := range scopes {
			for _, m := range all {
				if m.Scope == c.scope && m.N >= c.max && tx.Now().Before(m.Since.Add(missesRun)) {
					return lockedFor(m, tx.Now())
				}
			}
		}
		return nil
	})
}

// missed counts a bad scan in a transaction of its own, since the one that
// refused it was undone. Of scans that run at once only as many as the limit
// allows learn that their guess was wrong; those beyond a person's limit do not
// count against the shop, or one person's many guesses at once would lock his
// colleagues out.
func (s *Service) missed(ctx context.Context, staff account.ID, at shop.ID, refusal error) error {
	err := s.DB.Update(ctx, func(tx *db.Tx) error {
		for _, c := range missScopes(staff, at) {
			m, err := countMiss(tx, c.scope, tx.Now().Add(-missesRun))
			if err != nil {
				return err
			}
			if m.N == c.max {
				if err := account.Audit(tx, staff, "redeem.locked", string(at), map[string]any{"scope": c.scope, "misses": m.N}); err != nil {
					return err
				}
			}
			if m.N > c.max {
				refusal = lockedFor(m, tx.Now())
				return nil
			}
		}
		return nil
	})
	return errors.Join(refusal, err)
}

type missScope struct {
	scope string
	max   int
}

func missScopes(staff account.ID, at shop.ID) []missScope {
	return []missScope{{"person/" + string(staff), missesPerson}, {"shop/" + string(at), missesShop}}
}

func lockedFor(m misses, now time.Time) *fault.Error {
	left := m.Since.Add(missesRun).Sub(now)
	return ErrLocked.With("minutes", int((left+time.Minute-1)/time.Minute)).After(left)
}
