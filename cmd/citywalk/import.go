package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"citywalk/geo"
	"citywalk/shop"
)

// ImportCmd imports data from files.
type ImportCmd struct {
	Shops    ImportShopsCmd    `cmd:"" help:"Import shops from CSV or GeoJSON."`
	Notes    ImportNotesCmd    `cmd:"" help:"Import notes about shops from CSV or JSONL."`
	Comments ImportCommentsCmd `cmd:"" help:"Import comments on notes from CSV or JSONL."`
	Places   ImportPlacesCmd   `cmd:"" help:"Import metro stations, hotels or sights from CSV or GeoJSON."`
	Areas    ImportAreasCmd    `cmd:"" help:"Import districts, areas or metro lines from GeoJSON."`
}

// ImportShopsCmd imports shops. A second run of the same file changes nothing.
type ImportShopsCmd struct {
	Tool    `embed:""`
	Listing `embed:""`
	In      string            `name:"city" required:"" placeholder:"CITY" help:"City of the shops."`
	CRS     string            `name:"crs" required:"" enum:"gcj02,bd09,wgs84" help:"Coordinate system of the file, which no file tells: gcj02 (AMap, Tencent), bd09 (Baidu), wgs84 (GPS)."`
	Format  string            `enum:",csv,geojson" default:"" help:"csv or geojson; default by the file's name."`
	Map     map[string]string `mapsep:"," placeholder:"OURS=THEIRS,…" help:"Which column is what: id name lat lng price category opens closes dishes address district."`
	Source  string            `help:"Name of the source, part of each shop's identity; default the file's name."`
	DryRun  bool              `help:"Say what would happen and change nothing."`
	File    string            `arg:"" type:"existingfile" help:"File to import."`
}

func (c *ImportShopsCmd) Run(ctx context.Context, s *Streams) error {
	tool, clean, err := c.trial(c.DryRun)
	if err != nil {
		return err
	}
	defer clean()
	a, err := open(ctx, tool.config())
	if err != nil {
		return err
	}
	defer a.close()
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	start := time.Now()
	report, err := a.shop.Import(ctx, "", f, shop.Import{
		City: c.In, Source: sourceOf(c.Source, c.File), System: geo.System(c.CRS), Format: formatOf(c.Format, c.File), Map: c.Map, DryRun: c.DryRun,
		Progress: func(done int) {
			fmt.Fprintf(s.Err, "\r%d rows, %.0f a second", done, float64(done)/time.Since(start).Seconds())
		},
	})
	fmt.Fprintln(s.Err)
	if err != nil {
		return err
	}
	return c.report(s, report)
}

func (c *ImportShopsCmd) report(s *Streams, r shop.Report) error {
	if c.JSON {
		return printJSON(s, rowOfImport(r))
	}
	for _, p := range r.Problems {
		fmt.Fprintf(s.Out, "line %d: %s: %s\n", p.Line, p.Field, p.Reason)
	}
	for _, p := range r.Warnings {
		fmt.Fprintf(s.Out, "line %d: %s: %s; left unknown\n", p.Line, p.Field, p.Reason)
	}
	verb := "imported"
	if c.DryRun {
		verb = "would be imported (dry run)"
	}
	fields := "fields"
	if r.Warned == 1 {
		fields = "field"
	}
	fmt.Fprintf(s.Out, "%d rows %s: %d new, %d changed, %d as before, %d refused, %d %s left unknown\n",
		r.Rows, verb, r.Added, r.Changed, r.Same, r.Refused, r.Warned, fields)
	return nil
}
