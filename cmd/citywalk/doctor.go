package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/jobs"
)

// DoctorCmd checks an installation and says what to do about what it finds.
type DoctorCmd struct {
	Config  `embed:""`
	Listing `embed:""`
}

// A Check is one thing the doctor looked at.
type Check struct {
	Name   string `json:"name"`
	State  string `json:"state"` // "ok", "warn", "bad"
	Detail string `json:"detail"`
}

const (
	clockWarn = 500 * time.Millisecond
	clockBad  = 2 * time.Second
	backupAge = 26 * time.Hour
)

func (c *DoctorCmd) Run(ctx context.Context, s *Streams) error {
	checks := c.examine(ctx)
	if err := c.print(s, checks, []string{"STATE", "CHECK", "DETAIL"}, func(add func(...any)) {
		for _, k := range checks {
			add(k.State, k.Name, k.Detail)
		}
	}); err != nil {
		return err
	}
	for _, k := range checks {
		if k.State == "bad" {
			return errFound
		}
	}
	return nil
}

// examine runs the checks in the order in which one would mend things.
func (c *DoctorCmd) examine(ctx context.Context) []Check {
	checks := []Check{verdict("configuration", c.Config.check(), "fits together"), c.secrets()}
	d, err := existing(ctx, c.DB)
	checks = append(checks, verdict("database", err, "answers, schema up to date"))
	if err != nil {
		return checks
	}
	defer d.Close()
	checks = append(checks, verdict("pages", d.Check(ctx), "hold"), clock(d))
	if d.Engine() == db.Postgres {
		checks = append(checks, c.standbys(ctx, d))
	} else {
		checks = append(checks, c.backups())
	}
	return append(checks, c.books(ctx), trail(ctx, d), dead(ctx, d))
}

// verdict is ok with the detail, or bad with the error.
func verdict(name string, err error, detail string) Check {
	if err != nil {
		return Check{name, "bad", err.Error()}
	}
	return Check{name, "ok", detail}
}

func (c *DoctorCmd) secrets() Check {
	_, err := readSecrets(c.secretsPath())
	return verdict("secrets", err, "readable by this user only")
}

// clock compares this machine's clock with the database's.
func clock(d *db.DB) Check {
	skew := d.Skew().Abs()
	detail := fmt.Sprintf("%s from the database's", skew.Round(time.Millisecond))
	switch {
	case skew > clockBad:
		return Check{"clock", "bad", detail + "; synchronise it (NTP)"}
	case skew > clockWarn:
		return Check{"clock", "warn", detail + "; synchronise it (NTP)"}
	}
	return Check{"clock", "ok", detail}
}

// standbys wants a synchronous standby in production: without it a failover
// loses what was acknowledged.
func (c *DoctorCmd) standbys(ctx context.Context, d *db.DB) Check {
	n, err := d.SyncStandbys(ctx)
	switch {
	case err != nil:
		return verdict("standby", err, "")
	case n == 0 && c.Production:
		return Check{"standby", "bad", "no synchronous standby: a failover would lose what was acknowledged"}
	case n == 0:
		return Check{"standby", "warn", "no synchronous standby; production needs one"}
	}
	return Check{"standby", "ok", fmt.Sprintf("%d synchronous", n)}
}

// backups wants a backup younger than 26 hours.
func (c *DoctorCmd) backups() Check {
	dir := backupDir(c.DB)
	youngest, err := newest(dir)
	state := "warn"
	if c.Production {
		state = "bad"
	}
	switch {
	case err != nil:
		return Check{"backup", "bad", err.Error()}
	case youngest.IsZero():
		return Check{"backup", state, "none in " + dir + "; run: citywalk backup --db " + c.DB}
	case time.Since(youngest) > backupAge:
		return Check{"backup", state, "the youngest is from " + youngest.Format("2006-01-02 15:04")}
	}
	return Check{"backup", "ok", "the youngest is from " + youngest.Format("2006-01-02 15:04")}
}

// newest returns when the youngest backup in dir was written, or zero.
func newest(dir string) (t time.Time, err error) {
	files, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return t, nil
	}
	for _, f := range files {
		if filepath.Ext(f.Name()) != ".db" {
			continue
		}
		if info, err := f.Info(); err == nil && info.ModTime().After(t) {
			t = info.ModTime()
		}
	}
	return t, err
}

// books proves the ledger with all its controls.
func (c *DoctorCmd) books(ctx context.Context) Check {
	a, err := open(ctx, c.Config)
	if err != nil {
		return verdict("books", err, "")
	}
	defer a.close()
	found, err := a.prove(ctx)
	if err == nil && len(found) > 0 {
		err = fmt.Errorf("%d findings, the first: %s %s %s", len(found), found[0].Rule, found[0].What, found[0].Amount)
	}
	return verdict("books", err, "prove")
}

// trail verifies the audit's chain.
func trail(ctx context.Context, d *db.DB) Check {
	good, bad, err := account.VerifyAudit(ctx, d)
	if err == nil && bad != 0 {
		err = fmt.Errorf("row %d does not hold", bad)
	}
	return verdict("audit", err, fmt.Sprintf("%d rows hold", good))
}

// dead counts jobs that gave up.
func dead(ctx context.Context, d *db.DB) Check {
	var n int
	err := d.View(ctx, func(tx *db.Tx) error {
		all, err := jobs.List(tx, "dead", 1000)
		n = len(all)
		return err
	})
	if err == nil && n > 0 {
		return Check{"jobs", "warn", fmt.Sprintf("%d gave up; see: citywalk jobs list --state dead --db %s", n, redact(d.URL()))}
	}
	return verdict("jobs", err, "none gave up")
}

// redact takes the password out of a database URL.
func redact(url string) string {
	scheme, rest, ok := strings.Cut(url, "://")
	if !ok {
		return url
	}
	if at := strings.LastIndex(rest, "@"); at >= 0 {
		user, _, _ := strings.Cut(rest[:at], ":")
		rest = user + rest[at:]
	}
	return scheme + "://" + rest
}
