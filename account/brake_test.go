package account

import (
	"fmt"
	"testing"
	"time"

	"citywalk/db"
)

// pump asks for codes to the numbers of the blocks, which nobody enters, and
// has them run out.
func (w *town) pump(from, to int) {
	w.t.Helper()
	for block := from; block <= to; block++ {
		if _, err := w.Challenge(w.t.Context(), numberIn(block, 0), Client{}); err != nil {
			w.t.Fatal(err)
		}
	}
	w.drain()
	w.clock.Advance(codeLife)
}

// brakes are those that are on.
func (w *town) brakes() (names []string) {
	w.t.Helper()
	err := w.DB.View(w.t.Context(), func(tx *db.Tx) error {
		on, err := Brakes(tx)
		for _, b := range on {
			names = append(names, fmt.Sprintf("%s %d/%d", b.Name, b.Met, b.Sent))
		}
		return err
	})
	want(w.t, err, nil)
	return names
}

// watch looks once and returns how many brakes it put on.
func (w *town) watch() int {
	w.t.Helper()
	put, err := w.Watch(w.t.Context())
	want(w.t, err, nil)
	return len(put)
}

// TestBrake walks the brake's life: too few codes come back, codes go to known
// numbers only, with one answer for all, and then it is released (H5, TH17).
func TestBrake(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		w.Limits = Limits{Sample: 20}
		for i := range 4 {
			w.signIn(numberIn(9000+i, 1), MemberApp)
		}
		w.pump(1, 15)
		if n := w.watch(); n != 0 || len(w.brakes()) != 0 {
			t.Fatalf("19 codes are too few to judge by: %v", w.brakes())
		}
		w.pump(16, 16)
		if n := w.watch(); n != 0 {
			t.Fatalf("4 of 20 met are enough: %v", w.brakes())
		}
		w.pump(17, 17)
		if n := w.watch(); n != 1 || fmt.Sprint(w.brakes()) != "[unmet 4/21]" {
			t.Fatalf("4 of 21 met: %v", w.brakes())
		}

		w.out.sent = nil
		known, err := w.Challenge(t.Context(), numberIn(9000, 1), Client{})
		want(t, err, nil)
		fresh, err := w.Challenge(t.Context(), numberIn(9999, 1), Client{})
		want(t, err, nil)
		if known.Notice == nil || known.Notice.Code != ErrHeld.Code || known.Notice.Error() != fresh.Notice.Error() || known.Notice.Retry != brakeLife {
			t.Errorf("a known number is told %+v, a new one %+v", known, fresh)
		}
		w.drain()
		if len(w.out.sent) != 1 || w.out.codes[numberIn(9999, 1)] != "" {
			t.Errorf("sent to %v, want only the known number", w.out.sent)
		}
		_, _, err = w.SignIn(t.Context(), known.Challenge, w.out.codes[numberIn(9000, 1)], MemberApp, Client{})
		want(t, err, nil)

		// While the hour's codes are as they are it stays on, without another alarm.
		// What was asked for meanwhile does not count.
		w.pump(9990, 9993)
		w.clock.Advance(15 * time.Minute)
		if n := w.watch(); n != 0 || fmt.Sprint(w.brakes()) != "[unmet 4/21]" {
			t.Errorf("twenty minutes later %d alarms, %v", n, w.brakes())
		}
		// An hour after the last of them, and half an hour after the last look
		// that found them, it is over.
		w.clock.Advance(time.Hour)
		if n := w.watch(); n != 0 || len(w.brakes()) != 0 {
			t.Errorf("an hour later %d alarms, %v", n, w.brakes())
		}
		after, err := w.Challenge(t.Context(), numberIn(9998, 1), Client{})
		if err != nil || after.Notice != nil {
			t.Errorf("after it: %+v, %v", after, err)
		}
		for action, n := range map[string]int64{"account.brake": 1, "account.release": 1} {
			if got := w.number(`SELECT COUNT(*) FROM account_audits WHERE action = $1`, action); got != n {
				t.Errorf("the audit has %s %d times, want %d", action, got, n)
			}
		}
	})
}

// TestBudgetIsTold shows that the day's last code is told to whoever watches,
// once.
func TestBudgetIsTold(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		w.Limits = Limits{Day: 3}
		w.pump(1, 2)
		if n := w.watch(); n != 0 {
			t.Errorf("told with a code left: %v", w.brakes())
		}
		w.pump(3, 3)
		if n := w.watch(); n != 1 || fmt.Sprint(w.brakes()) != "[budget 0/3]" {
			t.Errorf("told %d times: %v", n, w.brakes())
		}
		if n := w.watch(); n != 0 {
			t.Error("told twice")
		}
		w.clock.Advance(24 * time.Hour)
		if n := w.watch(); n != 0 || len(w.brakes()) != 0 {
			t.Errorf("the next day: %v", w.brakes())
		}
	})
}
