package community

import (
	"context"
	"errors"
	"time"

	"citywalk/account"
	"citywalk/curate"
	"citywalk/db"
	"citywalk/opinion"
	"citywalk/shop"
)

// A Note is what a page shows of a note. Liked, Saved and Mine are about who
// looks at it.
type Note struct {
	ID       curate.NoteID
	Shop     shop.ID
	City     string
	Name     string // The author's chosen name, or "".
	Mark     string // Two digits that stand for an author without one; empty for notes from elsewhere.
	Text     string
	Stars    float64 // 0 is none.
	Marks    curate.Marks
	Dishes   []string
	Written  time.Time
	Visited  bool // Its author had paid there.
	Member   bool // A member of the programme wrote it here.
	Photos   []Picture
	Likes    int
	Comments int
	Liked    bool
	Saved    bool
	Mine     bool
	Hidden   bool    // Only its author and operators see it.
	Answer   *Answer // Of the shop's merchant.
}

// A noteRow is a note as the database has it.
type noteRow struct {
	ID       curate.NoteID
	Shop     shop.ID
	City     string
	Author   string
	Source   string
	Written  time.Time
	Stars    int64
	Subs     []int64 `db:"subs,json"`
	Text     string
	Visit    string
	Person   account.ID
	Dishes   []string `db:"dishes,json"`
	Name     string
	Likes    int
	Comments int
	Liked    bool
	Saved    bool
	Hidden   bool
}

// selectNotes reads notes for the person $1; a condition follows. Those that
// are hidden are among them.
const selectNotes = `
	SELECT n.id AS id, n.shop AS shop, n.city AS city, n.author AS author, n.source AS source, n.written AS written,
		n.stars AS stars, n.subs AS subs, n.text AS text, n.visit AS visit,
		COALESCE(m.person, '') AS person, COALESCE(m.dishes, '') AS dishes, COALESCE(p.name, '') AS name,
		COALESCE(c.likes, 0) AS likes, COALESCE(c.comments, 0) AS comments,
		CASE WHEN EXISTS (SELECT 1 FROM community_likes l WHERE l.note = n.id AND l.person = $1) THEN 1 ELSE 0 END AS liked,
		CASE WHEN EXISTS (SELECT 1 FROM community_saved_notes v WHERE v.note = n.id AND v.person = $1) THEN 1 ELSE 0 END AS saved,
		CASE WHEN EXISTS (SELECT 1 FROM community_cases h WHERE h.thing = n.id AND h.state IN ('hidden', 'appealed', 'final'))
			THEN 1 ELSE 0 END AS hidden
	FROM curate_notes n
		LEFT JOIN community_notes m ON m.note = n.id
		LEFT JOIN community_names p ON p.person = m.person
		LEFT JOIN community_counts c ON c.note = n.id`

// shown leaves out what is hidden.
const shown = ` AND NOT EXISTS (SELECT 1 FROM community_cases x WHERE x.thing = n.id AND x.state IN ('hidden', 'appealed', 'final'))`

func (r noteRow) note(who account.ID) Note {
	n := Note{ID: r.ID, Shop: r.Shop, City: r.City, Name: r.Name, Text: r.Text, Stars: float64(r.Stars) / 10, Dishes: r.Dishes,
		Written: r.Written, Visited: r.Visit != "", Member: r.Source == curate.MemberSource, Likes: r.Likes, Comments: r.Comments,
		Liked: r.Liked, Saved: r.Saved, Hidden: r.Hidden, Mine: who != "" && r.Person == who}
	for a := range min(len(r.Subs), int(opinion.Aspects)) {
		n.Marks[a] = float64(r.Subs[a]) / 10
	}
	if n.Member {
		n.Mark = mark(r.Author)
	}
	return n
}

// mark is what stands for an author who chose no name: enough to tell two
// apart who talk to each other, and too little to find anybody by.
func mark(author string) string { return author[max(0, len(author)-2):] }

// whole fills in what stands in other tables: pictures and answers.
func whole(tx *db.Tx, who account.ID, rows []noteRow) ([]Note, error) {
	all := make([]Note, len(rows))
	for i, r := range rows {
		all[i] = r.note(who)
	}
	pictures, err := picturesOf(tx, all)
	if err != nil {
		return nil, err
	}
	for i := range all {
		all[i].Photos = pictures[all[i].ID]
		if all[i].Answer, err = answerTo(tx, all[i].ID); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Get returns a note as who sees it. One that is hidden is there only for its
// author and for operators and auditors.
func (s *Service) Get(ctx context.Context, who account.Session, id curate.NoteID) (n Note, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		n, err = get(tx, who, id)
		return err
	})
	return n, err
}

func get(tx *db.Tx, who account.Session, id curate.NoteID) (Note, error) {
	r, err := db.One[noteRow](tx, selectNotes+` WHERE n.id = $2 AND n.state = 'linked'`, who.Person, id)
	if errors.Is(err, db.ErrNone) {
		return Note{}, ErrNote
	} else if err != nil {
		return Note{}, wrap("find a note", err)
	}
	if r.Hidden && (who.Person == "" || r.Person != who.Person) && !account.Allowed(who, account.ActConsoleRead) {
		return Note{}, ErrNote
	}
	all, err := whole(tx, who.Person, []noteRow{r})
	if err != nil {
		return Note{}, err
	}
	return all[0], nil
}

// An Order is how the notes of a shop are sorted.
type Order string

const (
	Recent   Order = "recent"
	Liked    Order = "liked"
	Verified Order = "verified" // Recent, of those who paid there alone.
)

// Orders are the ways to sort, the first by default.
var Orders = []Order{Recent, Liked, Verified}

// OfShop returns the notes about a shop that follow after a cursor, at most
// limit, and the cursor of the next page, empty after the last.
func (s *Service) OfShop(ctx context.Context, who account.Session, id shop.ID, by Order, after string, limit int) (all []Note, next string, err error) {
	from, err := parseCursor(after)
	if err != nil {
		return nil, "", err
	}
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		rows, err := ofShop(tx, who.Person, id, by, from, limit+1)
		if err != nil {
			return wrap("notes of a shop", err)
		}
		if len(rows) > limit {
			rows = rows[:limit]
			next = cursorOf(rows[limit-1]).String()
		}
		all, err = whole(tx, who.Person, rows)
		return err
	})
	return all, next, err
}

func ofShop(tx *db.Tx, who account.ID, id shop.ID, by Order, from cursor, limit int) ([]noteRow, error) {
	switch by {
	case Liked:
		return db.All[noteRow](tx, selectNotes+`
			WHERE n.shop = $2 AND (COALESCE(c.likes, 0), n.written, n.id) < (CAST($3 AS BIGINT), CAST($4 AS BIGINT), CAST($5 AS TEXT))`+shown+`
			ORDER BY COALESCE(c.likes, 0) DESC, n.written DESC, n.id DESC LIMIT CAST($6 AS BIGINT)`,
			who, id, from.likes, from.written, from.id, limit)
	case Verified:
		return db.All[noteRow](tx, selectNotes+`
			WHERE n.shop = $2 AND n.visit <> '' AND (n.written, n.id) < (CAST($3 AS BIGINT), CAST($4 AS TEXT))`+shown+`
			ORDER BY n.written DESC, n.id DESC LIMIT CAST($5 AS BIGINT)`, who, id, from.written, from.id, limit)
	}
	return db.All[noteRow](tx, selectNotes+`
		WHERE n.shop = $2 AND (n.written, n.id) < (CAST($3 AS BIGINT), CAST($4 AS TEXT))`+shown+`
		ORDER BY n.written DESC, n.id DESC LIMIT CAST($5 AS BIGINT)`, who, id, from.written, from.id, limit)
}

// Mine returns one's own notes, the newest first, with what became of them.
func (s *Service) Mine(ctx context.Context, who account.Session, after string, limit int) (all []Own, next string, err error) {
	from, err := parseCursor(after)
	if err != nil {
		return nil, "", err
	}
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		rows, err := db.All[noteRow](tx, selectNotes+`
			WHERE m.person = $1 AND (n.written, n.id) < (CAST($2 AS BIGINT), CAST($3 AS TEXT))
			ORDER BY n.written DESC, n.id DESC LIMIT CAST($4 AS BIGINT)`, who.Person, from.written, from.id, limit+1)
		if err != nil {
			return wrap("own notes", err)
		}
		if len(rows) > limit {
			rows = rows[:limit]
			next = cursorOf(rows[limit-1]).String()
		}
		notes, err := whole(tx, who.Person, rows)
		if err != nil {
			return err
		}
		all, err = own(tx, notes)
		return err
	})
	return all, next, err
}

// An Own note is one's own with the shop's name and, if it was hidden, why.
type Own struct {
	Note
	ShopName string
	Case     *Case
}

func own(tx *db.Tx, notes []Note) ([]Own, error) {
	all := make([]Own, len(notes))
	for i, n := range notes {
		sh, err := shop.Find(tx, n.Shop)
		if err != nil {
			return nil, err
		}
		all[i] = Own{Note: n, ShopName: sh.Name}
		c, err := findCase(tx, string(n.ID))
		if err == nil && (c.State.hides() || c.Appeal != "") {
			all[i].Case = &c
		} else if err != nil && !errors.Is(err, db.ErrNone) {
			return nil, err
		}
	}
	return all, nil
}
