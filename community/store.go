package community

import (
	"errors"
	"fmt"
	"time"

	"citywalk/account"
	"citywalk/curate"
	"citywalk/db"
	"citywalk/fault"
)

// wrap says what failed, unless it is a refusal, which speaks for itself.
func wrap(what string, err error) error {
	if _, refusal := fault.From(err); err == nil || refusal {
		return err
	}
	return fmt.Errorf("community: %s: %w", what, err)
}

// A limit is how many things of a kind a member may make within a time.
type limit struct {
	most   int
	within time.Duration
}

// ErrOften keeps one member from flooding everybody.
var ErrOften = fault.New(fault.TooMany, "community.often", fault.Member,
	"今天发得有点多了，歇一歇，明天再来。", "That was a lot for one day. Take a rest and come back tomorrow.")

// The limits, each on what the member made himself.
var (
	notesMost    = limit{10, 24 * time.Hour}
	commentsMost = limit{60, 24 * time.Hour}
	reportsMost  = limit{20, 24 * time.Hour}
	likesMost    = limit{500, 24 * time.Hour}
)

// holds refuses what is over the limit; n counts what the person made since.
func (l limit) holds(tx *db.Tx, who account.ID, n func(tx *db.Tx, who account.ID, since time.Time) (int, error)) error {
	made, err := n(tx, who, tx.Now().Add(-l.within))
	if err == nil && made >= l.most {
		err = ErrOften
	}
	return wrap("count what was made", err)
}

func notesSince(tx *db.Tx, who account.ID, since time.Time) (int, error) {
	return db.One[int](tx, `SELECT COUNT(*) FROM community_notes WHERE person = $1 AND at > $2`, who, since)
}

func commentsSince(tx *db.Tx, who account.ID, since time.Time) (int, error) {
	return db.One[int](tx, `SELECT COUNT(*) FROM community_comments WHERE person = $1 AND at > $2`, who, since)
}

func reportsSince(tx *db.Tx, who account.ID, since time.Time) (int, error) {
	return db.One[int](tx, `SELECT COUNT(*) FROM community_reports WHERE person = $1 AND at > $2`, who, since)
}

func likesSince(tx *db.Tx, who account.ID, since time.Time) (int, error) {
	return db.One[int](tx, `SELECT COUNT(*) FROM community_likes WHERE person = $1 AND at > $2`, who, since)
}

// addCounts moves what is counted of a note; the check of the table refuses
// what would be less than nothing.
func addCounts(tx *db.Tx, id curate.NoteID, likes, comments int) error {
	n, err := tx.Exec(`
		UPDATE community_counts SET likes = likes + $1, comments = comments + $2 WHERE note = $3`, likes, comments, id)
	if err == nil && n == 0 {
		_, err = tx.Exec(`
			INSERT INTO community_counts (note, likes, comments) VALUES ($1, $2, $3)
			ON CONFLICT (note) DO UPDATE SET likes = community_counts.likes + excluded.likes,
				comments = community_counts.comments + excluded.comments`, id, likes, comments)
	}
	return wrap("count", err)
}

// authorOf returns whose note it is; empty for one that came from elsewhere.
func authorOf(tx *db.Tx, id curate.NoteID) (account.ID, error) {
	who, err := db.One[account.ID](tx, `SELECT person FROM community_notes WHERE note = $1`, id)
	if errors.Is(err, db.ErrNone) {
		return "", nil
	}
	return who, wrap("find an author", err)
}

// wrote refuses who did not write the note, as if it were not there.
func wrote(tx *db.Tx, who account.Session, id curate.NoteID) error {
	author, err := authorOf(tx, id)
	if err == nil && (author == "" || author != who.Person) {
		err = ErrNote
	}
	return err
}
