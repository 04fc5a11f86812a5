package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"citywalk/db"
)

// BackupCmd copies a database while it is served.
type BackupCmd struct {
	Tool    `embed:""`
	Keeping `embed:""`
	JSON    bool   `name:"json" help:"Print the manifest as JSON."`
	To      string `arg:"" optional:"" help:"File to write; default citywalk-<time>.db or .dump in the folder of backups."`
}

// Help says what the flags do not.
func (*BackupCmd) Help() string {
	return "Everything that was acknowledged before it began is in the copy. It is on disk, whole, and its books prove before it bears its name; beside it stands <name>.json, its manifest. " +
		"Keep copies on another machine, and the file of keys apart from them. No backup is ever removed by this program.\n\n" +
		"Every night, by cron, with a restore of what was made:\n\n  17 3 * * *  citywalk drill --fresh --db PATH || mail -s 'citywalk drill failed' you < /dev/null"
}

func (c *BackupCmd) Run(ctx context.Context, s *Streams) error {
	d, err := existing(ctx, c.DB)
	if err != nil {
		return err
	}
	defer d.Close()
	to := c.To
	if to == "" {
		end := ".db"
		if d.Engine() == db.Postgres {
			end = ".dump"
		}
		to = filepath.Join(c.folder(c.config()), "citywalk-"+time.Now().UTC().Format("20060102T150405Z")+end)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	m, err := backup(ctx, d, to)
	if err != nil {
		return err
	}
	if err := c.outgrow(ctx, d); err != nil {
		return fmt.Errorf("%s was written, but not that the database has grown since: %w", to, err)
	}
	if c.JSON {
		return printJSON(s, m)
	}
	fmt.Fprintf(s.Out, "%s is a whole copy as of %s: %s, %d rows; its pages and its books hold.\nWhat must be in it stands beside it in %s.\nThe keys are not in it: keep a copy of %s elsewhere, since without it no phone number can be read.\n",
		to, m.At.Local().Format("15:04:05"), size(m.Size), m.total(), filepath.Base(to)+manifestEnd, c.config().secretsPath())
	stock, err := c.stock(c.config())
	if err == nil && stock != "" {
		fmt.Fprintln(s.Out, stock)
	}
	return err
}

// outgrow lets the database's beat grow past that of the copy, so that the
// copy is known to be older by whoever saw this.
func (c *BackupCmd) outgrow(ctx context.Context, d *db.DB) error {
	if _, err := d.Hold(ctx); err != nil {
		return err
	}
	e, err := d.Beat(ctx)
	if err != nil {
		return err
	}
	return writeSeen(c.config().seenFolder(), e)
}

// backup writes a copy and its manifest.
func backup(ctx context.Context, d *db.DB, to string) (m Manifest, err error) {
	if _, err := d.Hold(ctx); err != nil { // A database without a name gets one first.
		return m, err
	}
	steps, err := lastStep(ctx, d)
	if err != nil {
		return m, err
	}
	m = Manifest{File: filepath.Base(to), At: time.Now().UTC().Truncate(time.Millisecond), Engine: d.Engine(), Program: version().Version}
	if d.Engine() == db.Postgres {
		err = d.Dump(ctx, to, func(tx *db.Tx) error {
			m.Contents, err = describe(tx, steps)
			return err
		})
	} else if err = d.Backup(ctx, to); err == nil {
		m.Contents, err = contents(ctx, to)
	}
	if err != nil {
		return m, fmt.Errorf("no backup was made: %w", err)
	}
	if m.Size, m.SHA256, err = fingerprint(ctx, to); err != nil {
		return m, err
	}
	if err := m.write(to); err != nil {
		return m, err
	}
	if err := m.sound(); err != nil {
		return m, fmt.Errorf("%s was written, but do not rely on it: %w", to, err)
	}
	return m, nil
}

// contents checks a database's pages and describes what it holds.
func contents(ctx context.Context, url string) (c Contents, err error) {
	d, err := existing(ctx, url)
	if err != nil {
		return c, err
	}
	defer d.Close()
	if err := d.Check(ctx); err != nil {
		return c, err
	}
	last, err := lastStep(ctx, d)
	if err != nil {
		return c, err
	}
	err = d.View(ctx, func(tx *db.Tx) error {
		c, err = describe(tx, last)
		return err
	})
	return c, err
}

// lastStep names the last step of the schema that a database has.
func lastStep(ctx context.Context, d *db.DB) (last string, err error) {
	steps, err := d.Migrations(ctx, db.Schema())
	for _, m := range steps {
		if m.Applied {
			last = m.Name
		}
	}
	return last, err
}

func (m Manifest) total() (n int64) {
	for _, rows := range m.Rows {
		n += rows
	}
	return n
}

// size is a number of bytes as people read it.
func size(n int64) string {
	switch {
	case n >= 10<<30:
		return fmt.Sprintf("%d GiB", n>>30)
	case n >= 10<<20:
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%d KiB", (n+1023)>>10)
}
