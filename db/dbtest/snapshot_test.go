package dbtest

import (
	"slices"
	"testing"

	"citywalk/db"
)

// TestSnapshot changes, adds and deletes rows, and puts everything back.
func TestSnapshot(t *testing.T) {
	Each(t, func(t *testing.T, d *db.DB, clock *Clock) {
		run := func(text string) {
			t.Helper()
			if err := d.Update(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(text); return err }); err != nil {
				t.Fatal(err)
			}
		}
		run(`INSERT INTO jobs_windows (kind, start) VALUES ('a', 1), ('b', 2)`)
		run(`INSERT INTO ledger_entries (id, key, memo, day, at) VALUES ('ent_1', 'k', '', '2026-03-02', 1)`)
		run(`INSERT INTO ledger_postings (entry, n, account, party, day, amount) VALUES ('ent_1', 1, 'gateway.cash', '', '2026-03-02', 5), ('ent_1', 2, 'pass.revenue', '', '2026-03-02', -5)`)
		before := Snap(t, d)
		for text, want := range map[string][]string{
			`UPDATE jobs_windows SET start = start`:                 nil,
			`UPDATE jobs_windows SET start = 3 WHERE kind = 'a'`:    {"jobs_windows"},
			`INSERT INTO jobs_windows (kind, start) VALUES ('', 0)`: {"jobs_windows"},
			`DELETE FROM jobs_windows WHERE kind = 'b'`:             {"jobs_windows"},
			`DELETE FROM ledger_postings`:                           {"ledger_postings"},
		} {
			run(text)
			if got := before.Changed(); !slices.Equal(got, want) {
				t.Errorf("%s changed %v, want %v", text, got, want)
			}
			before.Restore()
			if got := before.Changed(); len(got) != 0 {
				t.Errorf("%s: not put back: %v", text, got)
			}
		}
	})
}
