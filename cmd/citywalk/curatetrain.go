package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"citywalk/fault"
	"citywalk/opinion"
)

// CurateTrainCmd learns what notes say from notes that somebody judged.
type CurateTrainCmd struct {
	Listing  `embed:""`
	Notes    []string          `type:"existingfile" sep:"none" placeholder:"FILE" help:"Notes with stars, CSV or JSONL. May be given several times."`
	Starred  bool              `help:"Leave out notes that have no stars; without it they are errors."`
	Labelled []string          `type:"existingfile" sep:"none" placeholder:"FILE" help:"Notes with a label, 1 for a content writer and 0 for one who is not. May be given several times."`
	Map      map[string]string `mapsep:"," placeholder:"OURS=THEIRS,…" help:"Which column is what, in all files: text stars label group; default the usual names."`
	Aspects  []string          `type:"existingfile" sep:"none" placeholder:"FILE" help:"Notes whose columns say 1, 0, -1 or -2 (not mentioned) of each aspect: nothing is learned from them, they are compared with what the model reads. May be given several times."`
	Dishes   string            `type:"existingfile" placeholder:"FILE" help:"Names of dishes, one a line, for the dictionary; without it the prior's."`
	Prior    string            `default:"embedded" placeholder:"embedded|none|FILE" help:"Model to go on from: the program's own, none but the lexicon, or a file."`
	Out      string            `placeholder:"FILE" help:"File for the model; what is there is not replaced."`
	Replace  bool              `help:"Replace the file if it is there."`
	Seed     uint64            `default:"1" help:"Seed of all that is drawn at random."`
	Made     string            `placeholder:"DATE" help:"The day that the model is said to be made on; default today."`
	Remark   string            `placeholder:"TEXT" help:"What the model says about its sources, such as their licences."`
	Report   bool              `help:"Validate each file by itself as well: learn on four fifths, judge the fifth."`
}

// trainReport is what the command says when it is done.
type trainReport struct {
	Files   []trainFile    `json:"files"`
	Aspects []aspectReport `json:"aspects,omitempty"`
	Bytes   int            `json:"bytes"`
	Seconds float64        `json:"seconds"`
}

type trainFile struct {
	File     string  `json:"file"`
	Notes    int     `json:"notes"`
	Left     int     `json:"left_out"`
	Joint    float64 `json:"joint_accuracy"` // Of a model of all files, on held-out notes.
	JointAUC float64 `json:"joint_auc"`
	Alone    float64 `json:"alone_accuracy,omitempty"` // Of a model of this file alone.
	AloneAUC float64 `json:"alone_auc,omitempty"`
}

type aspectReport struct {
	Aspect    string  `json:"aspect"`
	Mentions  int     `json:"mentions"`
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
	Sides     int     `json:"sides"`
	Sided     float64 `json:"sided"`
	Thirds    float64 `json:"thirds"`
}

func (c *CurateTrainCmd) Run(ctx context.Context, s *Streams) error {
	if err := c.check(); err != nil {
		return err
	}
	began := time.Now()
	settings, err := c.settings(s)
	if err != nil {
		return err
	}
	report := trainReport{}
	sources, err := c.read(&report)
	if err != nil {
		return err
	}
	names, err := c.names()
	if err != nil {
		return err
	}
	model, err := opinion.Train(sources, names, settings)
	if err != nil {
		return err
	}
	model.Origin.Made, model.Origin.Note = c.Made, c.Remark
	for i, source := range sources {
		f := &report.Files[i]
		f.Joint, f.JointAUC = model.Origin.Metrics[source.Name+" accuracy"], model.Origin.Metrics[source.Name+" AUC"]
		if c.Report {
			if err := f.alone(source, settings); err != nil {
				return err
			}
		}
	}
	if report.Aspects, err = c.appraise(model); err != nil {
		return err
	}
	var file bytes.Buffer
	if err := model.Write(&file); err != nil {
		return err
	}
	if c.Out != "" {
		if err := os.WriteFile(c.Out, file.Bytes(), 0o644); err != nil {
			return err
		}
	}
	report.Bytes, report.Seconds = file.Len(), time.Since(began).Seconds()
	return c.say(s, report)
}

// check refuses a command line before anything is read.
func (c *CurateTrainCmd) check() error {
	if c.Out == "" && !c.Report {
		return usageError{fmt.Errorf("neither --out nor --report: nothing to do")}
	}
	if c.Made == "" {
		c.Made = time.Now().Format(time.DateOnly)
	} else if _, err := time.Parse(time.DateOnly, c.Made); err != nil {
		return usageError{fmt.Errorf("--made %s: want a day such as 2026-01-31", c.Made)}
	}
	if _, err := os.Lstat(c.Out); c.Out != "" && !c.Replace && err == nil {
		return fmt.Errorf("--out: %s is there already; name another file, or --replace it", c.Out)
	}
	return nil
}

// settings are the usual ones with the prior that was asked for.
func (c *CurateTrainCmd) settings(s *Streams) (opinion.Settings, error) {
	settings := opinion.Usual()
	settings.Seed = c.Seed
	settings.Progress = func(stage string, done, of int) { fmt.Fprintf(s.Err, "%s %d of %d\n", stage, done, of) }
	switch c.Prior {
	case "none":
	case "embedded":
		settings.Prior = opinion.Default()
	default:
		f, err := os.Open(c.Prior)
		if err != nil {
			return settings, err
		}
		defer f.Close()
		if settings.Prior, err = opinion.Read(f); err != nil {
			return settings, fmt.Errorf("--prior %s: %w", c.Prior, err)
		}
	}
	return settings, nil
}

// read reads all files of notes.
func (c *CurateTrainCmd) read(report *trainReport) ([]opinion.Source, error) {
	var sources []opinion.Source
	for i, path := range append(append([]string{}, c.Notes...), c.Labelled...) {
		form := opinion.Form{JSON: isJSON(path), Columns: c.Map, Labels: i >= len(c.Notes), Partly: c.Starred && i < len(c.Notes)}
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		notes, left, err := opinion.ReadNotes(bytes.NewReader(data), form)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		sum := sha256.Sum256(data)
		name := filepath.Base(path)
		for _, other := range sources {
			if other.Name == name {
				return nil, fmt.Errorf("two files are called %s", name)
			}
		}
		sources = append(sources, opinion.Source{Name: name, SHA256: hex.EncodeToString(sum[:]), Notes: notes})
		report.Files = append(report.Files, trainFile{File: name, Notes: len(notes), Left: left})
	}
	return sources, nil
}

// isJSON says whether a file of that name has an object a line.
func isJSON(path string) bool {
	ext := strings.ToLower(filepath.Ext(path))
	return ext == ".jsonl" || ext == ".ndjson" || ext == ".json"
}

func (c *CurateTrainCmd) names() ([]string, error) {
	if c.Dishes == "" {
		return nil, nil
	}
	f, err := os.Open(c.Dishes)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	names, err := opinion.ReadNames(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Dishes, err)
	}
	return names, nil
}

// alone validates a file by itself: learned from its notes only, with its own
// share of content writers.
func (f *trainFile) alone(source opinion.Source, settings opinion.Settings) error {
	settings.Prior, settings.Balanced = nil, false
	v, err := opinion.Validate(source, settings)
	f.Alone, f.AloneAUC = v.Accuracy, v.AUC
	return err
}

// appraise compares what the model reads with what people said.
func (c *CurateTrainCmd) appraise(model *opinion.Model) ([]aspectReport, error) {
	var judged []opinion.Judged
	for _, path := range c.Aspects {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		some, err := opinion.ReadJudged(bytes.NewReader(data), opinion.Form{JSON: isJSON(path), Columns: c.Map})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		judged = append(judged, some...)
	}
	if len(judged) == 0 {
		return nil, nil
	}
	var rows []aspectReport
	for a, x := range model.Appraise(judged) {
		rows = append(rows, aspectReport{opinion.Aspect(a).Say(fault.En), x.Mentions, x.Precision, x.Recall, x.F1, x.Sides, x.Sided, x.Thirds})
	}
	return rows, nil
}

// say prints the report.
func (c *CurateTrainCmd) say(s *Streams, r trainReport) error {
	if c.JSON {
		return printJSON(s, r)
	}
	for _, f := range r.Files {
		fmt.Fprintf(s.Out, "%s: %d notes, %d left out; held out of all files: accuracy %.4f, AUC %.4f", f.File, f.Notes, f.Left, f.Joint, f.JointAUC)
		if c.Report {
			fmt.Fprintf(s.Out, "; of this file alone: accuracy %.4f, AUC %.4f", f.Alone, f.AloneAUC)
		}
		fmt.Fprintln(s.Out)
	}
	for _, a := range r.Aspects {
		fmt.Fprintf(s.Out, "%-12s mentioned %d times: precision %.3f, recall %.3f, F1 %.3f; right side %.3f of %d, right third %.3f\n",
			a.Aspect, a.Mentions, a.Precision, a.Recall, a.F1, a.Sided, a.Sides, a.Thirds)
	}
	fmt.Fprintf(s.Out, "a model of %d bytes in %.0f s\n", r.Bytes, r.Seconds)
	return nil
}
