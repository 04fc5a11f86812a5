package pass

import (
	"errors"
	"testing"

	"citywalk/account"
)

// The console sees anybody's passes and how many there are; members do not.
func TestConsoleSeesPassesOfAPerson(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		who := account.Session{Person: "per_1"}
		_, _, err := g.Buy(t.Context(), who, "trial", g.key())
		g.must(err)
		auditor := account.Session{Person: "per_2", Grants: []account.Grant{{Role: account.Auditor}}}
		all, err := g.Of(t.Context(), auditor, who.Person)
		g.must(err)
		if len(all) != 1 || !all[0].Trial {
			t.Errorf("the auditor sees %+v", all)
		}
		if _, err := g.Of(t.Context(), account.Session{Person: "per_3"}, who.Person); !errors.Is(err, account.ErrDenied) {
			t.Errorf("a member asks: %v", err)
		}
		for state, want := range map[State]int{Active: 1, Lapsed: 0} {
			if n, err := g.Count(t.Context(), state); err != nil || n != want {
				t.Errorf("%s: %d %v, want %d", state, n, err, want)
			}
		}
	})
}
