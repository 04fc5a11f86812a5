package curate

import (
	"context"
	"errors"
	"fmt"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/fault"
	"citywalk/jobs"
	"citywalk/shop"
)

// Refusals of a batch as a whole.
var (
	ErrBatch  = fault.New(fault.TooLarge, "curate.batch", fault.Us, "一次最多 {max} 条。", "At most {max} at once.")
	ErrSource = fault.New(fault.Invalid, "curate.source", fault.Us, "来源名不对：1 到 100 个字，且不能是 "+MemberSource+"。", "The source is not right: 1 to 100 characters, and not "+MemberSource+".")
	ErrTwice  = fault.New(fault.Conflict, "curate.twice", fault.Us, "同一批里这个编号出现了两次。", "This id stands twice in the batch.")
)

// BatchMax is how many notes or comments are taken at once.
const BatchMax = 500

// An Outcome is what became of one draft of a batch.
type Outcome string

const (
	Added   Outcome = "added"
	Changed Outcome = "changed" // Its author or its counts changed it since.
	Same    Outcome = "same"
	Refused Outcome = "refused"
)

// A Result is what became of one draft, and if it was refused, why.
type Result struct {
	Outcome Outcome
	ID      NoteID // Empty if it was refused.
	State   NoteState
	Err     error
}

// Take takes a batch of notes of a source, idempotent by source and id: a note
// that is there already is compared and, if its author changed it, follows.
// A draft that is refused is told of in its place and the rest goes in. The
// shops are scored anew soon after.
func (s *Service) Take(ctx context.Context, who account.Session, source string, drafts []Draft) ([]Result, error) {
	if !account.Allowed(who, account.ActConsoleWrite) {
		return nil, ErrDenied
	}
	return s.take(ctx, who.Person, source, drafts, s.soon)
}

// soon has what was touched scored: few notes one by one, many by a fit.
func (s *Service) soon(tx *db.Tx, touched []Note) error {
	const few = 20
	if len(touched) <= few {
		for _, n := range touched {
			if err := s.rescoreLater(tx, n); err != nil {
				return err
			}
		}
		return nil
	}
	cities := map[string]bool{}
	for _, n := range touched {
		if n.Shop != "" && !cities[n.City] {
			cities[n.City] = true
			if err := FitLater(tx, n.City); err != nil {
				return err
			}
		}
	}
	return nil
}

// rescoreLater enqueues the scoring of a note's shop. The key is the note's
// own and of this change, so that a job which has begun does not stand for a
// note it did not see.
func (s *Service) rescoreLater(tx *db.Tx, n Note) error {
	if n.Shop == "" {
		return nil
	}
	return jobs.Enqueue(tx, ScoreKind, fmt.Sprintf("%s/%d", n.ID, tx.Now().UnixMilli()), time.Time{}, scoreJob{Shop: n.Shop})
}

// FitLater enqueues a fit of the city for the end of the present minute, so
// that many batches share one.
func FitLater(tx *db.Tx, city string) error {
	at := tx.Now().Truncate(time.Minute).Add(time.Minute + 5*time.Second)
	return jobs.Enqueue(tx, FitKind, fmt.Sprintf("%s/%d", city, at.Unix()), at, fitJob{City: city})
}

// A reading is a note that comes in, with what the database keeps beside it.
type reading struct {
	Note
	followers int
	joined    time.Time
	likeness  int64
	guesses   []Guess
}

// take is Take for who may; after joins the transaction of each batch.
func (s *Service) take(ctx context.Context, who account.ID, source string, drafts []Draft, after func(*db.Tx, []Note) error) ([]Result, error) {
	source, err := namedSource(source)
	if err != nil {
		return nil, err
	}
	if len(drafts) > BatchMax {
		return nil, ErrBatch.With("max", BatchMax)
	}
	results := make([]Result, len(drafts))
	readings, err := s.readAll(ctx, source, drafts, results)
	if err != nil {
		return nil, err
	}
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		var touched []Note
		for i, r := range readings {
			if r == nil {
				continue
			}
			if results[i], err = put(tx, *r); err != nil {
				return err
			}
			if o := results[i].Outcome; o == Added || o == Changed {
				r.Note.ID = results[i].ID
				touched = append(touched, r.Note)
			}
		}
		if len(touched) == 0 {
			return nil
		}
		if err := after(tx, touched); err != nil {
			return err
		}
		return account.Audit(tx, who, "curate.take", source, map[string]any{"notes": len(touched)})
	})
	return results, err
}

// readAll checks and reads the drafts, outside of any transaction: it is what
// costs time. A refused draft's reading is nil and its result says why.
func (s *Service) readAll(ctx context.Context, source string, drafts []Draft, results []Result) ([]*reading, error) {
	var shops map[shop.ID]string
	var now time.Time
	err := s.DB.View(ctx, func(tx *db.Tx) (err error) {
		now = tx.Now()
		shops, err = cities(tx, drafts)
		return err
	})
	if err != nil {
		return nil, err
	}
	readings := make([]*reading, len(drafts))
	seen := map[string]bool{}
	for i, d := range drafts {
		d, err := d.tidy(now)
		if err == nil && seen[d.SourceID] {
			err = ErrTwice
		}
		seen[d.SourceID] = true
		if err == nil && d.Shop != "" && shops[d.Shop] == "" {
			err = shop.ErrUnknown
		}
		if err != nil {
			if isOurs(err) {
				return nil, err
			}
			results[i] = Result{Outcome: Refused, Err: err}
			continue
		}
		if readings[i], err = s.read(ctx, source, d, shops[d.Shop]); err != nil {
			return nil, err
		}
	}
	return readings, nil
}

// isOurs reports whether an error is not about what was sent.
func isOurs(err error) bool {
	var f *fault.Error
	return !errors.As(err, &f)
}

// cities finds in which city each shop is that the drafts name.
func cities(tx *db.Tx, drafts []Draft) (map[shop.ID]string, error) {
	found := map[shop.ID]string{}
	for _, d := range drafts {
		if _, done := found[d.Shop]; done || d.Shop == "" {
			continue
		}
		sh, err := shop.Find(tx, d.Shop)
		if err != nil && !errors.Is(err, shop.ErrUnknown) {
			return nil, err
		}
		found[d.Shop] = sh.City
	}
	return found, nil
}

// read makes a note of a draft: what its text says, and which shop it is of.
func (s *Service) read(ctx context.Context, source string, d Draft, city string) (*reading, error) {
	if d.Shop == "" {
		city = d.City
	}
	r := &reading{followers: d.Followers, joined: d.Joined}
	r.Note = Note{Source: source, SourceID: d.SourceID, City: city, Shop: d.Shop, Author: s.author(source, d.Author),
		Written: d.Written, Stars: d.Stars, Likes: d.Likes, Text: d.Text, State: Linked}
	s.understand(r, d)
	if d.Shop == "" {
		r.State = Waiting
	}
	return r, nil
}
