package account_test

import (
	"testing"

	"citywalk/account"
	"citywalk/db"
	"citywalk/db/dbtest"
)

// TestKeepMark shows that a setting may change until something depends on it.
func TestKeepMark(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *dbtest.Clock) {
		s := &account.Service{DB: d}
		for i, step := range []struct {
			mark  string
			fixed bool
			want  string
		}{
			{"Asia/Shanghai", false, "Asia/Shanghai"},
			{"Asia/Tokyo", false, "Asia/Tokyo"},
			{"Asia/Tokyo", true, "Asia/Tokyo"},
			{"Asia/Shanghai", true, "Asia/Tokyo"},
		} {
			got, err := s.KeepMark(t.Context(), "zone", step.mark, func(*db.Tx) (bool, error) { return step.fixed, nil })
			if err != nil || got != step.want {
				t.Errorf("step %d: %q, %v; want %q", i, got, err, step.want)
			}
		}
	})
}
