package discover

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"citywalk/atlas"
	"citywalk/db"
	"citywalk/fault"
	"citywalk/outbox"
	"citywalk/parlance"
)

// ErrLoading says that this node has not read the city's shops yet.
var ErrLoading = fault.New(fault.Unavailable, "discover.loading", fault.Us,
	"搜索正在准备，几秒后再试。", "Search is getting ready. Try again in a few seconds.").After(2 * time.Second)

const (
	followEvery  = 300 * time.Millisecond
	epochEvery   = 5 * time.Second
	compareEvery = 10 * time.Minute
	keepEvery    = 10 * time.Minute // Snapshots.
	readAtOnce   = 2000             // Shops read in one View when news come.
)

// A guide is the cities of one node, in memory.
type guide struct {
	mu        sync.Mutex // Held by who brings the index up to date.
	towns     atomic.Pointer[map[string]*town]
	following atomic.Bool    // Whether Run is at work; else each question looks first.
	news      *outbox.Reader // Of shops themselves,
	said      *outbox.Reader // of what is said about them,
	places    *outbox.Reader // and of what lies around.
	life      life
	compared  time.Time
	kept      time.Time
	changed   bool     // Since the snapshots were kept.
	moved     []string // Cities of which there was news that is not in the index yet,
	owed      []string // and shops: the database could not be read.
	stale     []string // Shops whose surroundings are others now. News come before them.

	comparing  atomic.Bool // Whether a comparison is under way.
	background sync.WaitGroup
}

// A life is which life of which database the index was read from.
type life struct {
	Name  string
	Epoch int64
}

// A town is one city.
type town struct {
	city   string
	index  *atlas.Index
	around atomic.Pointer[surroundings]
	board  atomic.Pointer[board] // For the map; nil until the city was surveyed.
	words  atomic.Pointer[parlance.City]
	heard  map[string]bool // Spots that words knows.

	readings atomic.Pointer[readings]
}

// town returns a city as it is now, the programme's own for ""; nil is a city
// without shops.
func (s *Service) town(ctx context.Context, city string) (*town, error) {
	if city == "" {
		city = s.City
	}
	if err := s.hear(ctx); err != nil {
		return nil, err
	}
	all := s.guide.towns.Load()
	if all == nil {
		return nil, ErrLoading
	}
	return (*all)[city], nil
}

// hear brings the index up to date where nobody does so all the time. Who was
// not asked for longer than news are kept compares everything.
func (s *Service) hear(ctx context.Context) error {
	g := &s.guide
	if g.following.Load() {
		return nil
	}
	if err := s.KeepUp(ctx); err != nil {
		return err
	}
	g.mu.Lock()
	missed := g.compared.IsZero()
	if missed {
		now, err := s.present(ctx)
		if err != nil {
			g.mu.Unlock()
			return err
		}
		g.compared = now
	}
	g.mu.Unlock()
	if missed {
		return s.Compare(ctx)
	}
	return nil
}

// Run reads all cities and follows the database until ctx ends. What goes wrong
// on the way is told to OnError and tried again: the index goes stale but stays.
func (s *Service) Run(ctx context.Context) error {
	s.guide.following.Store(true)
	defer s.guide.following.Store(false)
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	for {
		err := s.turn(ctx)
		if ctx.Err() != nil {
			s.guide.background.Wait()
			return s.Keep(context.WithoutCancel(ctx))
		}
		if err != nil && s.OnError != nil {
			s.OnError(err)
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
}

// turn is one look: news first, then whatever is due.
func (s *Service) turn(ctx context.Context) error {
	if err := s.KeepUp(ctx); err != nil {
		return err
	}
	if err := s.survey(); err != nil {
		return err
	}
	compare, keep, err := s.due(ctx)
	if err != nil {
		return err
	}
	g := &s.guide
	if compare && g.comparing.CompareAndSwap(false, true) {
		g.background.Go(func() {
			defer g.comparing.Store(false)
			if err := s.Compare(ctx); err != nil && ctx.Err() == nil && s.OnError != nil {
				s.OnError(err) // The next one is due before long.
			}
		})
	}
	if keep {
		return s.Keep(ctx)
	}
	return nil
}

// due says what has its turn now, and takes it for done.
func (s *Service) due(ctx context.Context) (compare, keep bool, err error) {
	g := &s.guide
	g.mu.Lock()
	defer g.mu.Unlock()
	now, err := s.present(ctx)
	if err != nil {
		return false, false, err
	}
	if now.Sub(g.compared) >= compareEvery && !g.comparing.Load() {
		g.compared, compare = now, true
	}
	if g.changed && now.Sub(g.kept) >= keepEvery {
		g.kept, g.changed, keep = now, false, true
	}
	return compare, keep, nil
}

// present is the database's moment, and looks whether it is in another life.
// The guide is locked.
func (s *Service) present(ctx context.Context) (now time.Time, err error) {
	var l life
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		now = tx.Now()
		l, err = lifeOf(tx)
		return err
	})
	if err == nil && l != s.guide.life {
		s.guide.life, s.guide.compared = l, time.Time{}
	}
	return now, err
}

func lifeOf(tx *db.Tx) (life, error) {
	e, err := db.EpochOf(tx)
	return life{e.Name, e.Epoch}, err
}

// KeepUp brings the index up to date with the news, or reads everything if
// nothing was read yet.
func (s *Service) KeepUp(ctx context.Context) error {
	g := &s.guide
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.towns.Load() == nil {
		return s.begin(ctx)
	}
	for {
		moved, more, err := s.next(ctx, g.places)
		if err != nil {
			return err
		}
		g.moved = append(g.moved, moved...)
		for len(g.moved) > 0 {
			if err := s.surround(ctx, g.moved[0]); err != nil && !errors.Is(err, errDocument) {
				return err
			}
			g.moved = g.moved[1:]
		}
		for _, r := range []*outbox.Reader{g.news, g.said} {
			ids, further, err := s.next(ctx, r)
			if err != nil {
				return err
			}
			g.owed, more = append(g.owed, ids...), more || further // Owed at once: the reader does not tell it again.
		}
		slices.Sort(g.owed)
		g.owed = slices.Compact(g.owed)
		if err = s.apply(ctx, g.owed); err == nil || errors.Is(err, errDocument) {
			g.owed = nil
		}
		if err != nil {
			return err
		}
		left, err := s.mend(ctx)
		if err != nil {
			return err
		}
		if !more && !left {
			return nil
		}
	}
}

// next returns the keys of which there is news, each once. Who was away for too
// long compares everything.
func (s *Service) next(ctx context.Context, r *outbox.Reader) (keys []string, more bool, err error) {
	items, more, err := r.Next(ctx)
	if errors.Is(err, outbox.ErrGap) {
		now, err := s.present(ctx)
		s.guide.compared = time.Time{}
		r.Skip(now)
		return nil, false, err
	}
	for _, i := range items {
		keys = append(keys, i.Key)
	}
	slices.Sort(keys)
	return slices.Compact(keys), more, err
}

// apply reads the shops with these ids and puts them where they are now. It is
// errDocument if some cannot be read and all others are there.
func (s *Service) apply(ctx context.Context, ids []string) error {
	var bad error
	for part := range slices.Chunk(ids, readAtOnce) {
		var rows map[string]shopRow
		err := s.DB.View(ctx, func(tx *db.Tx) (err error) {
			rows, err = findRows(tx, part)
			return err
		})
		if err != nil {
			return err
		}
		if err := s.put(ctx, part, rows); errors.Is(err, errDocument) {
			bad = errors.Join(bad, err)
		} else if err != nil {
			return err
		}
	}
	return bad
}

// errDocument says that a shop in the database cannot be read: asking again is
// of no use, and no reason to leave the others out.
var errDocument = errors.New("discover: a shop cannot be read")

// put gives each town its rows, and takes from it what is elsewhere or gone.
func (s *Service) put(ctx context.Context, ids []string, rows map[string]shopRow) error {
	for _, r := range rows {
		if err := s.found(ctx, r.City); err != nil {
			return err
		}
	}
	var bad error
	for _, t := range *s.guide.towns.Load() {
		b, err := t.batch(ids, rows)
		bad = errors.Join(bad, err)
		if len(b.Put)+len(b.Delete) == 0 {
			continue
		}
		board, err := t.rearranged(b)
		if err != nil {
			return err
		}
		if err := t.index.Apply(b); err != nil {
			return fmt.Errorf("discover: change the index of %s: %w", t.city, err)
		}
		t.forget()
		t.board.Store(board)
		s.guide.changed = true
		t.learnNew(b.Put)
	}
	return bad
}

// batch is what the shops with these ids change in the town, and which of them
// cannot be read.
func (t *town) batch(ids []string, rows map[string]shopRow) (b atlas.Batch, bad error) {
	m := newMaker(t.around.Load())
	for _, id := range ids {
		if r, ok := rows[id]; ok && r.City == t.city {
			d, err := m.document(&r)
			if err != nil {
				bad = errors.Join(bad, fmt.Errorf("%w: %s: %w", errDocument, id, err))
				continue
			}
			b.Put = append(b.Put, d)
		} else if _, here := t.index.Get(id); here {
			b.Delete = append(b.Delete, id)
		}
	}
	return b, bad
}

// found makes a town for a city that had no shops.
func (s *Service) found(ctx context.Context, city string) error {
	g := &s.guide
	if (*g.towns.Load())[city] != nil {
		return nil
	}
	t, err := s.newTown(ctx, city)
	if err != nil {
		return err
	}
	all := maps.Clone(*g.towns.Load())
	all[city] = t
	g.towns.Store(&all)
	return nil
}

// learnWords lets the town's language know what the town has now.
func (t *town) learnWords() {
	v := t.vocabulary()
	t.heard = map[string]bool{}
	for _, spot := range v.Spots {
		t.heard[spot.Name] = true
	}
	t.words.Store(parlance.NewCity(v))
	t.forget()
}

// learnNew is learnWords, if the documents have a district that was not heard
// yet.
func (t *town) learnNew(docs []atlas.Doc) {
	for _, d := range docs {
		if d.District != "" && !t.heard[d.District] {
			t.learnWords()
			return
		}
	}
}

// Cities are the cities of which this node knows shops, in order.
func (s *Service) Cities() []string {
	all := s.guide.towns.Load()
	if all == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(*all))
}

// Digests are hashes of the content of each city's index. They are equal on
// all nodes that have followed the same changes, however they came to them.
func (s *Service) Digests(ctx context.Context) (map[string]string, error) {
	if err := s.hear(ctx); err != nil {
		return nil, err
	}
	all := s.guide.towns.Load()
	if all == nil {
		return nil, ErrLoading
	}
	sums := map[string]string{}
	for city, t := range *all {
		sums[city] = fmt.Sprintf("%x", t.index.Digest())
	}
	return sums, nil
}

// Digest is one hash over all cities, by which an operator sees whether two
// nodes know the same.
func (s *Service) Digest(ctx context.Context) (string, error) {
	sums, err := s.Digests(ctx)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	for _, city := range slices.Sorted(maps.Keys(sums)) {
		fmt.Fprintf(h, "%d %s %s\n", len(city), city, sums[city])
	}
	return hex.EncodeToString(h.Sum(nil)[:8]), nil
}
