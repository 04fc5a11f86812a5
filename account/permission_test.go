package account

import (
	"slices"
	"strings"
	"testing"
)

// TestAllowed walks every action by every role.
func TestAllowed(t *testing.T) {
	roles := map[string]Session{
		"nobody": {}, "member": holding(), "staff": holding(staff1), "merchant": holding(merchant1),
		"operator": holding(operator), "auditor": holding(auditor),
	}
	table := map[Action]string{
		ActPublic:        "nobody member staff merchant operator auditor",
		ActMemberUse:     "member staff merchant operator auditor",
		ActTillUse:       "staff merchant",
		ActConsoleRead:   "operator auditor",
		ActConsoleWrite:  "operator",
		ActMerchantRead:  "merchant operator auditor",
		ActMerchantWrite: "merchant operator",
		"unknown.action": "",
	}
	for a := range Permissions {
		if _, ok := table[a]; !ok {
			t.Errorf("%s has no row in this test", a)
		}
	}
	for a, may := range table {
		for name, who := range roles {
			if got, want := Allowed(who, a), slices.Contains(strings.Fields(may), name); got != want {
				t.Errorf("%s: %s is %v, want %v", a, name, got, want)
			}
		}
	}
}

// TestScope walks whose shop and merchant somebody may act for and read.
func TestScope(t *testing.T) {
	for _, c := range []struct {
		name                  string
		who                   Session
		atShop, of, reads     bool
		otherShop, otherReads bool
	}{
		{"nobody", Session{}, false, false, false, false, false},
		{"member", holding(), false, false, false, false, false},
		{"staff", holding(staff1), true, false, false, false, false},
		{"staff of a shop that another merchant named", holding(Grant{Staff, "mer_2", "shp_1"}), false, false, false, false, false},
		{"merchant", holding(merchant1), true, true, true, true, false},
		{"another merchant", holding(merchant2), false, false, false, false, true},
		{"operator", holding(operator), true, true, true, true, true},
		{"auditor", holding(auditor), false, false, true, false, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := [...]bool{c.who.AtShop("mer_1", "shp_1"), c.who.Of("mer_1"), c.who.Reads("mer_1"), c.who.AtShop("mer_1", "shp_2"), c.who.Reads("mer_2")}
			if want := [...]bool{c.atShop, c.of, c.reads, c.otherShop, c.otherReads}; got != want {
				t.Errorf("at shop, of, reads, other shop, other reads: %v, want %v", got, want)
			}
			if !c.who.Has(Operator) && (c.who.Of("") || c.who.AtShop("", "")) {
				t.Error("may act for what has no name")
			}
		})
	}
}
