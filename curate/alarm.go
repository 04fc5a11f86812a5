package curate

import (
	"context"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/score"
	"citywalk/shop"
)

// Watch looks in every city that has dossiers for decisions that are over and
// for listed shops that have fallen, raises what alarms are due, and renews the
// queues.
func (s *Service) Watch(ctx context.Context) error {
	var all []string
	err := s.DB.View(ctx, func(tx *db.Tx) (err error) {
		all, err = dossierCities(tx)
		return err
	})
	if err != nil {
		return err
	}
	for _, city := range all {
		if err := s.Queue(ctx, city); err != nil {
			return err
		}
	}
	return nil
}

// alarm raises and clears the alarms of a city. A shop that has recovered from
// its fall is told of no more; that a decision is over ends with a new one.
func alarm(tx *db.Tx, city string) error {
	all, err := listed(tx, city)
	if err != nil {
		return err
	}
	for _, l := range all {
		due := l.due(tx.Now())
		if due == l.Alarm {
			continue
		}
		if err := setAlarm(tx, l.Shop, due); err != nil {
			return err
		}
		if err := account.Audit(tx, "", "curate.alarm", string(l.Shop), map[string]any{"alarm": due, "before": l.Alarm}); err != nil {
			return err
		}
	}
	return nil
}

// A listing is a dossier with what its alarm depends on.
type listing struct {
	Shop    shop.ID
	Verdict Verdict
	Expires time.Time
	Alarm   Alarm
	Mean    int64
	SD      int64 `db:"sd"`
	Above   int64
}

// due is the alarm that a listing should have at now. A fall is more urgent
// than a date.
func (l listing) due(now time.Time) Alarm {
	switch {
	case l.Verdict != Included:
		return NoAlarm
	case l.SD > 0 && score.Estimate{Above: float64(l.Above) / 1e6}.Fallen():
		return Fallen
	case !now.Before(l.Expires):
		return Expired
	}
	return NoAlarm
}

// An Alert is a shop whose alarm is on.
type Alert struct {
	Shop    shop.ID
	Name    string
	City    string
	Verdict Verdict
	Alarm   Alarm
	Since   time.Time `db:"alarmed"`
}

// Alerts returns the alarms that are on, the oldest first, at most limit.
func (s *Service) Alerts(ctx context.Context, who account.Session, limit int) (all []Alert, err error) {
	if err := reads(who); err != nil {
		return nil, err
	}
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		all, err = alerts(tx, limit)
		return err
	})
	return all, err
}
