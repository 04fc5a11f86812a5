package api

import (
	"net/http"
	"testing"

	"citywalk/account"
	"citywalk/curate"
	"citywalk/shop"
)

// TestWhyIsPublic: whoever calls finds curated shops, reads the public part of
// a dossier and nothing else, and is told that a shop is not on the list.
func TestWhyIsPublic(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		g.check = follows(t, g)
		operator := g.enter(account.Grant{Role: account.Operator})
		add := func(name string) aShop {
			return do[aShop](operator, "POST", "/shops", object{"name": name, "city": "上海", "lat": 31.23, "lng": 121.47})
		}
		loved, other := add("老王面馆"), add("老李面馆")
		do[someResult](operator, "POST", "/imports/notes", object{"source": "web", "city": "上海", "notes": []object{
			{"id": "1", "shop": loved.ID, "author": "甲", "text": "汤很鲜，服务周到。就是等位很久。", "time": "2026-01-02T03:04:05+08:00", "stars": 5}}})
		nobody := g.nobody()
		refused := func(path, code string) {
			t.Helper()
			if a := nobody.send("GET", path, ""); a.status != http.StatusNotFound || a.problem(t).Code != code {
				t.Errorf("%s answers %d %s", path, a.status, a.body)
			}
		}
		refused("/shops/"+loved.ID+"/dossier", errUnlisted.Code)
		refused("/shops/shp_none/dossier", shop.ErrUnknown.Code)
		do[aDecision](operator, "POST", "/curation/shops/"+loved.ID+"/decisions", object{"ruling": object{"verdict": "included", "reason": "街坊常来。", "remark": "内部", "tie": object{"none": true}}})

		type found struct {
			Shops []struct {
				ID      string
				Curated bool
			}
		}
		if got := do[found](nobody, "GET", "/shops?curated=true&state=draft&city=上海", nil).Shops; len(got) != 1 || got[0].ID != loved.ID || !got[0].Curated {
			t.Errorf("the curated shops are %+v", got)
		}
		if got := do[found](nobody, "GET", "/shops?state=draft&city=上海", nil).Shops; len(got) != 2 || got[0].Curated == got[1].Curated {
			t.Errorf("all shops are %+v", got)
		}
		why := do[map[string]any](nobody, "GET", "/shops/"+loved.ID+"/dossier", nil)
		if why["reason"] != "街坊常来。" || why["rules"] != curate.RulesVersion || why["due"] != false || len(why["quotes"].([]any)) == 0 {
			t.Errorf("the dossier is %v", why)
		}
		for _, hidden := range []string{"remark", "reviewer", "decisions", "tie"} {
			if _, shown := why[hidden]; shown {
				t.Errorf("the public dossier shows %s", hidden)
			}
		}
		refused("/shops/"+other.ID+"/dossier", errUnlisted.Code)
	})
}
