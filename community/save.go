package community

import (
	"context"
	"time"

	"citywalk/account"
	"citywalk/curate"
	"citywalk/db"
	"citywalk/shop"
)

// SaveNote keeps a note among the member's saved ones. Twice is once.
func (s *Service) SaveNote(ctx context.Context, who account.Session, id curate.NoteID) error {
	return s.act(ctx, who, func(tx *db.Tx) error {
		if _, err := seen(tx, id); err != nil {
			return err
		}
		_, err := tx.Exec(`
			INSERT INTO community_saved_notes (note, person, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, id, who.Person, tx.Now())
		return wrap("save a note", err)
	})
}

// UnsaveNote takes it out again.
func (s *Service) UnsaveNote(ctx context.Context, who account.Session, id curate.NoteID) error {
	return s.act(ctx, who, func(tx *db.Tx) error {
		_, err := tx.Exec(`DELETE FROM community_saved_notes WHERE note = $1 AND person = $2`, id, who.Person)
		return wrap("unsave a note", err)
	})
}

// SaveShop keeps a shop among the member's saved ones.
func (s *Service) SaveShop(ctx context.Context, who account.Session, id shop.ID) error {
	return s.act(ctx, who, func(tx *db.Tx) error {
		if _, err := shop.Find(tx, id); err != nil {
			return err
		}
		_, err := tx.Exec(`
			INSERT INTO community_saved_shops (shop, person, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, id, who.Person, tx.Now())
		return wrap("save a shop", err)
	})
}

// UnsaveShop takes it out again.
func (s *Service) UnsaveShop(ctx context.Context, who account.Session, id shop.ID) error {
	return s.act(ctx, who, func(tx *db.Tx) error {
		_, err := tx.Exec(`DELETE FROM community_saved_shops WHERE shop = $1 AND person = $2`, id, who.Person)
		return wrap("unsave a shop", err)
	})
}

// Follow has news of the shop in the member's feed from now on.
func (s *Service) Follow(ctx context.Context, who account.Session, id shop.ID) error {
	return s.act(ctx, who, func(tx *db.Tx) error {
		if _, err := shop.Find(tx, id); err != nil {
			return err
		}
		_, err := tx.Exec(`
			INSERT INTO community_follows (shop, person, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, id, who.Person, tx.Now())
		return wrap("follow a shop", err)
	})
}

// Unfollow ends that.
func (s *Service) Unfollow(ctx context.Context, who account.Session, id shop.ID) error {
	return s.act(ctx, who, func(tx *db.Tx) error {
		_, err := tx.Exec(`DELETE FROM community_follows WHERE shop = $1 AND person = $2`, id, who.Person)
		return wrap("unfollow a shop", err)
	})
}

// A Tie is what a member has to a shop.
type Tie struct {
	Saved    bool
	Followed bool
}

// Tied returns what the member has to a shop.
func (s *Service) Tied(ctx context.Context, who account.Session, id shop.ID) (t Tie, err error) {
	if who.Person == "" {
		return t, nil
	}
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		t, err = db.One[Tie](tx, `
			SELECT CASE WHEN EXISTS (SELECT 1 FROM community_saved_shops WHERE shop = $1 AND person = $2) THEN 1 ELSE 0 END AS saved,
				CASE WHEN EXISTS (SELECT 1 FROM community_follows WHERE shop = $1 AND person = $2) THEN 1 ELSE 0 END AS followed`,
			id, who.Person)
		return wrap("tie to a shop", err)
	})
	return t, err
}

// A KeptShop is a shop that a member saved or follows.
type KeptShop struct {
	Shop shop.ID
	At   time.Time
}

// SavedShops returns the shops that the member saved, the latest first, that
// follow after a cursor, at most limit, and the cursor of the next page.
func (s *Service) SavedShops(ctx context.Context, who account.Session, after string, limit int) (all []KeptShop, next string, err error) {
	return s.kept(ctx, who, after, limit, func(tx *db.Tx, from cursor) ([]KeptShop, error) {
		return db.All[KeptShop](tx, `
			SELECT shop, at FROM community_saved_shops WHERE person = $1 AND (at, shop) < (CAST($2 AS BIGINT), CAST($3 AS TEXT))
			ORDER BY at DESC, shop DESC LIMIT CAST($4 AS BIGINT)`, who.Person, from.written, from.id, limit+1)
	})
}

// Followed returns the shops that the member follows, as SavedShops does.
func (s *Service) Followed(ctx context.Context, who account.Session, after string, limit int) (all []KeptShop, next string, err error) {
	return s.kept(ctx, who, after, limit, func(tx *db.Tx, from cursor) ([]KeptShop, error) {
		return db.All[KeptShop](tx, `
			SELECT shop, at FROM community_follows WHERE person = $1 AND (at, shop) < (CAST($2 AS BIGINT), CAST($3 AS TEXT))
			ORDER BY at DESC, shop DESC LIMIT CAST($4 AS BIGINT)`, who.Person, from.written, from.id, limit+1)
	})
}

// kept is a page of shops, of which read reads one more.
func (s *Service) kept(ctx context.Context, who account.Session, after string, limit int, read func(*db.Tx, cursor) ([]KeptShop, error)) (all []KeptShop, next string, err error) {
	if !account.Allowed(who, account.ActMemberUse) {
		return nil, "", account.ErrDenied
	}
	from, err := parseCursor(after)
	if err != nil {
		return nil, "", err
	}
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		all, err = read(tx, from)
		return wrap("shops that are kept", err)
	})
	if len(all) > limit {
		all = all[:limit]
		next = cursor{0, all[limit-1].At.UnixMilli(), string(all[limit-1].Shop)}.String()
	}
	return all, next, err
}

// SavedNotes returns the notes that the member saved and that are still shown,
// the latest saved first, a page as SavedShops does.
func (s *Service) SavedNotes(ctx context.Context, who account.Session, after string, limit int) (all []Note, next string, err error) {
	if !account.Allowed(who, account.ActMemberUse) {
		return nil, "", account.ErrDenied
	}
	from, err := parseCursor(after)
	if err != nil {
		return nil, "", err
	}
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		rows, err := db.All[noteRow](tx, selectNotes+`
			JOIN community_saved_notes k ON k.note = n.id AND k.person = $1
			WHERE n.state = 'linked' AND (k.at, k.note) < (CAST($2 AS BIGINT), CAST($3 AS TEXT))`+shown+`
			ORDER BY k.at DESC, k.note DESC LIMIT CAST($4 AS BIGINT)`, who.Person, from.written, from.id, limit+1)
		if err != nil {
			return wrap("saved notes", err)
		}
		if len(rows) > limit {
			rows = rows[:limit]
			last := rows[limit-1].ID
			at, err := db.One[time.Time](tx, `SELECT at FROM community_saved_notes WHERE note = $1 AND person = $2`, last, who.Person)
			if err != nil {
				return wrap("when a note was saved", err)
			}
			next = cursor{0, at.UnixMilli(), string(last)}.String()
		}
		all, err = whole(tx, who.Person, rows)
		return err
	})
	return all, next, err
}
