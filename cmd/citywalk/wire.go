package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/jobs"
	"citywalk/ledger"
	"citywalk/once"
	"citywalk/pass"
	"citywalk/payment"
	"citywalk/redeem"
	"citywalk/settle"
	"citywalk/shop"
)

// parts are the services of one installation, tied together.
type parts struct {
	cfg     Config
	zone    *time.Location
	secrets Secrets
	now     func() time.Time
	db      *db.DB
	runner  *jobs.Runner
	account *account.Service
	shop    *shop.Service
	payment *payment.Service
	pass    *pass.Service
	redeem  *redeem.Service
	settle  *settle.Service
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
	secrets, err := loadSecrets(cfg.secretsPath())
	if err != nil {
		return nil, err
	}
	d, err := db.Open(ctx, cfg.DB, db.Options{Clock: clock})
	if err != nil {
		return nil, err
	}
	if _, err := d.Migrate(ctx, db.Schema()); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	a := &parts{cfg: cfg, zone: zone, secrets: secrets, db: d, now: clock}
	if a.now == nil {
		a.now = time.Now
	}
	err = a.wire()
	if err == nil {
		err = a.account.CheckKeys(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return a, nil
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
	a.account = &account.Service{DB: a.db, Keys: a.secrets.accountKeys(), Sender: sender}
	a.shop = &shop.Service{DB: a.db, Zone: a.zone}
	a.payment = &payment.Service{DB: a.db, Provider: provider, Currency: "CNY", BaseURL: a.cfg.baseURL(),
		Secret: a.secrets.Seal, Zone: a.zone}
	a.pass = &pass.Service{DB: a.db, Payment: a.payment, Zone: a.zone}
	a.redeem = &redeem.Service{DB: a.db, Payment: a.payment, Keys: a.secrets.redeemKeys(), Zone: a.zone}
	a.settle = &settle.Service{DB: a.db, Zone: a.zone}

	a.payment.On("pass", a.pass.Outcome())
	a.payment.On("redeem", a.redeem.Outcome())

	a.runner = jobs.NewRunner(a.db, a.cfg.Workers)
	a.runner.OnError = func(j jobs.Job, err error) {
		slog.Warn("job", "kind", j.Kind, "id", j.ID, "attempt", j.Attempts, "error", err.Error())
	}
	a.account.Register(a.runner)
	a.payment.Register(a.runner)
	a.pass.Register(a.runner)
	a.redeem.Register(a.runner)
	a.settle.Register(a.runner)
	a.runner.Every("once.forget", time.Hour, 0, 3, func(ctx context.Context, _ time.Time) error {
		_, err := once.Forget(ctx, a.db)
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
