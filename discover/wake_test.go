package discover

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/geo"
	"citywalk/jobs"
	"citywalk/shop"
)

// TestCommandsWakeTheRunner has a runner rest until its next look at the
// database, and gives the commands that enqueue something: their jobs are done
// before any time has passed, whoever called. It is simulated time, and so on
// SQLite alone.
func TestCommandsWakeTheRunner(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, _ := dbtest.Open(t, db.SQLite)
		s := &Service{DB: d, Zone: dbtest.Zone, City: "上海"}
		operator := account.Session{Person: "per_operator", Grants: []account.Grant{{Role: account.Operator}}}
		at := geo.Point{Lat: 31.23, Lng: 121.47}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		must(d.Update(t.Context(), func(tx *db.Tx) error {
			if _, _, err := PutPlaces(tx, operator.Person, []Place{{City: s.City, Kind: Metro, Name: "站", Point: at, Source: "test", SourceID: "1"}}); err != nil {
				return err
			}
			if _, err := shop.AddDraft(tx, operator.Person, shop.Shop{City: s.City, Name: "面馆", Category: "面馆", Point: at, Opens: -1, Closes: -1, Source: "test", SourceID: "1"}); err != nil {
				return err
			}
			_, err := tx.Exec(`INSERT INTO discover_alarms (id, gate, promise, reached, since) VALUES ('alm_1', 'gat_1', '{}', 0, 1)`)
			return err
		}))
		ctx, stop := context.WithCancel(t.Context())
		runner, stopped := jobs.NewRunner(d, 1), make(chan error)
		s.Register(runner, 0)
		go func() { stopped <- runner.Run(ctx) }()
		defer func() { stop(); must(<-stopped) }()
		began := time.Now()
		rested := func(command string, done func() bool) {
			t.Helper()
			synctest.Wait() // No time passes while it waits.
			if !done() {
				t.Errorf("%s: its job waits for the next look", command)
			}
		}
		rested("nothing", func() bool { return true })

		ask := CoverUsual
		ask.City, ask.Uncurated = s.City, true
		p, err := s.StartCover(t.Context(), operator, ask, "wake-the-runner-1")
		must(err)
		rested("a plan", func() bool {
			p, err = s.CoverPlan(t.Context(), operator, p.ID)
			return err == nil && p.State == CoverDone
		})
		g, err := s.SetGate(t.Context(), operator, "", usualIn(s.City, ""))
		must(err)
		rested("a gate", func() bool {
			g, err = s.Gate(t.Context(), g.ID)
			return err == nil && g.State == GateClosed
		})
		_, err = s.Extend(t.Context(), operator, "alm_1", 3, 0, "wake-the-runner-2")
		must(err)
		rested("an extension", func() bool {
			a, err := s.FindAlarm(t.Context(), operator, "alm_1")
			return err == nil && !a.Extension.Done.IsZero()
		})
		if passed := time.Since(began); passed != 0 {
			t.Errorf("%s passed", passed)
		}
	})
}
