package main

import (
	"context"
	"fmt"
	"time"
)

// CurateCityCmd scores a city now, from the notes in the database.
type CurateCityCmd struct {
	CurationTool `embed:""`
	Listing      `embed:""`
	City         string `arg:"" help:"City whose shops are scored."`
}

// citySummary is what the command says when it is done.
type citySummary struct {
	City    string  `json:"city"`
	Notes   int     `json:"notes"`
	Shops   int     `json:"shops"`
	Bar     float64 `json:"bar"`
	Seconds float64 `json:"seconds"`
}

func (c *CurateCityCmd) Run(ctx context.Context, s *Streams) error {
	if err := present(c.DB); err != nil {
		return err
	}
	a, err := open(ctx, c.config())
	if err != nil {
		return err
	}
	defer a.close()
	began := time.Now()
	last := ""
	fitted, err := a.curate.FitCity(ctx, c.City, func(stage string, done, of int) {
		if last != "" && last != stage {
			fmt.Fprintln(s.Err)
		}
		last = stage
		fmt.Fprintf(s.Err, "\r%s %d of %d", stage, done, of)
	})
	if last != "" {
		fmt.Fprintln(s.Err)
	}
	if err != nil {
		return err
	}
	sum := citySummary{City: c.City, Notes: fitted.Notes, Shops: fitted.Shops, Bar: fitted.Bar, Seconds: time.Since(began).Seconds()}
	if c.JSON {
		return printJSON(s, sum)
	}
	if sum.Notes == 0 {
		fmt.Fprintf(s.Out, "%s has no notes; bring some with: citywalk import notes\n", c.City)
		return nil
	}
	fmt.Fprintf(s.Out, "%s: %d notes on %d shops are scored, the bar is %.2f, and the queue is made (%.1f s)\n",
		c.City, sum.Notes, sum.Shops, sum.Bar, sum.Seconds)
	return nil
}
