package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"citywalk/account"
	"citywalk/community"
	"citywalk/curate"
	"citywalk/db"
	"citywalk/discover"
	"citywalk/jobs"
	"citywalk/ledger"
	"citywalk/once"
	"citywalk/outbox"
	"citywalk/pass"
	"citywalk/payment"
	"citywalk/redeem"
	"citywalk/settle"
	"citywalk/shop"
)

// parts are the services of one installation, tied together.
type parts struct {
	cfg       Config
	zone      *time.Location
	secrets   Secrets
	now       func() time.Time
	db        *db.DB
	runner    *jobs.Runner
	account   *account.Service
	shop      *shop.Service
	payment   *payment.Service
	pass      *pass.Service
	curate    *curate.Service
	community *community.Service
	discover  *discover.Service
	redeem    *redeem.Service
	settle    *settle.Service

	carrier  http.RoundTripper // Of the calls to the provider; nil is the network.
	file     fs.FileInfo       // The SQLite file as it was opened; nil on PostgreSQL.
	listener net.Listener      // Of the web server, if it is taken already.
	ready    func()            // Told when every address is taken; may be nil.
	life     *life             // Of a server; nil for who serves nobody or a demo.
}

// open opens the database of a configuration, brings its schema up to date and
// ties the services together. It starts nothing.
func open(ctx context.Context, cfg Config) (*parts, error) {
	return openAt(ctx, cfg, nil)
}

// openAt is open with a clock of the caller's, for the demo's history.
func openAt(ctx context.Context, cfg Config, clock func() time.Time) (*parts, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	zone, err := cfg.location()
	if err != nil {
		return nil, err
	}
	secrets, made, err := loadSecrets(cfg.secretsPath())
	if err != nil {
		return nil, err
	}
	d, err := reach(ctx, cfg.DB, db.Options{Clock: clock})
	if err != nil {
		return nil, err
	}
	a := &parts{cfg: cfg, zone: zone, secrets: secrets, db: d, now: clock}
	if a.file, err = databaseFile(d); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	if a.now == nil {
		a.now = time.Now
	}
	if err = a.start(ctx); err == nil {
		return a, nil
	}
	err = errors.Join(err, d.Close())
	if errors.Is(err, account.ErrOtherKeys) {
		return nil, a.otherKeys(made)
	}
	return nil, err
}

// start brings the schema up to date, ties the services together and checks
// that the keys are the database's.
func (a *parts) start(ctx context.Context) error {
	if _, err := a.db.Migrate(ctx, db.Schema()); err != nil {
		return err
	}
	if err := a.wire(); err != nil {
		return err
	}
	if err := a.account.CheckKeys(ctx); err != nil {
		return err
	}
	return a.checkZone(ctx)
}

// checkZone refuses another time zone once something is booked: redemptions
// would fall on days that are closed, and nobody would be paid for them.
func (a *parts) checkZone(ctx context.Context) error {
	kept, err := a.account.KeepMark(ctx, "zone", a.cfg.Zone, func(tx *db.Tx) (bool, error) {
		booked, err := ledger.Entries(tx, "", "", "", 1)
		return len(booked) > 0, err
	})
	if err == nil && kept != a.cfg.Zone {
		err = fmt.Errorf("--zone %s: the days of %s are counted in %s, and something is booked already; use --zone %s", a.cfg.Zone, redact(a.cfg.DB), kept, kept)
	}
	return err
}

// otherKeys says what to do about keys that are not the database's. New ones
// that were made for want of a file are of no use and go again.
func (a *parts) otherKeys(made bool) error {
	path := a.cfg.secretsPath()
	if !made {
		return fmt.Errorf("%s holds other keys than those that %s was written with; name the right file with --secrets", path, redact(a.cfg.DB))
	}
	lost := fmt.Errorf("%s is not there, and %s was written with keys; put the file back, or name it with --secrets. Without it nobody can sign in: phone numbers stay encrypted", path, redact(a.cfg.DB))
	return errors.Join(lost, os.Remove(path))
}

// wire makes the services and registers what each tells the others.
func (a *parts) wire() error {
	sender, err := a.sender()
	if err != nil {
		return err
	}
	provider, err := a.provider()
	if err != nil {
		return err
	}
	a.account = &account.Service{DB: a.db, Keys: a.secrets.accountKeys(), Sender: sender, Limits: a.cfg.limits()}
	a.shop = &shop.Service{DB: a.db, Zone: a.zone}
	a.payment = &payment.Service{DB: a.db, Provider: provider, Currency: "CNY", BaseURL: a.cfg.baseURL(),
		Secret: a.secrets.Seal, Zone: a.zone}
	a.pass = &pass.Service{DB: a.db, Payment: a.payment, Zone: a.zone}
	reader, err := a.cfg.reader()
	if err != nil {
		return err
	}
	a.curate = &curate.Service{DB: a.db, Key: a.secrets.curateKey(), Zone: a.zone, Rules: a.cfg.rules(), Reader: reader,
		Relied: reliedOn, Visited: redeem.LastAt}
	a.redeem = &redeem.Service{DB: a.db, Payment: a.payment, Keys: a.secrets.redeemKeys(), Zone: a.zone}
	a.settle = &settle.Service{DB: a.db, Zone: a.zone}
	a.community = &community.Service{DB: a.db, Curate: a.curate, Zone: a.zone}
	a.discover = &discover.Service{DB: a.db, Zone: a.zone, City: a.cfg.City, Now: a.now}

	a.pass.InUse = redeem.InUse
	a.pass.Gate = a.discover.Admit
	a.payment.On("pass", a.pass.Outcome())
	a.payment.On("redeem", a.redeem.Outcome())

	a.runner = jobs.NewRunner(a.db, a.cfg.Workers)
	a.runner.OnError = func(j jobs.Job, err error) {
		slog.Warn("job", "kind", j.Kind, "id", j.ID, "attempt", j.Attempts, "error", err.Error())
	}
	a.account.Register(a.runner)
	a.runner.Every("account.watch", account.WatchEvery, 0, 3, func(ctx context.Context, _ time.Time) error {
		put, err := a.account.Watch(ctx)
		for _, b := range put {
			slog.Error("one-time codes are held back", "why", b.Name, "sent", b.Sent, "met", b.Met, "until", b.Until)
		}
		return err
	})
	a.payment.Register(a.runner)
	a.pass.Register(a.runner)
	a.curate.Register(a.runner, a.night(3*time.Hour))
	a.redeem.Register(a.runner)
	a.discover.Register(a.runner, a.night(3*time.Hour+30*time.Minute))
	a.settle.Register(a.runner)
	a.runner.Every("once.forget", time.Hour, 0, 3, func(ctx context.Context, _ time.Time) error {
		_, err := once.Forget(ctx, a.db)
		return err
	})
	a.runner.Every("outbox.forget", time.Hour, 0, 3, func(ctx context.Context, _ time.Time) error {
		_, err := outbox.Forget(ctx, a.db)
		return err
	})
	a.runner.Every("ledger.prove", 24*time.Hour, a.night(time.Hour), 3, func(ctx context.Context, _ time.Time) error {
		found, err := a.prove(ctx)
		if err == nil && len(found) > 0 {
			slog.Error("the books do not prove", "findings", len(found), "first", found[0].What, "rule", found[0].Rule)
		}
		return err
	})
	return nil
}

// reliedOn reports whether members paid for a pass while the shop was part of
// what it gives: the shop takes the card, or did, and somebody's pass runs.
func reliedOn(tx *db.Tx, id shop.ID) (bool, error) {
	sh, err := shop.Find(tx, id)
	if err != nil || sh.State == shop.Draft {
		return false, err
	}
	return pass.AnyPaid(tx)
}

// sender delivers one-time codes: through the webhook, or to the log.
func (a *parts) sender() (account.Sender, error) {
	if a.cfg.SMSWebhook == "" {
		return account.LogSender{W: os.Stderr}, nil
	}
	return account.NewWebhookSender(a.cfg.SMSWebhook, a.cfg.SMSSecret, a.now)
}

// night is the offset of a daily job that runs so long after local midnight.
// The zone's present offset serves: an hour's shift in summer harms nothing.
func (a *parts) night(after time.Duration) time.Duration {
	_, east := time.Now().In(a.zone).Zone()
	return after - time.Duration(east)*time.Second
}

// prove proves the books with every sub-ledger there is, and that what the till
// reserved is what its redemptions hold.
func (a *parts) prove(ctx context.Context) (found []ledger.Finding, err error) {
	controls := append(a.settle.Controls(), a.pass.Control(), a.payment.Control())
	err = a.db.View(ctx, func(tx *db.Tx) error {
		if found, err = ledger.Prove(tx, controls...); err != nil {
			return err
		}
		held, err := redeem.Prove(tx)
		found = append(found, held...)
		return err
	})
	return found, err
}

func (a *parts) close() error { return a.db.Close() }
