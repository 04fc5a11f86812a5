package curate

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/score"
	"citywalk/shop"
)

// A fitNote is what a fit reads of a note.
type fitNote struct {
	ID        NoteID
	Shop      shop.ID
	Author    Author
	Written   time.Time
	Stars     int64
	Rating    int64
	Likes     int
	Followers int
	Joined    time.Time
	Subs      []int64 `db:"subs,json"`
	Said      []int64 `db:"said,json"`
	Likeness  int64
}

// eachFitNote reads the notes of a city by shop and in the order of their ids,
// so that the same notes make the same fit.
func eachFitNote(tx *db.Tx, city string, do func(fitNote) error) error {
	if err := db.Each(tx, do, `
		SELECT id, shop, author, written, stars, rating, likes, followers, joined, subs, said, likeness
		FROM curate_notes WHERE city = $1 AND shop <> '' ORDER BY shop, id`, city); err != nil {
		return fmt.Errorf("curate: notes of %s: %w", city, err)
	}
	return nil
}

func eachShopNote(tx *db.Tx, id shop.ID, do func(fitNote) error) error {
	if err := db.Each(tx, do, `
		SELECT id, shop, author, written, stars, rating, likes, followers, joined, subs, said, likeness
		FROM curate_notes WHERE shop = $1 ORDER BY id`, id); err != nil {
		return fmt.Errorf("curate: notes of %s: %w", id, err)
	}
	return nil
}

// A fitShop is what a fit reads of a shop.
type fitShop struct {
	ID       shop.ID
	Name     string
	Category string
	District string
}

func fitShops(tx *db.Tx, city string) (map[shop.ID]fitShop, error) {
	rows, err := db.All[fitShop](tx, `
		SELECT id, name, category, district FROM shop_shops
		WHERE city = $1 AND id IN (SELECT shop FROM curate_notes WHERE city = $1)`, city)
	if err != nil {
		return nil, fmt.Errorf("curate: shops of %s: %w", city, err)
	}
	all := make(map[shop.ID]fitShop, len(rows))
	for _, r := range rows {
		all[r.ID] = r
	}
	return all, nil
}

// newsIn are the cities of which something is known since their last fit, or
// whose fit is from before a time.
func newsIn(tx *db.Tx, before time.Time) ([]string, error) {
	all, err := db.All[string](tx, `
		SELECT c.city FROM (SELECT city, MAX(taken) AS news FROM curate_notes WHERE city <> '' AND shop <> '' GROUP BY city) c
		LEFT JOIN curate_models m ON m.city = c.city
		WHERE m.city IS NULL OR m.fitted <= c.news OR m.fitted < $1
			OR EXISTS (SELECT 1 FROM curate_labels l JOIN curate_notes n ON n.id = l.note WHERE n.city = c.city AND l.at >= m.fitted)
			OR EXISTS (SELECT 1 FROM curate_visits v JOIN shop_shops s ON s.id = v.shop WHERE s.city = c.city AND v.at >= m.fitted)
		ORDER BY c.city`, before)
	if err != nil {
		return nil, fmt.Errorf("curate: cities with news: %w", err)
	}
	return all, nil
}

// A labelRow is how many reviewers called a note bought, and how many honest.
type labelRow struct {
	Note   NoteID
	Bought int
	Honest int
}

// labels are the words of the majority; where reviewers are of two minds the
// note has no label.
func labels(rows []labelRow) map[NoteID]score.Label {
	all := map[NoteID]score.Label{}
	for _, r := range rows {
		switch {
		case r.Bought > r.Honest:
			all[r.Note] = score.Bought
		case r.Honest > r.Bought:
			all[r.Note] = score.Honest
		}
	}
	return all
}

func labelsOf(tx *db.Tx, city string) (map[NoteID]score.Label, error) {
	rows, err := db.All[labelRow](tx, `
		SELECT l.note AS note, CAST(SUM(l.bought) AS BIGINT) AS bought, CAST(SUM(1 - l.bought) AS BIGINT) AS honest
		FROM curate_labels l JOIN curate_notes n ON n.id = l.note
		WHERE n.city = $1 GROUP BY l.note`, city)
	if err != nil {
		return nil, fmt.Errorf("curate: labels of %s: %w", city, err)
	}
	return labels(rows), nil
}

func labelsAt(tx *db.Tx, id shop.ID) (map[NoteID]score.Label, error) {
	rows, err := db.All[labelRow](tx, `
		SELECT l.note AS note, CAST(SUM(l.bought) AS BIGINT) AS bought, CAST(SUM(1 - l.bought) AS BIGINT) AS honest
		FROM curate_labels l JOIN curate_notes n ON n.id = l.note
		WHERE n.shop = $1 GROUP BY l.note`, id)
	if err != nil {
		return nil, fmt.Errorf("curate: labels at %s: %w", id, err)
	}
	return labels(rows), nil
}

// putLabel writes a reviewer's word on a note and reports whether it is new.
func putLabel(tx *db.Tx, id NoteID, reviewer account.ID, said score.Label) (bool, error) {
	n, err := tx.Exec(`
		INSERT INTO curate_labels (note, reviewer, bought, at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (note, reviewer) DO UPDATE SET bought = excluded.bought, at = excluded.at
		WHERE curate_labels.bought <> excluded.bought`, id, reviewer, said == score.Bought, tx.Now())
	if err != nil {
		return false, fmt.Errorf("curate: label %s: %w", id, err)
	}
	return n == 1, nil
}

// A checkRow is a reviewer's mark of a shop.
type checkRow struct {
	Shop  shop.ID
	Value int64
}

func checksOf(tx *db.Tx, city string) ([]checkRow, error) {
	rows, err := db.All[checkRow](tx, `
		SELECT v.shop AS shop, v.value AS value FROM curate_visits v JOIN shop_shops s ON s.id = v.shop
		WHERE s.city = $1 AND v.value > 0 ORDER BY v.id`, city)
	if err != nil {
		return nil, fmt.Errorf("curate: visits of %s: %w", city, err)
	}
	return rows, nil
}

func checksAt(tx *db.Tx, id shop.ID) ([]checkRow, error) {
	rows, err := db.All[checkRow](tx, `
		SELECT shop, value FROM curate_visits WHERE shop = $1 AND value > 0 ORDER BY id`, id)
	if err != nil {
		return nil, fmt.Errorf("curate: marks of %s: %w", id, err)
	}
	return rows, nil
}

// A standing is what is kept of an author between fits.
type standing struct {
	Followers float64 `json:"followers"`
	Created   float64 `json:"created"` // 0 is unknown.
	score.Standing
}

func putAuthor(tx *db.Tx, city string, a Author, st standing) error {
	st.Suspicion, st.Expected = milli(st.Suspicion), milli(st.Expected)
	st.Residual, st.Weight = milli(st.Residual), milli(st.Weight)
	if _, err := tx.Exec(`
		INSERT INTO curate_authors (city, author, body) VALUES ($1, $2, $3)
		ON CONFLICT (city, author) DO UPDATE SET body = excluded.body
		WHERE curate_authors.body <> excluded.body`, city, a, db.JSON(st)); err != nil {
		return fmt.Errorf("curate: keep author: %w", err)
	}
	return nil
}

// standingsAt are those of the authors who wrote about a shop.
func standingsAt(tx *db.Tx, city string, id shop.ID) (map[Author]standing, error) {
	type row struct {
		Author Author
		Body   standing `db:"body,json"`
	}
	rows, err := db.All[row](tx, `
		SELECT author, body FROM curate_authors
		WHERE city = $1 AND author IN (SELECT author FROM curate_notes WHERE shop = $2)`, city, id)
	if err != nil {
		return nil, fmt.Errorf("curate: authors of %s: %w", id, err)
	}
	all := make(map[Author]standing, len(rows))
	for _, r := range rows {
		all[r.Author] = r.Body
	}
	return all, nil
}

// What a city's last fit learnt.
type learnt struct {
	*score.Model
	Scale  scale
	Bar    float64
	Notes  int
	Shops  int
	Reader string // Fingerprint of the text model.
	At     time.Time
}

// A lesson is what of it is kept as JSON.
type lesson struct {
	Score *score.Model `json:"score"`
	Words scale        `json:"words"`
}

func putModel(tx *db.Tx, city string, m learnt) error {
	if _, err := tx.Exec(`
		INSERT INTO curate_models (city, body, bar, notes, shops, reader, fitted) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (city) DO UPDATE SET body = excluded.body, bar = excluded.bar, notes = excluded.notes,
			shops = excluded.shops, reader = excluded.reader, fitted = excluded.fitted
		WHERE curate_models.fitted <= excluded.fitted`,
		city, db.JSON(lesson{m.Model, m.Scale}), round(m.Bar, 1000), m.Notes, m.Shops, m.Reader, m.At); err != nil {
		return fmt.Errorf("curate: keep model of %s: %w", city, err)
	}
	return nil
}

func findModel(tx *db.Tx, city string) (m learnt, err error) {
	type row struct {
		Body   string
		Bar    int64
		Notes  int
		Shops  int
		Reader string
		Fitted time.Time
	}
	r, err := db.One[row](tx, `SELECT body, bar, notes, shops, reader, fitted FROM curate_models WHERE city = $1`, city)
	if errors.Is(err, db.ErrNone) {
		return m, errNoModel
	} else if err != nil {
		return m, fmt.Errorf("curate: model of %s: %w", city, err)
	}
	m = learnt{Model: new(score.Model), Bar: float64(r.Bar) / 1000, Notes: r.Notes, Shops: r.Shops, Reader: r.Reader, At: r.Fitted}
	kept := lesson{Score: m.Model}
	if err := json.Unmarshal([]byte(r.Body), &kept); err != nil {
		return m, fmt.Errorf("curate: decode model of %s: %w", city, err)
	}
	m.Scale = kept.Words
	return m, nil
}

// putScore writes a shop's score, unless a later look at it is there already.
func putScore(tx *db.Tx, sc Scored) error {
	if _, err := tx.Exec(`
		INSERT INTO curate_scores (shop, city, mean, lo, hi, sd, place, above, notes, effective, recent, body, scored)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
		ON CONFLICT (shop) DO UPDATE SET city = excluded.city, mean = excluded.mean, lo = excluded.lo, hi = excluded.hi,
			sd = excluded.sd, place = excluded.place, above = excluded.above, notes = excluded.notes,
			effective = excluded.effective, recent = excluded.recent, body = excluded.body, scored = excluded.scored
		WHERE curate_scores.scored <= excluded.scored`,
		sc.Shop, sc.City, round(sc.Mean, 1000), round(sc.Lo, 1000), round(sc.Hi, 1000), round(sc.SD, 1000),
		round(sc.Rank, 1000), round(sc.Above, 1e6), sc.Notes, round(sc.Effective, 10), sc.Recent, db.JSON(sc.Score), sc.Scored); err != nil {
		return fmt.Errorf("curate: keep score of %s: %w", sc.Shop, err)
	}
	return nil
}

func findScore(tx *db.Tx, id shop.ID) (Score, error) {
	s, err := db.One[string](tx, `SELECT body FROM curate_scores WHERE shop = $1`, id)
	if errors.Is(err, db.ErrNone) {
		return Score{}, err
	} else if err != nil {
		return Score{}, fmt.Errorf("curate: score of %s: %w", id, err)
	}
	var sc Score
	if err := json.Unmarshal([]byte(s), &sc); err != nil {
		return sc, fmt.Errorf("curate: decode score of %s: %w", id, err)
	}
	return sc, nil
}

// labelBy is what one reviewer said of a note.
func labelBy(tx *db.Tx, id NoteID, reviewer account.ID) (score.Label, error) {
	bought, err := db.One[bool](tx, `SELECT bought FROM curate_labels WHERE note = $1 AND reviewer = $2`, id, reviewer)
	switch {
	case errors.Is(err, db.ErrNone):
		return score.Unlabelled, nil
	case err != nil:
		return score.Unlabelled, fmt.Errorf("curate: label of %s: %w", id, err)
	case bought:
		return score.Bought, nil
	}
	return score.Honest, nil
}
