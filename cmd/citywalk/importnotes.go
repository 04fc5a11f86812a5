package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"citywalk/account"
	"citywalk/curate"
	"citywalk/geo"
	"citywalk/sheet"
)

// ImportNotesCmd imports notes. A second run of the same file changes nothing.
type ImportNotesCmd struct {
	noteFile  `embed:""`
	In        string `name:"city" placeholder:"CITY" help:"City of the notes that name no shop, and of the shops that are made."`
	ShopsFrom string `placeholder:"SOURCE" help:"Source whose ids the shop column holds; default the source of the notes. Our own ids serve too, and the numbers of signs if that source has no shops."`
	CRS       string `name:"crs" enum:",gcj02,bd09,wgs84" default:"" help:"Coordinate system of lat and lng, if they are mapped: gcj02 (AMap, Tencent), bd09 (Baidu), wgs84 (GPS)."`
	MakeShops bool   `help:"Make a draft for each shop id that is not known, so that its notes have a place; needs --city and --at."`
	At        string `placeholder:"LAT,LNG" help:"Where the shops that are made stand, as GPS has it; the city's middle does."`
}

// ImportCommentsCmd imports comments on notes that were imported before.
type ImportCommentsCmd struct {
	noteFile `embed:""`
}

// A noteFile is what is said of a file of notes or comments.
type noteFile struct {
	CurationTool `embed:""`
	Listing      `embed:""`
	Format       string            `enum:",csv,jsonl" default:"" help:"csv or jsonl, which is one JSON object a line; default by the file's name."`
	Map          map[string]string `mapsep:"," placeholder:"OURS=THEIRS,…" help:"Which column is what. Notes: id shop author text time stars likes followers joined, name district address category lat lng, subs, taste service price environment waiting cleanliness. Comments: id note author text time."`
	Source       string            `required:"" placeholder:"NAME" help:"Name of the source, part of each note's identity."`
	DryRun       bool              `help:"Say what would happen and change nothing."`
	File         string            `arg:"" type:"existingfile" help:"File to import."`
}

// settings are what the file's flags say to curate.
func (c *noteFile) settings() curate.Import {
	format := sheet.Format(c.Format)
	if format == "" {
		format = sheet.CSV
		if ext := strings.ToLower(filepath.Ext(c.File)); ext == ".jsonl" || ext == ".ndjson" || ext == ".json" {
			format = sheet.JSONL
		}
	}
	return curate.Import{Source: c.Source, Format: format, Map: c.Map, DryRun: c.DryRun}
}

func (c *ImportNotesCmd) Run(ctx context.Context, s *Streams) error {
	i := c.settings()
	i.City, i.ShopsFrom, i.System = c.In, c.ShopsFrom, geo.System(c.CRS)
	if c.MakeShops {
		at, err := readAt(c.At)
		if err != nil || c.In == "" {
			return usageError{errors.New("--make-shops needs --city, and --at with a latitude and a longitude, as in --at 30.59,114.30")}
		}
		i.MakeAt = &at
	}
	return c.run(ctx, s, i, (*curate.Service).Import)
}

func (c *ImportCommentsCmd) Run(ctx context.Context, s *Streams) error {
	return c.run(ctx, s, c.settings(), (*curate.Service).ImportComments)
}

func readAt(s string) (p geo.Point, err error) {
	lat, lng, _ := strings.Cut(s, ",")
	if p.Lat, err = strconv.ParseFloat(strings.TrimSpace(lat), 64); err != nil {
		return p, err
	}
	p.Lng, err = strconv.ParseFloat(strings.TrimSpace(lng), 64)
	return p, err
}

// run imports the file and says what came of it.
func (c *noteFile) run(ctx context.Context, s *Streams, i curate.Import,
	do func(*curate.Service, context.Context, account.ID, io.Reader, curate.Import) (curate.Report, error)) error {
	tool, clean, err := c.trial(c.DryRun)
	if err != nil {
		return err
	}
	defer clean()
	c.Tool = tool
	a, err := open(ctx, c.config())
	if err != nil {
		return err
	}
	defer a.close()
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	m := &meter{r: f, to: s.Err, start: time.Now()}
	if info, err := f.Stat(); err == nil {
		m.size = info.Size()
	}
	i.Progress = m.tell
	report, err := do(a.curate, ctx, "", m, i)
	fmt.Fprintln(s.Err)
	if err != nil && report.Rows == 0 {
		return err
	}
	if e := c.report(s, report, time.Since(m.start)); e != nil {
		return errors.Join(err, e)
	}
	if errors.Is(err, context.Canceled) {
		return errors.New("stopped; what is told above is done. Run it again to go on")
	}
	return err
}

// A meter counts the bytes of a file as they are read and tells how far it is.
type meter struct {
	r     io.Reader
	to    io.Writer
	start time.Time
	size  int64
	done  atomic.Int64
}

func (m *meter) Read(b []byte) (int, error) {
	n, err := m.r.Read(b)
	m.done.Add(int64(n))
	return n, err
}

// tell writes rows, rate and time left over the line before.
func (m *meter) tell(rows int) {
	spent := time.Since(m.start)
	fmt.Fprintf(m.to, "\r%d rows, %.0f a second", rows, float64(rows)/spent.Seconds())
	if done := m.done.Load(); done > 0 && done < m.size {
		left := time.Duration(float64(spent) * float64(m.size-done) / float64(done))
		fmt.Fprintf(m.to, ", %.0f %%, %s left   ", 100*float64(done)/float64(m.size), left.Round(time.Second))
	}
}

// report says what was done, or would be.
func (c *noteFile) report(s *Streams, r curate.Report, spent time.Duration) error {
	if c.JSON {
		return printJSON(s, rowOfNotes(r, spent))
	}
	printProblems(s, "refused", r.Problems, r.Refused)
	printProblems(s, "taken without it", r.Warnings, r.Warned)
	verb := "imported"
	if c.DryRun {
		verb = "would be imported (dry run)"
	}
	fmt.Fprintf(s.Out, "%d rows %s: %d new, %d changed, %d as before, %d refused, %d warnings (%.1f s)\n",
		r.Rows, verb, r.Added, r.Changed, r.Same, r.Refused, r.Warned, spent.Seconds())
	if r.Made > 0 {
		fmt.Fprintf(s.Out, "%d shops were not known: a draft each\n", r.Made)
	}
	if r.Waiting > 0 {
		fmt.Fprintf(s.Out, "%d notes wait in the console until somebody says which shop they are of\n", r.Waiting)
	}
	for _, city := range r.Cities {
		fmt.Fprintf(s.Out, "scores of %s follow within minutes while a server runs; or now: citywalk curate city %s\n", city, city)
	}
	return nil
}

// shownMax is how many problems of a kind are printed; --json lists more.
const shownMax = 50

func printProblems(s *Streams, what string, all []curate.Problem, n int) {
	for _, p := range all[:min(len(all), shownMax)] {
		fmt.Fprintf(s.Out, "line %d: %s: %s (%s)\n", p.Line, cmp.Or(p.Field, "row"), p.Reason, what)
	}
	if n > shownMax {
		fmt.Fprintf(s.Out, "and %d more %s; --json lists the first 1,000\n", n-shownMax, what)
	}
}

// notesRow is a report as JSON.
type notesRow struct {
	importRow
	Waiting int      `json:"waiting"`
	Made    int      `json:"made"`
	Cities  []string `json:"cities"`
	Seconds float64  `json:"seconds"`
}

func rowOfNotes(r curate.Report, spent time.Duration) notesRow {
	row := func(p curate.Problem) problemRow { return problemRow{Line: p.Line, Field: p.Field, Reason: p.Reason} }
	return notesRow{Waiting: r.Waiting, Made: r.Made, Seconds: spent.Seconds(), Cities: append([]string{}, r.Cities...),
		importRow: importRow{Rows: r.Rows, Added: r.Added, Changed: r.Changed, Same: r.Same, Refused: r.Refused, Warned: r.Warned,
			Problems: rowsOf(r.Problems, row), Warnings: rowsOf(r.Warnings, row)}}
}
