package community

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"citywalk/account"
	"citywalk/curate"
	"citywalk/db"
	"citywalk/fault"
	"citywalk/once"
	"citywalk/photo"
	"citywalk/redeem"
	"citywalk/shop"
)

// Refusals of what a member writes.
var (
	ErrVisit = fault.New(fault.NotFound, "community.visit", fault.Member,
		"没有找到这次到店。直接从门店页写笔记就可以。", "There is no such visit of yours. Write the note from the shop's page instead.")
	ErrTold = fault.New(fault.Conflict, "community.told", fault.Member,
		"这次到店的笔记已经写过了，在“我的笔记”里。", "You wrote a note about this visit already. It is under your notes.")
	ErrDishes = fault.New(fault.Invalid, "community.dishes", fault.Member,
		"最多选 {max} 道菜，每道不超过 {long} 个字。", "At most {max} dishes, each of at most {long} characters.")
)

const (
	dishesMax = 12
	dishLong  = 40 // Characters.
)

// A Written note is what a member writes about a shop.
type Written struct {
	curate.Written
	Dishes []string // What he had, as the shop calls it or in his own words.
}

// A Writing is a note with the files of its pictures, at most photosMax.
type Writing struct {
	Written
	Files []io.Reader
}

// Write publishes a member's note about a shop with its pictures, under an
// idempotency key: all of it or nothing.
func (s *Service) Write(ctx context.Context, who account.Session, id shop.ID, w Writing, key string) (Note, error) {
	if err := member(who); err != nil {
		return Note{}, err
	}
	pictures, err := clean(w.Files)
	if err != nil {
		return Note{}, err
	}
	hashes := make([]string, len(pictures))
	for i, p := range pictures {
		hashes[i] = p.hash
	}
	k := once.Key{Principal: string(who.Person), Route: "community.write", Key: key, Fingerprint: once.Print(id, w.Written, hashes)}
	made, _, err := once.Do(ctx, s.DB, k, func(tx *db.Tx) (curate.NoteID, error) {
		return s.write(tx, who, id, w.Written, pictures)
	})
	if err != nil {
		return Note{}, err
	}
	n, err := s.Get(ctx, who, made)
	return n, once.After(err)
}

func (s *Service) write(tx *db.Tx, who account.Session, id shop.ID, w Written, pictures []picture) (curate.NoteID, error) {
	if err := notesMost.holds(tx, who.Person, notesSince); err != nil {
		return "", err
	}
	var err error
	if w.Dishes, err = tidyDishes(w.Dishes); err != nil {
		return "", err
	}
	if w.Visit != "" {
		if err := visited(tx, who.Person, id, redeem.ID(w.Visit)); err != nil {
			return "", err
		}
	}
	n, err := s.Curate.Write(tx, who, id, w.Written)
	if err != nil {
		return "", err
	}
	if err := putNote(tx, who.Person, n, w); err != nil {
		return "", err
	}
	for i, p := range pictures {
		if _, err := addPhoto(tx, n.ID, formKey(i), p); err != nil {
			return "", err
		}
	}
	if n.Visit != "" {
		if err := putAsk(tx, who.Person, redeem.ID(n.Visit), written); err != nil {
			return "", err
		}
	}
	return n.ID, tell(tx, id)
}

// visited refuses a redemption that does not prove that the person was at the
// shop.
func visited(tx *db.Tx, who account.ID, at shop.ID, id redeem.ID) error {
	there, err := redeem.WasAt(tx, who, at, id)
	if err == nil && !there {
		err = ErrVisit.In("visit")
	}
	return wrap("find a visit", err)
}

// tidyDishes refuses what is no list of dishes, and drops what stands twice.
func tidyDishes(all []string) ([]string, error) {
	tidy := []string{}
	for _, d := range all {
		d = strings.TrimSpace(d)
		if d == "" || slices.Contains(tidy, d) {
			continue
		}
		if !utf8.ValidString(d) || utf8.RuneCountInString(d) > dishLong || strings.ContainsFunc(d, deceives) || len(tidy) == dishesMax {
			return nil, ErrDishes.With("max", dishesMax, "long", dishLong).In("dishes")
		}
		tidy = append(tidy, d)
	}
	return tidy, nil
}

// deceives reports whether a character has no place in a line of text: control
// characters, and marks that turn its direction.
func deceives(r rune) bool {
	return unicode.IsControl(r) || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 || r&0xFFFE == 0xFFFE
}

// putNote keeps whose note it is. That a visit is told of once is the unique
// row's to say.
func putNote(tx *db.Tx, who account.ID, n curate.Note, w Written) error {
	made, err := tx.Exec(`
		INSERT INTO community_notes (note, person, shop, redemption, dishes, at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT DO NOTHING`, n.ID, who, n.Shop, w.Visit, db.JSON(w.Dishes), tx.Now())
	if err == nil && made == 0 {
		err = ErrTold
	}
	return wrap("keep a note", err)
}

// A picture is a clean photo with the hash of what came in.
type picture struct {
	photo.Photo
	hash string
}

// clean makes pictures of files, before anything is written.
func clean(files []io.Reader) ([]picture, error) {
	if len(files) > photosMax {
		return nil, ErrPhotos.With("max", photosMax).In("photos")
	}
	all := make([]picture, len(files))
	for i, r := range files {
		p, err := cleanOne(r)
		if f, ok := fault.From(err); ok {
			return nil, f.In("photos")
		} else if err != nil {
			return nil, err
		}
		all[i] = p
	}
	return all, nil
}

func cleanOne(r io.Reader) (picture, error) {
	p, err := photo.Clean(r, photo.Options{})
	if err != nil {
		return picture{}, err
	}
	sum := sha256.Sum256(p.Data)
	return picture{p, hex.EncodeToString(sum[:16])}, nil
}
