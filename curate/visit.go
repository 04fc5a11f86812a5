package curate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"citywalk/account"
	"citywalk/db"
	"citywalk/fault"
	"citywalk/geo"
	"citywalk/jobs"
	"citywalk/money"
	"citywalk/photo"
	"citywalk/shop"
)

// Refusals of visits.
var (
	ErrVisit = fault.New(fault.NotFound, "curate.visit", fault.Operator,
		"没有找到这次探店。", "There is no such visit.")
	ErrVisitKey = fault.New(fault.Invalid, "curate.visit_key", fault.Us,
		"探店记录缺少自己的编号。", "The visit lacks its own number, 16 to 64 letters, digits or dashes.")
	ErrVisitOther = fault.New(fault.Mismatch, "curate.visit_other", fault.Us,
		"这个编号已经用于另一次探店。", "This number belongs to another visit already.")
	ErrVisited = fault.New(fault.Invalid, "curate.visited", fault.Operator,
		"探店时间要在最近 30 天内，且不能在未来。请检查手机时间。", "A visit is of the last 30 days and not of the future. Check your phone's clock.")
	ErrSeen = fault.New(fault.Invalid, "curate.seen", fault.Operator,
		"人均或清单不对，请检查。", "The price or the checklist is not right. Check it.")
	ErrPhotos = fault.New(fault.TooLarge, "curate.photos", fault.Operator,
		"一次探店最多 {max} 张照片。", "A visit has at most {max} photos.")
	ErrPhoto = fault.New(fault.NotFound, "curate.photo", fault.Operator,
		"没有找到这张照片。", "There is no such photo.")
)

// A VisitID names a visit: "vis_..."; a PhotoID a photo: "pho_...".
type (
	VisitID string
	PhotoID string
)

// Checks are the points of a visit's checklist, in their order.
var Checks = []string{"open", "found", "menu", "paid", "clean", "friendly", "terms", "again"}

// A Visit is what a reviewer saw at a shop.
type Visit struct {
	ID       VisitID
	Shop     shop.ID
	Reviewer account.ID
	Key      string    // The phone's own number of it, so that sending it twice is harmless.
	Visited  time.Time // By the phone's clock.
	Value    float64   // The reviewer's own mark, 1 to 5; 0 is none.
	Seen     Seen
	Point    *geo.Point // Only if the reviewer chose to give it.
	At       time.Time
	Photos   []PhotoID
}

// Seen is what a reviewer found.
type Seen struct {
	Yes    []string     `json:"yes"`    // Points of Checks that hold.
	No     []string     `json:"no"`     // Points that do not; the rest was not looked at.
	Price  money.Amount `json:"price"`  // Per head; 0 is unknown.
	Terms  string       `json:"terms"`  // What the shop says it gives, as seen there.
	Remark string       `json:"remark"` // For colleagues.
}

const (
	visitLate = 30 * day
	photosMax = 9
)

func (v Visit) tidy(now time.Time) (Visit, error) {
	if n := len(v.Key); n < 16 || n > 64 || strings.ContainsFunc(v.Key, func(r rune) bool {
		return r != '-' && r != '_' && (r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r))
	}) {
		return v, ErrVisitKey
	}
	// A phone's clock may be ahead by a little.
	if v.Visited.After(now) && v.Visited.Before(now.Add(5*time.Minute)) {
		v.Visited = now
	}
	if v.Visited.After(now) || v.Visited.Before(now.Add(-visitLate)) {
		return v, ErrVisited.In("visited")
	}
	if v.Value != 0 && !starred(v.Value) {
		return v, ErrStars.In("value")
	}
	if v.Point != nil && !v.Point.Valid() {
		return v, ErrSeen.In("point")
	}
	var err error
	v.Seen, err = v.Seen.tidy()
	return v, err
}

func (s Seen) tidy() (Seen, error) {
	known := map[string]bool{}
	for _, c := range Checks {
		known[c] = true
	}
	for _, c := range append(append([]string{}, s.Yes...), s.No...) {
		if !known[c] {
			return s, ErrSeen.In("checklist") // Unknown, or told twice.
		}
		known[c] = false
	}
	if s.Price < 0 || s.Price > money.Max {
		return s, ErrSeen.In("price")
	}
	for _, t := range []struct {
		field string
		text  *string
	}{{"terms", &s.Terms}, {"remark", &s.Remark}} {
		var err error
		if *t.text, err = body(t.field, *t.text, remarkMax); err != nil && !errors.Is(err, ErrNoText) {
			return s, err
		}
	}
	return s, nil
}

// Record keeps a visit. A phone that was offline sends it later, perhaps more
// than once: the same key of the same reviewer is the same visit.
func (s *Service) Record(ctx context.Context, who account.Session, v Visit) (kept Visit, err error) {
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		kept, err = record(tx, who, v)
		return err
	})
	return kept, err
}

// RecordWith is Record and AddPhoto in one, for a form that brings its
// pictures along: all of it is kept or nothing. The pictures' keys are their
// places in the form.
func (s *Service) RecordWith(ctx context.Context, who account.Session, v Visit, files []io.Reader) (kept Visit, err error) {
	if len(files) > photosMax {
		return v, ErrPhotos.With("max", photosMax).In("photos")
	}
	clean := make([]photo.Photo, len(files))
	for i, r := range files {
		clean[i], err = photo.Clean(r, photo.Options{})
		if f, ok := fault.From(err); ok {
			return v, f.In("photos")
		} else if err != nil {
			return v, err
		}
	}
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		if kept, err = record(tx, who, v); err != nil {
			return err
		}
		for i, p := range clean {
			id, err := addPhoto(tx, kept, fmt.Sprintf("form-%d", i), p)
			if err != nil {
				return err
			}
			kept.Photos = append(kept.Photos, id)
		}
		return nil
	})
	return kept, err
}

func record(tx *db.Tx, who account.Session, v Visit) (kept Visit, err error) {
	sh, err := shop.Find(tx, v.Shop)
	if err != nil {
		return v, err
	}
	if err := reviews(who, sh); err != nil {
		return v, err
	}
	if kept, err = v.tidy(tx.Now()); err != nil {
		// Its reply may have been lost, and the phone away for a month since.
		if old, oldErr := visitOf(tx, who.Person, v.Key); oldErr == nil && old.Shop == v.Shop {
			return old, nil
		}
		return v, err
	}
	kept.ID, kept.Reviewer, kept.At = VisitID(tx.ID("vis")), who.Person, tx.Now()
	fresh, err := putVisit(tx, kept)
	if err != nil {
		return v, err
	}
	if !fresh {
		old, err := visitOf(tx, who.Person, v.Key)
		if err == nil && old.Shop != v.Shop {
			err = ErrVisitOther
		}
		return old, err
	}
	if kept.Value != 0 {
		if err := jobs.Enqueue(tx, ScoreKind, string(kept.ID), time.Time{}, scoreJob{Shop: sh.ID}); err != nil {
			return v, err
		}
	}
	return kept, account.Audit(tx, who.Person, "curate.visit", string(sh.ID), map[string]any{"visit": kept.ID, "located": v.Point != nil})
}

// AddPhoto keeps a picture of one's own visit. It is made anew, so that
// nothing of the file but the picture stays: no position, no device, no time.
// The same key is the same picture.
func (s *Service) AddPhoto(ctx context.Context, who account.Session, id VisitID, key string, r io.Reader) (PhotoID, error) {
	if key == "" || utf8.RuneCountInString(key) > 64 || strings.ContainsFunc(key, unicode.IsControl) {
		return "", ErrVisitKey
	}
	clean, err := photo.Clean(r, photo.Options{})
	if err != nil {
		return "", err
	}
	var kept PhotoID
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		v, err := findVisit(tx, id)
		if err != nil {
			return err
		}
		if v.Reviewer != who.Person || !account.Allowed(who, account.ActConsoleWrite) {
			return ErrVisit
		}
		kept, err = addPhoto(tx, v, key, clean)
		return err
	})
	return kept, err
}

// addPhoto keeps a clean picture of the visit, unless it has all it may have.
func addPhoto(tx *db.Tx, v Visit, key string, clean photo.Photo) (PhotoID, error) {
	n, err := countPhotos(tx, v.ID)
	if err != nil {
		return "", err
	}
	id := PhotoID(tx.ID("pho"))
	fresh, err := putPhoto(tx, id, v, key, clean)
	switch {
	case err != nil:
		return "", err
	case !fresh:
		return photoOf(tx, v.ID, key)
	case n >= photosMax:
		return "", ErrPhotos.With("max", photosMax).In("photos")
	}
	return id, account.Audit(tx, v.Reviewer, "curate.photo", string(v.Shop), map[string]any{"visit": v.ID, "photo": id})
}

// A Size is how large a picture is wanted.
type Size string

const (
	Whole Size = "whole"
	Thumb Size = "thumb"
)

// Photo returns a picture of a visit as JPEG, for those who review and audit.
func (s *Service) Photo(ctx context.Context, who account.Session, id PhotoID, size Size) (jpeg []byte, err error) {
	if err := reads(who); err != nil {
		return nil, err
	}
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		jpeg, err = readPhoto(tx, id, size)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("curate: photo %s: %w", id, err)
	}
	return jpeg, nil
}

// Visits returns the visits to a shop, the newest first, with their photos.
func (s *Service) Visits(ctx context.Context, who account.Session, id shop.ID) (all []Visit, err error) {
	if err := reads(who); err != nil {
		return nil, err
	}
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		all, err = visitsTo(tx, id)
		return err
	})
	return all, err
}

// Mine returns one's own last visits, the newest first, with their photos.
func (s *Service) Mine(ctx context.Context, who account.Session) (all []Visit, err error) {
	if !account.Allowed(who, account.ActConsoleWrite) {
		return nil, ErrDenied
	}
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		all, err = visitsBy(tx, who.Person)
		return err
	})
	return all, err
}
