package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/ledger"
)

// DrillCmd restores a backup where it harms nobody and looks whether a city
// could live on from it: a backup is one that was restored.
type DrillCmd struct {
	Tool    `embed:""`
	Keeping `embed:""`
	Listing `embed:""`
	Fresh   bool   `help:"Make a backup first, rather than to take the newest."`
	From    string `help:"Take this backup, rather than the newest." placeholder:"FILE"`
	Scratch string `help:"Where to restore it: a folder, or a postgres:// URL of a server on which a database may be made and dropped. Default: a temporary folder, or the server of --db." placeholder:"DIR|URL"`
	DryRun  bool   `help:"Only say what would be done."`
}

// A Drill is how it went.
type Drill struct {
	Backup  string    `json:"backup"`
	Taken   time.Time `json:"taken"` // When the backup was.
	Size    int64     `json:"size"`
	At      time.Time `json:"at"`
	Restore float64   `json:"restore_seconds"` // From the file to a database that answers.
	Whole   float64   `json:"whole_seconds"`   // With all checks: when the city could open, but for the provider.
	Checks  []Check   `json:"checks"`
	OK      bool      `json:"ok"`
}

// failure is the first check that failed.
func (r Drill) failure() string {
	for _, k := range r.Checks {
		if k.State != "ok" {
			return k.Name + ": " + k.Detail
		}
	}
	return ""
}

// drillFile keeps the last drill, beside the backups.
const drillFile = "last-drill.json"

// Help says what the flags do not.
func (*DrillCmd) Help() string {
	return "The database itself is neither read nor changed, but for --fresh. Checked are the file, its contents against the manifest, the keys with some phone numbers, the books, the trial balance and the audit up to its anchor; printed is how long it took. " +
		"It ends with 1 if anything fails, and the doctor says when the last one was."
}

func (c *DrillCmd) Run(ctx context.Context, s *Streams) error {
	from, m, err := c.pick(ctx, s)
	if err != nil || from == "" {
		return err
	}
	r := Drill{Backup: from, Taken: m.At, Size: m.Size, At: time.Now().UTC().Truncate(time.Millisecond)}
	c.say(s, "restoring %s (%s)", from, size(m.Size))
	if err := c.drill(ctx, s, from, m, &r); err != nil {
		return err
	}
	r.Whole = time.Since(r.At).Seconds()
	r.OK = r.failure() == ""
	if err := c.remember(r); err != nil {
		return err
	}
	if err := c.report(s, r); err != nil {
		return err
	}
	if !r.OK {
		return errFound
	}
	return nil
}

// say tells what goes on, beside what the command prints.
func (c *DrillCmd) say(s *Streams, format string, args ...any) {
	fmt.Fprintf(s.Err, format+"\n", args...)
}

// pick returns the backup to restore; none after a dry run.
func (c *DrillCmd) pick(ctx context.Context, s *Streams) (string, *Manifest, error) {
	folder, from := c.folder(c.config()), c.From
	if c.Fresh && !c.DryRun {
		c.say(s, "making a fresh backup in %s", folder)
		b := BackupCmd{Tool: c.Tool, Keeping: c.Keeping}
		if err := b.Run(ctx, &Streams{Out: s.Err, Err: s.Err}); err != nil {
			return "", nil, err
		}
	}
	if from == "" {
		all, err := backups(folder)
		if err != nil {
			return "", nil, err
		}
		if len(all) == 0 && !(c.Fresh && c.DryRun) {
			return "", nil, fmt.Errorf("there is no backup in %s; run: citywalk backup --db %s, or name the folder with --backups", folder, redact(c.DB))
		}
		if len(all) > 0 {
			from = filepath.Join(folder, all[0].File)
		}
	}
	if c.DryRun {
		if c.Fresh {
			from = "a fresh backup"
		}
		fmt.Fprintf(s.Out, "Would restore %s into %s, check it against its manifest, its pages, its books, its audit and the keys, and throw the copy away.\n", from, c.where())
		return "", nil, nil
	}
	m, err := readManifest(from)
	if err == nil && m == nil {
		err = fmt.Errorf("%s has no manifest beside it", from)
	}
	return from, m, err
}

func (c *DrillCmd) where() string {
	switch {
	case c.Scratch != "":
		return redact(c.Scratch)
	case strings.Contains(c.DB, "://"):
		return "a database of its own on the server of " + redact(c.DB)
	}
	return "a temporary folder"
}

// drill restores the backup and looks at everything that the city needs.
func (c *DrillCmd) drill(ctx context.Context, s *Streams, from string, m *Manifest, r *Drill) error {
	if err := m.untouched(ctx, from); err != nil {
		r.Checks = append(r.Checks, verdict("file", err, ""))
		return nil
	}
	r.Checks = append(r.Checks, Check{"file", "ok", "is the one that was written"})
	place, clean, err := c.scratch(m)
	if err != nil {
		return err
	}
	defer clean(context.WithoutCancel(ctx))
	if err := place.fill(ctx, from); err != nil {
		r.Checks = append(r.Checks, verdict("restore", err, ""))
		return nil
	}
	r.Restore = time.Since(r.At).Seconds()
	c.say(s, "restored in %.1f s; checking", r.Restore)
	held, err := verify(ctx, place.scratch(), m)
	r.Checks = append(r.Checks, verdict("contents", err, fmt.Sprintf("pages hold, %d rows in %d tables as the manifest says", m.total(), len(held.Rows))))
	if err != nil {
		return nil
	}
	r.Checks = append(r.Checks, c.examine(ctx, place.scratch(), m)...)
	return nil
}

// scratch is a place for the copy, and how to leave nothing of it.
func (c *DrillCmd) scratch(m *Manifest) (place, func(context.Context), error) {
	if m.Engine == db.Postgres {
		url := c.Scratch
		if url == "" {
			url = c.DB
		}
		p, err := newServerPlace(url)
		if err != nil {
			return nil, nil, err
		}
		p.beside = p.name + "_drill"
		return p, func(ctx context.Context) { p.leave(ctx) }, nil
	}
	dir, err := os.MkdirTemp(c.Scratch, "citywalk-drill-")
	if err != nil {
		return nil, nil, err
	}
	return filePlace{filepath.Join(dir, "drill.db")}, func(context.Context) { os.RemoveAll(dir) }, nil
}

// examine looks at the restored copy with the keys of the installation.
func (c *DrillCmd) examine(ctx context.Context, url string, m *Manifest) (all []Check) {
	cfg := c.config()
	cfg.DB, cfg.Secrets = url, c.config().secretsPath()
	if _, err := readSecrets(cfg.Secrets); err != nil {
		return append(all, verdict("keys", err, "")) // New ones are not made: they would fit nothing.
	}
	a, err := open(ctx, cfg)
	if err != nil {
		return append(all, verdict("keys", err, ""))
	}
	defer a.close()
	n, err := a.account.Readable(ctx, keysSample)
	all = append(all, verdict("keys", err, fmt.Sprintf("fit: %d of the phone numbers that were tried could be read", n)))
	found, err := a.prove(ctx)
	if err == nil && len(found) > 0 {
		err = fmt.Errorf("%s %s", found[0].Rule, found[0].What)
	}
	return append(all, verdict("books", err, "prove, with every sub-ledger"), a.trial(ctx), a.audited(ctx, m))
}

// audited proves the audit of the copy, up to where it was when the copy was
// made.
func (a *parts) audited(ctx context.Context, m *Manifest) Check {
	var kept account.Anchor
	var err error
	if m.Anchor != "" {
		kept, err = account.ParseAnchor(m.Anchor)
	}
	var p account.Proof
	if err == nil {
		p, err = account.ProveAudit(ctx, a.db, kept)
	}
	if err == nil && p.Bad != 0 {
		err = fmt.Errorf("row %d does not hold: %s", p.Bad, p.Why)
	}
	return verdict("audit", err, fmt.Sprintf("%d rows hold, up to the anchor of the manifest", p.Good))
}

// keysSample is how many phone numbers are read to see whether the keys fit.
const keysSample = 20

// trial adds up the trial balance of the copy.
func (a *parts) trial(ctx context.Context) Check {
	err := a.db.View(ctx, func(tx *db.Tx) error {
		sums, err := ledger.TrialBalance(tx, ledger.DayOf(tx.Now(), a.zone))
		sum := ledger.Sum{}
		for _, s := range sums {
			sum.Closing += s.Closing
		}
		if err == nil && sum.Closing != 0 {
			err = fmt.Errorf("it adds up to %v", sum.Closing)
		}
		return err
	})
	return verdict("trial balance", err, "adds up to zero")
}

// remember notes the drill beside the backups, where the doctor looks.
func (c *DrillCmd) remember(r Drill) error {
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	folder := c.folder(c.config())
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	return writeWhole(filepath.Join(folder, drillFile), append(b, '\n'))
}

// lastDrill returns the last drill; nil if there was none.
func lastDrill(folder string) (*Drill, error) {
	b, err := os.ReadFile(filepath.Join(folder, drillFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	var r Drill
	if err := json.Unmarshal(b, &r); err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", filepath.Join(folder, drillFile), err)
	}
	return &r, nil
}

func (c *DrillCmd) report(s *Streams, r Drill) error {
	if c.JSON {
		return printJSON(s, r)
	}
	err := c.print(s, r.Checks, []string{"STATE", "CHECK", "DETAIL"}, func(add func(...any)) {
		for _, k := range r.Checks {
			add(k.State, k.Name, k.Detail)
		}
	})
	if err != nil || !r.OK {
		return err
	}
	fmt.Fprintf(s.Out, "\nThe backup of %s (%s) was restored in %.1f s; with all checks it took %.1f s. Nothing is left of the copy.\n",
		r.Taken.Local().Format("2006-01-02 15:04:05"), size(r.Size), r.Restore, r.Whole)
	return nil
}
