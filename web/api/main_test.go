package api

import (
	"crypto/ed25519"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/redeem"
)

var columns = map[string]string{"name": "Name", "lat": "Lat", "lng": "Lon", "price": "Price", "category": "CuisineName",
	"opens": "WeekdayOpenTime", "closes": "WeekdayCloseTime", "dishes": "RecommendedFood"}

// Answers as the tests read them.
type (
	aShop  struct{ ID, Number, Name, State, Says string }
	aQuote struct {
		Version        int
		Hash           string
		Bill, Off, Due int
	}
	aRedemption struct {
		ID, State, Match, Receipt, Why string
		PayURL                         string    `json:"pay_url"`
		UndoUntil                      time.Time `json:"undo_until"`
		Quote                          aQuote
	}
	aStatement struct {
		Count, Undone, Paid, Fee, Net int
		Lines                         []struct{ Undo bool }
	}
	aReport struct{ Rows, Added, Changed, Same int }
)

// A main job is a city in which everything is ready for a bill to be paid.
type mainJob struct {
	operator, merchant, staff, member user
	merchantID                        string
	shop                              aShop
}

// prepare imports real shops and brings a merchant, its staff and a member
// with a pass together, all by the API.
func (g *rig) prepare(lines int) mainJob {
	g.t.Helper()
	j := mainJob{operator: g.enter(account.Grant{Role: account.Operator})}
	parts := object{"city": "上海", "source": "restaurants_shanghai", "crs": "gcj02", "map": columns, "csv": g.shanghai(lines)}
	first := do[aReport](j.operator, "POST", "/imports/shops", parts)
	if first.Added != first.Rows || first.Rows == 0 || lines == 0 && first.Rows < 400 {
		g.t.Fatalf("imported %+v", first)
	}
	if again := do[aReport](j.operator, "POST", "/imports/shops", parts); again.Same != first.Rows {
		g.t.Errorf("imported again: %+v", again)
	}

	found := get[struct{ Shops []aShop }](j.operator, "/shops?state=draft&city="+url.QueryEscape("上海")+"&q="+url.QueryEscape("福和慧"))
	if len(found.Shops) != 1 {
		g.t.Fatalf("found %v", found)
	}
	at := "/shops/" + found.Shops[0].ID
	j.merchantID = do[struct{ ID string }](j.operator, "POST", "/merchants", object{"name": "福和慧餐饮"}).ID
	do[aShop](j.operator, "PUT", at+"/merchant", object{"merchant": j.merchantID})
	do[aShop](j.operator, "PUT", at+"/terms", object{"kind": "percent", "percent": 10, "per_day": 5})
	j.shop = do[aShop](j.operator, "PUT", at+"/state", object{"state": "live"})
	if j.shop.State != "live" || !strings.Contains(j.shop.Says, "九折") {
		g.t.Errorf("opened %+v", j.shop)
	}

	invited := do[struct{ Token string }](j.operator, "POST", "/invitations", object{"role": "merchant", "merchant": j.merchantID})
	j.merchant = g.signIn("13800100001")
	do[object](j.merchant, "POST", "/invitations/accept", object{"token": invited.Token})
	invited = do[struct{ Token string }](j.merchant, "POST", "/invitations", object{"role": "staff", "shop": j.shop.ID})
	j.staff = g.signIn("13800100002")
	do[object](j.staff, "POST", "/invitations/accept", object{"token": invited.Token})

	j.member = g.signIn("13800100003")
	bought := do[struct {
		State  string
		PayURL string `json:"pay_url"`
	}](j.member, "POST", "/passes", object{"plan": "annual"})
	if bought.State != "ordered" || bought.PayURL == "" {
		g.t.Fatalf("bought %+v", bought)
	}
	g.cashier(bought.PayURL, "agree")
	mine := get[struct {
		Passes []struct{ State, First, Until string }
	}](j.member, "/passes")
	if len(mine.Passes) != 1 || mine.Passes[0].State != "active" || mine.Passes[0].Until != "2027-03-02" {
		g.t.Fatalf("passes %+v", mine)
	}
	return j
}

// pay takes a bill from the code on the member's phone to the payment.
func (j mainJob) pay(bill int) aRedemption {
	code := do[struct{ Code string }](j.member, "POST", "/codes", nil)
	r := do[aRedemption](j.staff, "POST", "/shops/"+j.shop.ID+"/scans", object{"code": code.Code})
	r = do[aRedemption](j.staff, "POST", "/redemptions/"+r.ID+"/quotes", object{"bill": bill})
	return do[aRedemption](j.member, "POST", "/redemptions/"+r.ID+"/confirm", object{"version": r.Quote.Version, "hash": r.Quote.Hash})
}

// TestMainJob takes the whole main job through the API, on real shops of
// Shanghai: import, terms, team, pass, bill, undo, the other door, statement,
// books. Every answer follows the OpenAPI document.
func TestMainJob(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		g.check = follows(t, g)
		j := g.prepare(0)

		paid := j.pay(12850)
		if paid.State != "committed" || paid.Quote.Due != 11565 || paid.Quote.Off != 1285 || paid.Receipt == "" {
			t.Fatalf("paid %+v", paid)
		}
		seen := get[aRedemption](j.staff, "/redemptions/"+paid.ID)
		if seen.State != "committed" || seen.UndoUntil != g.clock.Now().Add(15*time.Minute).UTC() {
			t.Errorf("staff sees %+v", seen)
		}
		text := get[struct{ Text string }](j.member, "/redemptions/"+paid.ID+"/receipt").Text
		proof, err := redeem.Verify(text, receiptKey.Public().(ed25519.PublicKey))
		if err != nil || proof.Paid != 11565 || proof.Receipt != paid.Receipt {
			t.Errorf("receipt %+v, %v", proof, err)
		}

		second := j.pay(20000)
		g.clock.Advance(14 * time.Minute)
		do[aRedemption](j.staff, "POST", "/redemptions/"+second.ID+"/undo", nil)
		g.box.Deliver(t.Context())
		g.work()
		if r := get[aRedemption](j.member, "/redemptions/"+second.ID); r.State != "refunded" {
			t.Errorf("undone %+v", r)
		}
		j.signDoor(g)
		j.books(g)
	})
}

// signDoor takes a bill through the shop's sign.
func (j mainJob) signDoor(g *rig) {
	at := "/shops/" + get[aShop](j.member, "/signs/"+j.shop.Number).ID
	quote := do[aQuote](j.member, "POST", at+"/estimates", object{"bill": 10000})
	r := do[aRedemption](j.member, "POST", at+"/requests", object{"bill": 10000, "due": quote.Due})
	if open := get[aRedemption](j.member, "/redemptions/current"); open.ID != r.ID || len(open.Match) != 2 {
		g.t.Errorf("the member's bill is %+v", open)
	}
	waiting := get[struct{ Redemptions []aRedemption }](j.staff, at+"/redemptions")
	if len(waiting.Redemptions) == 0 || waiting.Redemptions[0].ID != r.ID || waiting.Redemptions[0].Match != r.Match {
		g.t.Fatalf("staff sees %+v", waiting)
	}
	if r = do[aRedemption](j.staff, "POST", "/redemptions/"+r.ID+"/accept", nil); r.State != "committed" {
		g.t.Errorf("accepted %+v", r)
	}
}

// books reads what the day has come to: three payments, one of them undone.
// The fee is 0.6 % of each payment: 69 and 54 fen.
func (j mainJob) books(g *rig) {
	t := g.t
	all := get[struct{ Statements []aStatement }](j.merchant, "/statements?merchant="+j.merchantID)
	if len(all.Statements) != 1 {
		t.Fatalf("statements %+v", all)
	}
	s := get[aStatement](j.merchant, "/statements/"+j.merchantID+"/2026-03-02")
	if s.Count != 3 || s.Undone != 1 || s.Paid != 20565 || s.Fee != 123 || s.Net != 20442 || len(s.Lines) != 4 {
		t.Errorf("statement %+v", s)
	}
	trial := get[struct {
		Lines []struct{ Opening, Debits, Credits, Closing int }
	}](j.operator, "/ledger/trial")
	sum, moved := 0, 0
	for _, l := range trial.Lines {
		sum, moved = sum+l.Closing, moved+l.Debits
	}
	if sum != 0 || moved == 0 {
		t.Errorf("the trial balance sums to %d of %d", sum, moved)
	}
	if p := get[struct{ Proves bool }](j.operator, "/ledger/proof"); !p.Proves {
		t.Error("the books do not prove")
	}
	if e := get[struct{ Entries []object }](j.operator, "/ledger/entries"); len(e.Entries) < 5 {
		t.Errorf("%d entries", len(e.Entries))
	}
	if r := get[struct{ Redemptions []aRedemption }](j.merchant, "/merchants/"+j.merchantID+"/redemptions?state=committed"); len(r.Redemptions) != 2 {
		t.Errorf("the merchant sees %+v", r)
	}
	for _, path := range []string{"/audit", "/jobs", "/merchants", "/sessions", "/redemptions", "/plans"} {
		if path == "/sessions" || path == "/redemptions" {
			get[object](j.member, path)
			continue
		}
		get[object](j.operator, path)
	}
}

// TestRepetitionGetsTheFirstAnswer sends a confirmation twice under one key.
func TestRepetitionGetsTheFirstAnswer(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		j := g.prepare(3)
		code := do[struct{ Code string }](j.member, "POST", "/codes", nil)
		scan := func(key string) answer {
			return j.staff.send("POST", "/shops/"+j.shop.ID+"/scans", `{"code":"`+code.Code+`"}`, "Idempotency-Key", key)
		}
		first, again, other := scan("the-same-key-0001"), scan("the-same-key-0001"), scan("another-key-00001")
		if first.status != 200 || again.status != 200 || string(first.body) != string(again.body) {
			t.Errorf("first %d %s, again %d %s", first.status, first.body, again.status, again.body)
		}
		if first.header.Get("Idempotent-Replayed") != "" || again.header.Get("Idempotent-Replayed") != "true" {
			t.Errorf("replayed: %v, %v", first.header, again.header)
		}
		if p := other.problem(t); other.status != http.StatusConflict || p.Code != "redeem.used" {
			t.Errorf("another key: %d %+v", other.status, p)
		}
		mismatch := j.staff.send("POST", "/shops/"+j.shop.ID+"/scans", `{"code":"770000000000000000"}`, "Idempotency-Key", "the-same-key-0001")
		if p := mismatch.problem(t); mismatch.status != 422 || p.Code != "once.mismatch" {
			t.Errorf("the key with another code: %d %+v", mismatch.status, p)
		}
	})
}
