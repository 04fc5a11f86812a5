package discover

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/jobs"
	"citywalk/ledger"
	"citywalk/pass"
)

// Watch measures the gates of every city again, and every district by the
// usual conditions, and keeps the day's numbers.
func (s *Service) Watch(ctx context.Context) error {
	cities, err := s.MeasuredCities(ctx)
	if err != nil {
		return err
	}
	var failed error
	for _, city := range cities {
		failed = errors.Join(failed, s.measureCity(ctx, city, true))
	}
	return failed
}

// MeasuredCities lists the cities that have shops that take the card, places or gates.
func (s *Service) MeasuredCities(ctx context.Context) (cities []string, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		cities, err = db.All[string](tx, `
			SELECT city FROM shop_shops WHERE state = 'live'
			UNION SELECT city FROM discover_gates WHERE ended = 0
			UNION SELECT city FROM discover_places ORDER BY city`)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("discover: list cities: %w", err)
	}
	return cities, nil
}

// Districts lists the districts of a city.
func (s *Service) Districts(ctx context.Context, city string) (all []string, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		all, err = districts(tx, city)
		return err
	})
	return all, err
}

// lookBack is how long before a gate was measured a change may bear its time
// and have been committed after: it is seen twice rather than not.
const lookBack = time.Minute

// Follow measures the gates of the cities where something happened since: a
// shop, an anchor or a place. Where nothing did, nothing is read but that.
func (s *Service) Follow(ctx context.Context) error {
	var cities []string
	err := s.DB.View(ctx, func(tx *db.Tx) (err error) {
		cities, err = db.All[string](tx, `
			SELECT DISTINCT g.city FROM discover_gates g
			WHERE g.ended = 0 AND (
				EXISTS (SELECT 1 FROM outbox_items o JOIN shop_shops s ON s.id = o.key
					WHERE o.topic = 'shop' AND o.at > g.measured - $1 AND s.city = g.city)
				OR EXISTS (SELECT 1 FROM outbox_items o
					WHERE o.topic IN ('anchor', 'place') AND o.at > g.measured - $1 AND o.key = g.city))`, lookBack.Milliseconds())
		return err
	})
	if err != nil {
		return fmt.Errorf("discover: look for what changed: %w", err)
	}
	var failed error
	for _, city := range cities {
		failed = errors.Join(failed, s.measureCity(ctx, city, false))
	}
	return failed
}

// A finding is what one look at a city brought.
type finding struct {
	at       time.Time // The moment that was looked at.
	looks    int       // How many looks at the city were written by then.
	closed   []GateID  // What writing it closed.
	gates    []Gate
	promised []pass.Promised
	by       map[Conditions]Measure
	areas    []string // Districts to keep the day's numbers of; "" is the city.
}

// looksMost is how often a city is looked at before others are left to it.
const looksMost = 5

// measureCity measures a city's gates and the promises that its passes were
// sold on, and writes what came of it. Measuring reads a moment of the
// database; what changed by the time of writing is left for the next look. If
// another look was written in between, nobody can tell by clocks which of them
// is older, and a slow node must neither open a gate that fell meanwhile nor
// end an alarm: the city, whose written looks are counted, is looked at again.
func (s *Service) measureCity(ctx context.Context, city string, wide bool) error {
	for range looksMost {
		f := finding{by: map[Conditions]Measure{}}
		err := s.DB.View(ctx, func(tx *db.Tx) error { return s.look(tx, city, wide, &f) })
		if err != nil {
			return err
		}
		if written, err := s.settle(ctx, city, &f); err != nil || written {
			return err
		}
	}
	return nil // Others look all the time; Follow comes back to what they left.
}

// settle writes what a look at a city brought, unless another was written since
// it began. When it returns, what it closed sells nothing: no sale that began
// before is committed any more.
func (s *Service) settle(ctx context.Context, city string, f *finding) (written bool, err error) {
	if written, err = s.write(ctx, city, f); err != nil || len(f.closed) == 0 {
		return written, err
	}
	// A transaction after that of the closing: in one with it, the closing would
	// be what the engine refuses for as long as people buy.
	return written, s.DB.Update(ctx, func(tx *db.Tx) error {
		for _, id := range f.closed {
			if _, err := pass.LastSold(tx, string(id)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Service) write(ctx context.Context, city string, f *finding) (written bool, err error) {
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		f.closed, written = nil, false
		now, err := gatesOf(tx, city)
		if err != nil || !slices.EqualFunc(now, f.gates, Gate.unmoved) {
			return err
		}
		if written, err = countLook(tx, city, f.looks); err != nil || !written {
			return err
		}
		day := ledger.DayOf(tx.Now(), s.Zone)
		for _, g := range f.gates {
			if err := f.settleGate(tx, g, day); err != nil {
				return err
			}
		}
		for _, p := range f.promised {
			if err := f.settlePromise(tx, p); err != nil {
				return err
			}
		}
		for _, district := range f.areas {
			if err := keepReading(tx, city, district, "", day, f.by[usualIn(city, district)]); err != nil {
				return err
			}
		}
		return nil
	})
	return written, err
}

// unmoved reports whether nobody changed a gate since.
func (g Gate) unmoved(since Gate) bool { return g.ID == since.ID && g.Version == since.Version }

// usualIn is the usual conditions of an area.
func usualIn(city, district string) Conditions {
	c := Usual
	c.City, c.District = city, district
	return c
}

func (s *Service) look(tx *db.Tx, city string, wide bool, f *finding) (err error) {
	f.at = tx.Now()
	if f.looks, err = looksWritten(tx, city); err != nil {
		return err
	}
	if f.gates, err = gatesOf(tx, city); err != nil {
		return err
	}
	all, err := pass.PromisedBy(tx, ledger.DayOf(tx.Now(), s.Zone))
	if err != nil {
		return err
	}
	want := map[Conditions]bool{}
	for _, g := range f.gates {
		want[g.Conditions] = true
	}
	for _, p := range all {
		c, err := ReadPromise(p.Promise)
		if err != nil {
			return err
		}
		if c.City == city {
			want[c] = true
			f.promised = append(f.promised, p)
		}
	}
	if wide {
		if f.areas, err = districts(tx, city); err != nil {
			return err
		}
		f.areas = append(f.areas, "")
		for _, district := range f.areas {
			want[usualIn(city, district)] = true
		}
	}
	if len(want) == 0 {
		return nil
	}
	g, err := loadGround(tx, city)
	if err != nil {
		return err
	}
	for c := range want {
		f.by[c] = g.measure(c)
	}
	return nil
}

// settleGate writes what was measured of a gate, and the day's number.
func (f *finding) settleGate(tx *db.Tx, g Gate, day ledger.Day) error {
	m, state := f.by[g.Conditions], g.State
	switch {
	case m.Reached < 0:
		// Nothing to measure from: as it was, and a new gate stays shut.
	case g.hold(m.Reached):
		state = GateOpen
	default:
		state = GateClosed
	}
	if state != g.State && !slices.Contains(gateMoves[g.State], state) {
		return fmt.Errorf("discover: a gate does not go from %s to %s", g.State, state)
	}
	if err := readGate(tx, g, state, m, f.at); err != nil || m.Reached < 0 {
		return err
	}
	if state != g.State {
		if state == GateClosed {
			f.closed = append(f.closed, g.ID)
		}
		if err := account.Audit(tx, "", "discover.gate_"+string(state), string(g.ID), map[string]any{"reached": m.Reached, "share": g.Share}); err != nil {
			return err
		}
	}
	return keepReading(tx, g.City, g.District, g.ID, day, m)
}

// Register has gates measured: all of them at night, those where something
// happened every five minutes, and one at once when it was set. Half an hour
// after the night the lists are made. Plans are made when they are asked for.
func (s *Service) Register(r *jobs.Runner, night time.Duration) {
	s.wake = r.Wake
	r.Every("discover.watch", 24*time.Hour, night, 3, func(ctx context.Context, _ time.Time) error { return s.Watch(ctx) })
	r.Every("discover.follow", 5*time.Minute, 0, 1, func(ctx context.Context, _ time.Time) error { return s.Follow(ctx) })
	r.Handle(gateJob, 5, 10*time.Second, s.gateHandler)
	r.Handle(extendJob, 10, 10*time.Second, s.extendHandler)
	s.registerLists(r, night+30*time.Minute)
	r.Handle(coverJob, coverAttempts, 10*time.Second, s.coverHandler)
	r.Every("discover.sweep", 5*time.Minute, 0, 1, func(ctx context.Context, _ time.Time) error { return s.SweepCovers(ctx) })
}

// awake has this node begin at once what a command enqueued and committed:
// somebody looks on.
func (s *Service) awake() {
	if s.wake != nil {
		s.wake()
	}
}

// gateHandler measures the city of a gate that was set.
func (s *Service) gateHandler(ctx context.Context, j jobs.Job) error {
	var id GateID
	if err := json.Unmarshal(j.Body, &id); err != nil {
		return fmt.Errorf("discover: gate of a job: %w", err)
	}
	g, err := s.Gate(ctx, id)
	if errors.Is(err, ErrGate) {
		return nil // Taken away meanwhile.
	} else if err != nil {
		return err
	}
	return s.measureCity(ctx, g.City, false)
}

// extendHandler grants an extension.
func (s *Service) extendHandler(ctx context.Context, j jobs.Job) error {
	var id AlarmID
	if err := json.Unmarshal(j.Body, &id); err != nil {
		return fmt.Errorf("discover: alarm of a job: %w", err)
	}
	return s.extendAll(ctx, id)
}
