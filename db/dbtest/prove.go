package dbtest

import (
	"context"
	"errors"
	"testing"

	"citywalk/db"
	"citywalk/ledger"
)

// prove fails the test if the books in d do not hold. A test that closed d
// itself is proved through a handle of our own.
func prove(t testing.TB, d *db.DB, clock *Clock) {
	t.Helper()
	ctx := context.Background()
	var found []ledger.Finding
	read := func(tx *db.Tx) (err error) {
		found, err = ledger.Prove(tx)
		return err
	}
	err := d.View(ctx, read)
	if errors.Is(err, db.ErrUnavailable) {
		other := open(t, d.URL(), clock)
		err = errors.Join(other.View(ctx, read), other.Close())
	}
	if err != nil {
		t.Errorf("prove the ledger: %v", err)
	}
	for _, f := range found {
		t.Errorf("the ledger does not prove: %s: %s (%v)", f.Rule, f.What, f.Amount)
	}
}
