package dbtest

import (
	"testing"
	"time"

	"citywalk/db"
)

// TestEach shows that every test gets an empty database of its own under a
// clock that stands still.
func TestEach(t *testing.T) {
	for range 2 {
		Each(t, func(t *testing.T, d *db.DB, clock *Clock) {
			clock.Advance(time.Minute)
			err := d.Update(t.Context(), func(tx *db.Tx) error {
				if !tx.Now().Equal(Day.Add(time.Minute)) {
					t.Errorf("Now is %v", tx.Now())
				}
				_, err := tx.Exec(`INSERT INTO once_keys (principal, route, key, fingerprint, answer, refusal, at) VALUES ('p', 'r', 'k', '', '', '', $1)`, tx.Now())
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			again := Again(t, d, clock)
			err = again.View(t.Context(), func(tx *db.Tx) error {
				n, err := db.One[int](tx, `SELECT COUNT(*) FROM once_keys`)
				if n != 1 {
					t.Errorf("%d rows, want 1", n)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}
