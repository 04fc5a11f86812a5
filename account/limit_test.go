package account

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/fault"
)

// numberIn returns the nth number of the ith block of ten thousand.
func numberIn(block, n int) string { return fmt.Sprintf("150%04d%04d", block, n) }

// TestLimits shows each limit at its edge, and that it lifts when it said it
// would (H5).
func TestLimits(t *testing.T) {
	for _, c := range []struct {
		name   string
		limits Limits
		n      int // Requests that pass.
		phone  func(i int) string
		client func(i int) Client
		step   time.Duration // Between requests.
		want   *fault.Error
		retry  time.Duration
	}{
		{"one a minute to a number", Limits{}, 1, fixed(alice), spread, 59 * time.Second, ErrSoon, time.Second},
		{"five a day to a number", Limits{}, 5, fixed(alice), spread, time.Hour, ErrTooMany, 19 * time.Hour},
		{"ten an hour from an address", Limits{DeviceTen: -1}, 10, scattered, from("192.0.2.7"), time.Minute, ErrCrowded, 50 * time.Minute},
		{"ten an hour from a customer's IPv6", Limits{DeviceTen: -1}, 10, scattered, sameNet, time.Minute, ErrCrowded, 50 * time.Minute},
		{"three in ten minutes from a browser, wherever it goes", Limits{}, 3, scattered, tagged, time.Minute, ErrDevice, 7 * time.Minute},
		{"three in ten minutes from what calls itself the same at one address", Limits{}, 3, scattered, from("192.0.2.7"), time.Minute, ErrDevice, 7 * time.Minute},
		{"a tag that is not ours is none", Limits{}, 3, scattered, forged, time.Minute, ErrDevice, 7 * time.Minute},
		{"twenty an hour to a block of numbers", Limits{}, 20, block, spread, time.Second, ErrCrowded, time.Hour - 20*time.Second},
		{"the day's budget", Limits{Day: 7}, 7, scattered, spread, time.Minute, ErrBudget, 24*time.Hour - 7*time.Minute},
		{"limits of its own", Limits{PhoneGap: 10 * time.Second, PhoneDay: 2}, 2, fixed(alice), spread, 10 * time.Second, ErrTooMany, 24*time.Hour - 20*time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			each(t, func(t *testing.T, w *town) {
				w.Limits = c.limits
				for i := range c.n {
					if _, err := w.Challenge(t.Context(), c.phone(i), c.client(i)); err != nil {
						t.Fatalf("request %d: %v", i+1, err)
					}
					w.clock.Advance(c.step)
				}
				for range 2 { // A refusal counts nothing.
					_, err := w.Challenge(t.Context(), c.phone(c.n), c.client(c.n))
					want(t, err, c.want)
					if f, _ := fault.From(err); f.Retry != c.retry {
						t.Errorf("retry in %v, want %v", f.Retry, c.retry)
					}
				}
				w.clock.Advance(c.retry)
				_, err := w.Challenge(t.Context(), c.phone(c.n), c.client(c.n))
				want(t, err, nil)
				w.drain()
				if n := w.number(`SELECT COUNT(*) FROM account_challenges`); n != int64(c.n)+1 {
					t.Errorf("%d challenges, want %d", n, c.n+1)
				}
			})
		})
	}
}

func fixed(phone string) func(int) string { return func(int) string { return phone } }
func scattered(i int) string              { return numberIn(i, 0) }
func block(i int) string                  { return numberIn(0, i) }
func from(ip string) func(int) Client     { return func(int) Client { return Client{IP: ip} } }
func spread(i int) Client                 { return Client{IP: fmt.Sprintf("198.51.100.%d", i)} }
func sameNet(i int) Client                { return Client{IP: fmt.Sprintf("2001:db8:1:2::%x", i+1)} }

// The tag of one browser, by the keys of the tests, at many addresses.
func tagged(i int) Client {
	s := Service{Keys: testKeys()}
	id := strings.Repeat("t", tokenLen)
	return Client{IP: fmt.Sprintf("198.51.100.%d", i), Device: iPhone, Tag: id + "." + s.Keys.hash("tag", id)}
}

// A new tag each time, none of them ours, at one address.
func forged(i int) Client {
	return Client{IP: "192.0.2.7", Device: iPhone, Tag: fmt.Sprintf("%043d.%064d", i, i)}
}

// TestNoLimit shows that a negative limit is none, and an unknown address too.
func TestNoLimit(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		w.Limits = Limits{PhoneGap: -1, PhoneDay: -1, DeviceTen: -1, AddressHour: -1, PrefixHour: -1, Day: -1}
		for range 30 {
			_, err := w.Challenge(t.Context(), alice, Client{IP: "192.0.2.1"})
			want(t, err, nil)
		}
		if n := w.number(`SELECT COUNT(*) FROM account_limits`); n != 0 {
			t.Errorf("%d limits are counted", n)
		}
	})
}

// TestLimitOnce races requests over two nodes: exactly what the limit allows
// is sent. With a count that is read before it is written, at the isolation of
// one statement, more pass.
func TestLimitOnce(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		w.Limits = Limits{DeviceTen: -1}
		node := *w.Service
		node.DB = dbtest.Again(t, w.DB, w.clock)
		nodes := []*Service{w.Service, &node}
		wins := race(t, 16, ErrSoon, func(i int) error {
			_, err := nodes[i%2].Challenge(t.Context(), alice, Client{IP: "192.0.2.1"})
			return err
		})
		if wins != 1 {
			t.Errorf("%d codes to one number, want 1", wins)
		}
		wins = race(t, 30, ErrCrowded, func(i int) error {
			_, err := nodes[i%2].Challenge(t.Context(), numberIn(i, 0), Client{IP: "192.0.2.2"})
			return err
		})
		if wins != 10 {
			t.Errorf("%d codes from one address, want 10", wins)
		}
	})
}

// TestOpenOnce shows the second ring: when the code forgets to end the older
// challenge, the database refuses the newer one.
func TestOpenOnce(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		w.ask(alice)
		w.clock.Advance(time.Minute)
		newer, _ := w.ask(alice)
		if n := w.number(`SELECT COUNT(*) FROM account_challenges WHERE state = 'open'`); n != 1 {
			t.Errorf("%d open challenges, want 1", n)
		}
		err := w.DB.Update(t.Context(), func(tx *db.Tx) error {
			c, err := findChallenge(tx, newer)
			if err != nil {
				return err
			}
			c.ID = tx.ID("cha")
			return addChallenge(tx, c)
		})
		if !errors.Is(err, db.ErrUnique) {
			t.Errorf("got %v, want the unique key", err)
		}
	})
}

// TestForget shows that what is over goes, and only that.
func TestForget(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		_, s := w.signIn(alice, MemberApp)
		_, till := w.signIn(bob, TillApp)
		n, err := w.Forget(t.Context())
		if n != 0 || err != nil {
			t.Errorf("forgot %d, %v", n, err)
		}
		w.clock.Advance(25 * time.Hour)
		if n, err = w.Forget(t.Context()); n == 0 || err != nil {
			t.Errorf("forgot %d, %v", n, err)
		}
		if n := w.number(`SELECT COUNT(*) FROM account_challenges`) + w.number(`SELECT COUNT(*) FROM account_limits`); n != 0 {
			t.Errorf("%d rows of challenges and limits are left", n)
		}
		w.clock.Advance(29 * 24 * time.Hour)
		w.clock.Advance(2 * 24 * time.Hour)
		if _, err = w.Forget(t.Context()); err != nil {
			t.Error(err)
		}
		if n := w.number(`SELECT COUNT(*) FROM account_sessions WHERE id = $1`, till.ID); n != 0 {
			t.Error("a till's session is kept for a month and more")
		}
		if n := w.number(`SELECT COUNT(*) FROM account_sessions WHERE id = $1`, s.ID); n != 1 {
			t.Error("a member's session went before its time")
		}
	})
}
