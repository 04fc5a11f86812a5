package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"citywalk/score"
)

// BenchCurateCmd measures the score: how fast it is, and on a made town with a
// known truth what it and its yardsticks are worth.
type BenchCurateCmd struct {
	Listing `embed:""`
	Sizes   []int  `default:"10000,100000,1000000" help:"Notes of the towns that are made and fitted."`
	Seed    uint64 `default:"1" help:"Seed of the towns, of reviewers' visits and of traffic."`
	Workers int    `help:"Shops worked on at once; without it one for each processor."`
	Town    string `type:"existingdir" help:"Measure on the town in this folder (notes, shops, authors, labels, truth-shops .jsonl) instead."`
	Queue   bool   `help:"With --town: in which order reviewers should visit, by the regret that is left."`
	Reviews int    `default:"600" help:"With --queue: how many visits there are."`
	Method  string `enum:",mean,eb" default:"" help:"With --town: write the shops.jsonl of a yardstick to --out: mean or eb, the shrunk mean."`
	Out     string `placeholder:"DIR" help:"With --method: folder of shops.jsonl, which must not be there yet."`
}

// A fitLevel is what one size of town took.
type fitLevel struct {
	Notes     int     `json:"notes"`
	Shops     int     `json:"shops"`
	Authors   int     `json:"authors"`
	Seconds   float64 `json:"seconds"`
	Processor float64 `json:"processor_seconds"`
	PerSecond float64 `json:"notes_per_second"`
	Growth    float64 `json:"growth"` // Processor time for each note, against the size before.
	RSS       float64 `json:"rss_mb"` // Largest of the process so far.
	Mean      float64 `json:"yardstick_seconds"`
	Ratio     float64 `json:"ratio"` // Of processor time and yardstick.
}

func (c *BenchCurateCmd) Run(ctx context.Context, s *Streams) error {
	switch {
	case c.Town == "" && (c.Queue || c.Method != ""):
		return usageError{errors.New("--queue and --method need --town")}
	case c.Queue && c.Method != "":
		return usageError{errors.New("--queue and --method are two things")}
	case c.Method != "" && c.Out == "":
		return usageError{errors.New("--method needs --out")}
	case c.Queue:
		return c.queue(ctx, s)
	case c.Method != "":
		return c.yardstick()
	case c.Town != "":
		return usageError{errors.New("--town needs --queue or --method")}
	}
	var levels []fitLevel
	for _, size := range c.Sizes {
		l, err := c.level(ctx, s, size)
		if err != nil {
			return err
		}
		if n := len(levels); n > 0 {
			l.Growth = l.Processor / float64(l.Notes) / (levels[n-1].Processor / float64(levels[n-1].Notes))
		}
		levels = append(levels, l)
	}
	head := []string{"NOTES", "SHOPS", "AUTHORS", "SECONDS", "PROCESSOR", "NOTES/S", "GROWTH", "RSS MB", "YARDSTICK (MEANS)", "RATIO"}
	return c.print(s, levels, head, func(add func(...any)) {
		for _, l := range levels {
			add(l.Notes, l.Shops, l.Authors, fmt.Sprintf("%.2f s", l.Seconds), fmt.Sprintf("%.2f s", l.Processor), fmt.Sprintf("%.0f", l.PerSecond),
				fmt.Sprintf("%.2f", l.Growth), fmt.Sprintf("%.0f", l.RSS), fmt.Sprintf("%.4f s", l.Mean), fmt.Sprintf("%.0f", l.Ratio))
		}
	})
}

// level makes a town and fits it.
func (c *BenchCurateCmd) level(ctx context.Context, s *Streams, notes int) (fitLevel, error) {
	town := madeTown(notes, c.Seed)
	l := fitLevel{Notes: len(town.Notes), Shops: len(town.Shops), Authors: len(town.Authors)}
	runtime.GC()
	const passes = 50
	cpu := processor()
	for range passes {
		plainMeans(town)
	}
	l.Mean = (processor() - cpu).Seconds() / passes
	began, cpu := time.Now(), processor()
	_, _, err := score.Fit(ctx, town, score.Options{Seed: c.Seed, Workers: c.Workers, Progress: func(stage string, done, of int) {
		fmt.Fprintf(s.Err, "%d notes: %s %d of %d, %.1f s\n", notes, stage, done, of, time.Since(began).Seconds())
	}})
	if err != nil {
		return l, err
	}
	l.Seconds, l.Processor = time.Since(began).Seconds(), (processor() - cpu).Seconds()
	l.PerSecond, l.Ratio = float64(l.Notes)/l.Seconds, l.Processor/l.Mean
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		return l, err
	}
	l.RSS = float64(use.Maxrss) / 1024
	return l, nil
}

// plainMeans is the yardstick of speed: one pass over the notes.
func plainMeans(t *score.Town) (means, counts []float64) {
	means, counts = make([]float64, len(t.Shops)), make([]float64, len(t.Shops))
	for i := range t.Notes {
		means[t.Notes[i].Shop] += t.Notes[i].Rating
		counts[t.Notes[i].Shop]++
	}
	for s := range means {
		if counts[s] > 0 {
			means[s] /= counts[s]
		}
	}
	return means, counts
}

// yardstick writes what a plain or a shrunk mean says of the town.
func (c *BenchCurateCmd) yardstick() error {
	t, _, err := c.files(false)
	if err != nil {
		return err
	}
	r := &score.Result{Shops: shrunkMeans(&t.Town, c.Method == "eb")}
	return t.write(c.Out, r)
}

// files reads the town of --town.
func (c *BenchCurateCmd) files(labels bool) (*townFile, int, error) {
	in := CurateFitCmd{Notes: filepath.Join(c.Town, "notes.jsonl"), Shops: filepath.Join(c.Town, "shops.jsonl"), Authors: filepath.Join(c.Town, "authors.jsonl")}
	if labels {
		in.Labels = filepath.Join(c.Town, "labels.jsonl")
	}
	return in.read()
}
