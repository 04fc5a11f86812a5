package account_test

import (
	"context"
	"errors"
	"testing"

	"citywalk/account"
	"citywalk/db"
	"citywalk/db/dbtest"
)

// TestCheckKeys shows that a node with another file of keys is refused, and
// that the right one is let in again.
func TestCheckKeys(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *dbtest.Clock) {
		keys := func(b byte) account.Keys {
			k := make([]byte, 32)
			k[0] = b
			return account.Keys{Seal: k, Index: k, Code: k}
		}
		check := func(k account.Keys) error {
			return (&account.Service{DB: d, Keys: k}).CheckKeys(context.Background())
		}
		for range 2 {
			if err := check(keys(1)); err != nil {
				t.Fatal(err)
			}
		}
		if err := check(keys(2)); !errors.Is(err, account.ErrOtherKeys) {
			t.Errorf("other keys: %v, want ErrOtherKeys", err)
		}
	})
}
