package account

import (
	"context"
	"errors"
	"fmt"
	"time"

	"citywalk/db"
	"citywalk/fault"
)

// Who earns by messages asks for codes that nobody will ever enter. So it is
// watched how many of the codes come back. If too few do, codes go for a while
// only to numbers that signed in before; everybody else is told when to come
// back. The answer is the same for both, and what is done for it too: which
// numbers are known is seen when the code would be sent.
//
//	released ──fewer than 20 % of the last hour's codes met──▶ braked ──30 minutes after the last such look──▶ released

// ErrHeld is what is said along with a challenge while the brake is on.
var ErrHeld = fault.New(fault.TooMany, "account.held", fault.Member,
	"现在索要验证码的请求异常多，暂时只发给登录过的号码。如果你是第一次用，请过 {minutes} 分钟再来。",
	"Unusually many codes are being asked for, so they go only to numbers that signed in before. If yours is new, come back in {minutes} minutes.")

const (
	WatchEvery  = time.Minute
	watchWindow = time.Hour        // Of codes whose five minutes are over.
	watchShare  = 20               // Percent of them that must have been met.
	brakeLife   = 30 * time.Minute // After the last look that found fewer.
)

// Names of brakes.
const (
	BrakeUnmet  = "unmet"  // Too few codes are met.
	BrakeBudget = "budget" // The day's codes are used up.
)

// A Brake is why codes are held back.
type Brake struct {
	Name  string
	Since time.Time
	Until time.Time
	Sent  int // Codes of the hour before; or of the day, for the budget.
	Met   int
}

// brakeOf returns the brake of the name that is on.
func brakeOf(tx *db.Tx, name string) (b Brake, on bool, err error) {
	b, err = findBrake(tx, name)
	if errors.Is(err, db.ErrNone) {
		return Brake{}, false, nil
	} else if err != nil {
		return b, false, fmt.Errorf("account: find brake: %w", err)
	}
	return b, tx.Now().Before(b.Until), nil
}

// notice is what an asker is told while the brake is on.
func (b Brake) notice(now time.Time) *fault.Error {
	wait := b.Until.Sub(now)
	return ErrHeld.With("minutes", int64((wait+time.Minute-1)/time.Minute)).After(wait)
}

// Brakes lists what is on, for the doctor and the console.
func Brakes(tx *db.Tx) (on []Brake, err error) {
	for _, name := range []string{BrakeUnmet, BrakeBudget} {
		b, ok, err := brakeOf(tx, name)
		if err != nil {
			return nil, err
		}
		if ok {
			on = append(on, b)
		}
	}
	return on, nil
}

// Watch looks once whether codes come back and whether the day's are used up.
// It returns the brakes that it put on; each is in the audit too, as is their
// end.
func (s *Service) Watch(ctx context.Context) (put []Brake, err error) {
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		put = nil
		if err := release(tx); err != nil {
			return err
		}
		found := []Brake{}
		unmet, bad, err := s.unmet(tx)
		if err != nil {
			return err
		}
		if bad {
			found = append(found, unmet)
		}
		spent, full, err := s.budget(tx)
		if err != nil {
			return err
		}
		if full {
			found = append(found, spent)
		}
		for _, b := range found {
			fresh, err := pull(tx, b)
			if err != nil {
				return err
			}
			if fresh {
				put = append(put, b)
			}
		}
		return nil
	})
	return put, err
}

// unmet says whether too few of the last hour's codes were met. Codes that
// were asked for while the brake was on do not count: most were never sent.
func (s *Service) unmet(tx *db.Tx) (Brake, bool, error) {
	now := tx.Now()
	sample := or(s.Limits.Sample, 100)
	sent, met, err := countMet(tx, now.Add(-watchWindow), now)
	b := Brake{Name: BrakeUnmet, Since: now, Until: now.Add(brakeLife), Sent: sent, Met: met}
	return b, sample > 0 && sent >= sample && met*100 < sent*watchShare, err
}

// budget says whether the day's codes are used up.
func (s *Service) budget(tx *db.Tx) (Brake, bool, error) {
	most := or(s.Limits.Day, dayMax)
	if most < 0 {
		return Brake{}, false, nil
	}
	n, until, err := findLimit(tx, s.Keys.index("limit", dayKey))
	now := tx.Now()
	return Brake{Name: BrakeBudget, Since: now, Until: until, Sent: n}, n >= most && now.Before(until), err
}

// pull puts a brake on, or keeps it on, and says whether it was off.
func pull(tx *db.Tx, b Brake) (fresh bool, err error) {
	_, on, err := brakeOf(tx, b.Name)
	if err != nil {
		return false, err
	}
	if err := putBrake(tx, b); err != nil || on {
		return false, err
	}
	return true, Audit(tx, "", "account.brake", b.Name, map[string]any{"sent": b.Sent, "met": b.Met})
}

// release takes away what is over.
func release(tx *db.Tx) error {
	for _, name := range []string{BrakeUnmet, BrakeBudget} {
		err := dropBrake(tx, name)
		if errors.Is(err, db.ErrNone) {
			continue
		} else if err != nil {
			return fmt.Errorf("account: release brake: %w", err)
		}
		if err := Audit(tx, "", "account.release", name, nil); err != nil {
			return err
		}
	}
	return nil
}
