package pass

import (
	"testing"
	"time"

	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/jobs"
	"citywalk/ledger"
)

// TestRegister shows that the day's end is done at five past midnight: the
// revenue of the day before is posted and what is over has lapsed.
func TestRegister(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		b := &book{s: &Service{DB: d, Zone: dbtest.Zone}, clock: clock}
		runner := jobs.NewRunner(d, 1)
		b.s.Register(runner)
		b.buy(t, 100, 1)
		for _, c := range []struct {
			at    time.Duration
			state State
		}{
			{23*time.Hour + 59*time.Minute, Active},
			{24*time.Hour + 4*time.Minute, Active},
			{24*time.Hour + 5*time.Minute, Lapsed},
		} {
			clock.Set(ledger.Day("2026-03-02").Start(dbtest.Zone).Add(c.at))
			if _, err := runner.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
			err := d.View(t.Context(), func(tx *db.Tx) error {
				p, err := selectPass(tx, b.held[0])
				if err != nil {
					return err
				}
				revenue, err := ledger.Balance(tx, ledger.PassRevenue, "")
				if p.State != c.state || (revenue == -100) != (c.state == Lapsed) {
					t.Errorf("%v after midnight: %s and %v of revenue", c.at, p.State, -revenue)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestLapseMany ends more passes than one transaction takes.
func TestLapseMany(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		s := &Service{DB: d, Zone: dbtest.Zone}
		const many = 2*lapseAtOnce + 1
		err := d.Update(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(`
				WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
				INSERT INTO pass_passes (id, person, number, plan, zh, en, price, days, trial, state, first, until, bought, created)
				SELECT 'pas_' || CAST(i AS TEXT), 'per_' || CAST(i AS TEXT), CAST(100000000000 + i AS TEXT), 'trial', '', '', 0, 1, 1,
					'active', '2026-03-01', '2026-03-02', 1, 1 FROM n`, many)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Lapse(t.Context()); err != nil {
			t.Fatal(err)
		}
		all, err := s.All(t.Context(), Lapsed, "", 2*many)
		if err != nil || len(all) != many {
			t.Errorf("%d lapsed (%v), want %d", len(all), err, many)
		}
	})
}
