package api

import (
	"net/http"
	"testing"

	"citywalk/account"
	"citywalk/db"
	"citywalk/discover"
	"citywalk/geo"
)

// TestAPassIsSoldWhereItIsOfUse has an integrator set a gate, read it, and be
// refused by it, and the number around a place stand beside that.
func TestAPassIsSoldWhereItIsOfUse(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		g.check = follows(t, g)
		g.api.Discover.City, g.api.Pass.Gate = "上海", g.api.Discover.Admit
		g.api.Discover.Register(g.runner, 0)
		g.must(g.db.Update(t.Context(), func(tx *db.Tx) error {
			_, _, err := discover.PutPlaces(tx, "per_operator", []discover.Place{{City: "上海", Kind: discover.Metro, Name: "站", Point: geo.Point{Lat: 31.23, Lng: 121.47}, Source: "t", SourceID: "1"}})
			return err
		}))
		operator, member := g.enter(account.Grant{Role: account.Operator}), g.enter()
		m := do[struct{ ID string }](operator, "POST", "/merchants", object{"name": "老王"})
		sh := do[aShop](operator, "POST", "/shops", object{"name": "老王面馆", "city": "上海", "district": "黄浦区", "lat": 31.23, "lng": 121.47, "category": "面馆", "opens": 600, "closes": 1320})
		operator.send("PUT", "/shops/"+sh.ID+"/merchant", `{"merchant":"`+m.ID+`"}`)
		operator.send("PUT", "/shops/"+sh.ID+"/terms", `{"kind":"percent","percent":10}`)
		operator.send("PUT", "/shops/"+sh.ID+"/state", `{"state":"live"}`)
		type number struct {
			Shops, Categories, Open int
		}
		if n := get[number](g.nobody(), "/coverage?lat=31.23&lng=121.47"); n != (number{1, 1, 1}) {
			t.Errorf("around the shop: %+v", n)
		}
		if n := get[number](g.nobody(), "/coverage?lat=31.23&lng=121.47&minutes=5&hour=23:00"); n != (number{1, 1, 0}) {
			t.Errorf("at night: %+v", n)
		}
		g.refused(t, g.nobody(), "GET", "/coverage?lat=31.23&lng=121.47&hour=25:00", "", []int{400})
		type gate struct {
			ID, State, Hour string
			Reached         float64
		}
		conditions := object{"city": "上海", "district": "黄浦区", "share": 60, "shops": 2, "categories": 1, "minutes": 15, "hour": "19:00"}
		set := do[gate](operator, "PUT", "/coverage/gates", conditions)
		if set.State != "new" {
			t.Errorf("set: %+v", set)
		}
		_, err := g.runner.Drain(t.Context())
		g.must(err)
		all := get[struct{ Gates []gate }](g.nobody(), "/coverage/gates?city=%E4%B8%8A%E6%B5%B7").Gates
		if len(all) != 1 || all[0].State != "closed" || all[0].Hour != "19:00" || all[0].Reached != 0 {
			t.Errorf("the gates: %+v", all)
		}
		buy := func(body string) string {
			a := member.send("POST", "/passes", body)
			if a.status == http.StatusOK || a.status == http.StatusCreated {
				return ""
			}
			return a.problem(t).Code
		}
		if code := buy(`{"plan":"annual","district":"黄浦区"}`); code != discover.ErrClosed.Code {
			t.Errorf("below the gate: %q", code)
		}
		if code := buy(`{"plan":"annual"}`); code != discover.ErrWhere.Code {
			t.Errorf("nowhere: %q", code)
		}
		conditions["shops"] = 1
		do[gate](operator, "PUT", "/coverage/gates", conditions)
		if code := buy(`{"plan":"annual","district":"黄浦区"}`); code != discover.ErrUnmeasured.Code {
			t.Errorf("changed and not measured: %q", code)
		}
		_, err = g.runner.Drain(t.Context())
		g.must(err)
		if code := buy(`{"plan":"annual","district":"黄浦区"}`); code != "" {
			t.Errorf("above the gate: %q", code)
		}
		if a := operator.send("DELETE", "/coverage/gates/"+set.ID, ""); a.status != http.StatusNoContent {
			t.Errorf("taken away: %d %s", a.status, a.body)
		}
		g.refused(t, operator, "DELETE", "/coverage/gates/"+set.ID, "", []int{404})
	})
}
