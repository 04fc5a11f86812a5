package api

import (
	"encoding/csv"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/shop"
)

// An aPlace is a shop's description as the tests read it.
type aPlace struct {
	ID, State, Name, City, District, Address, Category string
	Dishes                                             []string
	Lat, Lng                                           float64
	Price                                              int
	Opens, Closes                                      *int
}

// TestAShopIsAddedAndDescribed adds a shop by hand; its merchant then keeps
// its hours right, and only an operator its name and place.
func TestAShopIsAddedAndDescribed(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		g.check = follows(t, g)
		operator := g.enter(account.Grant{Role: account.Operator})
		said := object{"name": "老王茶馆", "city": "上海", "district": "黄浦区", "category": "茶馆", "lat": 31.23, "lng": 121.47}
		s := do[aPlace](operator, "POST", "/shops", said)
		if s.State != "draft" || s.Name != "老王茶馆" || s.Lat != 31.23 || s.Opens != nil || s.Price != 0 {
			t.Fatalf("added %+v", s)
		}
		at := "/shops/" + s.ID
		var twice [2]aPlace
		for i := range twice {
			sent := operator.send("POST", "/shops", `{"name":"两次","city":"上海","lat":31.2,"lng":121.5}`, "Idempotency-Key", "sent-twice-000001")
			twice[i] = read[aPlace](operator, sent, "POST /shops")
		}
		if twice[0].ID != twice[1].ID {
			t.Errorf("sent twice: %+v", twice)
		}
		m := do[struct{ ID string }](operator, "POST", "/merchants", object{"name": "老王"}).ID
		do[aPlace](operator, "PUT", at+"/merchant", object{"merchant": m})
		merchant := g.enter(account.Grant{Role: account.Merchant, Merchant: m})

		said["name"], said["address"], said["dishes"], said["price"], said["opens"], said["closes"] = "别的店", "福州路 20 号", []string{"毛尖"}, 7000, 600, 1500
		s = do[aPlace](merchant, "PUT", at+"/description", said)
		if s.Name != "老王茶馆" || s.Address != "福州路 20 号" || s.Price != 7000 || s.Opens == nil || *s.Opens != 600 || *s.Closes != 1500 {
			t.Errorf("by its merchant: %+v", s)
		}
		if s = do[aPlace](operator, "PUT", at+"/description", said); s.Name != "别的店" || !slices.Equal(s.Dishes, []string{"毛尖"}) {
			t.Errorf("by an operator: %+v", s)
		}
		if again := get[aPlace](g.nobody(), at); again.Name != s.Name || *again.Closes != 1500 {
			t.Errorf("read again: %+v", again)
		}

		abroad := operator.send("POST", "/shops", `{"name":"x","city":"x","lat":51.5,"lng":0.1}`)
		if p := abroad.problem(t); p.Code != shop.ErrPlace.Code || p.Field != "point" {
			t.Errorf("abroad: %d %+v", abroad.status, p)
		}
		late := operator.send("PUT", at+"/description", `{"name":"x","city":"x","lat":31.2,"lng":121.5,"opens":600,"closes":500}`)
		if p := late.problem(t); p.Code != shop.ErrOpening.Code {
			t.Errorf("closing before it opens: %d %+v", late.status, p)
		}
		g.refused(t, operator, "POST", "/shops", `{"name":"x","city":"x"}`, []int{400, 422})
	})
}

// TestStatementAsAFile reads the file with a reader of CSV that is not ours.
func TestStatementAsAFile(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		s := g.stage()
		g.check = follows(t, g)
		a := s.merchant.send("GET", "/statements/"+s.merchantID+"/2026-03-02/csv", "")
		if a.status != 200 || a.header.Get("Content-Type") != "text/csv; charset=utf-8" || !strings.Contains(a.header.Get("Content-Disposition"), "statement-2026-03-02.csv") {
			t.Fatalf("%d %v %s", a.status, a.header, a.body)
		}
		text, marked := strings.CutPrefix(string(a.body), "\ufeff")
		rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		lines := get[aStatement](s.merchant, "/statements/"+s.merchantID+"/2026-03-02").Lines
		if err != nil || !marked || len(rows) != len(lines)+1 || len(lines) == 0 {
			t.Errorf("%d rows for %d lines, %v", len(rows), len(lines), err)
		}
		g.refused(t, s.merchant, "GET", "/statements/"+s.merchantID+"/yesterday/csv", "", []int{400})
	})
}

// TestAgreementIsSeenAndEnded: who agreed at the cashier pays without it until
// the agreement is ended.
func TestAgreementIsSeenAndEnded(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		g.check = follows(t, g)
		j := g.prepare(3) // Its member agrees at the cashier.
		agreed := func() bool { return get[struct{ Agreed bool }](j.member, "/agreement").Agreed }
		if !agreed() {
			t.Error("the agreement is not seen")
		}
		if get[struct{ Agreed bool }](j.staff, "/agreement").Agreed {
			t.Error("somebody else is said to have agreed")
		}
		do[object](j.member, "DELETE", "/agreement", nil)
		do[object](j.member, "DELETE", "/agreement", nil)
		if agreed() {
			t.Error("the agreement is not ended")
		}
		if r := j.pay(5000); r.PayURL == "" || r.State == "committed" {
			t.Errorf("it is still paid without a cashier: %+v", r)
		}
	})
}

// TestPeopleAreListedMasked: names are looked for, phone numbers are neither
// shown nor taken in an address.
func TestPeopleAreListedMasked(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		g.check = follows(t, g)
		auditor := g.enter(account.Grant{Role: account.Auditor})
		g.clock.Advance(time.Second)
		member := g.enter()
		do[object](member, "PUT", "/name", object{"name": "王小明"})
		g.refused(t, member, "PUT", "/name", `{"name":" "}`, []int{400, 422})
		type list struct {
			People []struct {
				ID, Name, Phone string
				Grants          []grant
			}
		}
		found := get[list](auditor, "/people?q="+url.QueryEscape("小明")).People
		if len(found) != 1 || found[0].Name != "王小明" || found[0].Phone != "138****0002" || len(found[0].Grants) != 0 {
			t.Errorf("found %+v", found)
		}
		var all []string
		for after := ""; ; {
			page := get[list](auditor, "/people?limit=1&after="+after).People
			if len(page) == 0 {
				break
			}
			after = page[0].ID
			all = append(all, after)
		}
		if len(all) != 2 || all[0] != found[0].ID {
			t.Errorf("page by page: %v", all)
		}
		for _, number := range []string{"13800000002", "+86 138 0000 0002", "1380000"} {
			a := auditor.send("GET", "/people?q="+url.QueryEscape(number), "")
			if a.status != 400 || a.problem(t).Code != errPhone.Code {
				t.Errorf("%s: %d %s", number, a.status, a.body)
			}
		}
	})
}
