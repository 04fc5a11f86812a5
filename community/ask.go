package community

import (
	"context"
	"errors"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/ledger"
	"citywalk/redeem"
	"citywalk/shop"
)

// askDays is how many days after a visit it may be asked about.
const askDays = 7

// An Ask is the question for a note about a visit.
type Ask struct {
	Redemption redeem.ID
	Shop       shop.ID
	Name       string // Of the shop.
	Category   string
	At         time.Time // When the visit was paid.
}

// An askState is why nothing is asked about a visit any more.
type askState string

const (
	dismissed askState = "dismissed"
	written   askState = "written"
)

// Ask returns the one question that the member is asked now; ok is false if
// there is none. Reading it changes nothing: which it is follows from the
// visits and from what was put away or answered.
func (s *Service) Ask(ctx context.Context, who account.Session) (a Ask, ok bool, err error) {
	if !account.Allowed(who, account.ActMemberUse) {
		return a, false, nil
	}
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		today := ledger.DayOf(tx.Now(), s.Zone)
		quiet, err := db.One[int](tx, `
			SELECT COUNT(*) FROM community_asks WHERE person = $1 AND at >= $2`, who.Person, today.Start(s.Zone))
		if err != nil || quiet > 0 {
			return wrap("look for answers of today", err)
		}
		a, ok, err = question(tx, who.Person, "", today.Next(-askDays), today)
		return err
	})
	return a, ok, err
}

// AskAbout returns the question about one visit, for the page of its receipt:
// the day after and until it was put away or answered.
func (s *Service) AskAbout(ctx context.Context, who account.Session, id redeem.ID) (a Ask, ok bool, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		today := ledger.DayOf(tx.Now(), s.Zone)
		a, ok, err = question(tx, who.Person, id, today.Next(-int(redeem.LastAtLife/(24*time.Hour))), today)
		return err
	})
	return a, ok, err
}

// question finds the latest visit of the days from and before until that may
// be asked about; only is that visit, or "" for any.
func question(tx *db.Tx, who account.ID, only redeem.ID, from, until ledger.Day) (Ask, bool, error) {
	a, err := db.One[Ask](tx, `
		SELECT r.id AS redemption, r.shop AS shop, s.name AS name, s.category AS category, r.committed AS at
		FROM redeem_redemptions r JOIN shop_shops s ON s.id = r.shop
		WHERE r.person = $1 AND r.state = 'committed' AND r.day >= $2 AND r.day < $3 AND (CAST($4 AS TEXT) = '' OR r.id = $4)
			AND NOT EXISTS (SELECT 1 FROM community_asks a WHERE a.redemption = r.id)
			AND NOT EXISTS (SELECT 1 FROM community_notes n WHERE n.person = r.person AND n.shop = r.shop AND n.at >= r.committed)
		ORDER BY r.committed DESC, r.id DESC LIMIT 1`, who, from, until, only)
	if errors.Is(err, db.ErrNone) {
		return Ask{}, false, nil
	}
	return a, err == nil, wrap("find a visit to ask about", err)
}

// Dismiss puts the question about a visit away for good.
func (s *Service) Dismiss(ctx context.Context, who account.Session, id redeem.ID) error {
	return s.act(ctx, who, func(tx *db.Tx) error {
		_, err := db.One[string](tx, `SELECT id FROM redeem_redemptions WHERE id = $1 AND person = $2`, id, who.Person)
		if errors.Is(err, db.ErrNone) {
			return redeem.ErrUnknown
		} else if err != nil {
			return wrap("find a visit", err)
		}
		return putAsk(tx, who.Person, id, dismissed)
	})
}

// putAsk keeps that nothing is asked about a visit any more. The first word
// stands.
func putAsk(tx *db.Tx, who account.ID, id redeem.ID, why askState) error {
	_, err := tx.Exec(`
		INSERT INTO community_asks (redemption, person, state, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		id, who, why, tx.Now())
	return wrap("put a question away", err)
}
