package main

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"citywalk/web"
)

const (
	wires     = 512                    // The most requests that the generator has under way.
	behind    = time.Second            // An arrival that found no free wire for so long was not sent.
	goodMax   = 3 * time.Second        // An answer after that is no use to anybody.
	normalMax = 500 * time.Millisecond // An answer after that is not as usual.
)

// Names of the stages that are judged.
const (
	steadyStage   = "steady"
	climbStage    = "climb"
	overloadStage = "overload"
	afterStage    = "after"
)

// A Stage is what one rate of arrivals gave. Times count from when a request
// was due, not from when it could be sent.
type Stage struct {
	Engine     string        `json:"engine"`
	Name       string        `json:"stage"`
	Rate       float64       `json:"planned_per_second"`
	Seconds    float64       `json:"seconds"`
	Sent       int           `json:"requests"`
	Late       int           `json:"unsent_late"`   // Arrivals with which the generator fell behind its plan.
	Unstocked  int           `json:"unsent_nobody"` // Arrivals for which nobody was in stock.
	Offered    float64       `json:"requests_per_second"`
	Goodput    float64       `json:"good_per_second"`
	Good       int           `json:"good"`
	Refused    int           `json:"refused"`
	Mute       int           `json:"refused_without_retry_after"`
	Wrong      map[int]int   `json:"other_answers,omitempty"` // By status; 0 is none at all.
	P50        time.Duration `json:"p50_ns"`                  // Of the good.
	P99        time.Duration `json:"p99_ns"`
	RefusalP50 time.Duration `json:"refusal_p50_ns"`
	RefusalP99 time.Duration `json:"refusal_p99_ns"`
	LastBad    time.Duration `json:"last_bad_ns"` // When, since the start, the last arrival was due that was refused or took longer than usual.
	RSS        int           `json:"rss_bytes"`   // The most.
	Server     float64       `json:"server_processors"`
	Client     float64       `json:"generator_processors"`
	Load       string        `json:"load_average"` // Of the machine, when the stage began.
	Kinds      []Kind        `json:"kinds"`
}

// A Kind is one kind of request of a stage.
type Kind struct {
	Name    string        `json:"kind"`
	Class   web.Class     `json:"class"`
	Sent    int           `json:"sent"`
	Good    int           `json:"good"`
	Slow    int           `json:"slow"` // Done, but too late for anybody.
	Refused int           `json:"refused"`
	P50     time.Duration `json:"p50_ns"`
	P99     time.Duration `json:"p99_ns"`
	times   []time.Duration
}

// share is how much of a class was done.
func (s Stage) share(class web.Class) float64 {
	sent, good := 0, 0
	for _, k := range s.Kinds {
		if k.Class == class {
			sent, good = sent+k.Sent, good+k.Good
		}
	}
	if sent == 0 {
		return 1
	}
	return float64(good) / float64(sent)
}

// An open generator sends what is due when it is due, whether or not what was
// sent before is answered.
type generator struct {
	city     *loadCity
	subject  *subject
	address  string
	progress func(name string, gone, whole time.Duration)
	arrived  int // Over all stages, so that what is sent differs.
}

// A step is the request that one arrival is at.
type step struct {
	r     *results
	n     int
	due   time.Time
	kind  string
	class web.Class
}

// as names the next request of an arrival.
func (s *step) as(kind string, class web.Class) { s.kind, s.class = kind, class }

// ask sends a request and notes how it went. The next one of the arrival is due
// when the answer is there.
func (s *step) ask(ctx context.Context, w *wire, a ask) loadReply {
	r, err := w.do(ctx, a)
	now := time.Now()
	if ctx.Err() != nil {
		return loadReply{}
	}
	if err != nil {
		r.status = 0
	}
	s.r.note(s, r, now.Sub(s.due))
	s.due = now
	return r
}

// unstocked notes that nobody was there to do it.
func (s *step) unstocked() {
	s.r.mu.Lock()
	defer s.r.mu.Unlock()
	s.r.stage.Unstocked++
}

// results are a stage under way.
type results struct {
	mu       sync.Mutex
	began    time.Time
	stage    Stage
	kinds    map[string]*Kind
	refusals []time.Duration
}

func (r *results) note(s *step, a loadReply, took time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	k := r.kinds[s.kind]
	if k == nil {
		k = &Kind{Name: s.kind, Class: s.class}
		r.kinds[s.kind] = k
	}
	k.Sent++
	r.stage.Sent++
	switch {
	case a.good() && took <= goodMax:
		k.Good++
		k.times = append(k.times, took)
	case a.status == http.StatusServiceUnavailable || a.status == http.StatusTooManyRequests:
		k.Refused++
		r.refusals = append(r.refusals, took)
		if !a.later {
			r.stage.Mute++
		}
	case a.good():
		k.Slow++
	default:
		r.stage.Wrong[a.status]++
	}
	if !a.good() || took > normalMax {
		r.stage.LastBad = max(r.stage.LastBad, s.due.Sub(r.began))
	}
}

// stage offers so many requests a second for a while.
func (g *generator) stage(ctx context.Context, name string, rate float64, d time.Duration) (Stage, error) {
	r := &results{began: time.Now(), kinds: map[string]*Kind{}, stage: Stage{Name: name, Rate: rate, Wrong: map[int]int{}, Load: loadAverage()}}
	server, client := g.subject.processor(), processor()
	due := make(chan arrival, wires)
	var busy sync.WaitGroup
	for range wires {
		busy.Go(func() { g.serve(ctx, r, due) })
	}
	watched := g.watch(ctx, r, d)
	g.arrive(ctx, r, d, due)
	close(due)
	busy.Wait()
	watched()
	took := time.Since(r.began).Seconds()
	r.stage.Server = (g.subject.processor() - server).Seconds() / took
	r.stage.Client = (processor() - client).Seconds() / took
	return r.sum(d), ctx.Err()
}

// late notes an arrival that was not sent in time.
func (r *results) late() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stage.Late++
}

// An arrival is one person who comes to do something.
type arrival struct {
	kind kind
	n    int
	at   time.Time
}

// arrive makes the arrivals, at equal distances, in an order of kinds that
// repeats and mixes them.
func (g *generator) arrive(ctx context.Context, r *results, d time.Duration, due chan<- arrival) {
	order := mixed(g.city.kinds())
	gap := time.Duration(float64(time.Second) * g.city.asks() / r.stage.Rate)
	for i := 0; time.Duration(i)*gap < d; i++ {
		at := r.began.Add(time.Duration(i) * gap)
		// Waking for each would cost more than sending it; what is sent a
		// moment late counts from when it was due.
		if wait := time.Until(at); wait > 0 && sleep(ctx, max(wait, time.Millisecond)) != nil {
			return
		}
		g.arrived++
		select {
		case due <- arrival{order[g.arrived%len(order)], g.arrived, at}:
		default:
			r.late()
		}
	}
}

// mixed spreads the kinds over a hundred places, each as evenly as its part
// allows.
func mixed(kinds []kind) []kind {
	var order []kind
	owed := make([]int, len(kinds))
	for range 100 {
		most := 0
		for i, k := range kinds {
			if owed[i] += k.part; owed[i] > owed[most] {
				most = i
			}
		}
		owed[most] -= 100
		order = append(order, kinds[most])
	}
	return order
}

// serve does arrivals on one connection. What is too late to be sent shows
// that the generator is the bottleneck, and is counted.
func (g *generator) serve(ctx context.Context, r *results, due <-chan arrival) {
	w := &wire{address: g.address}
	defer w.close()
	for a := range due {
		s := &step{r: r, n: a.n, due: a.at, kind: a.kind.name, class: a.kind.class}
		if time.Since(a.at) > behind {
			r.late()
			continue
		}
		a.kind.do(ctx, w, s)
	}
}

// watch notes the most memory that the server has while a stage runs, and says
// how far it is.
func (g *generator) watch(ctx context.Context, r *results, d time.Duration) (stop func()) {
	watching, end := context.WithCancel(ctx)
	name, most := r.stage.Name, 0
	var done sync.WaitGroup
	done.Go(func() {
		for i := 0; watching.Err() == nil; i++ {
			most = max(most, g.subject.rss())
			if i%5 == 0 {
				g.progress(name, min(time.Since(r.began), d), d)
			}
			_ = sleep(watching, 200*time.Millisecond)
		}
	})
	return func() {
		end()
		done.Wait()
		r.stage.RSS = most
	}
}

// sum closes the stage's books.
func (r *results) sum(d time.Duration) Stage {
	s := r.stage
	s.Seconds = d.Seconds()
	slices.Sort(r.refusals)
	s.Refused = len(r.refusals)
	if len(r.refusals) > 0 {
		s.RefusalP50, s.RefusalP99 = quantile(r.refusals, 0.5), quantile(r.refusals, 0.99)
	}
	var all []time.Duration
	for _, k := range r.kinds {
		slices.Sort(k.times)
		all = append(all, k.times...)
		if s.Good += k.Good; k.Good > 0 {
			k.P50, k.P99 = quantile(k.times, 0.5), quantile(k.times, 0.99)
		}
		s.Kinds = append(s.Kinds, *k)
	}
	if slices.Sort(all); len(all) > 0 {
		s.P50, s.P99 = quantile(all, 0.5), quantile(all, 0.99)
	}
	slices.SortFunc(s.Kinds, func(a, b Kind) int { return b.Sent - a.Sent })
	s.Offered, s.Goodput = float64(s.Sent)/s.Seconds, float64(s.Good)/s.Seconds
	return s
}

// floor is how many requests a second the same server answers that do nothing:
// what HTTP, its log and the generator cost.
func (g *generator) floor(ctx context.Context, d time.Duration) (float64, error) {
	var done atomic.Int64
	var failed error
	var once sync.Once
	var busy sync.WaitGroup
	began := time.Now()
	for range 32 {
		busy.Go(func() {
			w := &wire{address: g.address}
			defer w.close()
			for time.Since(began) < d && ctx.Err() == nil {
				if r, err := w.do(ctx, ask{method: http.MethodGet, path: "/healthz"}); err != nil || !r.good() {
					once.Do(func() { failed = err })
					return
				}
				done.Add(1)
			}
		})
	}
	busy.Wait()
	return float64(done.Load()) / time.Since(began).Seconds(), failed
}
