package discover

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"citywalk/atlas"
	"citywalk/db"
	"citywalk/geo"
	"citywalk/outbox"
	"citywalk/shop"
)

// begin reads all cities, from snapshots where there are any of this life of
// the database. News are followed from the moment of the oldest.
func (s *Service) begin(ctx context.Context) error {
	g := &s.guide
	var all []string
	var now time.Time
	err := s.DB.View(ctx, func(tx *db.Tx) (err error) {
		now = tx.Now()
		if g.life, err = lifeOf(tx); err != nil {
			return err
		}
		all, err = cities(tx)
		return err
	})
	if err != nil {
		return err
	}
	towns, from := map[string]*town{}, now
	for _, city := range all {
		t, at, err := s.open(ctx, city, now)
		if err != nil {
			return err
		}
		towns[city] = t
		if at.Before(from) {
			from = at
		}
	}
	g.news, g.said, g.places = outbox.Follow(s.DB, shop.Topic, from), outbox.Follow(s.DB, shop.SaidTopic, from), outbox.Follow(s.DB, PlaceTopic, from)
	// What was built just now needs no comparison; what was kept on disk does.
	g.compared, g.kept = now, now
	if from.Before(now) {
		g.compared = time.Time{}
	}
	g.towns.Store(&towns)
	return nil
}

// open returns a city from its snapshot, or builds it; at is the moment from
// which news count.
func (s *Service) open(ctx context.Context, city string, now time.Time) (t *town, at time.Time, err error) {
	if t, err = s.newTown(ctx, city); err != nil {
		return nil, at, err
	}
	if index, at, ok := s.recall(city, t.around.Load().stamp); ok {
		t.index = index
		t.learnWords()
		return t, at, nil
	}
	s.guide.changed = true
	return t, now, s.build(ctx, t)
}

// newTown is a city without shops, in its surroundings.
func (s *Service) newTown(ctx context.Context, city string) (*town, error) {
	around, err := s.around(ctx, city)
	if err != nil {
		return nil, err
	}
	t := &town{city: city, index: atlas.New(s.cores())}
	t.around.Store(around)
	t.learnWords()
	return t, nil
}

// build reads a city from the database.
func (s *Service) build(ctx context.Context, t *town) error {
	var bad error
	err := s.DB.View(ctx, func(tx *db.Tx) (err error) {
		t.index, bad, err = indexOf(tx, t, s.cores())
		return err
	})
	if err != nil {
		return fmt.Errorf("discover: read %s: %w", t.city, err)
	}
	if bad != nil && s.OnError != nil {
		s.OnError(bad)
	}
	t.learnWords()
	return nil
}

// cores is how many cores reading a city may take.
func (s *Service) cores() int {
	if s.Cores > 0 {
		return s.Cores
	}
	return runtime.GOMAXPROCS(0)
}

// indexOf reads the shops of a town and makes their documents, as many at once
// as there are cores. In which order they come makes no difference. Those that
// cannot be read are left out; bad is errDocument for each of the first.
func indexOf(tx *db.Tx, t *town, cores int) (x *atlas.Index, bad, err error) {
	const told = 10
	var mu sync.Mutex
	unread := 0
	b := atlas.NewBuilder(cores)
	lots := make(chan []shopRow, 2*cores)
	g, ctx := errgroup.WithContext(tx.Context())
	for range cores {
		g.Go(func() error {
			m := newMaker(t.around.Load())
			for lot := range lots {
				for i := range lot {
					d, err := m.document(&lot[i])
					if err == nil {
						err = b.Add(d)
					}
					if err == nil {
						continue
					}
					mu.Lock()
					if unread++; unread <= told {
						bad = errors.Join(bad, fmt.Errorf("%w: %s: %w", errDocument, lot[i].ID, err))
					}
					mu.Unlock()
				}
			}
			return nil
		})
	}
	g.Go(func() error {
		defer close(lots)
		return eachLot(tx, t.city, func(lot []shopRow) error {
			select {
			case lots <- lot:
				return nil
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		})
	})
	if err := g.Wait(); err != nil {
		return nil, nil, err
	}
	x, err = b.Finish(nil)
	return x, bad, err
}

// surround reads anew what lies around in a city. The shops where it is another
// now are stale.
func (s *Service) surround(ctx context.Context, city string) error {
	t := (*s.guide.towns.Load())[city]
	if t == nil {
		return nil
	}
	around, err := s.around(ctx, city)
	if err != nil {
		return err
	}
	old := t.around.Load()
	s.guide.stale = append(s.guide.stale, t.within(around.changed(old))...)
	t.around.Store(around)
	t.learnWords()
	if around.stamp != old.stamp {
		s.guide.changed = true
	}
	return nil
}

// within are the shops of the town that stand in one of some boxes. It looks
// through memory, and at nothing where there is no box.
func (t *town) within(boxes []geo.Bounds) (ids []string) {
	if len(boxes) == 0 {
		return nil
	}
	for id, kept := range t.index.All() {
		at := pointOf(kept)
		if slices.ContainsFunc(boxes, func(b geo.Bounds) bool { return b.Contains(at) }) {
			ids = append(ids, id)
		}
	}
	return ids
}

// mend puts right the first of the stale shops; more says that there are others.
func (s *Service) mend(ctx context.Context) (more bool, err error) {
	g := &s.guide
	if len(g.stale) == 0 {
		return false, nil
	}
	n := min(len(g.stale), readAtOnce)
	err = s.apply(ctx, g.stale[:n])
	if err == nil || errors.Is(err, errDocument) {
		g.stale = g.stale[n:]
	}
	return len(g.stale) > 0, err
}

// Compare puts the index right where it differs from the database, whatever
// news were missed. News go on being followed while it looks.
func (s *Service) Compare(ctx context.Context) error {
	towns, err := s.settled(ctx)
	if err != nil {
		return err
	}
	for _, t := range towns {
		differ, err := s.differ(ctx, t)
		if err != nil {
			return err
		}
		s.guide.mu.Lock()
		if err = s.surround(ctx, t.city); err == nil {
			s.guide.stale = append(s.guide.stale, differ...)
		}
		s.guide.mu.Unlock()
		if err != nil {
			return err
		}
	}
	for more := true; more; {
		s.guide.mu.Lock() // News have their turn in between.
		more, err = s.mend(ctx)
		s.guide.mu.Unlock()
		if err != nil {
			return err
		}
	}
	return nil
}

// settled is every city that has shops; nothing, before they were read as a
// whole.
func (s *Service) settled(ctx context.Context) (map[string]*town, error) {
	g := &s.guide
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.towns.Load() == nil {
		return nil, nil
	}
	var all []string
	err := s.DB.View(ctx, func(tx *db.Tx) (err error) {
		all, err = cities(tx)
		return err
	})
	for _, city := range all {
		if err == nil {
			err = s.found(ctx, city)
		}
	}
	return *g.towns.Load(), err
}

// differ returns which shops are not in the index as they are in the database.
func (s *Service) differ(ctx context.Context, t *town) (ids []string, err error) {
	seen := make(map[string]struct{}, t.index.Len())
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		clear(seen)
		ids = ids[:0]
		return eachLot(tx, t.city, func(lot []shopRow) error {
			for i := range lot {
				r := &lot[i]
				seen[string(r.ID)] = struct{}{}
				if kept, ok := t.index.Get(string(r.ID)); !ok || stampOf(kept) != r.stamp() {
					ids = append(ids, string(r.ID))
				}
			}
			return nil
		})
	})
	for id := range t.index.All() {
		if _, ok := seen[id]; !ok {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids, err
}
