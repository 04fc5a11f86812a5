package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"time"

	"citywalk/cover"
)

// BenchCoverageCmd measures how good plans are: by what is proved of them.
type BenchCoverageCmd struct {
	Listing `embed:""`
	Data    string  `env:"CITYWALK_DATA" default:"../shared/data" placeholder:"DIR" help:"Folder of the public data sets; without it only made instances are measured."`
	Only    string  `enum:",real,made" default:"" help:"Only the three real cities, or only made instances."`
	Seed    uint64  `default:"1" help:"Seed of the made instances and of the search."`
	Effort  float64 `default:"1" help:"Multiplies how much is searched."`
	Chances bool    `help:"Shops sign with chances that differ from shop to shop."`
}

// A coverageRow is what one instance gave.
type coverageRow struct {
	Instance    string  `json:"instance"`
	Elements    int     `json:"elements"`
	Shops       int     `json:"shops"`
	Pairs       int     `json:"pairs"`
	Covered     float64 `json:"covered"`      // Of all demand, by the plan.
	Ceiling     float64 `json:"ceiling"`      // Of all demand, by all shops.
	Most        float64 `json:"most_covered"` // Of the greedy plan, by the shops that cover most, each looked at alone.
	GreedyGap   float64 `json:"greedy_gap"`
	Gap         float64 `json:"gap"`
	Value       int64   `json:"value"`
	Bound       int64   `json:"bound"`
	Seconds     float64 `json:"seconds"`
	Processor   float64 `json:"processor_seconds"` // Of the plan, all processors together.
	Build       float64 `json:"build_seconds"`
	Certificate int     `json:"certificate_bytes"`
	Checked     float64 `json:"check_seconds"` // Of writing the certificate and checking it.
}

// A coverageCase is one instance with its limits.
type coverageCase struct {
	name   string
	make   func() (*cover.Instance, error)
	limits func(*cover.Instance) cover.Limits
}

func (c *BenchCoverageCmd) Run(ctx context.Context, s *Streams) error {
	var rows []coverageRow
	for _, one := range c.cases() {
		row, err := c.measure(ctx, s, one)
		if err != nil {
			return fmt.Errorf("%s: %w", one.name, err)
		}
		rows = append(rows, row)
	}
	head := []string{"INSTANCE", "ELEMENTS", "SHOPS", "PAIRS", "MOST COVERED", "GREEDY GAP", "GAP", "COVERED", "OF ALL SHOPS", "BUILD", "PLAN", "PROCESSOR", "CHECK"}
	return c.print(s, rows, head, func(add func(...any)) {
		for _, r := range rows {
			add(r.Instance, r.Elements, r.Shops, r.Pairs, percent(r.Most), percent(r.GreedyGap), fmt.Sprintf("%.4f %%", 100*r.Gap),
				percent(r.Covered), percent(r.Ceiling), fmt.Sprintf("%.2f s", r.Build), fmt.Sprintf("%.2f s", r.Seconds), fmt.Sprintf("%.2f s", r.Processor), fmt.Sprintf("%.2f s", r.Checked))
		}
	})
}

// percent prints a part of one.
func percent(x float64) string { return fmt.Sprintf("%.2f %%", 100*x) }

func (c *BenchCoverageCmd) cases() (all []coverageCase) {
	if _, err := os.Stat(c.Data); err == nil && c.Only != "made" {
		for _, city := range []string{"shanghai", "hangzhou", "guangzhou"} {
			for _, k := range []int{20, 40, 80} {
				all = append(all, coverageCase{fmt.Sprintf("%s, %d shops", city, k),
					func() (*cover.Instance, error) { return c.real(city) },
					func(*cover.Instance) cover.Limits { return cover.Limits{Shops: k} }})
			}
		}
	}
	if c.Only == "real" {
		return all
	}
	return append(all, c.made()...)
}

// made are cities of 20,000 elements and 5,000 shops: as wide as a real one,
// and half as wide, where each shop covers four times as much.
func (c *BenchCoverageCmd) made() (all []coverageCase) {
	for _, size := range []struct {
		name string
		side float64
	}{{"made", 0.27}, {"made dense", 0.135}} {
		city := func() (*cover.Instance, error) {
			return madeCity(madeSize{elements: 20_000, shops: 5_000, side: size.side, chances: c.Chances}, c.Seed)
		}
		add := func(name string, limits func(*cover.Instance) cover.Limits) {
			all = append(all, coverageCase{size.name + ", " + name, city, limits})
		}
		for _, k := range []int{150, 400} {
			add(fmt.Sprintf("%d shops", k), func(*cover.Instance) cover.Limits { return cover.Limits{Shops: k} })
		}
		add("budget of 150", func(in *cover.Instance) cover.Limits {
			sum := int64(0)
			for _, s := range in.Shops {
				sum += s.Cost
			}
			return cover.Limits{Budget: sum / int64(len(in.Shops)) * 150}
		})
		add("150 shops, caps", func(*cover.Instance) cover.Limits {
			return cover.Limits{Shops: 150, Categories: map[string]int{"0": 15, "1": 15, "2": 20}, Chain: 2}
		})
	}
	return all
}

func (c *BenchCoverageCmd) measure(ctx context.Context, s *Streams, one coverageCase) (coverageRow, error) {
	began := time.Now()
	in, err := one.make()
	if err != nil {
		return coverageRow{}, err
	}
	row := coverageRow{Instance: one.name, Elements: len(in.Weights), Shops: len(in.Shops), Pairs: len(in.Covers), Build: time.Since(began).Seconds()}
	limits := one.limits(in)
	began = time.Now()
	busy := processor()
	plan, err := cover.Make(ctx, in, limits, cover.Options{Seed: c.Seed, Effort: c.Effort, Progress: func(p cover.Progress) {
		fmt.Fprintf(s.Err, "%s: %s %.0f %%, gap %.3f %%\n", one.name, p.Phase, 100*p.Done, 100*(float64(p.Bound)/max(1, float64(p.Value))-1))
	}})
	if err != nil {
		return row, err
	}
	row.Seconds, row.Processor = time.Since(began).Seconds(), (processor() - busy).Seconds()
	row.Value, row.Bound = plan.Value, plan.Bound
	row.Covered, row.Ceiling = plan.Share(plan.Value), plan.Share(plan.Ceiling)
	row.GreedyGap = float64(plan.Bound-plan.Greedy) / max(1, float64(plan.Greedy-plan.Given))
	row.Gap = plan.Gap()
	row.Most = float64(cover.MostFirst(in, limits)-plan.Given) / max(1, float64(plan.Greedy-plan.Given))
	began = time.Now()
	file := &bytes.Buffer{}
	if err := cover.Write(file, in, plan); err != nil {
		return row, err
	}
	row.Certificate = file.Len()
	if _, err := cover.Check(file); err != nil {
		return row, err
	}
	row.Checked = time.Since(began).Seconds()
	return row, ctx.Err()
}
