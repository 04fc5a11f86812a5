package jobs

import (
	"context"
	"testing"
	"time"

	"citywalk/db"
	"citywalk/db/dbtest"
)

// TestCancel shows that a job is taken back until it is claimed, and only the one
// under the key.
func TestCancel(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		cancel := func(key string) {
			if err := d.Update(t.Context(), func(tx *db.Tx) error { return Cancel(tx, "greet", key) }); err != nil {
				t.Error(err)
			}
		}
		r := NewRunner(d, 1)
		r.Handle("greet", 3, time.Second, func(_ context.Context, j Job) error {
			cancel(j.Key) // It is running: nothing is taken back.
			return nil
		})
		for _, key := range []string{"", "mine", "gone"} {
			enqueue(t, d, "greet", key, time.Time{}, key)
		}
		cancel("")
		cancel("gone")
		cancel("gone")
		drain(t, r, 2)
		if left := list(t, d, ""); len(left) != 0 {
			t.Errorf("left: %v", left)
		}
	})
}
