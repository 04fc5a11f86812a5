package discover

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"citywalk/account"
	"citywalk/cover"
	"citywalk/db"
	"citywalk/fault"
	"citywalk/jobs"
)

const (
	coverSeed  = 1
	coverBeat  = time.Second      // How often a running plan says how far it is and looks whether it should stop.
	coverStill = 20 * time.Second // It gives a sign of life after this at the latest.
)

// coverHandler makes a plan. What cannot be planned is its answer, and no
// reason to try again; anything else is tried again, and said at last.
func (s *Service) coverHandler(ctx context.Context, j jobs.Job) error {
	var id CoverPlanID
	if err := json.Unmarshal(j.Body, &id); err != nil {
		return fmt.Errorf("discover: plan of a job: %w", err)
	}
	p, err := s.beginCover(ctx, id)
	if errors.Is(err, ErrCoverOver) {
		return nil
	} else if err != nil {
		return err
	}
	err = s.makeCover(ctx, p)
	if err == nil || ctx.Err() != nil {
		return err
	}
	f, known := fault.From(err)
	if !known && j.Attempts < coverAttempts {
		return err
	}
	if !known {
		f = ErrCoverBroke
	}
	if failed := s.failCover(ctx, p, f); failed != nil || known {
		return failed
	}
	return err
}

// beginCover makes a plan this attempt's, or says that it is over.
func (s *Service) beginCover(ctx context.Context, id CoverPlanID) (p CoverPlan, err error) {
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		if p, err = findCover(tx, id); errors.Is(err, db.ErrNone) {
			return ErrCoverOver
		} else if err != nil {
			return err
		}
		if p.State.Over() {
			return ErrCoverOver
		}
		if err := runCover(tx, p); err != nil {
			return err
		}
		p.State, p.Attempt = CoverRunning, p.Attempt+1
		return nil
	})
	return p, err
}

// makeCover plans, and writes what came of it.
func (s *Service) makeCover(ctx context.Context, p CoverPlan) error {
	in, err := s.CoverInstance(ctx, p.Ask.ask())
	if err != nil {
		return err
	}
	making, stop := context.WithCancel(ctx)
	defer stop()
	if err := s.DB.View(ctx, func(tx *db.Tx) error {
		over, err := coverStopped(tx, p)
		if over {
			stop()
		}
		return err
	}); err != nil {
		return err
	}
	var latest atomic.Pointer[cover.Progress]
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		s.watchCover(making, stop, p, in.Total(), &latest)
	}()
	plan, err := cover.Make(making, in, p.Ask.limits(), cover.Options{Seed: coverSeed, Effort: float64(p.Ask.Effort),
		Progress: func(at cover.Progress) { latest.Store(&at) }})
	stop()
	<-watched
	switch {
	case ctx.Err() != nil:
		return ctx.Err() // The node stops; another begins the plan again.
	case err != nil:
		return err
	}
	return s.finishCover(ctx, p, in, plan)
}

// watchCover writes down how far a plan is, and ends it when somebody asked for
// that or it is another attempt's by now.
func (s *Service) watchCover(ctx context.Context, stop func(), p CoverPlan, total int64, latest *atomic.Pointer[cover.Progress]) {
	t := time.NewTicker(coverBeat)
	defer t.Stop()
	var written *cover.Progress
	for still := time.Duration(0); ; still += coverBeat {
		now := latest.Load()
		var over bool
		err := s.DB.View(ctx, func(tx *db.Tx) (err error) {
			over, err = coverStopped(tx, p)
			return err
		})
		if err == nil && !over && now != nil && (now != written || still >= coverStill) {
			err = s.DB.Update(ctx, func(tx *db.Tx) error { return beatCover(tx, p, *now, total) })
			over = errors.Is(err, db.ErrNone)
			written, still = now, 0
		}
		if over {
			stop()
			return
		}
		select {
		case <-t.C:
		case <-ctx.Done():
			return
		}
	}
}

// finishCover writes what came of a plan, unless it is another attempt's.
func (s *Service) finishCover(ctx context.Context, p CoverPlan, in *cover.Instance, plan *cover.Plan) error {
	files, err := packCover(in, plan)
	if err != nil {
		return err
	}
	result, err := json.Marshal(coverResult(in, plan))
	if err != nil {
		return fmt.Errorf("discover: result of %s: %w", p.ID, err)
	}
	state := CoverDone
	if plan.Cut {
		state = CoverCancelled
	}
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		if err := beatCover(tx, p, cover.Progress{Phase: "search", Done: 1, Value: plan.Value, Bound: plan.Bound}, plan.Total); err != nil {
			return err
		}
		if err := endCover(tx, p, state, string(result), ""); err != nil {
			return err
		}
		for kind, data := range files {
			if err := putCoverFile(tx, p.ID, kind, data); err != nil {
				return err
			}
		}
		if err := forgetCovers(tx, p.City); err != nil {
			return err
		}
		return account.Audit(tx, "", "discover.plan_"+string(state), string(p.ID), map[string]any{"shops": len(plan.Chosen), "value": plan.Value, "bound": plan.Bound})
	})
	if errors.Is(err, db.ErrNone) {
		return nil // Another attempt has it.
	}
	return err
}

// failCover writes why there is no plan.
func (s *Service) failCover(ctx context.Context, p CoverPlan, why *fault.Error) error {
	failure, err := fault.Marshal(why)
	if err != nil {
		return fmt.Errorf("discover: failure of %s: %w", p.ID, err)
	}
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		if err := endCover(tx, p, CoverFailed, "", string(failure)); err != nil {
			return err
		}
		return account.Audit(tx, "", "discover.plan_failed", string(p.ID), map[string]any{"why": why.Code})
	})
	if errors.Is(err, db.ErrNone) {
		return nil
	}
	return err
}

// SweepCovers ends the plans that nobody works at any more: each of their
// attempts lost its node before it could say so.
func (s *Service) SweepCovers(ctx context.Context) error {
	var quiet []CoverPlan
	err := s.DB.View(ctx, func(tx *db.Tx) (err error) {
		quiet, err = quietCovers(tx, tx.Now().Add(-coverQuiet))
		return err
	})
	if err != nil {
		return err
	}
	var failed error
	for _, p := range quiet {
		failed = errors.Join(failed, s.failCover(ctx, p, ErrCoverBroke))
	}
	return failed
}

// CoverFile returns a file of a plan, as citywalk coverage plan writes it.
func (s *Service) CoverFile(ctx context.Context, who account.Session, id CoverPlanID, kind string) ([]byte, error) {
	if !account.Allowed(who, account.ActConsoleRead) {
		return nil, account.ErrDenied
	}
	var data string
	err := s.DB.View(ctx, func(tx *db.Tx) (err error) {
		data, err = coverFile(tx, id, kind)
		return err
	})
	if errors.Is(err, db.ErrNone) {
		return nil, ErrCoverFile
	} else if err != nil {
		return nil, err
	}
	return unpackCover(data)
}
