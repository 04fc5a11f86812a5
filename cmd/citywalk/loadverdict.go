package main

import (
	"fmt"
	"strings"
	"time"

	"citywalk/web"
)

// The bars that a run is held to.
const (
	keptMin      = 0.8
	recoveryMax  = 10 * time.Second
	rssMax       = 512 << 20
	acceptedMax  = time.Second            // p99 of what is done in overload.
	refusalMax   = 50 * time.Millisecond  // Half of the refusals: those that did not wait for a slot.
	refusedAfter = 250 * time.Millisecond // p99 of the refusals: those that waited as long as they may.
	paidMin      = 0.95
	spareDB      = 4
)

// steadyMax is the p99 of the steady stage.
func steadyMax(engine string) time.Duration {
	if engine == "sqlite" {
		return 150 * time.Millisecond
	}
	return 200 * time.Millisecond
}

// A Verdict is what a run gave beside what it is held to.
type Verdict struct {
	Bar  string `json:"bar"`
	Got  string `json:"got"`
	Kept bool   `json:"kept"`
}

// judge holds the run to its bars.
func (r LoadRun) judge() (all []Verdict) {
	rule := func(kept bool, bar, got string, args ...any) {
		all = append(all, Verdict{bar, fmt.Sprintf(got, args...), kept})
	}
	steady, over := r.named(steadyStage), r.named(overloadStage)
	rule(steady.P99 <= steadyMax(r.Engine) && steady.Refused == 0, fmt.Sprintf("steady: p99 at most %s, nothing refused", ms(steadyMax(r.Engine))),
		"p50 %s, p99 %s, %d refused", ms(steady.P50), ms(steady.P99), steady.Refused)
	rule(r.Kept >= keptMin, "overload: goodput at least 80 % of the peak", "%.0f of %.0f a second, %.0f %%", over.Goodput, r.Peak, 100*r.Kept)
	rule(over.P99 <= acceptedMax, "overload: p99 of what is done at most 1 s", "%s", ms(over.P99))
	rule(over.RefusalP50 <= refusalMax && over.RefusalP99 <= refusedAfter, fmt.Sprintf("overload: refusals within %s, p99 %s, who waited included", ms(refusalMax), ms(refusedAfter)),
		"p50 %s, p99 %s of %d", ms(over.RefusalP50), ms(over.RefusalP99), over.Refused)
	pay, browse := over.share(web.Pay), over.share(web.Browse)
	rule(pay >= paidMin && pay > browse, "overload: 95 % of paying is done, whatever of browsing", "pay %.1f %%, scan %.1f %%, change %.1f %%, browse %.1f %%",
		100*pay, 100*over.share(web.Scan), 100*over.share(web.Change), 100*browse)
	mute, wrong, late := 0, map[int]int{}, 0
	for _, st := range r.Stages {
		mute, late = mute+st.Mute, late+st.Late
		for status, n := range st.Wrong {
			wrong[status] += n
		}
	}
	rule(mute == 0 && len(wrong) == 0, "every refusal is 503 or 429 with Retry-After, and nothing else is answered", "%d without, others: %s", mute, others(wrong))
	rule(r.Recovery <= recoveryMax, "as before 10 s after the overload", "%.1f s", r.Recovery.Seconds())
	rule(r.RSS <= rssMax, "at most 512 MB of memory", "%d MB", r.RSS>>20)
	b, a := r.Before, r.Afterwards
	rule(a.Goroutines <= b.Goroutines+spareGoroutines && a.Database <= b.Database+spareDB, "goroutines and the database's connections flat",
		"goroutines %d, %d; of the database %d, %d; files %d, %d", b.Goroutines, a.Goroutines, b.Database, a.Database, b.Files, a.Files)
	rule(late == 0, "the generator kept to its plan", "%d of its arrivals fell behind; in overload it took %.2f processors, the server %.2f", late, over.Client, over.Server)
	return all
}

// named is the stage of a name; an empty one if it did not run.
func (r LoadRun) named(name string) Stage {
	for _, st := range r.Stages {
		if st.Name == name {
			return st
		}
	}
	return Stage{}
}

// show prints the runs as tables, and the verdicts last.
func (c *BenchLoadCmd) show(s *Streams, runs []LoadRun) error {
	fmt.Fprintln(s.Err)
	if err := c.showStages(s, runs); err != nil {
		return err
	}
	fmt.Fprintln(s.Out)
	if err := c.showKinds(s, runs); err != nil {
		return err
	}
	for _, r := range runs {
		fmt.Fprintf(s.Out, "\n%s: an empty handler answers %.0f a second to the same client; the peak is %.0f good answers a second, %.2f of that.\n", r.Engine, r.Floor, r.Peak, r.Ratio)
		fmt.Fprintf(s.Out, "%d redemptions, %d undone and %d passes were answered as done: all are there, and the books prove.\n",
			r.Acknowledged.Redemptions, r.Acknowledged.Undone, r.Acknowledged.Passes)
		for _, v := range r.Verdicts {
			word := "kept  "
			if !v.Kept {
				word = "MISSED"
			}
			fmt.Fprintf(s.Out, "  %s  %s: %s\n", word, v.Bar, v.Got)
		}
	}
	return nil
}

func (c *BenchLoadCmd) showStages(s *Streams, runs []LoadRun) error {
	head := []string{"ENGINE", "STAGE", "OFFERED/S", "GOOD/S", "P50", "P99", "REFUSED", "P50", "P99", "LATE", "OTHER", "RSS MB", "SERVER CPU", "CLIENT CPU", "LOAD AVERAGE"}
	return c.print(s, runs, head, func(add func(...any)) {
		for _, run := range runs {
			for _, st := range run.Stages {
				add(st.Engine, st.Name, round(st.Offered), round(st.Goodput), ms(st.P50), ms(st.P99), st.Refused, ms(st.RefusalP50), ms(st.RefusalP99),
					st.Late, others(st.Wrong), st.RSS>>20, fmt.Sprintf("%.2f", st.Server), fmt.Sprintf("%.2f", st.Client), st.Load)
			}
		}
	})
}

func (c *BenchLoadCmd) showKinds(s *Streams, runs []LoadRun) error {
	head := []string{"ENGINE", "STAGE", "KIND", "CLASS", "SENT", "DONE", "P50", "P99"}
	return c.print(s, runs, head, func(add func(...any)) {
		for _, run := range runs {
			for _, st := range run.Stages {
				if st.Name == climbStage {
					continue
				}
				for _, k := range st.Kinds {
					add(st.Engine, st.Name, k.Name, k.Class, k.Sent, fmt.Sprintf("%.1f %%", 100*float64(k.Good)/float64(max(k.Sent, 1))), ms(k.P50), ms(k.P99))
				}
			}
		}
	})
}

func round(f float64) string { return fmt.Sprintf("%.0f", f) }

// others says what answers there were besides those that are meant.
func others(wrong map[int]int) string {
	if len(wrong) == 0 {
		return "none"
	}
	return strings.TrimPrefix(fmt.Sprint(wrong), "map")
}
