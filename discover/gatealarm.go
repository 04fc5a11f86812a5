package discover

import (
	"context"
	"errors"
	"fmt"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/fault"
	"citywalk/jobs"
	"citywalk/ledger"
	idem "citywalk/once"
	"citywalk/pass"
)

// Refusals of extensions.
var (
	ErrAlarm = fault.New(fault.NotFound, "discover.alarm", fault.Operator,
		"没有这条覆盖警报。", "There is no such alarm.")
	ErrExtended = fault.New(fault.Conflict, "discover.extended", fault.Operator,
		"这条警报已经延过卡了，一条警报只延一次。", "The passes of this alarm were extended already; an alarm extends them once.")
	ErrExtendDays = fault.New(fault.Invalid, "discover.extend_days", fault.Operator,
		"延长 1 到 {max} 天。", "An extension is 1 to {max} days.")
	ErrExtendMembers = fault.New(fault.Conflict, "discover.extend_members", fault.Operator,
		"受影响的会员变成 {n} 位，请看过再确认。", "It would now reach {n} members. Look again and confirm.")
)

// An AlarmID names an alarm: "alm_...".
type AlarmID string

// extendDaysMax is how many days one alarm adds at most.
const extendDaysMax = 90

// An Alarm says that passes were sold on a promise that does not hold: its area
// fell below what the gate asked for when they were sold. What the gate asks
// for today does not matter to it.
type Alarm struct {
	ID      AlarmID
	Gate    GateID
	Promise string
	Reached int // When it began.
	Since   time.Time
	Ended   time.Time // Zero while it stands.

	Conditions Conditions `db:"-"`
	Members    int        `db:"-"` // Who hold such a pass and were not extended for it.
	Extension  *Extension `db:"-"`
}

// An Extension is what an operator decided about an alarm. It is granted to
// every member that it concerns rather than offered: a gift that must be asked
// for goes to those who look at their phones, who need it least, and nobody is
// worse off for having it. Whoever wants no longer pass gives his back.
type Extension struct {
	Alarm   AlarmID
	Days    int
	Members int // As it was previewed.
	Actor   account.ID
	At      time.Time
	Granted int
	Done    time.Time // Zero while it is being granted.
}

// settlePromise begins or ends the alarm of a promise. Where nothing can be
// measured it stays as it is.
func (f *finding) settlePromise(tx *db.Tx, p pass.Promised) error {
	c, err := ReadPromise(p.Promise)
	if err != nil {
		return err
	}
	m := f.by[c]
	if m.Reached < 0 {
		return nil
	}
	if c.hold(m.Reached) {
		_, err := tx.Exec(`UPDATE discover_alarms SET ended = $3 WHERE gate = $1 AND promise = $2 AND ended = 0`, p.Gate, p.Promise, tx.Now())
		if err != nil {
			return fmt.Errorf("discover: end an alarm: %w", err)
		}
		return nil
	}
	id := AlarmID(tx.ID("alm"))
	n, err := tx.Exec(`
		INSERT INTO discover_alarms (id, gate, promise, reached, since) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT DO NOTHING`, id, p.Gate, p.Promise, m.Reached, tx.Now())
	if err != nil {
		return fmt.Errorf("discover: begin an alarm: %w", err)
	}
	if n == 0 {
		return nil // It stands.
	}
	return account.Audit(tx, "", "discover.alarm", string(id), map[string]any{"gate": p.Gate, "reached": m.Reached, "share": c.Share, "passes": p.N})
}

// Alarms lists the alarms that stand, and with over also those that ended,
// newest first.
func (s *Service) Alarms(ctx context.Context, who account.Session, over int) (all []Alarm, err error) {
	if !account.Allowed(who, account.ActConsoleRead) {
		return nil, account.ErrDenied
	}
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		all, err = db.All[Alarm](tx, `
			SELECT id, gate, promise, reached, since, ended FROM discover_alarms WHERE ended = 0
			UNION ALL SELECT id, gate, promise, reached, since, ended FROM (
				SELECT id, gate, promise, reached, since, ended FROM discover_alarms
				WHERE ended > 0 ORDER BY ended DESC LIMIT CAST($1 AS BIGINT)) AS old
			ORDER BY since DESC`, over)
		if err != nil {
			return fmt.Errorf("discover: list alarms: %w", err)
		}
		for i := range all {
			if err := all[i].complete(tx); err != nil {
				return err
			}
		}
		return nil
	})
	return all, err
}

// complete adds to an alarm what its promise says and whom it concerns.
func (a *Alarm) complete(tx *db.Tx) (err error) {
	if a.Conditions, err = ReadPromise(a.Promise); err != nil {
		return err
	}
	if a.Members, err = db.One[int](tx, `
		SELECT COUNT(*) FROM pass_passes p
		WHERE p.gate = $1 AND p.gate <> '' AND p.promise = $2 AND p.state = 'active' AND p.trial = 0
			AND NOT EXISTS (SELECT 1 FROM pass_extensions e WHERE e.pass = p.id AND e.cause = $3)`, a.Gate, a.Promise, a.ID); err != nil {
		return fmt.Errorf("discover: count the members of %s: %w", a.ID, err)
	}
	x, err := findExtension(tx, a.ID)
	switch {
	case err == nil:
		a.Extension = &x
	case !errors.Is(err, db.ErrNone):
		return err
	}
	return nil
}

// FindAlarm returns an alarm.
func (s *Service) FindAlarm(ctx context.Context, who account.Session, id AlarmID) (a Alarm, err error) {
	if !account.Allowed(who, account.ActConsoleRead) {
		return a, account.ErrDenied
	}
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		a, err = findAlarm(tx, id)
		return err
	})
	return a, err
}

func findAlarm(tx *db.Tx, id AlarmID) (Alarm, error) {
	a, err := db.One[Alarm](tx, `SELECT id, gate, promise, reached, since, ended FROM discover_alarms WHERE id = $1`, id)
	if errors.Is(err, db.ErrNone) {
		return a, ErrAlarm
	} else if err != nil {
		return a, fmt.Errorf("discover: find alarm %s: %w", id, err)
	}
	return a, a.complete(tx)
}

func findExtension(tx *db.Tx, id AlarmID) (Extension, error) {
	x, err := db.One[Extension](tx, `
		SELECT alarm, days, members, actor, at, granted, done FROM discover_extensions WHERE alarm = $1`, id)
	if err != nil {
		return x, fmt.Errorf("discover: find the extension of %s: %w", id, err)
	}
	return x, nil
}

// extendJob grants an extension.
const extendJob = "discover.extend"

// Extend decides that every member whom an alarm concerns has so many days more.
// members is how many that were when the operator looked; if it is another
// number by now he is asked to look again. An alarm is decided about once, and
// one operator may: it takes nothing from anybody and is bounded.
func (s *Service) Extend(ctx context.Context, who account.Session, id AlarmID, days, members int, key string) (x Extension, err error) {
	switch {
	case !who.Has(account.Operator):
		return x, ErrDenied
	case days < 1 || days > extendDaysMax:
		return x, ErrExtendDays.With("max", extendDaysMax).In("days")
	}
	k := idem.Key{Principal: string(who.Person), Route: "discover.extend", Key: key, Fingerprint: idem.Print(id, days, members)}
	x, _, err = idem.Do(ctx, s.DB, k, func(tx *db.Tx) (Extension, error) {
		return decide(tx, who.Person, id, days, members)
	})
	if err == nil {
		s.awake()
	}
	return x, err
}

func decide(tx *db.Tx, by account.ID, id AlarmID, days, members int) (x Extension, err error) {
	a, err := findAlarm(tx, id)
	switch {
	case err != nil:
		return x, err
	case a.Extension != nil:
		return x, ErrExtended
	case a.Members != members:
		return x, ErrExtendMembers.With("n", a.Members).In("members")
	}
	x = Extension{Alarm: id, Days: days, Members: members, Actor: by, At: tx.Now()}
	n, err := tx.Exec(`
		INSERT INTO discover_extensions (alarm, days, members, actor, at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT DO NOTHING`, x.Alarm, x.Days, x.Members, x.Actor, x.At)
	if err != nil {
		return x, fmt.Errorf("discover: extend for %s: %w", id, err)
	}
	if n == 0 {
		return x, ErrExtended
	}
	if err := jobs.Enqueue(tx, extendJob, string(id), time.Time{}, id); err != nil {
		return x, err
	}
	return x, account.Audit(tx, by, "discover.extend", string(id), map[string]any{"days": days, "members": members})
}

// extendAtOnce bounds how many passes one transaction extends.
const extendAtOnce = 200

// extendAll grants an extension, some hundred passes at a time. It may run
// again, and twice at a time: a pass is extended once for an alarm.
func (s *Service) extendAll(ctx context.Context, id AlarmID) error {
	for after, more := pass.ID(""), true; more; {
		err := s.DB.Update(ctx, func(tx *db.Tx) (err error) {
			more, after, err = s.extendSome(tx, id, after)
			return err
		})
		if err != nil {
			return fmt.Errorf("discover: extend for %s: %w", id, err)
		}
	}
	return nil
}

func (s *Service) extendSome(tx *db.Tx, id AlarmID, after pass.ID) (more bool, last pass.ID, err error) {
	a, err := findAlarm(tx, id)
	if err != nil || a.Extension == nil {
		return false, after, err
	}
	ids, err := pass.SoldUnder(tx, string(a.Gate), a.Promise, string(id), after, extendAtOnce)
	if err != nil {
		return false, after, err
	}
	granted, today := 0, ledger.DayOf(tx.Now(), s.Zone)
	for _, p := range ids {
		done, err := pass.Extend(tx, a.Extension.Actor, today, pass.Extension{Pass: p, Cause: string(id), Days: a.Extension.Days})
		if err != nil {
			return false, after, err
		}
		if done {
			granted++
		}
		after = p
	}
	more = len(ids) == extendAtOnce
	done := time.Time{}
	if !more {
		done = tx.Now()
	}
	return more, after, tx.Change(`UPDATE discover_extensions SET granted = granted + $2, done = $3 WHERE alarm = $1`, id, granted, done)
}

// Fallen returns the alarm that stands for what a pass was sold on, or nil.
func (s *Service) Fallen(ctx context.Context, p pass.Pass) (a *Alarm, err error) {
	if p.Gate == "" || p.Trial {
		return nil, nil
	}
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		found, err := db.One[Alarm](tx, `
			SELECT id, gate, promise, reached, since, ended FROM discover_alarms WHERE gate = $1 AND promise = $2 AND ended = 0`, p.Gate, p.Promise)
		if errors.Is(err, db.ErrNone) {
			return nil
		} else if err != nil {
			return fmt.Errorf("discover: look for an alarm: %w", err)
		}
		a = &found
		a.Conditions, err = ReadPromise(found.Promise)
		return err
	})
	return a, err
}
