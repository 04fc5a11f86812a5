package api

import (
	"strings"
	"testing"

	"citywalk/account"
)

// TestWhoMayCallWhat calls every route as everybody: the permission table says
// who is turned away at the door, and nobody else is.
func TestWhoMayCallWhat(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		g.check = follows(t, g)
		people := map[account.Role]user{
			account.Anyone:   g.nobody(),
			account.Member:   g.enter(),
			account.Staff:    g.enter(account.Grant{Role: account.Staff, Merchant: "mer_x", Shop: "shp_x"}),
			account.Merchant: g.enter(account.Grant{Role: account.Merchant, Merchant: "mer_x"}),
			account.Operator: g.enter(account.Grant{Role: account.Operator}),
			account.Auditor:  g.enter(account.Grant{Role: account.Auditor}),
		}
		for _, r := range g.api.Routes() {
			method, path, _ := strings.Cut(r.Pattern, " ")
			path = fill(strings.TrimPrefix(path, Prefix), "none")
			for role, u := range people {
				body := ""
				if method != "GET" {
					body = `{"unknown":1}` // Refused at once by what lets it through.
				}
				a := u.send(method, path, body)
				switch {
				case may(role, r.Action):
					if a.status == 401 || a.status >= 500 || a.status == 403 && a.problem(t).Code == account.ErrDenied.Code {
						t.Errorf("%s as %s: %d %s", r.Pattern, role, a.status, a.body)
					}
				case role == account.Anyone:
					if a.status != 401 || a.problem(t).Code != account.ErrSignedOut.Code {
						t.Errorf("%s as nobody: %d %s", r.Pattern, a.status, a.body)
					}
				default:
					if a.status != 403 || a.problem(t).Code != account.ErrDenied.Code {
						t.Errorf("%s as %s: %d %s", r.Pattern, role, a.status, a.body)
					}
				}
			}
		}
	})
}

// may reads the table for somebody who has this role and that of a member.
func may(role account.Role, action account.Action) bool {
	for _, allowed := range account.Permissions[action] {
		if allowed == role || allowed == account.Anyone || allowed == account.Member && role != account.Anyone {
			return true
		}
	}
	return false
}

// TestAuditorsWriteNothing is D3, said without the table.
func TestAuditorsWriteNothing(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		auditor := g.enter(account.Grant{Role: account.Auditor})
		for _, r := range g.api.Routes() {
			method, path, _ := strings.Cut(r.Pattern, " ")
			if method == "GET" || r.Action == account.ActPublic || r.Action == account.ActMemberUse {
				continue
			}
			g.refused(t, auditor, method, fill(strings.TrimPrefix(path, Prefix), "none"), "{}", []int{403})
		}
		for _, path := range []string{"/ledger/trial", "/ledger/entries", "/ledger/proof", "/audit", "/jobs", "/statements", "/merchants", "/people"} {
			get[object](auditor, path)
		}
	})
}

// TestOtherTokensAreNone is D1: a token of another app, of nobody, of a session
// that is over, or in a cookie opens nothing.
func TestOtherTokensAreNone(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		id, err := g.account.Appoint(t.Context(), "13800200001", "", account.Grant{Role: account.Operator})
		g.must(err)
		console, _, err := g.account.Enter(t.Context(), id, account.ConsoleApp, account.Client{})
		g.must(err)
		api, _, err := g.account.Enter(t.Context(), id, account.APIApp, account.Client{})
		g.must(err)
		get[object](user{g: g, token: api}, "/jobs")
		for name, u := range map[string]user{"another app's": {g: g, token: console}, "an invented one": {g: g, token: strings.Repeat("x", len(api))}, "none": {g: g}} {
			if a := u.send("GET", "/jobs", "", "Cookie", "api="+api+"; console="+console); a.status != 401 {
				t.Errorf("%s: %d", name, a.status)
			}
		}
		g.clock.Advance(25 * 3600e9)
		if a := (user{g: g, token: api}).send("GET", "/jobs", ""); a.status != 401 {
			t.Errorf("an old one: %d", a.status)
		}
	})
}

// TestDismissalBitesAtTheNextCall is D7: who is taken out of the staff can do
// nothing at the till from then on, on whichever device.
func TestDismissalBitesAtTheNextCall(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		s := g.stage()
		g.check = follows(t, g)
		get[object](s.staff, s.at+"/redemptions")
		team := get[struct{ People []struct{ ID, Phone string } }](s.merchant, s.at+"/team")
		if len(team.People) != 1 || team.People[0].Phone != "138****0002" {
			t.Fatalf("the team is %+v", team)
		}
		path := s.at + "/team/" + team.People[0].ID
		g.refused(t, s.staff, "DELETE", path, "", []int{403})
		do[object](s.merchant, "DELETE", path, nil)
		g.refused(t, s.staff, "GET", s.at+"/redemptions", "", []int{401})
		g.refused(t, s.staff, "POST", "/redemptions/"+s.priced.ID+"/quotes", `{"bill":5000}`, []int{401})
		g.refused(t, s.merchant, "DELETE", path, "", []int{404})
	})
}

// TestNeighboursSeeNothing is D2: what belongs to another merchant, shop or
// member is not there, or is refused.
func TestNeighboursSeeNothing(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		s := g.stage()
		g.check = follows(t, g)
		neighbour := g.enter(account.Grant{Role: account.Merchant, Merchant: "mer_other"})
		clerk := g.enter(account.Grant{Role: account.Staff, Merchant: "mer_other", Shop: "shp_other"})
		stranger := g.enter()
		none := []int{404}
		for _, u := range []user{neighbour, clerk, stranger} {
			g.refused(t, u, "GET", "/redemptions/"+s.paid.ID, "", []int{404})
			g.refused(t, u, "GET", "/redemptions/"+s.paid.ID+"/receipt", "", []int{404})
			g.refused(t, u, "POST", "/redemptions/"+s.priced.ID+"/decline", "", none)
			g.refused(t, u, "POST", "/redemptions/"+s.priced.ID+"/confirm", `{"version":1,"hash":"`+s.priced.Quote.Hash+`"}`, none)
		}
		for _, u := range []user{neighbour, clerk} {
			g.refused(t, u, "POST", "/redemptions/"+s.paid.ID+"/undo", "", none)
			g.refused(t, u, "POST", "/redemptions/"+s.priced.ID+"/quotes", `{"bill":1}`, none)
			g.refused(t, u, "GET", s.at+"/redemptions", "", none)
		}
		g.refused(t, neighbour, "GET", "/statements/"+s.merchantID+"/2026-03-02", "", none)
		g.refused(t, neighbour, "GET", "/statements/"+s.merchantID+"/2026-03-02/csv", "", none)
		g.refused(t, neighbour, "GET", "/statements?merchant="+s.merchantID, "", none)
		g.refused(t, neighbour, "GET", "/statements", "", []int{403})
		g.refused(t, neighbour, "GET", "/merchants/"+s.merchantID+"/redemptions", "", none)
		g.refused(t, neighbour, "GET", s.at+"/team", "", none)
		g.refused(t, neighbour, "DELETE", s.at+"/team/per_x", "", none)
		g.refused(t, neighbour, "PUT", s.at+"/terms", `{"kind":"percent","percent":90}`, none)
		g.refused(t, neighbour, "PUT", s.at+"/offers", `{"offers":[]}`, none)
		g.refused(t, neighbour, "PUT", s.at+"/state", `{"state":"paused","reason":"x"}`, none)
		g.refused(t, neighbour, "PUT", s.at+"/description", `{"name":"x","city":"x","lat":31.2,"lng":121.5}`, none)
		g.refused(t, neighbour, "POST", "/invitations", `{"role":"staff","shop":"`+s.shop.ID+`"}`, none)
		g.refused(t, neighbour, "POST", "/invitations", `{"role":"operator"}`, []int{403})
	})
}
