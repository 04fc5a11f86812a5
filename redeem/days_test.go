package redeem

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"citywalk/account"
	"citywalk/ledger"
)

// Days add up what stands, count what was undone, and are one's own.
func TestDaysAddUpWhatStands(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		who := g.member()
		g.committed(who, 10_000)
		undone := g.committed(who, 20_000)
		_, err := g.Undo(t.Context(), g.staff, undone.ID, g.key())
		g.must(err)
		g.clock.Advance(24 * time.Hour)
		g.committed(who, 5_000)

		today := ledger.DayOf(g.clock.Now(), g.Zone)
		want := []DaySum{
			{Day: today.Next(-1), Count: 2, Undone: 1, Paid: 9_000, Saved: 1_000},
			{Day: today, Count: 1, Paid: 4_500, Saved: 500},
		}
		owner := account.Session{Person: "per_owner", Grants: []account.Grant{{Role: account.Merchant, Merchant: string(g.shop.Merchant)}}}
		for name, ask := range map[string]func() ([]DaySum, error){
			"operator": func() ([]DaySum, error) { return g.Days(t.Context(), g.operator, "", today.Next(-7)) },
			"merchant": func() ([]DaySum, error) { return g.Days(t.Context(), owner, g.shop.Merchant, today.Next(-7)) },
		} {
			got, err := ask()
			g.must(err)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
		if got, err := g.Days(t.Context(), g.operator, "", today); err != nil || len(got) != 1 {
			t.Errorf("from today on: %v %v", got, err)
		}
		_, err = g.Days(t.Context(), owner, "", today)
		g.refused("a merchant asks for all", err, ErrDenied)
		_, err = g.Days(t.Context(), owner, "mer_other", today)
		g.refused("a merchant asks for another", err, ErrDenied)
		_, err = g.Days(t.Context(), who, g.shop.Merchant, today)
		g.refused("a member asks", err, ErrDenied)
	})
}
