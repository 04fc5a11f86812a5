package curate

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/fault"
	"citywalk/gazetteer"
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
	said      Marks // What the text says.
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
	var shops map[shop.ID]string
	err = s.DB.View(ctx, func(tx *db.Tx) (err error) {
		shops, err = cities(tx, drafts)
		return err
	})
	if err != nil {
		return nil, err
	}
	b, err := s.readAll(ctx, source, drafts, shops)
	if err != nil {
		return nil, err
	}
	return b.results, s.keep(ctx, who, b, after)
}

// A batch is drafts of a source that were read, with what became of each.
type batch struct {
	source   string
	readings []*reading // Nil for what is refused.
	results  []Result
}

// keep writes a batch in one transaction, with news of the shops whose notes it
// changed: search counts them.
func (s *Service) keep(ctx context.Context, who account.ID, b batch, after func(*db.Tx, []Note) error) error {
	return s.DB.Update(ctx, func(tx *db.Tx) (err error) {
		var touched []Note
		for i, r := range b.readings {
			if r == nil {
				continue
			}
			if b.results[i], err = put(tx, *r); err != nil {
				return err
			}
			if o := b.results[i].Outcome; o == Added || o == Changed {
				r.Note.ID = b.results[i].ID
				touched = append(touched, r.Note)
			}
		}
		if len(touched) == 0 {
			return nil
		}
		if err := told(tx, touched); err != nil {
			return err
		}
		if err := after(tx, touched); err != nil {
			return err
		}
		return account.Audit(tx, who, "curate.take", b.source, map[string]any{"notes": len(touched)})
	})
}

// told says within tx of which shops there are other notes now.
func told(tx *db.Tx, touched []Note) error {
	var at []shop.ID
	for _, n := range touched {
		if n.Shop != "" {
			at = append(at, n.Shop)
		}
	}
	return shop.Said(tx, at...)
}

// readAll checks and reads the drafts, outside of any transaction and on all
// cores: it is what costs time. A refused draft's result says why. The cities
// of the shops that the drafts name are given; a shop without one is unknown.
func (s *Service) readAll(ctx context.Context, source string, drafts []Draft, shops map[shop.ID]string) (batch, error) {
	b := batch{source: source, readings: make([]*reading, len(drafts)), results: make([]Result, len(drafts))}
	var now time.Time
	if err := s.DB.View(ctx, func(tx *db.Tx) error { now = tx.Now(); return nil }); err != nil {
		return b, err
	}
	names := map[string]*gazetteer.Gazetteer{}
	seen := make(map[string]bool, len(drafts))
	tidied := make([]Draft, len(drafts))
	for i, d := range drafts {
		d, err := d.tidy(now)
		if err == nil && seen[d.SourceID] {
			err = ErrTwice
		}
		seen[d.SourceID] = true
		if err == nil && d.Shop != "" && shops[d.Shop] == "" {
			err = shop.ErrUnknown
		}
		if err != nil && isOurs(err) {
			return b, err
		} else if err != nil {
			b.results[i] = Result{Outcome: Refused, Err: err}
		}
		tidied[i] = d
		if d.Shop == "" && names[d.City] == nil && b.results[i].Err == nil {
			if names[d.City], err = s.names(ctx, d.City); err != nil {
				return b, err
			}
		}
	}
	s.spread(len(drafts), func(i int) {
		if d := tidied[i]; b.results[i].Err == nil {
			b.readings[i] = s.read(source, d, shops[d.Shop])
			if d.Shop == "" {
				b.readings[i].find(names[d.City], d)
			}
		}
	})
	return b, nil
}

// spread does n things on all cores and returns the error of the first that
// failed.
func (s *Service) spread(n int, do func(i int)) {
	cores := s.Cores
	if cores == 0 {
		cores = runtime.GOMAXPROCS(0)
	}
	var wg sync.WaitGroup
	var next atomic.Int64
	for range min(n, cores) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	wg.Wait()
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
func (s *Service) read(source string, d Draft, city string) *reading {
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
	return r
}
