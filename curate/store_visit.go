package curate

import (
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/geo"
	"citywalk/photo"
	"citywalk/shop"
)

// A visitRow is a visit as the database keeps it.
type visitRow struct {
	ID       VisitID
	Shop     shop.ID
	Reviewer account.ID
	Key      string
	Visited  time.Time
	Value    int64
	Body     Seen `db:"body,json"`
	Lat      float64
	Lng      float64
	Located  bool
	At       time.Time
}

func (r visitRow) visit() Visit {
	v := Visit{ID: r.ID, Shop: r.Shop, Reviewer: r.Reviewer, Key: r.Key, Visited: r.Visited,
		Value: float64(r.Value) / 10, Seen: r.Body, At: r.At}
	if r.Located {
		v.Point = &geo.Point{Lat: r.Lat, Lng: r.Lng}
	}
	return v
}

// putVisit writes a visit and reports whether its key was new.
func putVisit(tx *db.Tx, v Visit) (bool, error) {
	var at geo.Point
	if v.Point != nil {
		at = *v.Point
	}
	n, err := tx.Exec(`
		INSERT INTO curate_visits (id, shop, reviewer, key, visited, value, body, lat, lng, located, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT DO NOTHING`,
		v.ID, v.Shop, v.Reviewer, v.Key, v.Visited, round(v.Value, 10), db.JSON(v.Seen), at.Lat, at.Lng, v.Point != nil, v.At)
	if err != nil {
		return false, fmt.Errorf("curate: insert visit: %w", err)
	}
	return n == 1, nil
}

func visitOf(tx *db.Tx, reviewer account.ID, key string) (Visit, error) {
	r, err := db.One[visitRow](tx, `
		SELECT id, shop, reviewer, key, visited, value, body, lat, lng, located, at
		FROM curate_visits WHERE reviewer = $1 AND key = $2`, reviewer, key)
	if err != nil {
		return Visit{}, fmt.Errorf("curate: find visit by key: %w", err)
	}
	return r.visit(), nil
}

func findVisit(tx *db.Tx, id VisitID) (Visit, error) {
	r, err := db.One[visitRow](tx, `
		SELECT id, shop, reviewer, key, visited, value, body, lat, lng, located, at
		FROM curate_visits WHERE id = $1`, id)
	if errors.Is(err, db.ErrNone) {
		return Visit{}, ErrVisit
	} else if err != nil {
		return Visit{}, fmt.Errorf("curate: find visit %s: %w", id, err)
	}
	return r.visit(), nil
}

// visitsMax bounds how many visits of a shop are shown.
const visitsMax = 50

func visitsTo(tx *db.Tx, id shop.ID) ([]Visit, error) {
	rows, err := db.All[visitRow](tx, `
		SELECT id, shop, reviewer, key, visited, value, body, lat, lng, located, at
		FROM curate_visits WHERE shop = $1
		ORDER BY visited DESC, id DESC LIMIT CAST($2 AS BIGINT)`, id, visitsMax)
	if err != nil {
		return nil, fmt.Errorf("curate: visits to %s: %w", id, err)
	}
	pics, err := db.All[picRow](tx, `SELECT id, visit FROM curate_photos WHERE shop = $1 ORDER BY id`, id)
	if err != nil {
		return nil, fmt.Errorf("curate: photos of %s: %w", id, err)
	}
	return pictured(rows, pics), nil
}

// mineMax bounds how many of one's own visits are shown.
const mineMax = 20

func visitsBy(tx *db.Tx, reviewer account.ID) ([]Visit, error) {
	rows, err := db.All[visitRow](tx, `
		SELECT id, shop, reviewer, key, visited, value, body, lat, lng, located, at
		FROM curate_visits WHERE reviewer = $1
		ORDER BY visited DESC, id DESC LIMIT CAST($2 AS BIGINT)`, reviewer, mineMax)
	if err != nil {
		return nil, fmt.Errorf("curate: visits of a reviewer: %w", err)
	}
	pics, err := db.All[picRow](tx, `
		SELECT id, visit FROM curate_photos WHERE visit IN (
			SELECT id FROM curate_visits WHERE reviewer = $1
			ORDER BY visited DESC, id DESC LIMIT CAST($2 AS BIGINT))
		ORDER BY id`, reviewer, mineMax)
	if err != nil {
		return nil, fmt.Errorf("curate: photos of a reviewer: %w", err)
	}
	return pictured(rows, pics), nil
}

// A picRow is a photo without its picture.
type picRow struct {
	ID    PhotoID
	Visit VisitID
}

// pictured are the rows' visits with those of the photos that are theirs.
func pictured(rows []visitRow, pics []picRow) []Visit {
	all := make([]Visit, len(rows))
	for i, r := range rows {
		all[i] = r.visit()
		for _, p := range pics {
			if p.Visit == r.ID {
				all[i].Photos = append(all[i].Photos, p.ID)
			}
		}
	}
	return all
}

func countPhotos(tx *db.Tx, id VisitID) (int, error) {
	n, err := db.One[int](tx, `SELECT COUNT(*) FROM curate_photos WHERE visit = $1`, id)
	if err != nil {
		return 0, fmt.Errorf("curate: count photos: %w", err)
	}
	return n, nil
}

// putPhoto writes a picture and reports whether its key was new.
func putPhoto(tx *db.Tx, id PhotoID, v Visit, key string, p photo.Photo) (bool, error) {
	n, err := tx.Exec(`
		INSERT INTO curate_photos (id, shop, visit, key, width, height, data, thumb, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT DO NOTHING`,
		id, v.Shop, v.ID, key, p.Width, p.Height,
		base64.StdEncoding.EncodeToString(p.Data), base64.StdEncoding.EncodeToString(p.Thumb), tx.Now())
	if err != nil {
		return false, fmt.Errorf("curate: insert photo: %w", err)
	}
	return n == 1, nil
}

func photoOf(tx *db.Tx, visit VisitID, key string) (PhotoID, error) {
	id, err := db.One[PhotoID](tx, `SELECT id FROM curate_photos WHERE visit = $1 AND key = $2`, visit, key)
	if err != nil {
		return "", fmt.Errorf("curate: find photo by key: %w", err)
	}
	return id, nil
}

func readPhoto(tx *db.Tx, id PhotoID, size Size) ([]byte, error) {
	text, err := db.One[string](tx, `
		SELECT CASE WHEN CAST($1 AS TEXT) = 'thumb' THEN thumb ELSE data END FROM curate_photos WHERE id = $2`, size, id)
	if errors.Is(err, db.ErrNone) {
		return nil, ErrPhoto
	} else if err != nil {
		return nil, err
	}
	return base64.StdEncoding.DecodeString(text)
}
