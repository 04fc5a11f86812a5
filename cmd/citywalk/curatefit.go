package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"citywalk/score"
)

// CurateFitCmd scores a city from files, one JSON object a line.
type CurateFitCmd struct {
	Listing `embed:""`
	Notes   string  `required:"" type:"existingfile" help:"Notes: id author shop day sentiment likes text_hash, and stars where given."`
	Shops   string  `required:"" type:"existingfile" help:"Shops: id category chain (-1 for none)."`
	Authors string  `required:"" type:"existingfile" help:"Authors: id followers created_day."`
	Labels  string  `type:"existingfile" help:"What reviewers said: note fake."`
	Out     string  `required:"" placeholder:"DIR" help:"Folder for shops.jsonl and notes.jsonl, made if need be. Files of an earlier run are not replaced: the command stops before it starts."`
	Seed    uint64  `help:"Seed of what is drawn at random."`
	Bar     float64 `help:"Quality to be above, 1 to 5; without it the city's top decile, estimated."`
	Workers int     `help:"Shops worked on at once; without it one for each processor."`
}

// fitSummary is what the command says when it is done.
type fitSummary struct {
	Notes   int     `json:"notes"`
	Shops   int     `json:"shops"`
	Authors int     `json:"authors"`
	Labels  int     `json:"labels"`
	Bar     float64 `json:"bar"`
	Above   int     `json:"above"`  // Shops whose probability to be above the bar is at least a half.
	Bought  float64 `json:"bought"` // Notes that were bought, in expectation.
	Seconds float64 `json:"seconds"`
}

func (c *CurateFitCmd) Run(ctx context.Context, s *Streams) error {
	if c.Bar != 0 && !(c.Bar >= 1 && c.Bar <= 5) {
		return usageError{fmt.Errorf("--bar %g: a quality is from 1 to 5", c.Bar)}
	}
	for _, name := range []string{"shops.jsonl", "notes.jsonl"} {
		path := filepath.Join(c.Out, name)
		if _, err := os.Lstat(path); err == nil {
			return fmt.Errorf("--out: %s is there already; name another folder or remove it", path)
		}
	}
	began := time.Now()
	town, labels, err := c.read()
	if err != nil {
		return err
	}
	_, found, err := score.Fit(ctx, &town.Town, score.Options{
		Seed: c.Seed, Workers: c.Workers, Bar: c.Bar,
		Progress: func(stage string, done, of int) { fmt.Fprintf(s.Err, "%s %d of %d\n", stage, done, of) },
	})
	if err != nil {
		return err
	}
	if err := town.write(c.Out, found); err != nil {
		return err
	}
	sum := fitSummary{Notes: len(town.Notes), Shops: len(town.Shops), Authors: len(town.Authors), Labels: labels, Bar: found.Bar, Seconds: time.Since(began).Seconds()}
	for _, e := range found.Shops {
		if e.Above >= 0.5 {
			sum.Above++
		}
	}
	for _, f := range found.Notes {
		sum.Bought += f.PFake
	}
	if c.JSON {
		return printJSON(s, sum)
	}
	fmt.Fprintf(s.Out, "%d notes of %d authors on %d shops, %d labels: %d shops are above %.2f, about %.0f notes were bought (%.1f s)\n",
		sum.Notes, sum.Authors, sum.Shops, sum.Labels, sum.Above, sum.Bar, sum.Bought, sum.Seconds)
	return nil
}

// read reads the files of the town, and how many labels there are.
func (c *CurateFitCmd) read() (*townFile, int, error) {
	t := &townFile{}
	if err := t.readShops(c.Shops); err != nil {
		return nil, 0, err
	}
	if err := t.readAuthors(c.Authors); err != nil {
		return nil, 0, err
	}
	if err := t.readNotes(c.Notes); err != nil {
		return nil, 0, err
	}
	if c.Labels == "" {
		return t, 0, nil
	}
	n, err := t.readLabels(c.Labels)
	return t, n, err
}

// write writes what was found beside each other, in a folder that is made if
// need be.
func (t *townFile) write(dir string, r *score.Result) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	var b strings.Builder
	err := writeLines(filepath.Join(dir, "shops.jsonl"), len(r.Shops), func(i int) string {
		e := r.Shops[i]
		b.Reset()
		fmt.Fprintf(&b, `{"id":%d,"mean":%.5f,"lo90":%.5f,"hi90":%.5f,"rank":%.9g,"above":%.6f,"effective":%.2f}`,
			t.shopIDs[i], e.Mean, e.Lo, e.Hi, e.Rank, e.Above, e.Effective)
		return b.String()
	})
	if err != nil {
		return err
	}
	return writeLines(filepath.Join(dir, "notes.jsonl"), len(r.Notes), func(i int) string {
		b.Reset()
		fmt.Fprintf(&b, `{"id":%d,"p_fake":%.6g,"weight":%.4f}`, t.noteIDs[i], r.Notes[i].PFake, r.Notes[i].Weight)
		return b.String()
	})
}
