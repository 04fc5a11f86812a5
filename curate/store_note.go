package curate

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/gazetteer"
	"citywalk/geo"
	"citywalk/shop"
)

// A noteRow is a note as the database keeps it.
type noteRow struct {
	ID       NoteID
	Source   string
	SourceID string
	City     string
	Shop     shop.ID
	Author   Author
	Written  time.Time
	Stars    int64
	Rating   int64
	Likes    int
	Subs     []int64 `db:"subs,json"`
	Text     string
	Visit    string
	State    NoteState
}

func (r noteRow) note() Note {
	n := Note{ID: r.ID, Source: r.Source, SourceID: r.SourceID, City: r.City, Shop: r.Shop, Author: r.Author,
		Written: r.Written, Stars: float64(r.Stars) / 10, Rating: float64(r.Rating) / 100, Likes: r.Likes,
		Text: r.Text, Visit: r.Visit, State: r.State}
	for a, v := range r.Subs {
		if a < len(n.Marks) {
			n.Marks[a] = float64(v) / 10
		}
	}
	return n
}

func round(v float64, unit float64) int64 { return int64(math.Round(v * unit)) }

// tenths are the marks as they are kept.
func (m Marks) tenths() []int64 {
	all := make([]int64, len(m))
	for a, v := range m {
		all[a] = round(v, 10)
	}
	return all
}

func findNote(tx *db.Tx, id NoteID) (Note, error) {
	r, err := db.One[noteRow](tx, `
		SELECT id, source, source_id, city, shop, author, written, stars, rating, likes, subs, text, visit, state
		FROM curate_notes WHERE id = $1`, id)
	if errors.Is(err, db.ErrNone) {
		return Note{}, ErrNote
	} else if err != nil {
		return Note{}, fmt.Errorf("curate: find note %s: %w", id, err)
	}
	return r.note(), nil
}

// put writes a note, or brings the one that is there to what its source says
// now, and tells which it did. The unique key of source and id decides.
func put(tx *db.Tx, r reading) (Result, error) {
	id := NoteID(tx.ID("nte"))
	n, err := tx.Exec(`
		INSERT INTO curate_notes (id, source, source_id, city, shop, author, written, stars, rating, likes,
			followers, joined, subs, said, text, likeness, visit, state, taken)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
		ON CONFLICT DO NOTHING`,
		id, r.Source, r.SourceID, r.City, r.Shop, r.Author, r.Written, round(r.Stars, 10),
		round(r.Rating, 100), r.Likes, r.followers, r.joined, db.JSON(r.Marks.tenths()), db.JSON(r.said.tenths()),
		r.Text, r.likeness, r.Visit, r.State, tx.Now())
	if err != nil {
		return Result{}, fmt.Errorf("curate: insert note: %w", err)
	}
	if n == 1 {
		if err := putGuesses(tx, id, r.guesses); err != nil {
			return Result{}, err
		}
		return Result{Outcome: Added, ID: id, State: r.State}, nil
	}
	return change(tx, r)
}

// ofSource returns the note that a source knows by an id, or db.ErrNone.
func ofSource(tx *db.Tx, source, id string) (Note, error) {
	r, err := db.One[noteRow](tx, `
		SELECT id, source, source_id, city, shop, author, written, stars, rating, likes, subs, text, visit, state
		FROM curate_notes WHERE source = $1 AND source_id = $2`, source, id)
	if err != nil {
		return Note{}, fmt.Errorf("curate: find note of source: %w", err)
	}
	return r.note(), nil
}

// saysAs reports whether a source says the same of a note as before.
func (n Note) saysAs(was Note) bool {
	return was.Text == n.Text && round(was.Stars, 10) == round(n.Stars, 10) && was.Likes == n.Likes &&
		was.Written.Equal(n.Written.Truncate(time.Millisecond)) && was.Author == n.Author &&
		slices.Equal(was.Marks.tenths(), n.Marks.tenths())
}

// compareNote tells what put would do.
func compareNote(tx *db.Tx, r reading) (Result, error) {
	was, err := ofSource(tx, r.Source, r.SourceID)
	switch {
	case errors.Is(err, db.ErrNone):
		return Result{Outcome: Added, State: r.State}, nil
	case err != nil:
		return Result{}, err
	case r.Note.saysAs(was):
		return Result{Outcome: Same, ID: was.ID, State: was.State}, nil
	}
	return Result{Outcome: Changed, ID: was.ID, State: was.State}, nil
}

// change compares a note with what is there. What the source says of the note
// follows; where it was linked by a person stays.
func change(tx *db.Tx, r reading) (Result, error) {
	was, err := ofSource(tx, r.Source, r.SourceID)
	if err != nil {
		return Result{}, err
	}
	if r.Note.saysAs(was) {
		return Result{Outcome: Same, ID: was.ID, State: was.State}, nil
	}
	err = tx.Change(`
		UPDATE curate_notes SET author = $1, written = $2, stars = $3, rating = $4, likes = $5, followers = $6,
			joined = $7, subs = $8, said = $9, text = $10, likeness = $11, taken = $12
		WHERE id = $13`,
		r.Author, r.Written, round(r.Stars, 10), round(r.Rating, 100), r.Likes, r.followers,
		r.joined, db.JSON(r.Marks.tenths()), db.JSON(r.said.tenths()), r.Text, r.likeness, tx.Now(), was.ID)
	if err != nil {
		return Result{}, fmt.Errorf("curate: change note %s: %w", was.ID, err)
	}
	return Result{Outcome: Changed, ID: was.ID, State: was.State}, nil
}

// notesOf returns the notes of a shop, newest first, at most limit.
func notesOf(tx *db.Tx, id shop.ID, limit int) ([]Note, error) {
	rows, err := db.All[noteRow](tx, `
		SELECT id, source, source_id, city, shop, author, written, stars, rating, likes, subs, text, visit, state
		FROM curate_notes WHERE shop = $1
		ORDER BY written DESC, id DESC LIMIT CAST($2 AS BIGINT)`, id, limit)
	if err != nil {
		return nil, fmt.Errorf("curate: notes of %s: %w", id, err)
	}
	notes := make([]Note, len(rows))
	for i, r := range rows {
		notes[i] = r.note()
	}
	return notes, nil
}

// putGuesses keeps what a note that waits might speak of.
func putGuesses(tx *db.Tx, id NoteID, guesses []Guess) error {
	if len(guesses) == 0 {
		return nil
	}
	if _, err := tx.Exec(`
		INSERT INTO curate_guesses (note, body, at) VALUES ($1, $2, $3)
		ON CONFLICT (note) DO UPDATE SET body = excluded.body, at = excluded.at`, id, db.JSON(guesses), tx.Now()); err != nil {
		return fmt.Errorf("curate: keep guesses of %s: %w", id, err)
	}
	return nil
}

// linkNote says which shop a note is of. One that is linked already, by the
// machine or by a person, is only ever changed by a person who saw it waiting.
func linkNote(tx *db.Tx, id NoteID, to shop.ID, state NoteState) error {
	err := tx.Change(`
		UPDATE curate_notes SET shop = $1, state = $2, taken = $3 WHERE id = $4 AND state = $5`, to, state, tx.Now(), id, Waiting)
	if errors.Is(err, db.ErrNone) {
		return ErrLinked
	} else if err != nil {
		return fmt.Errorf("curate: link %s: %w", id, err)
	}
	if _, err := tx.Exec(`DELETE FROM curate_guesses WHERE note = $1`, id); err != nil {
		return fmt.Errorf("curate: forget guesses of %s: %w", id, err)
	}
	return nil
}

func putAlias(tx *db.Tx, id shop.ID, name string, by account.ID) error {
	if _, err := tx.Exec(`
		INSERT INTO curate_aliases (shop, name, by_person, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		id, name, by, tx.Now()); err != nil {
		return fmt.Errorf("curate: keep alias of %s: %w", id, err)
	}
	return nil
}

// waitingIn are the notes of a city that wait, with their guesses.
func waitingIn(tx *db.Tx, city string, limit int) ([]WaitingNote, error) {
	type row struct {
		noteRow
		Guesses []Guess `db:"guesses,json"`
	}
	rows, err := db.All[row](tx, `
		SELECT n.id AS id, n.source AS source, n.source_id AS source_id, n.city AS city, n.shop AS shop, n.author AS author,
			n.written AS written, n.stars AS stars, n.rating AS rating, n.likes AS likes, n.subs AS subs, n.text AS text,
			n.visit AS visit, n.state AS state, COALESCE(g.body, '[]') AS guesses
		FROM curate_notes n LEFT JOIN curate_guesses g ON g.note = n.id
		WHERE n.city = $1 AND n.state = 'waiting' ORDER BY n.id LIMIT CAST($2 AS BIGINT)`, city, limit)
	if err != nil {
		return nil, fmt.Errorf("curate: waiting notes of %s: %w", city, err)
	}
	all := make([]WaitingNote, len(rows))
	for i, r := range rows {
		all[i] = WaitingNote{r.note(), r.Guesses}
	}
	return all, nil
}

// entriesOf are the shops of a city as a gazetteer takes them.
func entriesOf(tx *db.Tx, city string) ([]gazetteer.Entry, error) {
	type row struct {
		ID       string
		Name     string
		District string
		Address  string
		Category string
		Lat      float64
		Lng      float64
	}
	rows, err := db.All[row](tx, `
		SELECT id, name, district, address, category, lat, lng FROM shop_shops WHERE city = $1 ORDER BY id`, city)
	if err != nil {
		return nil, fmt.Errorf("curate: names in %s: %w", city, err)
	}
	type alias struct {
		Shop string
		Name string
	}
	others, err := db.All[alias](tx, `
		SELECT a.shop AS shop, a.name AS name FROM curate_aliases a JOIN shop_shops s ON s.id = a.shop
		WHERE s.city = $1 ORDER BY a.shop, a.name`, city)
	if err != nil {
		return nil, fmt.Errorf("curate: aliases in %s: %w", city, err)
	}
	called := map[string][]string{}
	for _, a := range others {
		called[a.Shop] = append(called[a.Shop], a.Name)
	}
	all := make([]gazetteer.Entry, len(rows))
	for i, r := range rows {
		all[i] = gazetteer.Entry{ID: r.ID, Name: r.Name, Aliases: called[r.ID], District: r.District, Address: r.Address,
			Category: r.Category, Point: geo.Point{Lat: r.Lat, Lng: r.Lng}}
	}
	return all, nil
}

// An unread note is one whose text is to be read again.
type unread struct {
	ID    NoteID
	Stars int64
	Text  string
}

func textsOf(tx *db.Tx, city string, after NoteID) ([]unread, error) {
	all, err := db.All[unread](tx, `
		SELECT id, stars, text FROM curate_notes WHERE city = $1 AND id > $2 ORDER BY id LIMIT 500`, city, after)
	if err != nil {
		return nil, fmt.Errorf("curate: texts of %s: %w", city, err)
	}
	return all, nil
}

// putReading writes what a text says now, unless the text has changed since.
func putReading(tx *db.Tx, r reading, text string) error {
	if _, err := tx.Exec(`
		UPDATE curate_notes SET rating = $1, said = $2, likeness = $3 WHERE id = $4 AND text = $5`,
		round(r.Rating, 100), db.JSON(r.said.tenths()), r.likeness, r.ID, text); err != nil {
		return fmt.Errorf("curate: keep reading of %s: %w", r.ID, err)
	}
	return nil
}
