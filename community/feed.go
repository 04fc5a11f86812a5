package community

import (
	"context"
	"math"
	"slices"
	"time"

	"citywalk/account"
	"citywalk/curate"
	"citywalk/db"
	"citywalk/geo"
	"citywalk/shop"
)

// A By is the order of a feed. Only Following is about who reads, and only
// because he chose the shops.
type By string

const (
	Near      By = "near" // Near and recent; see rank.go for the formula.
	New       By = "new"  // By time alone.
	Following By = "following"
)

// Bys are the orders, the default first.
var Bys = []By{Near, New, Following}

// What bounds a feed, so that it ends.
const (
	FeedPage   = 10  // Notes of a page.
	FeedPages  = 10  // Pages, after which one goes out instead.
	feedRanked = 600 // The latest notes of the city that the rank looks at.
	newsLife   = 60 * 24 * time.Hour
)

// A FeedQuery is what a feed is asked for.
type FeedQuery struct {
	By    By
	City  string
	At    *geo.Point // The reader's position, if he gave it for this request. It is not kept.
	After string
}

// A Feed is one page of what others wrote.
type Feed struct {
	Items []Item
	Slots []Slot
	Next  string // The next page, or "".
	Ended bool   // There is more, and the feed ends all the same.
}

// An Item is a note, or a change of what a followed shop gives.
type Item struct {
	Note   *Note
	Terms  *shop.Terms // Of a shop that changed them, At.
	Shop   shop.ID
	At     time.Time
	Metres float64 // From the reader; -1 if nobody knows.
}

// A Slot is a place in a feed at which something may stand that a shop has
// earned. It is told from notes by its type and is counted when it is shown.
// Nothing fills slots yet: Feed returns none.
type Slot struct {
	After int     // How many items stand before it.
	Shop  shop.ID // Whose it is.
	Why   string  // How it was earned, for the receipt.
}

// Feed returns a page of notes about a city.
func (s *Service) Feed(ctx context.Context, who account.Session, q FeedQuery) (f Feed, err error) {
	from, err := parseCursor(q.After)
	if err != nil {
		return f, err
	}
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		switch q.By {
		case New:
			f, err = latest(tx, who.Person, q, from)
		case Following:
			f, err = following(tx, who.Person, q, from)
		default:
			f, err = nearest(tx, who.Person, q, from)
		}
		return err
	})
	return f, err
}

// nearest is the default. Its cursor is the moment of the first page and how
// many were shown since, so that what comes in meanwhile moves nothing.
func nearest(tx *db.Tx, who account.ID, q FeedQuery, from cursor) (Feed, error) {
	if q.After == "" {
		from = cursor{written: tx.Now().UnixMilli()}
	}
	moment := time.UnixMilli(from.written)
	if moment.After(tx.Now()) || from.likes < 0 || from.likes > FeedPage*FeedPages {
		return Feed{}, ErrCursor
	}
	all, err := db.All[candidate](tx, `
		SELECT n.id AS id, n.shop AS shop, n.written AS written, COALESCE(c.likes, 0) AS likes,
			(SELECT COUNT(*) FROM community_photos p WHERE p.note = n.id) AS photos,
			CASE WHEN n.visit <> '' THEN 1 ELSE 0 END AS visited, s.lat AS lat, s.lng AS lng
		FROM curate_notes n JOIN shop_shops s ON s.id = n.shop LEFT JOIN community_counts c ON c.note = n.id
		WHERE n.city = $1 AND n.written <= $2 AND n.state = 'linked' AND s.state <> 'left'`+shown+`
		ORDER BY n.written DESC, n.id DESC LIMIT CAST($3 AS BIGINT)`, q.City, from.written, feedRanked)
	if err != nil {
		return Feed{}, wrap("notes of a city", err)
	}
	all = ranked(all, q.At, moment)
	first := min(int(from.likes), len(all))
	page := all[first:min(first+FeedPage, len(all))]
	var f Feed
	for _, c := range page {
		n, err := one(tx, who, c.ID)
		if err != nil {
			return f, err
		}
		f.Items = append(f.Items, Item{Note: &n, Shop: n.Shop, At: n.Written, Metres: c.metres})
	}
	shownBy := first + len(page)
	f.end(shownBy < len(all), shownBy, cursor{int64(shownBy), from.written, "near"})
	return f, nil
}

// end says whether there is a next page, or that the feed ends here.
func (f *Feed) end(more bool, shownBy int, next cursor) {
	switch {
	case !more:
	case shownBy >= FeedPage*FeedPages:
		f.Ended = true
	default:
		f.Next = next.String()
	}
}

// one reads a note that is known to be there.
func one(tx *db.Tx, who account.ID, id curate.NoteID) (Note, error) {
	rows, err := db.All[noteRow](tx, selectNotes+` WHERE n.id = $2`, who, id)
	if err != nil {
		return Note{}, wrap("read a note", err)
	}
	all, err := whole(tx, who, rows)
	if err != nil || len(all) == 0 {
		return Note{}, wrap("read a note", err)
	}
	return all[0], nil
}

// latest is by time alone. Its cursor counts what was shown beside the place.
func latest(tx *db.Tx, who account.ID, q FeedQuery, from cursor) (Feed, error) {
	if q.After == "" {
		from.likes = 0
	}
	rows, err := db.All[noteRow](tx, selectNotes+`
		WHERE n.city = $2 AND n.state = 'linked' AND (n.written, n.id) < (CAST($3 AS BIGINT), CAST($4 AS TEXT))`+shown+`
		ORDER BY n.written DESC, n.id DESC LIMIT CAST($5 AS BIGINT)`, who, q.City, from.written, from.id, FeedPage+1)
	if err != nil {
		return Feed{}, wrap("latest notes of a city", err)
	}
	more := len(rows) > FeedPage
	rows = rows[:min(len(rows), FeedPage)]
	notes, err := whole(tx, who, rows)
	if err != nil {
		return Feed{}, err
	}
	var f Feed
	for i := range notes {
		f.Items = append(f.Items, Item{Note: &notes[i], Shop: notes[i].Shop, At: notes[i].Written, Metres: -1})
	}
	if len(rows) > 0 {
		next := cursorOf(rows[len(rows)-1])
		next.likes = from.likes + int64(len(rows))
		f.end(more, int(next.likes), next)
	}
	return f, nil
}

// following is what is new of the shops that the member follows: notes about
// them, and changes of what they give since he follows them.
func following(tx *db.Tx, who account.ID, q FeedQuery, from cursor) (Feed, error) {
	if q.After == "" {
		from = cursor{written: math.MaxInt64}
	}
	since := tx.Now().Add(-newsLife)
	rows, err := db.All[noteRow](tx, selectNotes+`
		JOIN community_follows f ON f.shop = n.shop AND f.person = $1
		WHERE n.written > $2 AND n.written < CAST($3 AS BIGINT)`+shown+`
		ORDER BY n.written DESC, n.id DESC LIMIT CAST($4 AS BIGINT)`, who, since, from.written, FeedPage+1)
	if err != nil {
		return Feed{}, wrap("notes about followed shops", err)
	}
	type change struct {
		Shop shop.ID
		Body shop.Terms `db:"body,json"`
		At   time.Time
	}
	changes, err := db.All[change](tx, `
		SELECT t.shop AS shop, t.body AS body, t.at AS at FROM shop_terms t
			JOIN community_follows f ON f.shop = t.shop AND f.person = $1
		WHERE t.at > f.at AND t.at > $2 AND t.at < CAST($3 AS BIGINT)
		ORDER BY t.at DESC, t.shop LIMIT CAST($4 AS BIGINT)`, who, since, from.written, FeedPage+1)
	if err != nil {
		return Feed{}, wrap("terms of followed shops", err)
	}
	notes, err := whole(tx, who, rows)
	if err != nil {
		return Feed{}, err
	}
	var f Feed
	for i := range notes {
		f.Items = append(f.Items, Item{Note: &notes[i], Shop: notes[i].Shop, At: notes[i].Written, Metres: -1})
	}
	for i := range changes {
		f.Items = append(f.Items, Item{Terms: &changes[i].Body, Shop: changes[i].Shop, At: changes[i].At, Metres: -1})
	}
	slices.SortStableFunc(f.Items, func(a, b Item) int { return b.At.Compare(a.At) })
	if len(f.Items) > FeedPage {
		f.Items = f.Items[:FeedPage]
		shownBy := int(from.likes) + FeedPage
		f.end(true, shownBy, cursor{int64(shownBy), f.Items[FeedPage-1].At.UnixMilli(), "following"})
	}
	return f, nil
}
