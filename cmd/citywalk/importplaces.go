package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"citywalk/account"
	"citywalk/discover"
	"citywalk/geo"
)

// ImportPlacesCmd imports places. A second run of the same file changes nothing.
type ImportPlacesCmd struct {
	placeFile `embed:""`
	Format    string            `enum:",csv,geojson" default:"" help:"csv or geojson; default by the file's name."`
	Kind      string            `required:"" enum:"metro,hotel,sight" help:"What the places are: metro (one row a station and line is usual), hotel or sight."`
	Map       map[string]string `mapsep:"," placeholder:"OURS=THEIRS,…" help:"Which column is what: id name en lat lng; line and colour of metro stations."`
}

// ImportAreasCmd imports areas. A second run of the same file changes nothing.
type ImportAreasCmd struct {
	placeFile `embed:""`
	Kind      string            `required:"" enum:"district,area,line" help:"What the areas are: district (together the city), area (what people speak of) or line (metro)."`
	Map       map[string]string `mapsep:"," placeholder:"OURS=THEIRS,…" help:"Which property is what: id name en colour."`
}

// A placeFile is what is said of a file of places or areas.
type placeFile struct {
	Tool    `embed:""`
	Listing `embed:""`
	In      string `name:"city" required:"" placeholder:"CITY" help:"City of what is imported."`
	CRS     string `name:"crs" required:"" enum:"gcj02,bd09,wgs84" help:"Coordinate system of the file, which no file tells: gcj02 (AMap, Tencent, DataV), bd09 (Baidu), wgs84 (GPS)."`
	Source  string `help:"Name of the source, part of each identity; default the file's name."`
	DryRun  bool   `help:"Say what would happen and change nothing."`
	File    string `arg:"" type:"existingfile" help:"File to import."`
}

func (c *ImportPlacesCmd) Run(ctx context.Context, s *Streams) error {
	i := c.settings(c.Map)
	i.Format = formatOf(c.Format, c.File)
	return c.run(ctx, s, func(a *parts, f *os.File) (discover.Report, error) {
		return a.discover.ImportPlaces(ctx, account.ID(""), f, discover.Kind(c.Kind), i)
	})
}

func (c *ImportAreasCmd) Run(ctx context.Context, s *Streams) error {
	i := c.settings(c.Map)
	i.Format = discover.GeoJSON
	return c.run(ctx, s, func(a *parts, f *os.File) (discover.Report, error) {
		return a.discover.ImportAreas(ctx, account.ID(""), f, discover.AreaKind(c.Kind), i)
	})
}

func (c *placeFile) settings(columns map[string]string) discover.Import {
	return discover.Import{City: c.In, Source: sourceOf(c.Source, c.File), System: geo.System(c.CRS), Map: columns, DryRun: c.DryRun}
}

// run opens the file and says what came of importing it.
func (c *placeFile) run(ctx context.Context, s *Streams, do func(*parts, *os.File) (discover.Report, error)) error {
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
	report, err := do(a, f)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s, rowOfPlaces(report))
	}
	for _, p := range report.Problems {
		fmt.Fprintf(s.Out, "line %d: %s: %s\n", p.Line, p.Field, p.Reason)
	}
	verb := "imported"
	if c.DryRun {
		verb = "would be imported (dry run)"
	}
	_, err = fmt.Fprintf(s.Out, "%d rows %s: %d new, %d changed, %d as before, %d rows refused\n",
		report.Rows, verb, report.Added, report.Changed, report.Same, report.Refused)
	return err
}

// trial is the tool on an empty database of its own, where a dry run would
// otherwise leave one behind; clean takes that away again.
func (t Tool) trial(dry bool) (tool Tool, clean func(), err error) {
	if !dry || present(t.DB) == nil {
		return t, func() {}, nil
	}
	dir, err := os.MkdirTemp("", "citywalk-trial-")
	if err != nil {
		return t, nil, err
	}
	t.DB, t.Secrets = filepath.Join(dir, "trial.db"), ""
	return t, func() { os.RemoveAll(dir) }, nil
}

// sourceOf is the name of a source: as given, or that of the file.
func sourceOf(given, file string) string {
	if given != "" {
		return given
	}
	base := filepath.Base(file)
	return strings.TrimSuffix(base, filepath.Ext(base))
}

// formatOf is the format of shops and places: as given, or by the file's name.
func formatOf(given, file string) string {
	switch ext := strings.ToLower(filepath.Ext(file)); {
	case given != "":
		return given
	case ext == ".json" || ext == ".geojson":
		return "geojson"
	}
	return "csv"
}
