package proof

import (
	"os"
	"testing"

	"citywalk/db"
)

func TestMain(m *testing.M) { os.Exit(Main(m)) }

// each runs fn with a new installation on each engine.
func each(t *testing.T, fn func(t *testing.T, i *Installation)) {
	t.Helper()
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) { fn(t, Found(t, engine)) })
	}
}

// TestTwoNodesAreOne begins a redemption at one node and ends it at the other.
func TestTwoNodesAreOne(t *testing.T) {
	each(t, func(t *testing.T, i *Installation) {
		first, second := i.Start(), i.Start()
		city := first.Settle(3)
		member, err := city.Member(t.Context(), MemberPhone(1))
		if err != nil {
			t.Fatal(err)
		}
		r, err := Redeem(t.Context(), member.At(second), city.Staff, city.Shop, 10_000)
		if err != nil || r.State != "committed" || r.Due != 9_000 || r.Receipt == "" {
			t.Fatalf("%+v, %v", r, err)
		}
		for _, n := range []*Node{first, second} {
			if err := n.Stop(); err != nil {
				t.Errorf("stop: %v\n%s", err, n.Log())
			}
		}
	})
}
