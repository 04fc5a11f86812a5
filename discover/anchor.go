package discover

import (
	"context"
	"fmt"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/fault"
	"citywalk/geo"
	"citywalk/outbox"
)

// Refusals of anchors.
var (
	ErrConsent = fault.New(fault.Invalid, "discover.consent", fault.Member,
		"要先同意，才会记下位置。不同意也不影响别的功能。", "Nothing is kept unless you agree first. Everything else works without.")
	ErrAnchor = fault.New(fault.Invalid, "discover.anchor", fault.Member,
		"先选一个地点：车站、附近的店，或者现在的位置。", "Choose a place first: a station, a shop nearby, or where you are now.")
	ErrAnchorKind = fault.New(fault.Invalid, "discover.anchor_kind", fault.Member,
		"请选家或者公司。", "Choose home or work.")
	ErrAnchorFar = fault.New(fault.Invalid, "discover.anchor_far", fault.Member,
		"这个位置不在中国境内，请换一个。", "That place is not in China. Choose another.")
)

// An AnchorKind is what a place is to a member.
type AnchorKind string

const (
	Home AnchorKind = "home"
	Work AnchorKind = "work"
)

// AnchorKinds are all of them.
var AnchorKinds = []AnchorKind{Home, Work}

// Consent is the version of the words that a member agrees to before a place
// of his is kept (L19). Other words are another version, and whoever agreed to
// the old ones is asked again before anything new is kept.
const Consent = "2026-11"

// AnchorTopic is that of the news about anchors; their key is the city. Whose
// they are is not told.
const AnchorTopic = "anchor"

// An Anchor is roughly where a member lives or works: the middle of a block of
// some 150 metres. There is one of a kind, and no earlier ones.
type Anchor struct {
	Person   account.ID `json:"-"`
	Kind     AnchorKind `json:"kind"`
	City     string     `json:"city"`
	District string     `json:"district"`
	Lat      float64    `json:"lat"`
	Lng      float64    `json:"lng"`
	Consent  string     `json:"consent"`
	At       time.Time  `json:"at"`
}

// Point is the middle of the block.
func (a Anchor) Point() geo.Point { return geo.Point{Lat: a.Lat, Lng: a.Lng} }

// SetAnchor keeps roughly where a member lives or works, in place of what was
// kept before. What is not in the block's middle is forgotten here: it reaches
// neither the database nor the audit. consent is the version that was agreed
// to.
func (s *Service) SetAnchor(ctx context.Context, who account.Session, kind AnchorKind, at geo.Point, consent string) (a Anchor, err error) {
	switch {
	case consent != Consent:
		return a, ErrConsent.In("consent")
	case kind != Home && kind != Work:
		return a, ErrAnchorKind.In("kind")
	case !at.Valid() || !geo.InChina(at):
		return a, ErrAnchorFar.In("spot")
	}
	block := at.Block()
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		where, err := s.districtAt(tx, block)
		if err != nil {
			return err
		}
		a = Anchor{Person: who.Person, Kind: kind, City: where.City, District: where.District,
			Lat: block.Lat, Lng: block.Lng, Consent: consent, At: tx.Now()}
		if err := putAnchor(tx, a); err != nil {
			return err
		}
		if err := outbox.Put(tx, AnchorTopic, a.City); err != nil {
			return err
		}
		return account.Audit(tx, who.Person, "discover.anchor", string(who.Person), map[string]any{"kind": kind, "consent": consent})
	})
	return a, err
}

// DropAnchors deletes what is kept of where a member lives and works, and so
// takes his consent back.
func (s *Service) DropAnchors(ctx context.Context, who account.Session) error {
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		mine, err := anchorsOf(tx, who.Person)
		if err != nil || len(mine) == 0 {
			return err
		}
		if _, err := tx.Exec(`DELETE FROM discover_anchors WHERE person = $1`, who.Person); err != nil {
			return fmt.Errorf("discover: drop anchors: %w", err)
		}
		for _, a := range mine {
			if err := outbox.Put(tx, AnchorTopic, a.City); err != nil {
				return err
			}
		}
		return account.Audit(tx, who.Person, "discover.anchor_dropped", string(who.Person), map[string]any{"consent": mine[0].Consent})
	})
}

// Anchors returns a member's own anchors, home first.
func (s *Service) Anchors(ctx context.Context, who account.Session) (all []Anchor, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		all, err = anchorsOf(tx, who.Person)
		return err
	})
	return all, err
}

func anchorsOf(tx *db.Tx, person account.ID) ([]Anchor, error) {
	all, err := db.All[Anchor](tx, `
		SELECT person, kind, city, district, lat, lng, consent, at FROM discover_anchors WHERE person = $1 ORDER BY kind`, person)
	if err != nil {
		return nil, fmt.Errorf("discover: read anchors: %w", err)
	}
	return all, nil
}

// findAnchor returns an anchor of a person, or db.ErrNone.
func findAnchor(tx *db.Tx, person account.ID, kind AnchorKind) (Anchor, error) {
	a, err := db.One[Anchor](tx, `
		SELECT person, kind, city, district, lat, lng, consent, at FROM discover_anchors WHERE person = $1 AND kind = $2`, person, kind)
	if err != nil {
		return a, fmt.Errorf("discover: find an anchor: %w", err)
	}
	return a, nil
}

func putAnchor(tx *db.Tx, a Anchor) error {
	if _, err := tx.Exec(`
		INSERT INTO discover_anchors (person, kind, city, district, lat, lng, consent, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (person, kind) DO UPDATE SET city = excluded.city, district = excluded.district,
			lat = excluded.lat, lng = excluded.lng, consent = excluded.consent, at = excluded.at`,
		a.Person, a.Kind, a.City, a.District, a.Lat, a.Lng, a.Consent, a.At); err != nil {
		return fmt.Errorf("discover: keep an anchor: %w", err)
	}
	return nil
}
