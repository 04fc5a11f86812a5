package api

import (
	"net/http"
	"testing"

	"citywalk/account"
	"citywalk/discover"
	"citywalk/shop"
)

// TestListsArePublic: whoever calls reads the lists and the places of a shop.
// Before the first night they are empty; a kind or a day that is none is refused.
func TestListsArePublic(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		g.check = follows(t, g)
		operator := g.enter(account.Grant{Role: account.Operator})
		sh := do[aShop](operator, "POST", "/shops", object{"name": "老王面馆", "city": "上海", "lat": 31.23, "lng": 121.47})
		type aList struct {
			City    string
			Day     string
			Rules   string
			Entries []struct{ Shop string }
		}
		nobody := g.nobody()
		if l := do[aList](nobody, "GET", "/lists?city=上海", nil); l.City != "上海" || l.Day != "" || l.Rules != "/rules/lists" || l.Entries == nil || len(l.Entries) != 0 {
			t.Errorf("before the first night: %+v", l)
		}
		_, err := g.api.Discover.MakeLists(t.Context(), "上海")
		if err != nil {
			t.Fatal(err)
		}
		g.clock.Advance(discover.ListLife)
		l := do[aList](nobody, "GET", "/lists?city=上海&kind=trip&span=year", nil)
		if l.Day == "" || len(l.Entries) != 0 {
			t.Errorf("after it: %+v", l)
		}
		if again := do[aList](nobody, "GET", "/lists?city=上海&day="+l.Day, nil); again.Day != l.Day {
			t.Errorf("of the day: %+v", again)
		}
		for path, want := range map[string]struct {
			status int
			code   string
		}{
			"/lists?kind=best":       {http.StatusBadRequest, "api.request"},
			"/lists?city=上海&day=no":  {http.StatusNotFound, discover.ErrListDay.Code},
			"/shops/shp_none/places": {http.StatusNotFound, shop.ErrUnknown.Code},
		} {
			if a := nobody.send("GET", path, ""); a.status != want.status || a.problem(t).Code != want.code {
				t.Errorf("%s answers %d %s", path, a.status, a.body)
			}
		}
		type places struct{ Places []struct{ Place int } }
		if p := do[places](nobody, "GET", "/shops/"+sh.ID+"/places", nil); p.Places == nil || len(p.Places) != 0 {
			t.Errorf("its places: %+v", p)
		}
	})
}
