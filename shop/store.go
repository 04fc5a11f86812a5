package shop

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/geo"
	"citywalk/money"
	"citywalk/outbox"
)

// Topics of the news about shops; their keys are the shops' IDs. Whoever changes
// what a search tells of a shop says so.
const (
	Topic     = "shop" // The shop itself changed. One message a shop.
	SaidTopic = "said" // What others say of it did: notes, lists. A message may name many.
)

// Said says within tx that what others say of shops changed.
func Said(tx *db.Tx, ids ...ID) error {
	keys := make([]string, len(ids))
	for i, id := range ids {
		keys[i] = string(id)
	}
	return outbox.PutAll(tx, SaidTopic, keys)
}

// tell says within tx that what is known of a shop changed.
func tell(tx *db.Tx, id ID) error { return outbox.Put(tx, Topic, string(id)) }

// A row is a shop as the database keeps it. The JSON columns are decoded only
// for the shops that are wanted: a search reads more rows than it returns.
type row struct {
	ID           ID
	Merchant     MerchantID
	Number       string
	City         string
	District     string
	Address      string
	Name         string
	Category     string
	Dishes       string
	Folded       string
	Lat          float64
	Lng          float64
	Price        money.Amount
	Opens        int
	Closes       int
	State        State
	Reason       string
	Held         bool
	Curated      bool
	Terms        string
	TermsVersion int
	Offers       string
	Source       string
	SourceID     string
	Opened       time.Time
	Updated      time.Time
}

func (r row) shop() (Shop, error) {
	s := Shop{
		ID: r.ID, Merchant: r.Merchant, Number: r.Number,
		City: r.City, District: r.District, Address: r.Address,
		Name: r.Name, Category: r.Category,
		Point: geo.Point{Lat: r.Lat, Lng: r.Lng}, Price: r.Price,
		Opens: r.Opens, Closes: r.Closes,
		State: r.State, Reason: r.Reason, Held: r.Held, Curated: r.Curated,
		Source: r.Source, SourceID: r.SourceID, Opened: r.Opened, Updated: r.Updated,
	}
	for _, c := range []struct {
		text string
		into any
	}{{r.Dishes, &s.Dishes}, {r.Terms, &s.Terms}, {r.Offers, &s.Offers}} {
		if c.text == "" {
			continue
		}
		if err := json.Unmarshal([]byte(c.text), c.into); err != nil {
			return Shop{}, fmt.Errorf("shop: decode %s: %w", r.ID, err)
		}
	}
	return s, nil
}

func find(tx *db.Tx, id ID) (Shop, error) {
	r, err := db.One[row](tx, `
		SELECT id, merchant, number, city, district, address, name, category, dishes, folded,
			lat, lng, price, opens, closes, state, reason, held, curated, terms, terms_version, offers,
			source, source_id, opened, updated
		FROM shop_shops WHERE id = $1`, id)
	if errors.Is(err, db.ErrNone) {
		return Shop{}, ErrUnknown
	} else if err != nil {
		return Shop{}, fmt.Errorf("shop: find %s: %w", id, err)
	}
	return r.shop()
}

func findNumber(tx *db.Tx, number string) (Shop, error) {
	id, err := db.One[ID](tx, `SELECT id FROM shop_shops WHERE number = $1`, number)
	if errors.Is(err, db.ErrNone) {
		return Shop{}, ErrUnknown
	} else if err != nil {
		return Shop{}, fmt.Errorf("shop: find number: %w", err)
	}
	return find(tx, id)
}

// findSource returns the shop that a source knows under an id.
func findSource(tx *db.Tx, source, id string) (Shop, error) {
	found, err := db.One[ID](tx, `SELECT id FROM shop_shops WHERE source = $1 AND source_id = $2`, source, id)
	if errors.Is(err, db.ErrNone) {
		return Shop{}, ErrUnknown
	} else if err != nil {
		return Shop{}, fmt.Errorf("shop: find source %s: %w", source, err)
	}
	return find(tx, found)
}

// insert writes a new shop under a number of its own and returns it. A number
// that is taken is drawn anew.
func insert(tx *db.Tx, s Shop) (Shop, error) {
	var err error
	s.Updated = tx.Now()
	for range drawsMax {
		if s.Number, err = drawNumber(); err != nil {
			return s, err
		}
		if ok, err := put(tx, s); ok || err != nil {
			return s, err
		}
	}
	return s, ErrNumbers
}

// put writes a new shop and reports whether its number was free. The unique
// key decides: ON CONFLICT leaves the transaction whole on both engines, where
// a plain failure would end it on one.
func put(tx *db.Tx, s Shop) (bool, error) {
	n, err := tx.Exec(`
		INSERT INTO shop_shops (id, merchant, number, city, district, address, name, category, dishes,
			folded, words, lat, lng, cell, price, opens, closes, state, source, source_id, at, updated)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $21)
		ON CONFLICT DO NOTHING`,
		s.ID, s.Merchant, s.Number, s.City, s.District, s.Address, s.Name, s.Category, db.JSON(s.Dishes),
		fold(s.Name), s.words(), s.Point.Lat, s.Point.Lng, s.Point.Cell(), s.Price, s.Opens, s.Closes, s.State,
		s.Source, s.SourceID, s.Updated)
	if err != nil {
		return false, fmt.Errorf("shop: insert: %w", err)
	}
	if n == 0 {
		return false, nil
	}
	return true, tell(tx, s.ID)
}

// describe writes what a source says of a shop and nothing else of it.
func describe(tx *db.Tx, s Shop) error {
	err := tx.Change(`
		UPDATE shop_shops SET city = $1, district = $2, address = $3, name = $4, category = $5, dishes = $6,
			folded = $7, words = $8, lat = $9, lng = $10, cell = $11, price = $12, opens = $13, closes = $14,
			updated = $15
		WHERE id = $16`,
		s.City, s.District, s.Address, s.Name, s.Category, db.JSON(s.Dishes),
		fold(s.Name), s.words(), s.Point.Lat, s.Point.Lng, s.Point.Cell(), s.Price, s.Opens, s.Closes,
		tx.Now(), s.ID)
	if err != nil {
		return fmt.Errorf("shop: describe %s: %w", s.ID, err)
	}
	return tell(tx, s.ID)
}

// move changes a shop's state, but only from the state that the rule saw, and
// keeps when it first was live.
func move(tx *db.Tx, s Shop, to State, reason string, held bool) error {
	err := tx.Change(`
		UPDATE shop_shops SET state = $1, reason = $2, held = $3, updated = $4,
			opened = CASE WHEN state = 'draft' THEN $4 ELSE opened END
		WHERE id = $5 AND state = $6`, to, reason, held, tx.Now(), s.ID, s.State)
	if errors.Is(err, db.ErrNone) {
		return s.State.fault()
	} else if err != nil {
		return fmt.Errorf("shop: move %s: %w", s.ID, err)
	}
	return tell(tx, s.ID)
}

// give writes the merchant of a shop, but only if its state is still the one
// that the rule saw.
func give(tx *db.Tx, s Shop, m MerchantID) error {
	err := tx.Change(`
		UPDATE shop_shops SET merchant = $1, updated = $2
		WHERE id = $3 AND state = $4`, m, tx.Now(), s.ID, s.State)
	if errors.Is(err, db.ErrNone) {
		return s.State.fault()
	} else if err != nil {
		return fmt.Errorf("shop: assign %s: %w", s.ID, err)
	}
	return tell(tx, s.ID)
}

// putTerms writes the next version of a shop's terms. The version that the
// rule saw guards it: of two changes at once the second is refused.
func putTerms(tx *db.Tx, s Shop, t Terms, by account.ID) error {
	if _, err := tx.Exec(`
		INSERT INTO shop_terms (shop, version, body, actor, at) VALUES ($1, $2, $3, $4, $5)`,
		s.ID, t.Version, db.JSON(t), by, tx.Now()); err != nil {
		return fmt.Errorf("shop: keep terms of %s: %w", s.ID, err)
	}
	if err := tx.Change(`
		UPDATE shop_shops SET terms = $1, terms_version = $2, updated = $3
		WHERE id = $4 AND terms_version = $5`, db.JSON(t), t.Version, tx.Now(), s.ID, s.Terms.Version); err != nil {
		return fmt.Errorf("shop: set terms of %s: %w", s.ID, err)
	}
	return tell(tx, s.ID)
}

// dropOffer ends an offer that stands.
func dropOffer(tx *db.Tx, id string) error {
	if err := tx.Change(`
		UPDATE shop_offers SET dropped = $1 WHERE id = $2 AND dropped = 0`, tx.Now(), id); err != nil {
		return fmt.Errorf("shop: drop offer %s: %w", id, err)
	}
	return nil
}

func addOffer(tx *db.Tx, s ID, o Offer, by account.ID) error {
	if _, err := tx.Exec(`
		INSERT INTO shop_offers (id, shop, body, actor, at) VALUES ($1, $2, $3, $4, $5)`,
		o.ID, s, db.JSON(o), by, tx.Now()); err != nil {
		return fmt.Errorf("shop: add offer of %s: %w", s, err)
	}
	return nil
}

// putOffers writes the copy of the standing offers. None is written as in a
// shop that never had one.
func putOffers(tx *db.Tx, s ID, o []Offer) error {
	list := any("")
	if len(o) > 0 {
		list = db.JSON(o)
	}
	if err := tx.Change(`
		UPDATE shop_shops SET offers = $1, updated = $2 WHERE id = $3`, list, tx.Now(), s); err != nil {
		return fmt.Errorf("shop: set offers of %s: %w", s, err)
	}
	return tell(tx, s)
}
