package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"citywalk/db"
)

// Keeping says where backups are kept.
type Keeping struct {
	Backups string `env:"CITYWALK_BACKUPS" placeholder:"DIR" help:"Folder of backups; default backups beside the SQLite file or the keys."`
}

// folder of the backups of an installation.
func (k Keeping) folder(cfg Config) string {
	switch {
	case k.Backups != "":
		return k.Backups
	case strings.Contains(cfg.DB, "://"):
		return filepath.Join(filepath.Dir(cfg.secretsPath()), "backups")
	}
	return filepath.Join(filepath.Dir(cfg.DB), "backups")
}

// Bounds of what the doctor calls healthy. Both are a day and some time to
// spare for a nightly job that runs late.
const (
	backupAge = 26 * time.Hour
	drillAge  = 26 * time.Hour
)

// grave is how bad it is to have no backup: only a trial can do without.
func (c *DoctorCmd) grave() string {
	if c.Production {
		return "bad"
	}
	return "warn"
}

// open looks whether the database waits for a reopening.
func (c *DoctorCmd) open(ctx context.Context, d *db.DB) Check {
	e, err := d.Epoch(ctx)
	if err == nil && e.Closed != "" {
		zone, zoneErr := c.location()
		if zoneErr != nil {
			zone = time.UTC
		}
		err = errors.New(closedLine(c.Config, zone, e))
	}
	return verdict("life", err, fmt.Sprintf("number %d, and open", e.Epoch))
}

// kept wants a young backup of this database, and that it is still the file
// that was written.
func (c *DoctorCmd) kept(ctx context.Context, d *db.DB) Check {
	folder := c.folder(c.Config)
	e, err := d.Epoch(ctx)
	if err != nil {
		return verdict("backup", err, "")
	}
	all, err := backups(folder)
	if err != nil {
		return verdict("backup", err, "")
	}
	ours := all[:0]
	for _, m := range all {
		if m.Database == e.Name {
			ours = append(ours, m)
		}
	}
	if len(ours) == 0 {
		return Check{"backup", c.grave(), fmt.Sprintf("none of this database in %s; run: citywalk backup --db %s, or name the folder with --backups", folder, redact(c.DB))}
	}
	m := ours[0]
	if err := errors.Join(m.untouched(ctx, filepath.Join(folder, m.File)), m.sound()); err != nil {
		return Check{"backup", "bad", err.Error()}
	}
	when := m.At.Local().Format("2006-01-02 15:04")
	switch {
	case time.Since(m.At) > backupAge:
		return Check{"backup", c.grave(), "the youngest is from " + when}
	case len(ours) > 1 && m.Size < ours[1].Size/2:
		return Check{"backup", "warn", fmt.Sprintf("the youngest, from %s, has only %s; the one before has %s", when, size(m.Size), size(ours[1].Size))}
	}
	return Check{"backup", "ok", fmt.Sprintf("the youngest is from %s and is the file that was written; %d kept in %s", when, len(ours), folder)}
}

// drilled wants a drill that went well, not long ago.
func (c *DoctorCmd) drilled() Check {
	folder := c.folder(c.Config)
	r, err := lastDrill(folder)
	if err != nil {
		return verdict("drill", err, "")
	}
	if r == nil {
		return Check{"drill", c.grave(), fmt.Sprintf("no backup was ever restored to try it; run: citywalk drill --db %s", redact(c.DB))}
	}
	when := r.At.Local().Format("2006-01-02 15:04")
	switch {
	case !r.OK:
		return Check{"drill", "bad", fmt.Sprintf("the last one, of %s, failed: %s", when, r.failure())}
	case time.Since(r.At) > drillAge:
		return Check{"drill", c.grave(), "the last one was on " + when}
	}
	return Check{"drill", "ok", fmt.Sprintf("the last one was on %s and took %.1f s", when, r.Whole)}
}

// stock says how many backups there are: none is ever removed by itself.
func (k Keeping) stock(cfg Config) (string, error) {
	folder := k.folder(cfg)
	all, err := backups(folder)
	if err != nil || len(all) == 0 {
		return "", err
	}
	var sum int64
	for _, m := range all {
		sum += m.Size
	}
	free, err := room(filepath.Join(folder, drillFile))
	return fmt.Sprintf("Backups in %s: %d, %s in all; its disk has room for %s more. None is removed by itself.", folder, len(all), size(sum), size(int64(free))), err
}
