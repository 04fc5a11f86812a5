package api

import (
	"net/http"
	"testing"
	"time"
)

// TestAskedOnceOverTheAPI has a member pay, be asked the day after about that
// visit, put the question away, and never be asked about it again.
func TestAskedOnceOverTheAPI(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		g.check = follows(t, g)
		j := g.prepare(3)
		type asked struct {
			Ask *struct{ Redemption, Shop, Name, Visited string }
		}
		paid := j.pay(12850)
		if got := get[asked](j.member, "/asks/current"); got.Ask != nil {
			t.Errorf("asked on the day itself: %+v", got.Ask)
		}
		g.clock.Advance(24 * time.Hour)
		member, other := g.signIn("13800100003"), g.enter()
		got := get[asked](member, "/asks/current")
		if got.Ask == nil || got.Ask.Redemption != paid.ID || got.Ask.Shop != j.shop.ID || got.Ask.Name == "" {
			t.Fatalf("asked the day after: %+v", got.Ask)
		}
		if got := get[asked](other, "/asks/current"); got.Ask != nil {
			t.Errorf("somebody else is asked: %+v", got.Ask)
		}
		g.refused(t, other, "DELETE", "/asks/"+paid.ID, "", []int{http.StatusNotFound})
		for range 2 { // The second is a repetition.
			if a := member.send("DELETE", "/asks/"+paid.ID, ""); a.status != http.StatusNoContent {
				t.Errorf("put away: %d %s", a.status, a.body)
			}
		}
		for range 2 {
			if got := get[asked](member, "/asks/current"); got.Ask != nil {
				t.Errorf("asked again: %+v", got.Ask)
			}
			g.clock.Advance(24 * time.Hour)
			member = g.signIn("13800100003")
		}
	})
}

// TestSavedOverTheAPI saves and follows shops and a note, and reads them page by
// page.
func TestSavedOverTheAPI(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		g.check = follows(t, g)
		j := g.prepare(3)
		other := get[struct{ Shops []aShop }](j.operator, "/shops?state=draft&city=%E4%B8%8A%E6%B5%B7").Shops[0]
		note := do[struct{ ID string }](g.enter(), "POST", "/shops/"+j.shop.ID+"/notes", object{"text": "汤很鲜"}).ID
		put := func(path string) {
			g.clock.Advance(time.Second)
			if a := j.member.send("PUT", path, ""); a.status != http.StatusNoContent {
				t.Fatalf("%s: %d %s", path, a.status, a.body)
			}
		}
		put("/shops/" + j.shop.ID + "/save")
		put("/shops/" + other.ID + "/save")
		put("/shops/" + j.shop.ID + "/follow")
		put("/notes/" + note + "/save")
		type kept struct {
			Shops []struct {
				Shop  aShop
				Since time.Time
			}
			Next string
		}
		first := get[kept](j.member, "/saved/shops?limit=1")
		second := get[kept](j.member, "/saved/shops?limit=1&after="+first.Next)
		if len(first.Shops) != 1 || first.Shops[0].Shop.ID != other.ID || len(second.Shops) != 1 || second.Shops[0].Shop.ID != j.shop.ID || second.Next != "" {
			t.Errorf("saved: %+v, then %+v", first, second)
		}
		if got := get[kept](j.member, "/following"); len(got.Shops) != 1 || got.Shops[0].Shop.Name != j.shop.Name || got.Shops[0].Since.IsZero() {
			t.Errorf("followed: %+v", got)
		}
		type notes struct{ Notes []struct{ ID string } }
		if got := get[notes](j.member, "/saved/notes"); len(got.Notes) != 1 || got.Notes[0].ID != note {
			t.Errorf("saved notes: %+v", got)
		}
		if got := get[kept](j.merchant, "/saved/shops"); len(got.Shops) != 0 {
			t.Errorf("somebody else's: %+v", got)
		}
		g.refused(t, g.nobody(), "GET", "/saved/shops", "", []int{http.StatusUnauthorized})
		g.refused(t, j.member, "GET", "/saved/shops?after=none", "", []int{400, 422})
	})
}
