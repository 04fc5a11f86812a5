package curate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"citywalk/db"
	"citywalk/gazetteer"
	"citywalk/jobs"
	"citywalk/score"
	"citywalk/shop"
)

// Kinds of the package's jobs.
const (
	FitKind   = "curate.fit"   // A whole city.
	ScoreKind = "curate.score" // One shop.
	QueueKind = "curate.queue" // The queue of a city.
)

type (
	fitJob   struct{ City string }
	scoreJob struct{ Shop shop.ID }
)

// A Fitted says what a fit of a city did.
type Fitted struct {
	City  string
	Notes int
	Shops int
	Bar   float64
}

// A town is a city as the fit sees it, with whose each row is.
type town struct {
	score.Town
	at      time.Time // The moment of the snapshot.
	notes   []NoteID
	shops   []shop.ID
	authors []Author
	recent  []int // By shop: notes of the last year.
	scale   scale
}

// FitCity scores all shops of a city together and makes its queue anew. The
// cities are independent: any node may fit any of them at any time, and a fit
// that overlaps with newer scores does not overwrite them.
func (s *Service) FitCity(ctx context.Context, city string, progress func(stage string, done, of int)) (Fitted, error) {
	if err := s.keepUp(ctx, city); err != nil {
		return Fitted{}, err
	}
	t, err := s.load(ctx, city)
	if err != nil {
		return Fitted{}, err
	}
	done := Fitted{City: city, Notes: len(t.notes), Shops: len(t.shops)}
	if len(t.notes) == 0 {
		return done, nil
	}
	model, result, err := score.Fit(ctx, &t.Town, score.Options{Seed: s.Seed, Workers: s.Cores, Progress: progress})
	if err != nil {
		return done, fmt.Errorf("curate: fit %s: %w", city, err)
	}
	if err := s.save(ctx, city, t, model, result); err != nil {
		return done, err
	}
	if err := s.Queue(ctx, city); err != nil {
		return done, err
	}
	done.Bar = result.Bar
	return done, nil
}

// keepUp has the city's texts read by the text model that is in use.
func (s *Service) keepUp(ctx context.Context, city string) error {
	reader, err := s.fingerprint()
	if err != nil {
		return err
	}
	var last learnt
	err = s.DB.View(ctx, func(tx *db.Tx) (err error) {
		last, err = findModel(tx, city)
		return err
	})
	if errors.Is(err, errNoModel) || err == nil && last.Reader == reader {
		return nil
	} else if err != nil {
		return err
	}
	return s.reread(ctx, city)
}

// load reads a city in one snapshot. Texts stay where they are.
func (s *Service) load(ctx context.Context, city string) (*town, error) {
	t := &town{}
	err := s.DB.View(ctx, func(tx *db.Tx) error {
		*t = town{at: tx.Now()}
		labels, err := labelsOf(tx, city)
		if err != nil {
			return err
		}
		if err := t.loadNotes(tx, city, labels); err != nil {
			return err
		}
		return t.loadShops(tx, city)
	})
	return t, err
}

func (t *town) loadNotes(tx *db.Tx, city string, labels map[NoteID]score.Label) error {
	var sayings scaling
	if err := eachFitNote(tx, city, func(r fitNote) error { sayings.add(r); return nil }); err != nil {
		return err
	}
	t.scale = sayings.learn()
	authors := map[Author]int32{}
	last := shop.ID("")
	return eachFitNote(tx, city, func(r fitNote) error {
		if r.Shop != last {
			t.shops, t.recent, last = append(t.shops, r.Shop), append(t.recent, 0), r.Shop
		}
		who, known := authors[r.Author]
		if !known {
			who = int32(len(t.authors))
			authors[r.Author] = who
			t.authors = append(t.authors, r.Author)
			t.Authors = append(t.Authors, score.Author{Followers: -1, Created: math.NaN()})
		}
		t.Authors[who] = r.about(t.Authors[who])
		n := r.note(who, int32(len(t.shops)-1), t.scale)
		n.Label = labels[r.ID]
		if r.Written.After(t.at.Add(-365 * day)) {
			t.recent[n.Shop]++
		}
		t.Notes, t.notes = append(t.Notes, n), append(t.notes, r.ID)
		return nil
	})
}

// about takes what a note tells of its author: the latest word about the
// followers, the earliest about the account.
func (r fitNote) about(a score.Author) score.Author {
	if r.Followers >= 0 {
		a.Followers = float64(r.Followers)
	}
	if !r.Joined.IsZero() && !(a.Created <= dayOf(r.Joined)) {
		a.Created = dayOf(r.Joined)
	}
	return a
}

// note is the note as a fit takes it.
func (r fitNote) note(author, sh int32, words scale) score.Note {
	n := score.Note{Author: author, Shop: sh, Day: dayOf(r.Written), Rating: float64(r.Rating) / 100,
		Starred: r.Stars > 0, Likes: float64(r.Likes), Hash: uint64(r.Likeness)}
	for a := range n.Aspects {
		switch { // The author's own mark stands before what the text says.
		case a < len(r.Subs) && r.Subs[a] > 0:
			n.Aspects[a] = float32(r.Subs[a]) / 10
		case a < len(r.Said) && r.Said[a] > 0:
			n.Aspects[a] = float32(words.of(float64(r.Said[a]) / 10))
		}
	}
	return n
}

// loadShops adds categories, chains and visits.
func (t *town) loadShops(tx *db.Tx, city string) error {
	about, err := fitShops(tx, city)
	if err != nil {
		return err
	}
	names := make([]string, len(t.shops))
	for i, id := range t.shops {
		names[i] = about[id].Name
	}
	brands := gazetteer.Chains(names)
	categories, chains := numbering{}, numbering{}
	place := map[shop.ID]int32{}
	for i, id := range t.shops {
		place[id] = int32(i)
		t.Shops = append(t.Shops, score.Shop{Category: categories.of(about[id].Category), Chain: chains.of(brands[i])})
	}
	checks, err := checksOf(tx, city)
	if err != nil {
		return err
	}
	for _, c := range checks {
		if i, scored := place[c.Shop]; scored {
			t.Checks = append(t.Checks, score.Check{Shop: i, Value: float64(c.Value) / 10, SD: visitSD})
		}
	}
	return nil
}

// visitSD is how far one visit's mark lies from what the shop usually is.
const visitSD = 0.4

// A numbering gives names numbers; "" has none.
type numbering map[string]int32

func (n numbering) of(name string) int32 {
	if name == "" {
		return -1
	}
	i, known := n[name]
	if !known {
		i = int32(len(n))
		n[name] = i
	}
	return i
}

// saveBatch is how many shops or authors one transaction writes.
const saveBatch = 200

// save writes what a fit found, in batches: who reads meanwhile sees each shop
// as it was or as it is.
func (s *Service) save(ctx context.Context, city string, t *town, model *score.Model, result *score.Result) error {
	found := make([][]Found, len(t.shops))
	for i, f := range result.Notes {
		sh := t.Notes[i].Shop
		found[sh] = append(found[sh], Found{Note: t.notes[i], Finding: slim(f)})
	}
	err := s.inBatches(ctx, len(t.shops), func(tx *db.Tx, i int) error {
		return putScore(tx, Scored{Shop: t.shops[i], City: city,
			Score: Score{Estimate: result.Shops[i], Given: given(model, result.Shops[i]), Found: found[i], Recent: t.recent[i], Scored: t.at}})
	})
	if err != nil {
		return err
	}
	err = s.inBatches(ctx, len(t.authors), func(tx *db.Tx, i int) error {
		return putAuthor(tx, city, t.authors[i], standing{t.Authors[i].Followers, created(t.Authors[i]), result.Authors[i]})
	})
	if err != nil {
		return err
	}
	reader, err := s.fingerprint()
	if err != nil {
		return err
	}
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		return putModel(tx, city, learnt{Model: model, Scale: t.scale, Bar: result.Bar, Notes: len(t.notes), Shops: len(t.shops), Reader: reader, At: t.at})
	})
}

// created is the day of an account, or 0 if nobody knows it: JSON has no NaN.
func created(a score.Author) float64 {
	if math.IsNaN(a.Created) {
		return 0
	}
	return a.Created
}

func (s *Service) inBatches(ctx context.Context, n int, do func(tx *db.Tx, i int) error) error {
	for from := 0; from < n; from += saveBatch {
		err := s.DB.Update(ctx, func(tx *db.Tx) error {
			for i := from; i < min(n, from+saveBatch); i++ {
				if err := do(tx, i); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// errNoModel says that there is nothing yet to score one shop by.
var errNoModel = errors.New("curate: the city was never fitted")

// Register adds the package's jobs: every night each city that has notes is
// fitted by a job of its own, which any node can take.
func (s *Service) Register(r *jobs.Runner, offset time.Duration) {
	r.Every("curate.nightly", day, offset, 3, func(ctx context.Context, _ time.Time) error {
		return s.Nightly(ctx)
	})
	r.Every("curate.watch", time.Hour, 0, 3, func(ctx context.Context, _ time.Time) error {
		return s.Watch(ctx)
	})
	r.Handle(FitKind, 5, time.Minute, func(ctx context.Context, j jobs.Job) error {
		var b fitJob
		if err := json.Unmarshal(j.Body, &b); err != nil {
			return err
		}
		_, err := s.FitCity(ctx, b.City, nil)
		return err
	})
	r.Handle(ScoreKind, 5, 10*time.Second, func(ctx context.Context, j jobs.Job) error {
		var b scoreJob
		if err := json.Unmarshal(j.Body, &b); err != nil {
			return err
		}
		return s.Rescore(ctx, b.Shop)
	})
	r.Handle(QueueKind, 5, 10*time.Second, func(ctx context.Context, j jobs.Job) error {
		var b fitJob
		if err := json.Unmarshal(j.Body, &b); err != nil {
			return err
		}
		return s.Queue(ctx, b.City)
	})
}

// fitLife is how long a fit serves a city of which nothing new is known.
const fitLife = 7 * day

// Nightly enqueues a fit for each city of which something new is known since its
// last fit: a note, a label, a visit. The others wait until theirs is a week old.
func (s *Service) Nightly(ctx context.Context) error {
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		all, err := newsIn(tx, tx.Now().Add(-fitLife))
		if err != nil {
			return err
		}
		for _, city := range all {
			if err := FitLater(tx, city); err != nil {
				return err
			}
		}
		return nil
	})
}
