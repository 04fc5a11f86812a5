package community

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"regexp"

	"citywalk/account"
	"citywalk/curate"
	"citywalk/db"
	"citywalk/fault"
	"citywalk/shop"
)

// Refusals of pictures.
var (
	ErrPhotos = fault.New(fault.TooLarge, "community.photos", fault.Member,
		"一条笔记最多 {max} 张照片，请去掉几张。", "A note has at most {max} photos. Take some away.")
	ErrPhoto = fault.New(fault.NotFound, "community.photo", fault.Member,
		"没有找到这张照片。", "There is no such photo.")
	ErrPhotoKey = fault.New(fault.Invalid, "community.photo_key", fault.Us,
		"照片缺少自己的编号。", "The photo lacks its own number, 6 to 64 letters, digits or dashes.")
)

// photosMax is how many pictures a note has; the table has no place for more.
const photosMax = 9

// A PhotoID names a picture: "pic_...".
type PhotoID string

// A Picture is where a photo of a note is, and how large.
type Picture struct {
	ID            PhotoID
	Width, Height int // Of the whole picture, in pixels.
}

var photoKeys = regexp.MustCompile(`^[A-Za-z0-9_-]{6,64}$`)

// formKey is the number of a picture that came in a form: its place there.
func formKey(i int) string { return fmt.Sprintf("form-%d", i) }

// AddPhoto puts a picture to one's own note. It is made anew, so that nothing
// of the file but its pixels stays. The same key is the same picture.
func (s *Service) AddPhoto(ctx context.Context, who account.Session, id curate.NoteID, key string, r io.Reader) (PhotoID, error) {
	if err := member(who); err != nil {
		return "", err
	}
	if !photoKeys.MatchString(key) {
		return "", ErrPhotoKey
	}
	// Nobody's file is opened for a note of others.
	err := s.DB.View(ctx, func(tx *db.Tx) error { return wrote(tx, who, id) })
	if err != nil {
		return "", err
	}
	p, err := cleanOne(r)
	if err != nil {
		return "", err
	}
	var kept PhotoID
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		if err := wrote(tx, who, id); err != nil {
			return err
		}
		kept, err = addPhoto(tx, id, key, p)
		if err != nil {
			return err
		}
		return account.Audit(tx, who.Person, "community.photo", string(id), map[string]any{"photo": kept})
	})
	return kept, err
}

// addPhoto keeps a picture in the first place that is free. The unique row of
// note and place holds that there are nine, whoever looks at the same time.
func addPhoto(tx *db.Tx, id curate.NoteID, key string, p picture) (PhotoID, error) {
	old, err := db.One[PhotoID](tx, `SELECT id FROM community_photos WHERE note = $1 AND key = $2`, id, key)
	if !errors.Is(err, db.ErrNone) {
		return old, wrap("find a photo by key", err)
	}
	taken, err := db.One[int](tx, `SELECT COUNT(*) FROM community_photos WHERE note = $1`, id)
	if err != nil {
		return "", wrap("count photos", err)
	}
	for slot := taken + 1; slot <= photosMax; slot++ {
		fresh := PhotoID(tx.ID("pic"))
		n, err := tx.Exec(`
			INSERT INTO community_photos (id, note, slot, key, hash, width, height, data, thumb, at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`,
			fresh, id, slot, key, p.hash, p.Width, p.Height, base64.StdEncoding.EncodeToString(p.Data),
			base64.StdEncoding.EncodeToString(p.Thumb), tx.Now())
		if err != nil || n == 1 {
			return fresh, wrap("insert a photo", err)
		}
	}
	return "", ErrPhotos.With("max", photosMax).In("photos")
}

// A Size is how large a picture is wanted.
type Size string

const (
	Whole Size = "whole"
	Thumb Size = "thumb"
)

// A Print is a picture as it is sent. Its hash names the content.
type Print struct {
	Hash string
	JPEG []byte // Nil if the reader has it already.
}

// Photo returns a picture of a note that the caller may see: everybody may,
// unless it is hidden; then its author and operators. Who says which hash he
// has is spared the picture.
func (s *Service) Photo(ctx context.Context, who account.Session, id PhotoID, size Size, have string) (p Print, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		type row struct {
			Hash   string
			Person account.ID
			Hidden bool
		}
		r, err := db.One[row](tx, `
			SELECT p.hash AS hash, n.person AS person,
				CASE WHEN EXISTS (SELECT 1 FROM community_cases c WHERE c.thing = p.note AND c.state IN ('hidden', 'appealed', 'final'))
					THEN 1 ELSE 0 END AS hidden
			FROM community_photos p JOIN community_notes n ON n.note = p.note WHERE p.id = $1`, id)
		if errors.Is(err, db.ErrNone) {
			return ErrPhoto
		} else if err != nil {
			return wrap("find a photo", err)
		}
		if r.Hidden && r.Person != who.Person && !account.Allowed(who, account.ActConsoleRead) {
			return ErrPhoto
		}
		p.Hash = r.Hash + "-" + string(size)
		if p.Hash == have {
			return nil
		}
		text, err := db.One[string](tx, `
			SELECT CASE WHEN CAST($1 AS TEXT) = 'thumb' THEN thumb ELSE data END FROM community_photos WHERE id = $2`, size, id)
		if err != nil {
			return wrap("read a photo", err)
		}
		p.JPEG, err = base64.StdEncoding.DecodeString(text)
		return err
	})
	return p, err
}

// ShopPhoto returns the picture that shows a shop best, of the notes about it
// that everybody may read: of one who paid there before others, then of what is
// liked most, then the latest. It is large enough to
// be shown alone; ok is false if there is none.
func (s *Service) ShopPhoto(ctx context.Context, id shop.ID) (p PhotoID, ok bool, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		p, err = db.One[PhotoID](tx, `
			SELECT p.id AS id FROM curate_notes n
				JOIN community_photos p ON p.note = n.id LEFT JOIN community_counts c ON c.note = n.id
			WHERE n.shop = $1 AND n.state = 'linked' AND p.width >= $2 AND p.height >= $2`+shown+`
			ORDER BY CASE WHEN n.visit <> '' THEN 0 ELSE 1 END, COALESCE(c.likes, 0) DESC, n.written DESC, n.id DESC, p.slot LIMIT 1`, id, shopPhotoLeast)
		return err
	})
	if errors.Is(err, db.ErrNone) {
		return "", false, nil
	}
	return p, err == nil, wrap("photo of a shop", err)
}

// shopPhotoLeast is how many pixels wide and high a picture of a shop is.
const shopPhotoLeast = 600

// picturesOf returns the pictures of notes, in their order.
func picturesOf(tx *db.Tx, notes []Note) (map[curate.NoteID][]Picture, error) {
	all := map[curate.NoteID][]Picture{}
	for _, n := range notes {
		if !n.Member {
			continue
		}
		rows, err := db.All[Picture](tx, `SELECT id, width, height FROM community_photos WHERE note = $1 ORDER BY slot`, n.ID)
		if err != nil {
			return nil, wrap("photos of a note", err)
		}
		all[n.ID] = rows
	}
	return all, nil
}
