package api

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"citywalk/account"
	"citywalk/cover"
	"citywalk/db"
	"citywalk/discover"
	"citywalk/geo"
	"citywalk/shop"
)

// drafts puts two stations that are far from each other there and shops beside
// them, so that the best two to sign are one at each.
func (g *rig) drafts(city string) {
	g.t.Helper()
	g.must(g.db.Update(g.t.Context(), func(tx *db.Tx) error {
		for i, lat := range []float64{31.20, 31.30} {
			at := geo.Point{Lat: lat, Lng: 121.47}
			if _, _, err := discover.PutPlaces(tx, "per_operator", []discover.Place{{City: city, Kind: discover.Metro, Name: fmt.Sprintf("%d 站", i), Point: at, Source: "t", SourceID: city + fmt.Sprint(i)}}); err != nil {
				return err
			}
			for k := range 3 {
				if _, err := shop.AddDraft(tx, "per_operator", shop.Shop{City: city, Name: fmt.Sprintf("%d 号面馆 %d", i, k), Category: "面馆",
					Point: geo.Point{Lat: lat + 0.001*float64(k), Lng: at.Lng}, Opens: -1, Closes: -1, Source: "t", SourceID: fmt.Sprint(city, i, k)}); err != nil {
					return err
				}
			}
		}
		return nil
	}))
}

type aPlan struct {
	ID, State, Failure   string
	Done                 float64
	Value, Bound, Demand int64
	Asked                struct{ Minutes, Chance, Shops int }
	Stopped, Ended       string
	Files                []string
	Result               *struct {
		Given, Value, Bound int64
		Gap                 *float64
		Next                []struct {
			Shop, Name  string
			Lat         float64
			Gain, Total int64
		}
		Gaps     []struct{ Missing int64 }
		GapsMore int `json:"gaps_more"`
	}
}

// TestPlansOverTheAPI has an integrator have a plan made, see how far it is, read
// whom to sign with the gain of each, and hold the certificate to the checker.
func TestPlansOverTheAPI(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		g.check = follows(t, g)
		g.api.Discover.Register(g.runner, 0)
		g.drafts("上海")
		operator, auditor, member := g.enter(account.Grant{Role: account.Operator}), g.enter(account.Grant{Role: account.Auditor}), g.enter()
		asked := do[aPlan](operator, "POST", "/coverage/plans", object{"city": "上海", "shops": 2, "uncurated": true})
		if asked.State != "queued" || asked.Asked.Minutes != 10 || asked.Asked.Chance != 100 || asked.Result != nil {
			t.Errorf("asked for: %+v", asked)
		}
		const path = "/coverage/plans"
		body := `{"city":"上海","shops":2,"uncurated":true}`
		if p := g.refused(t, operator, "POST", path, body, []int{http.StatusConflict}); p.Code != discover.ErrCoverRuns.Code {
			t.Errorf("a second at once: %+v", p)
		}
		g.refused(t, operator, "POST", path, `{"city":"上海"}`, []int{400, 422})
		g.refused(t, operator, "POST", path, `{"city":"上海","shops":2,"groups":[{"group":"none","most":1}]}`, []int{400, 422})
		g.refused(t, member, "POST", path, body, []int{http.StatusForbidden})
		g.refused(t, auditor, "POST", path, body, []int{http.StatusForbidden})
		g.refused(t, member, "GET", path+"/"+asked.ID, "", []int{http.StatusForbidden})
		g.refused(t, auditor, "GET", path+"/cov_none", "", []int{http.StatusNotFound})
		g.refused(t, auditor, "GET", path+"/"+asked.ID+"/certificate", "", []int{http.StatusNotFound})

		_, err := g.runner.Drain(t.Context())
		g.must(err)
		got := get[aPlan](auditor, path+"/"+asked.ID+"?gaps=1")
		if got.State != "done" || got.Done != 1 || got.Result == nil || got.Ended == "" {
			t.Fatalf("made: %+v", got)
		}
		r := got.Result
		if len(r.Next) != 2 || r.Next[0].Lat > 31.25 == (r.Next[1].Lat > 31.25) || r.Next[0].Total != r.Given+r.Next[0].Gain || r.Next[1].Total != r.Value {
			t.Errorf("whom to sign: %+v", r)
		}
		if r.Gap == nil || r.Bound < r.Value || len(r.Gaps) > 1 {
			t.Errorf("what is proved and missing: %+v", r)
		}
		all := get[struct{ Plans []aPlan }](auditor, path+"?city=%E4%B8%8A%E6%B5%B7").Plans
		if len(all) != 1 || all[0].ID != asked.ID || all[0].State != "done" || all[0].Result != nil {
			t.Errorf("the plans: %+v", all)
		}
		g.files(t, auditor, path+"/"+asked.ID, got)
	})
}

// files holds the files of a plan to what its answer says.
func (g *rig) files(t *testing.T, auditor user, path string, p aPlan) {
	t.Helper()
	checked, err := cover.Check(strings.NewReader(string(auditor.send("GET", path+"/certificate", "").body)))
	g.must(err)
	if checked.Value != p.Result.Value || checked.Bound != p.Result.Bound {
		t.Errorf("the certificate proves %+v, the answer says %+v", checked, p.Result)
	}
	csv, shapes := auditor.send("GET", path+"/csv", ""), auditor.send("GET", path+"/geojson", "")
	for _, s := range p.Result.Next {
		if !strings.Contains(string(csv.body), s.Name) || !strings.Contains(string(shapes.body), s.Name) {
			t.Errorf("%s is not in the files", s.Name)
		}
	}
	if a := auditor.send("GET", path+"/certificate", ""); a.header.Get("Content-Type") != "application/jsonl" || !strings.Contains(a.header.Get("Content-Disposition"), "certificate.jsonl") {
		t.Errorf("the certificate comes as %v", a.header)
	}
}

// TestAPlanIsStoppedOverTheAPI stops one that waits, once.
func TestAPlanIsStoppedOverTheAPI(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		g.check = follows(t, g)
		g.drafts("上海")
		operator, auditor := g.enter(account.Grant{Role: account.Operator}), g.enter(account.Grant{Role: account.Auditor})
		p := do[aPlan](operator, "POST", "/coverage/plans", object{"city": "上海", "shops": 2, "uncurated": true})
		stop := "/coverage/plans/" + p.ID + "/stop"
		g.refused(t, auditor, "POST", stop, "", []int{http.StatusForbidden})
		if a := operator.send("POST", stop, ""); a.status != http.StatusNoContent {
			t.Errorf("stopped: %d %s", a.status, a.body)
		}
		if got := get[aPlan](auditor, "/coverage/plans/"+p.ID); got.State != "cancelled" || got.Stopped == "" || got.Ended == "" {
			t.Errorf("after that it is %+v", got)
		}
		if p := g.refused(t, operator, "POST", stop, "", []int{http.StatusConflict}); p.Code != discover.ErrCoverOver.Code {
			t.Errorf("again: %+v", p)
		}
	})
}
