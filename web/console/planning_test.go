package console

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"citywalk/cover"
	"citywalk/db"
	"citywalk/discover"
	"citywalk/geo"
	"citywalk/shop"
	"citywalk/web/webtest"
)

// candidates are drafts on the curated list, near metro stations.
func (g *rig) candidates(n int) {
	g.t.Helper()
	at := func(i int) geo.Point {
		return geo.Point{Lat: 31.20 + 0.01*float64(i%7), Lng: 121.43 + 0.01*float64(i%5)}
	}
	g.must(g.DB.Update(g.t.Context(), func(tx *db.Tx) error {
		var places []discover.Place
		for i := range n {
			places = append(places, discover.Place{City: "上海", Kind: discover.Metro, Name: fmt.Sprintf("第%d站", i), Point: at(i), Source: "t", SourceID: fmt.Sprint("p", i)})
			name := fmt.Sprintf("待签%d号", i)
			sh, err := shop.AddDraft(tx, g.operator.Session.Person, shop.Shop{City: "上海", Name: name, Address: "某路", Category: []string{"面馆", "咖啡", "火锅"}[i%3],
				Point: at(i), Opens: -1, Closes: -1, Source: "t", SourceID: name})
			if err != nil {
				return err
			}
			if err := shop.Enlist(tx, sh.ID); err != nil {
				return err
			}
		}
		_, _, err := discover.PutPlaces(tx, g.operator.Session.Person, places)
		return err
	}))
}

// signing asks for a plan of so many shops.
func signing(shops string) []string {
	return []string{"city", "上海", "shops", shops, "minutes", "10", "chance", "100", "visit", "300", "effort", "1"}
}

// asked starts a plan by the form and returns its page.
func (g *rig) asked(shops string) string {
	g.t.Helper()
	g.clock.Advance(time.Second) // The latest stands first, and no two are of one moment.
	g.operator.done(planningPath+"/cov_", planningPath, signing(shops)...)
	_, rest, ok := strings.Cut(g.operator.get(planningPath), planningPath+"/cov_")
	if !ok {
		g.t.Fatal("the page leads to no plan")
	}
	return planningPath + "/cov_" + rest[:26]
}

// file is what the operator downloads.
func (g *rig) file(path string) []byte {
	g.t.Helper()
	r := g.operator.Do(g.t, "GET "+path)
	if r.Status != http.StatusOK {
		g.t.Fatalf("GET %s answers %d", path, r.Status)
	}
	return r.Body
}

// TestPlanning is a plan from its form to a certificate that holds.
func TestPlanning(t *testing.T) {
	g := covered(t)
	shows(t, g.operator.get(planningPath), "签约规划", "还没有")
	g.operator.refused(http.StatusUnprocessableEntity, "", planningPath, signing("0")...)
	if r := g.auditor.send(planningPath, signing("4")...); r.Status != http.StatusForbidden {
		t.Errorf("an auditor's plan is answered %d", r.Status)
	}
	g.candidates(14)
	one := g.asked("4")
	g.drain()
	page := g.operator.get(one)
	shows(t, page, "待签", "citywalk coverage check")
	shows(t, g.auditor.get(one), "待签")
	shows(t, g.operator.get(one+"/map"), "FeatureCollection", "第")
	if rows := bytes.Count(g.file(one+"/next.csv"), []byte("\n")); rows != 5 {
		t.Errorf("the list for the field team has %d lines, want a head and 4 shops", rows)
	}
	checked, err := cover.Check(bytes.NewReader(g.file(one + "/certificate.jsonl")))
	g.must(err)
	if checked.Value <= 0 || checked.Bound < checked.Value {
		t.Errorf("the certificate says %+v", checked)
	}
	shows(t, g.operator.get("/console/audit"), one)

	two := g.asked("2")
	if two == one {
		t.Fatal("the second plan is the first")
	}
	if waits := g.operator.get(two); !strings.Contains(waits, "不算了") || strings.Contains(waits, "用目前最好的") {
		t.Error("a plan that was not begun offers the best so far")
	}
	g.operator.done(two, two+"/stop")
	g.drain()
	shows(t, g.operator.get(two), "停")
}

// TestPlanningOnDesktopAndPhone looks at the form, at a plan that waits and at
// one that is done.
func TestPlanningOnDesktopAndPhone(t *testing.T) {
	for name, device := range looks() {
		t.Run(name, func(t *testing.T) {
			g := covered(t)
			g.candidates(20)
			done := g.asked("6")
			g.drain()
			waits := g.asked("4")
			token := g.operator.token
			page := webtest.Open(t, device, "")
			page.SetCookie(g.url, "console", token)
			for _, p := range []struct{ shot, path string }{{"planning", planningPath}, {"plan-waits", waits}, {"plan-done", done}} {
				page.Open(g.url + p.path)
				page.Axe()
				page.Screenshot(name + "-" + p.shot)
				if wide := webtest.Eval[int64](page, "document.documentElement.scrollWidth"); wide > device.Width {
					t.Errorf("%s is %d px wide", p.shot, wide)
				}
				if small := webtest.Eval[string](page, smallTargets); small != "" {
					t.Errorf("%s has targets below 44 px: %s", p.shot, small)
				}
			}
		})
	}
}
