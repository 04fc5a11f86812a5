package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"citywalk/account"
	"citywalk/db"
)

// A server serves one life of its database (db/epoch.go). While it does, it
// lets the database's beat grow and keeps beside the keys, outside of the
// database, how far it has seen it grow. A database that stands before that
// was put back to an older state by hand, and is closed just as one that was
// restored by command: what came after may be paid for and forgotten.
//
//	start ──as seen, or newer──────────▶ open ──another life──▶ the process ends
//	  │                                   ▲
//	  └──closed, or older than seen──▶ closed ──citywalk reopen
//
// What was seen may have been put back together with the database, or be on
// another machine. So a server that finds the database unattended asks the
// provider too: it knows every payment, and the books know it before.

const (
	beatEvery = 5 * time.Second
	lookEvery = time.Second      // Whether a closed database was opened.
	elsewhere = 30 * time.Second // A beat so young is another node's.
	askFor    = 10 * time.Second // At start, how long the provider may take to tell what it knows.
)

// A life is the part of a server that knows whether it may serve.
type life struct {
	folder string // Where what was seen is kept.
	held   db.Epoch
	shut   atomic.Bool
}

// errClosed is what /readyz says while nobody is served.
var errClosed = fmt.Errorf("%w; it is closed until citywalk reopen", db.ErrFenced)

// seenFolder is beside the keys: what is kept there must not travel with the
// database.
func (c Config) seenFolder() string { return filepath.Join(filepath.Dir(c.secretsPath()), "seen") }

// readSeen returns how far a database was seen to grow; known says whether it
// was seen here at all.
func readSeen(folder, name string) (e db.Epoch, known bool, err error) {
	b, err := os.ReadFile(filepath.Join(folder, name+".json"))
	if errors.Is(err, fs.ErrNotExist) || name == "" {
		return e, false, nil
	} else if err != nil {
		return e, false, err
	}
	if err := json.Unmarshal(b, &e); err != nil {
		return e, false, fmt.Errorf("%s is not readable: %w", filepath.Join(folder, name+".json"), err)
	}
	return e, true, nil
}

// writeSeen keeps how far a database was seen to grow. The file is whole or
// not there, and never ahead of what the database has on disk.
func writeSeen(folder string, e db.Epoch) error {
	b, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(folder, ".seen-")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if _, err := f.Write(append(b, '\n')); err != nil {
		return errors.Join(err, f.Close())
	}
	return errors.Join(f.Close(), os.Rename(f.Name(), filepath.Join(folder, e.Name+".json")))
}

// begin binds the server to the database's present life, and finds out whether
// it may serve it. Another node that starts too may find out first.
func (a *parts) begin(ctx context.Context) error {
	if a.life == nil {
		return nil
	}
	err := a.enter(ctx)
	if errors.Is(err, db.ErrFenced) {
		err = a.enter(ctx)
	}
	return err
}

func (a *parts) enter(ctx context.Context) error {
	e, err := a.db.Hold(ctx)
	if err != nil {
		return err
	}
	if e.Closed == "" {
		if e, err = a.compare(ctx, e); err != nil {
			return err
		}
	}
	a.life.held = e
	if e.Closed != "" {
		a.life.shut.Store(true)
		slog.Error(closedLine(a.cfg, a.zone, e))
		return nil
	}
	return a.sign(ctx)
}

// closedLine says what happened, and what to do.
func closedLine(cfg Config, zone *time.Location, e db.Epoch) string {
	since := "an unknown moment"
	if !e.Since.IsZero() {
		since = e.Since.In(zone).Format("2006-01-02 15:04:05")
	}
	return fmt.Sprintf("closed: %s; what came after %s may be lost. Nobody is served until the payments are checked: citywalk reopen --dry-run --db %s, then without --dry-run",
		closedWhy[e.Closed], since, redact(cfg.DB))
}

// Why a database is closed, as the database keeps it.
const (
	whyRestored = "restored"
	whyOlder    = "older"
	whyMissing  = "missing"
	whyUnsure   = "unsure"
)

var closedWhy = map[string]string{
	whyRestored: "the database was restored from a backup",
	whyOlder:    "the database is older than this machine has seen it; somebody put an earlier state in its place",
	whyMissing:  "the payment provider knows payments that the database does not; somebody put an earlier state in its place",
	whyUnsure:   "this machine has never seen the database, and the payment provider does not say whether it is the latest",
}

// compare closes a database that is not the latest: it stands before what was
// seen of it, or the provider knows of payments that it does not. The provider
// is not asked about one that another node is serving.
func (a *parts) compare(ctx context.Context, e db.Epoch) (db.Epoch, error) {
	seen, known, err := readSeen(a.life.folder, e.Name)
	if err != nil {
		return e, err
	}
	why := ""
	switch {
	case known && e.Before(seen):
		why = whyOlder
	case !e.Beaten.IsZero() && a.now().Sub(e.Beaten) > elsewhere:
		why = a.ask(ctx, e)
	}
	if why == whyUnsure && known { // It is as this machine left it.
		why = ""
	}
	if why == "" {
		return e, nil
	}
	err = a.db.Update(ctx, func(tx *db.Tx) error {
		now, err := db.EpochOf(tx)
		if err != nil || now.Epoch != e.Epoch { // Another node saw it too.
			return err
		}
		if err := db.Raise(tx, seen.Epoch, why, e.Beaten); err != nil {
			return err
		}
		return account.Audit(tx, "", "restore.detect", e.Name, map[string]any{"why": why, "epoch": e.Epoch, "beat": e.Beat, "seen_epoch": seen.Epoch, "seen_beat": seen.Beat})
	})
	if err != nil {
		return e, err
	}
	return a.db.Hold(ctx)
}

// askMargin is how far the provider's clock may be behind ours.
const askMargin = time.Minute

// ask asks the provider whether it knows more than the books.
func (a *parts) ask(ctx context.Context, e db.Epoch) (why string) {
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	missing, err := a.payment.Missing(ctx, e.Beaten.Add(-askMargin))
	switch {
	case err != nil:
		slog.Warn("the payment provider does not say whether this database is the latest", "error", err.Error())
		return whyUnsure
	case missing:
		return whyMissing
	}
	return ""
}

// sign gives a sign of life.
func (a *parts) sign(ctx context.Context) error {
	e, err := a.db.Beat(ctx)
	if err != nil {
		return err
	}
	a.life.held = e
	if err := writeSeen(a.life.folder, e); err != nil {
		slog.Warn("how far the database has grown could not be kept, so that a return to an older state would not be noticed", "error", err.Error())
	}
	return nil
}

// live gives a sign of life every few seconds, and waits for a closed database
// to be opened. It ends with an error when another life has begun: what this
// process knows is of the one before.
func (a *parts) live(ctx context.Context) error {
	if a.life == nil {
		return nil
	}
	for {
		wait := beatEvery
		if a.life.shut.Load() {
			wait = lookEvery
		}
		select {
		case <-ctx.Done():
			return a.last(ctx)
		case <-time.After(wait):
		}
		err := a.step(ctx)
		switch {
		case errors.Is(err, db.ErrFenced):
			return fmt.Errorf("%w; this server knew the later one and stops. Start it again: it tells everybody that it is closed until citywalk reopen", err)
		case err != nil && ctx.Err() == nil:
			slog.Warn("no sign of life could be given", "error", err.Error())
		}
	}
}

// last gives a last sign of life, so that what was copied a moment before is
// known to be older.
func (a *parts) last(ctx context.Context) error {
	if a.life.shut.Load() {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if err := a.sign(ctx); err != nil {
		slog.Warn("no last sign of life could be given", "error", err.Error())
	}
	return nil
}

func (a *parts) step(ctx context.Context) error {
	if !a.life.shut.Load() {
		return a.sign(ctx)
	}
	e, err := a.db.Epoch(ctx)
	switch {
	case err != nil:
		return err
	case e.Epoch != a.life.held.Epoch:
		return db.ErrFenced
	case e.Closed != "":
		return nil
	}
	if err := a.sign(ctx); err != nil {
		return err
	}
	a.life.shut.Store(false)
	slog.Info("open again")
	return nil
}

// work runs the background work while the server may serve.
func (a *parts) work(ctx context.Context) error {
	for a.life != nil && a.life.shut.Load() {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Second / 4):
		}
	}
	return a.runner.Run(ctx)
}

// door lets requests in to where they are answered just now.
func (a *parts) door(open http.Handler) http.Handler {
	if a.life == nil {
		return open
	}
	closed := a.closedPages()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a.life.shut.Load() {
			closed.ServeHTTP(w, r)
			return
		}
		open.ServeHTTP(w, r)
	})
}
