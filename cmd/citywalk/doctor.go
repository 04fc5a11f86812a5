package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"citywalk/account"
	"citywalk/curate"
	"citywalk/db"
	"citywalk/jobs"
)

// DoctorCmd checks an installation and says what to do about what it finds.
type DoctorCmd struct {
	Config  `embed:""`
	Keeping `embed:""`
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
	roomWarn  = 1 << 30

	clockUnkept = 5 // TIME_ERROR of adjtimex(2).
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
	checks := append([]Check{verdict("configuration", c.Config.check(), "fits together")}, c.fitness()...)
	secrets, err := readSecrets(c.secretsPath())
	checks = append(checks, verdict("secrets", err, "readable by this user only"))
	d, openErr := existing(ctx, c.DB)
	checks = append(checks, verdict("database", openErr, "answers, schema up to date"))
	if openErr != nil {
		return checks
	}
	defer d.Close()
	checks = append(checks, verdict("pages", d.Check(ctx), "hold"), clock(ctx, d))
	if d.Engine() == db.Postgres {
		checks = append(checks, c.standbys(ctx, d))
	} else {
		checks = append(checks, c.files())
	}
	checks = append(checks, c.open(ctx, d), c.kept(ctx, d), c.drilled())
	if err == nil {
		err = c.books(ctx, d, secrets)
	}
	return append(checks, verdict("books", err, "prove"), trail(ctx, d), dead(ctx, d), signIn(ctx, d), curation(ctx, d))
}

// fitness is what must change before real people use it; in production each of
// these is wrong by itself.
func (c *DoctorCmd) fitness() (all []Check) {
	for _, k := range c.unfit() {
		if !c.Production {
			k.State, k.Detail = "warn", "fit for trying out only: "+k.Detail
		}
		all = append(all, k)
	}
	if strings.HasPrefix(c.BaseURL, "https://") && c.TrustedProxy == "" {
		all = append(all, Check{"proxy", "warn", "no --trusted-proxy is set: everybody seems to come from the proxy's address and soon nobody gets a sign-in code"})
	}
	return all
}

// verdict is ok with the detail, or bad with the error.
func verdict(name string, err error, detail string) Check {
	if err != nil {
		return Check{name, "bad", err.Error()}
	}
	return Check{name, "ok", detail}
}

// clock compares this machine's clock with the database's, with what was
// written last. Whether the kernel is told the time it says too, which in a
// container proves little.
func clock(ctx context.Context, d *db.DB) Check {
	skew := d.Skew().Abs()
	detail := fmt.Sprintf("%s from the database's", skew.Round(time.Millisecond))
	if d.Engine() == db.SQLite {
		detail = "not before what was written last"
	}
	ahead, err := written(ctx, d)
	var kernel syscall.Timex
	state, kernelErr := syscall.Adjtimex(&kernel)
	switch {
	case err != nil:
		return verdict("clock", err, "")
	case ahead > clockBad:
		return Check{"clock", "bad", fmt.Sprintf("%s before what was written last: the clock was set back; synchronise it (NTP)", ahead.Round(time.Second))}
	case skew > clockBad:
		return Check{"clock", "bad", detail + "; synchronise it (NTP)"}
	case skew > clockWarn:
		return Check{"clock", "warn", detail + "; synchronise it (NTP)"}
	case kernelErr == nil && state == clockUnkept:
		return Check{"clock", "ok", detail + "; nothing on this machine says that it keeps it right (NTP)"}
	}
	return Check{"clock", "ok", detail}
}

// written tells how far in the future the last row of the audit lies.
func written(ctx context.Context, d *db.DB) (ahead time.Duration, err error) {
	err = d.View(ctx, func(tx *db.Tx) error {
		last, err := account.Audits(tx, "", 0, 1)
		if err == nil && len(last) > 0 {
			ahead = last[0].At.Sub(tx.Now())
		}
		return err
	})
	return ahead, err
}

// files looks at who can read the database's file, and at the room on its disk.
func (c *DoctorCmd) files() Check {
	info, err := os.Stat(c.DB)
	if err != nil {
		return verdict("file", err, "")
	}
	free, err := room(c.DB)
	switch {
	case err != nil:
		return verdict("file", err, "")
	case free < spare:
		return Check{"file", "bad", fmt.Sprintf("the disk has only %d KiB left, nothing can be written", free>>10)}
	case free < roomWarn:
		return Check{"file", "warn", fmt.Sprintf("the disk has only %d MiB left", free>>20)}
	case info.Mode().Perm()&0o077 != 0:
		folder, err := os.Stat(filepath.Dir(c.DB))
		if err != nil || folder.Mode().Perm()&0o077 != 0 {
			return Check{"file", "warn", c.DB + " can be read by others; run: chmod 600 " + c.DB}
		}
	}
	return Check{"file", "ok", fmt.Sprintf("for this user only, %d MiB left on its disk", free>>20)}
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

// books proves the ledger with all its controls, whatever else is wrong.
func (c *DoctorCmd) books(ctx context.Context, d *db.DB, secrets Secrets) error {
	zone, err := c.location()
	if err != nil {
		return err
	}
	a := &parts{cfg: c.Config, zone: zone, secrets: secrets, db: d, now: time.Now}
	if err := a.wire(); err != nil {
		return err
	}
	if err := a.account.CheckKeys(ctx); errors.Is(err, account.ErrOtherKeys) {
		return a.otherKeys(false)
	} else if err != nil {
		return err
	}
	found, err := a.prove(ctx)
	if err == nil && len(found) > 0 {
		err = fmt.Errorf("%d findings, the first: %s %s %s", len(found), found[0].Rule, found[0].What, found[0].Amount)
	}
	return err
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

// signIn says whether one-time codes are held back, and what that takes.
func signIn(ctx context.Context, d *db.DB) Check {
	var on []account.Brake
	err := d.View(ctx, func(tx *db.Tx) (err error) {
		on, err = account.Brakes(tx)
		return err
	})
	k := verdict("sign-in", err, "codes are sent to everybody")
	for _, b := range on { // The budget comes last and is the worse.
		until := b.Until.Format("2006-01-02 15:04")
		if b.Name == account.BrakeBudget {
			k = Check{"sign-in", "bad", fmt.Sprintf("all %d codes of the day are sent, and nobody can sign in until %s; the proxy in front knows who asks; raise --codes-per-day if they are real people", b.Sent, until)}
			continue
		}
		k = Check{"sign-in", "warn", fmt.Sprintf("only %d of the last %d codes were entered, so until %s they go only to numbers that signed in before; see whether codes arrive; the proxy in front knows who asks", b.Met, b.Sent, until)}
	}
	return k
}

// fitLate is how old the scores of a city may be: a week, which is when one
// without news is fitted again, and two nights.
const fitLate = 9 * 24 * time.Hour

// curation looks whether the scores follow the notes.
func curation(ctx context.Context, d *db.DB) Check {
	var h curate.Health
	var age time.Duration
	err := d.View(ctx, func(tx *db.Tx) (err error) {
		if h, err = curate.HealthOf(tx); !h.Oldest.IsZero() {
			age = tx.Now().Sub(h.Oldest)
		}
		return err
	})
	switch {
	case err != nil:
		return verdict("curation", err, "")
	case h.Unscored > 0:
		return Check{"curation", "warn", fmt.Sprintf("%d cities have notes and no scores; a running server makes them, or: citywalk curate city CITY", h.Unscored)}
	case age > fitLate:
		return Check{"curation", "warn", fmt.Sprintf("the scores of a city are %.0f hours old; see whether a server runs, and: citywalk jobs list", age.Hours())}
	}
	return Check{"curation", "ok", fmt.Sprintf("%d cities scored, %d alarms, %d notes wait for a link", h.Cities, h.Alarms, h.Waiting)}
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
