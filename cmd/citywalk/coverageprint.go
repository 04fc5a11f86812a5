package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"time"

	"citywalk/cover"
	"citywalk/discover"
	"citywalk/money"
)

// instance reads the city.
func (c *CoveragePlanCmd) instance(ctx context.Context, ask discover.CoverAsk) (*cover.Instance, error) {
	if err := present(c.DB); err != nil {
		return nil, err
	}
	a, err := open(ctx, c.config())
	if err != nil {
		return nil, err
	}
	defer a.close()
	return a.discover.CoverInstance(ctx, ask)
}

// watched reports whether somebody looks at what is written.
func watched(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// watch returns what shows progress on one line, and what ends the line.
func (c *CoveragePlanCmd) watch(s *Streams, in *cover.Instance) (show func(cover.Progress), end func()) {
	total := max(1, float64(in.Total()))
	shown := false
	show = func(p cover.Progress) {
		shown = true
		bound := "not known yet"
		if p.Bound > 0 {
			bound = fmt.Sprintf("%.2f %%", 100*float64(p.Bound)/total)
		}
		fmt.Fprintf(s.Err, "\r%3.0f %%  %-7s covered %.2f %%, at most %s   ", 100*p.Done, p.Phase, 100*float64(p.Value)/total, bound)
	}
	return show, func() {
		if shown {
			fmt.Fprintln(s.Err)
		}
	}
}

// write writes the files that were asked for. Each is new.
func (c *CoveragePlanCmd) write(in *cover.Instance, p *cover.Plan) error {
	for _, f := range []struct {
		path string
		put  func(io.Writer, *cover.Instance, *cover.Plan) error
	}{{c.Certificate, cover.Write}, {c.CSV, cover.WriteCSV}, {c.GeoJSON, cover.WriteGeoJSON}} {
		if f.path == "" {
			continue
		}
		file, err := os.OpenFile(f.path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err != nil {
			return err
		}
		if err := f.put(file, in, p); err != nil {
			file.Close()
			return err
		}
		if err := file.Close(); err != nil {
			return err
		}
	}
	return nil
}

func (c *CoveragePlanCmd) report(s *Streams, in *cover.Instance, p *cover.Plan, took time.Duration) error {
	sum := planSummary{City: c.City, Demand: cover.Visits(p.Total), Signed: p.Share(p.Given), Planned: p.Share(p.Value), Bound: p.Share(p.Bound),
		Ceiling: p.Share(p.Ceiling), Greedy: p.Share(p.Greedy), Cost: money.Amount(p.Cost).Decimal(), Cut: p.Cut, Seconds: took.Seconds(), Shops: []planRow{}}
	if gap := p.Gap(); !math.IsInf(gap, 0) {
		sum.Gap = &gap
	}
	for _, sh := range in.Shops {
		if !sh.Signed {
			sum.Candidates++
		}
	}
	for i, step := range p.Chosen {
		sh := in.Shops[step.Shop]
		sum.Shops = append(sum.Shops, planRow{Rank: i + 1, ID: sh.ID, Name: sh.Name, Address: sh.Address, Group: sh.Category, Chance: float64(sh.Chance) / cover.Certain,
			Cost: money.Amount(sh.Cost).Decimal(), Gain: cover.Visits(step.Gain), Share: p.Share(step.Gain), Cumulative: p.Share(step.Total)})
	}
	if c.JSON {
		return printJSON(s, sum)
	}
	if err := c.table(s, sum); err != nil {
		return err
	}
	c.summary(s, sum)
	return nil
}

// table prints the shops to sign next.
func (c *CoveragePlanCmd) table(s *Streams, sum planSummary) error {
	next := sum.Shops[:min(max(0, c.Next), len(sum.Shops))]
	return c.print(s, next, []string{"#", "SHOP", "GROUP", "CHANCE", "ADDS", "COVERED", "ADDRESS"}, func(add func(...any)) {
		for _, r := range next {
			add(r.Rank, r.Name, r.Group, fmt.Sprintf("%.2f", r.Chance), percent(r.Share), percent(r.Cumulative), r.Address)
		}
	})
}

// summary says what the plan is worth and what is proved of it.
func (c *CoveragePlanCmd) summary(s *Streams, sum planSummary) {
	if more := len(sum.Shops) - c.Next; more > 0 && c.Next >= 0 {
		fmt.Fprintf(s.Out, "and %d more; --csv FILE has all\n", more)
	}
	fmt.Fprintf(s.Out, "%s: signing these %d of %d candidates covers %s of demand, from %s now, for %s yuan\n",
		sum.City, len(sum.Shops), sum.Candidates, percent(sum.Planned), percent(sum.Signed), sum.Cost)
	fmt.Fprintf(s.Out, "if all %d were signed it would be %s\n", sum.Candidates, percent(sum.Ceiling))
	switch {
	case sum.Gap == nil:
		fmt.Fprintf(s.Out, "it is proved that no plan within the limits covers more than %s\n", percent(sum.Bound))
	case *sum.Gap == 0:
		fmt.Fprintln(s.Out, "it is proved that no plan within the limits adds more")
	default:
		fmt.Fprintf(s.Out, "it is proved that no plan within the limits adds more than %.3f %% more than this one does\n", 100**sum.Gap)
	}
	if sum.Cut {
		fmt.Fprintln(s.Out, "the search was cut off: this is the best plan so far, and what is proved is true of it")
	}
	if c.Certificate != "" {
		fmt.Fprintf(s.Out, "anybody can check that with: citywalk coverage check %s\n", c.Certificate)
	}
}

// CoverageCheckCmd checks a certificate.
type CoverageCheckCmd struct {
	Listing `embed:""`
	File    string `arg:"" type:"existingfile" help:"Certificate that coverage plan wrote."`
}

// checkSummary is what a certificate proves.
type checkSummary struct {
	City     string   `json:"city"`
	Shops    int      `json:"shops"`
	Chosen   int      `json:"chosen"`
	Elements int      `json:"elements"`
	Signed   float64  `json:"signed_share"`
	Planned  float64  `json:"planned_share"`
	Bound    float64  `json:"bound_share"`
	Gap      *float64 `json:"gap"`
	Exact    bool     `json:"exact"`
	Digest   string   `json:"sha256"`
}

func (c *CoverageCheckCmd) Run(_ context.Context, s *Streams) error {
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	v, err := cover.Check(f)
	if err != nil {
		return err
	}
	total := max(1, float64(v.Total))
	sum := checkSummary{City: v.Head.City, Shops: v.Head.Shops, Chosen: v.Head.Chosen, Elements: v.Head.Elements, Exact: v.Exact, Digest: v.Digest,
		Signed: float64(v.Given) / total, Planned: float64(v.Value) / total, Bound: float64(v.Bound) / total}
	gap, proved := v.Gap(), "nothing in relation to what it adds"
	if !math.IsInf(gap, 0) {
		sum.Gap, proved = &gap, fmt.Sprintf("a gap of at most %.4f %% of what it adds", 100*gap)
	}
	if c.JSON {
		return printJSON(s, sum)
	}
	how := "every number is exact"
	if !v.Exact {
		how = "chances were multiplied out and rounded against the plan"
	}
	_, err = fmt.Fprintf(s.Out, "holds: %s, %d of %d shops chosen for %d elements cover %s of demand, from %s; no choice covers more than %s, %s\n%s; content %s\n",
		sum.City, sum.Chosen, sum.Shops, sum.Elements, percent(sum.Planned), percent(sum.Signed), percent(sum.Bound), proved, how, v.Digest)
	return err
}
