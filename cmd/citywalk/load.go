package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"time"
)

// BenchLoadCmd measures what happens to a server, in a process of its own,
// when more comes than it can do. Arrivals do not wait for answers, as people
// do not wait for each other; and times count from when a request was due, so
// that a server that keeps the generator waiting is not spared for it.
type BenchLoadCmd struct {
	Listing  `embed:""`
	Ground   `embed:""`
	Rate     float64       `default:"100" help:"Requests a second of the steady stages."`
	Steady   time.Duration `default:"2m" help:"How long the steady stage is."`
	Peak     float64       `help:"Requests a second that the machine can do; 0 finds out."`
	Ramp     time.Duration `default:"5s" help:"How long each step of finding out is."`
	Times    float64       `default:"3" help:"How many times the peak the overload is."`
	Overload time.Duration `default:"1m" help:"How long the overload is."`
	After    time.Duration `default:"20s" help:"How long the steady rate after the overload is watched."`
	Streams  int           `default:"2000" help:"Open live streams in a second steady stage; 0 leaves it out."`
	Slots    int           `help:"Slots of the server; 0 leaves it its own choice."`
	Short    bool          `help:"Seconds instead of minutes: it shows that all this works, not how well."`
}

// shorten makes the stages as short as they can be.
func (c *BenchLoadCmd) shorten() {
	if c.Short {
		c.Steady, c.Ramp, c.Overload, c.After, c.Streams = 3*time.Second, time.Second, 4*time.Second, 3*time.Second, min(c.Streams, 50)
	}
}

// streamsStage is the longest that the stage with streams is.
const streamsStage = 30 * time.Second

// A LoadRun is what one engine gave.
type LoadRun struct {
	Engine       string        `json:"engine"`
	Floor        float64       `json:"yardstick_per_second"` // Requests that do nothing, on the same server, by the same client.
	Peak         float64       `json:"peak_good_per_second"`
	Ratio        float64       `json:"ratio"`
	Kept         float64       `json:"goodput_kept"` // Goodput in overload, as a part of the peak.
	Recovery     time.Duration `json:"recovery_ns"`  // From the end of the overload until all was as before.
	RSS          int           `json:"rss_most_bytes"`
	Acknowledged Acknowledged  `json:"acknowledged"` // All of it found in the database.
	Before       Footprint     `json:"before"`
	Afterwards   Footprint     `json:"afterwards"`
	Stages       []Stage       `json:"stages"`
	Verdicts     []Verdict     `json:"verdicts"`
}

func (c *BenchLoadCmd) Run(ctx context.Context, s *Streams) error {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	c.shorten()
	if c.Rate <= 0 || c.Times <= 1 || min(c.Steady, c.Ramp, c.Overload, c.After) < time.Second {
		return usageError{errors.New("--rate is above 0, --times above 1, and every stage takes a second at least")}
	}
	var runs []LoadRun
	err := c.each(func(engine, dir string) error {
		run, err := c.engine(ctx, s, engine, dir)
		run.Verdicts = run.judge()
		runs = append(runs, run)
		return err
	})
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s, runs)
	}
	return c.show(s, runs)
}

// engine measures one engine: a database, a server, a city and its traffic.
func (c *BenchLoadCmd) engine(ctx context.Context, s *Streams, engine, dir string) (run LoadRun, err error) {
	y, err := newYardstick(ctx, engine, c.DB, dir)
	if err != nil {
		return run, err
	}
	defer y.close()
	cfg, err := loadConfig(y.url, dir)
	if err != nil {
		return run, err
	}
	server, err := startSubject(ctx, cfg, dir, "--slots", strconv.Itoa(c.Slots))
	if err != nil {
		return run, err
	}
	defer func() { err = errors.Join(err, server.stop()) }()
	city, err := newLoadCity(ctx, cfg)
	if err != nil {
		return run, err
	}
	defer func() { err = errors.Join(err, city.parts.close()) }()
	m := &measure{BenchLoadCmd: c, s: s, run: LoadRun{Engine: engine}, generator: &generator{city: city, subject: server, address: cfg.Listen}}
	m.generator.progress = m.progress
	err = m.all(ctx)
	return m.run, err
}

// A measure is one run under way.
type measure struct {
	*BenchLoadCmd
	*generator
	s   *Streams
	run LoadRun
}

// all runs the stages one after the other.
func (m *measure) all(ctx context.Context) (err error) {
	if err := m.begin(ctx); err != nil {
		return err
	}
	if err := m.supply(ctx, m.Rate*m.Steady.Seconds()); err != nil {
		return err
	}
	if _, err := m.do(ctx, steadyStage, m.Rate, m.Steady); err != nil {
		return err
	}
	if err := m.withStreams(ctx); err != nil {
		return err
	}
	peak, err := m.climb(ctx)
	if err != nil {
		return err
	}
	if err := m.overdo(ctx, peak); err != nil {
		return err
	}
	if m.run.Afterwards, err = m.calm(ctx, &m.run.Before); err != nil {
		return err
	}
	m.run.Acknowledged, err = m.city.check(ctx)
	return err
}

// begin warms the server up, until its pools hold what they will hold, and
// takes the yardstick.
func (m *measure) begin(ctx context.Context) (err error) {
	warming := min(m.Steady, 5*time.Second)
	if err := m.supply(ctx, 3*m.Rate*warming.Seconds()); err != nil {
		return err
	}
	if _, err := m.stage(ctx, "warm-up", 3*m.Rate, warming); err != nil {
		return err
	}
	if m.run.Floor, err = m.floor(ctx, min(m.Ramp, 3*time.Second)); err != nil {
		return err
	}
	m.run.Before, err = m.calm(ctx, nil)
	return err
}

// overdo offers more than can be done, and then at once what can be.
func (m *measure) overdo(ctx context.Context, peak float64) error {
	offered := m.Times * peak
	// Who is refused between the scan and the confirmation has a redemption
	// open, and cannot be sent again soon; so there are more than are needed.
	if err := m.supply(ctx, 1.3*offered*m.Overload.Seconds()+m.Rate*m.After.Seconds()); err != nil {
		return err
	}
	began := time.Now()
	over, err := m.do(ctx, overloadStage, offered, m.Overload)
	if err != nil {
		return err
	}
	late := time.Since(began) - m.Overload // What was due before, and answered after.
	after, err := m.do(ctx, afterStage, m.Rate, m.After)
	if err != nil {
		return err
	}
	m.run.Recovery = max(late, 0) + after.LastBad
	m.run.Peak = max(m.run.Peak, m.Peak)
	m.run.Kept, m.run.Ratio = over.Goodput/m.run.Peak, m.run.Peak/m.run.Floor
	return nil
}

// do runs a stage and keeps what it gave.
func (m *measure) do(ctx context.Context, name string, rate float64, d time.Duration) (Stage, error) {
	st, err := m.stage(ctx, name, rate, d)
	st.Engine = m.run.Engine
	m.run.Stages = append(m.run.Stages, st)
	m.run.RSS = max(m.run.RSS, st.RSS)
	fmt.Fprintf(m.s.Err, "\n%s, %s: %.0f requests a second offered, %.0f good, %d refused, %d late; load average %s\n",
		m.run.Engine, name, st.Offered, st.Goodput, st.Refused, st.Late, st.Load)
	return st, err
}

// supply makes as many members as so many requests need.
func (m *measure) supply(ctx context.Context, requests float64) error {
	arrivals := int(requests / m.city.asks())
	m.city.progress = func(what string, done, all int) { bar(m.s.Err, done, all, what) }
	err := m.city.stock(ctx, arrivals*m.city.part("redeem")/100+perMember*20, arrivals*m.city.part("buy")/100+20)
	fmt.Fprintln(m.s.Err)
	return err
}

// progress draws how far a stage is, and says how long it takes still.
func (m *measure) progress(name string, gone, whole time.Duration) {
	left := (whole - gone).Round(time.Second)
	bar(m.s.Err, int(gone.Seconds()), int(whole.Seconds()), fmt.Sprintf("s, %s, %s, %v left   ", m.run.Engine, name, left))
}

// climb finds the most that is done well, by offering ever more until, twice in
// a row, a fifth is not done.
func (m *measure) climb(ctx context.Context) (peak float64, err error) {
	if m.Peak > 0 {
		return m.Peak, nil
	}
	for rate, short := 2*m.Rate, 0; ; rate *= 1.3 {
		if err := m.supply(ctx, rate*m.Ramp.Seconds()); err != nil {
			return 0, err
		}
		st, err := m.do(ctx, climbStage, rate, m.Ramp)
		if err != nil {
			return 0, err
		}
		m.run.Peak = max(m.run.Peak, st.Goodput)
		if short++; float64(st.Good) >= 0.8*float64(st.Sent+st.Late) {
			short = 0
		}
		if short == 2 {
			return m.run.Peak, nil
		}
	}
}

// withStreams repeats the steady stage while so many phones hold a stream.
func (m *measure) withStreams(ctx context.Context) error {
	if m.Streams == 0 {
		return nil
	}
	d := min(m.Steady, streamsStage)
	if err := m.supply(ctx, m.Rate*d.Seconds()); err != nil {
		return err
	}
	listening, stop := context.WithCancel(ctx)
	var open sync.WaitGroup
	for i := range m.Streams {
		open.Go(func() {
			w := &wire{address: m.address}
			for listening.Err() == nil { // A server that is busy is asked again, as browsers do.
				_ = w.listen(listening, ask{method: "GET", path: "/card/live", cookie: m.city.looker(i)})
				_ = sleep(listening, time.Second)
			}
		})
	}
	defer open.Wait()
	defer stop()
	for range 600 {
		if f, err := m.subject.footprint(ctx); err != nil || f.Connections >= m.Streams {
			break
		}
		if err := sleep(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
	_, err := m.do(ctx, fmt.Sprintf("%s, %d streams", steadyStage, m.Streams), m.Rate, d)
	return err
}

// calm waits until the server has let go of everything, and returns what it
// still takes. After the load that is what it took before.
func (m *measure) calm(ctx context.Context, before *Footprint) (f Footprint, err error) {
	for range 300 {
		if f, err = m.subject.footprint(ctx); err != nil {
			return f, err
		}
		if f.Connections <= noticeConnections && (before == nil || f.Goroutines <= before.Goroutines+spareGoroutines) {
			return f, nil
		}
		if err := sleep(ctx, 200*time.Millisecond); err != nil {
			return f, err
		}
	}
	return f, fmt.Errorf("the server keeps %d goroutines and %d connections", f.Goroutines, f.Connections)
}

const (
	spareGoroutines   = 12 // Come and go with the pools' idle connections.
	noticeConnections = 4  // Those by which the practice provider sends its notices.
)
