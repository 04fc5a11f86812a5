package abuse

import (
	"fmt"
	"strings"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/discover"
	"citywalk/geo"
	"citywalk/jobs"
	"citywalk/shop"
)

// An ask is how an operation is asked so that it is served.
type ask struct {
	as   string            // The caller.
	path map[string]string // What stands in its places, and in its query if it must.
	body string
}

// A crossing is a town in which every operation can be served next.
type crossing struct {
	*town
	callers map[string]user
	right   map[string]ask // By the operation's id.
	others  []string       // Ids that are somebody's, for places that ask for others.
}

// cross makes the crossing. Its people: a member whose bill is priced, and who
// has paid one; one with a code to be scanned; one who waits at the sign; and
// a guest without a pass. Two have tokens that are none.
func (w *town) cross() *crossing {
	w.Helper()
	c := w.found(9)
	x := &crossing{town: w, callers: map[string]user{"nobody": w.nobody(), "operator": c.operator, "merchant": c.owner, "staff": c.staff, "member": c.member,
		"walker": w.enter(), "waiting": w.enter(), "guest": w.enter(), "auditor": w.enter(account.Grant{Role: account.Auditor})}}
	x.callers["forged"] = user{town: w, token: strings.Repeat("x", len(c.member.token))}
	x.callers["foreign"] = user{town: w, token: w.tokenOf(c.operator, account.ConsoleApp)}
	w.buy(x.callers["walker"], "agree")
	w.buy(x.callers["waiting"], "agree")
	paid, open := c.paid(10_000), c.priced(8_000)
	waits := do[bill](x.callers["waiting"], "POST", c.at+"/requests", object{"bill": 10_000, "due": 9_000})
	code := showCode(x.callers["walker"])
	pass := get[struct{ Passes []struct{ ID string } }](x.callers["walker"], "/passes").Passes[0].ID
	session := get[struct{ Sessions []struct{ ID string } }](c.member, "/sessions").Sessions[0].ID
	token := do[struct{ Token string }](c.owner, "POST", "/invitations", object{"role": "staff", "shop": c.shop}).Token
	challenge := do[struct{ Challenge string }](w.nobody(), "POST", "/challenges", object{"phone": "13900000077"}).Challenge
	w.work()
	draft := do[struct{ ID string }](c.operator, "POST", "/shops", object{"name": "新店", "city": "上海", "lat": 31.2, "lng": 121.4}).ID
	x.others = []string{c.shop, draft, c.merchant, paid.ID, open.ID, waits.ID, pass, session, string(c.staff.id), string(c.owner.id), c.number}
	x.right = x.rights(c, paid, open, waits)
	x.right["scan"] = ask{"staff", in("shop", c.shop), fmt.Sprintf(`{"code":%q}`, code)}
	x.right["previewRefund"] = ask{"walker", in("pass", pass), ""}
	x.right["refund"] = ask{"walker", in("pass", pass), `{"amount":16800}`}
	x.right["revoke"] = ask{"member", in("id", session), ""}
	x.right["accept"] = ask{"guest", nil, fmt.Sprintf(`{"token":%q}`, token)}
	x.right["signIn"] = ask{"nobody", nil, fmt.Sprintf(`{"challenge":%q,"code":%q}`, challenge, w.codes.of("13900000077"))}
	x.right["assign"] = ask{"operator", in("shop", draft), fmt.Sprintf(`{"merchant":%q}`, c.merchant)}
	x.right["rerunJob"] = ask{"operator", in("job", w.deadJob()), ""}
	const gate = `{"city":"上海","district":"静安区","plan":"annual","share":60,"shops":5,"categories":3,"minutes":15,"hour":"19:00"}`
	set := do[struct{ ID string }](c.operator, "PUT", "/coverage/gates", object{"city": "上海", "district": "静安区", "plan": "annual", "share": 60, "shops": 5, "categories": 3, "minutes": 15, "hour": "19:00"}).ID
	x.others = append(x.others, set)
	x.right["setGate"] = ask{"operator", nil, gate}
	x.right["endGate"] = ask{"operator", in("gate", set), ""}
	x.curate(c, draft)
	x.talk(c)
	x.plan()
	return x
}

// curate adds how the operations of curation are asked. A colleague took in a
// note, decided about two shops, of which one appeals, and proposes a decision
// about a third; a fourth is on the list.
func (x *crossing) curate(c city, draft string) {
	x.Helper()
	const words = `{"verdict":"watched","reason":"再看看","remark":"人少","tie":{"none":true},"days":90}`
	colleague := x.enter(account.Grant{Role: account.Operator})
	note := do[struct{ Outcomes []struct{ Note string } }](colleague, "POST", "/imports/notes", object{"source": "seen", "notes": []object{
		{"id": "1", "shop": c.shop, "author": "甲", "text": "汤很鲜", "time": "2026-01-02T03:04:05Z"}}}).Outcomes[0].Note
	decide := func(shop, verdict string, tie object) string {
		return do[struct{ ID string }](colleague, "POST", "/curation/shops/"+shop+"/decisions",
			object{"ruling": object{"verdict": verdict, "reason": "同事看过", "tie": tie}}).ID
	}
	shop := func(name string) string {
		id := do[struct{ ID string }](c.operator, "POST", "/shops", object{"name": name, "city": "上海", "lat": 31.2, "lng": 121.4}).ID
		do[object](c.operator, "PUT", "/shops/"+id+"/merchant", object{"merchant": c.merchant})
		return id
	}
	decide(c.shop, "excluded", object{"none": true})
	appealing, pending, listed := shop("申诉的店"), shop("待定的店"), shop("精选的店")
	decide(appealing, "excluded", object{"none": true})
	decide(listed, "included", object{"none": true})
	appeal := do[struct{ ID string }](c.owner, "POST", "/shops/"+appealing+"/appeals", object{"text": "请再来看看"}).ID
	proposed := decide(pending, "excluded", object{"words": "老板是亲戚"})
	x.others = append(x.others, note, appealing, appeal, proposed, listed)
	for id, a := range map[string]ask{
		"importNotes":     {"operator", nil, fmt.Sprintf(`{"source":"seen","city":"上海","notes":[{"id":"2","shop":%q,"name":"小馆","district":"黄浦区","address":"福州路 20 号","category":"面馆","at":{"lat":31.2,"lng":121.4},"author":"乙","text":"面很好","time":"2026-01-02T03:04:05Z","stars":4.5,"marks":{"taste":5,"service":4},"likes":3,"followers":20,"joined":"2020-01-02T03:04:05Z"},{"id":"3","shop":"shp_none","author":"丙","text":"好","time":"2026-01-02T03:04:05Z"}]}`, c.shop)},
		"importComments":  {"operator", nil, `{"source":"seen","comments":[{"id":"1","note":"1","author":"乙","text":"同意","time":"2026-01-03T03:04:05Z"},{"id":"2","note":"none","author":"乙","text":"同意","time":"2026-01-03T03:04:05Z"}]}`},
		"writeNote":       {"member", in("shop", c.shop), `{"text":"面很好","stars":4.5,"marks":{"taste":5,"waiting":2},"dishes":["葱油拌面"]}`},
		"candidates":      {"auditor", nil, ""},
		"why":             {"nobody", in("shop", listed), ""},
		"dossier":         {"auditor", in("shop", appealing), ""},
		"decide":          {"operator", in("shop", draft), `{"ruling":` + words + `}`},
		"confirmDecision": {"operator", in("decision", proposed), ""},
		"rejectDecision":  {"operator", in("decision", proposed), ""},
		"appeal":          {"merchant", in("shop", c.shop), `{"text":"请再来看看"}`},
		"judge":           {"operator", in("appeal", appeal), `{"answer":"去看过了","ruling":` + words + `}`},
		"label":           {"operator", in("note", note), `{"bought":true}`},
	} {
		x.right[id] = a
	}
}

// talk adds how the operations on notes are asked. A guest wrote two notes, of
// which one is reported, and two comments, of which one is hidden; a member
// commented too.
func (x *crossing) talk(c city) {
	x.Helper()
	guest, member := x.callers["guest"], x.callers["member"]
	other := do[struct{ ID string }](c.operator, "POST", "/shops", object{"name": "笔记的店", "city": "上海", "lat": 31.2, "lng": 121.4}).ID
	write := func(shop string) string {
		return do[struct{ ID string }](guest, "POST", "/shops/"+shop+"/notes", object{"text": "汤很鲜"}).ID
	}
	note, deleted := write(c.shop), write(other)
	comment := func(who user) string {
		return do[struct{ ID string }](who, "POST", "/notes/"+note+"/comments", object{"text": "同意"}).ID
	}
	shown, hidden, reported := comment(guest), comment(guest), comment(member)
	do[object](c.operator, "POST", "/cases/"+hidden, object{"act": "hide", "reason": "ad", "words": "像广告"})
	do[object](member, "POST", "/reports/"+note, object{"reason": "ad"})
	x.others = append(x.others, note, deleted, shown, hidden, reported)
	in1 := in("note", note)
	for id, a := range map[string]ask{
		"feed":          {"nobody", nil, ""},
		"note":          {"nobody", in1, ""},
		"shopNotes":     {"nobody", in("shop", c.shop), ""},
		"ownNotes":      {"guest", nil, ""},
		"addPhoto":      {"guest", in1, `{"picture":"` + onePixel + `"}`},
		"deleteNote":    {"guest", in("note", deleted), ""},
		"like":          {"member", in1, ""},
		"unlike":        {"member", in1, ""},
		"saveNote":      {"member", in1, ""},
		"unsaveNote":    {"member", in1, ""},
		"saveShop":      {"member", in("shop", c.shop), ""},
		"unsaveShop":    {"member", in("shop", c.shop), ""},
		"follow":        {"member", in("shop", c.shop), ""},
		"unfollow":      {"member", in("shop", c.shop), ""},
		"savedShops":    {"member", nil, ""},
		"savedNotes":    {"member", nil, ""},
		"following":     {"member", nil, ""},
		"comments":      {"nobody", in1, ""},
		"comment":       {"member", in1, `{"text":"同意"}`},
		"deleteComment": {"guest", in("comment", shown), ""},
		"answerNote":    {"merchant", in1, `{"text":"谢谢你来"}`},
		"unanswerNote":  {"merchant", in1, ""},
		"report":        {"member", in("thing", shown), `{"reason":"abuse","words":"骂人"}`},
		"appealHidden":  {"guest", in("thing", hidden), `{"words":"不是广告"}`},
		"cases":         {"auditor", nil, ""},
		"rule":          {"operator", in("thing", note), `{"act":"hide","reason":"ad","words":"像广告"}`},
	} {
		x.right[id] = a
	}
}

// plan adds how the operations on coverage plans are asked. One plan was made of
// a draft beside a station, and another waits.
func (x *crossing) plan() {
	x.Helper()
	at := geo.Point{Lat: 31.1, Lng: 121.2}
	operator := x.callers["operator"]
	x.must(x.db.Update(x.Context(), func(tx *db.Tx) error {
		for _, city := range []string{"甲城", "乙城"} {
			if _, _, err := discover.PutPlaces(tx, operator.id, []discover.Place{{City: city, Kind: discover.Metro, Name: "站", Point: at, Source: "right", SourceID: city}}); err != nil {
				return err
			}
			if _, err := shop.AddDraft(tx, operator.id, shop.Shop{City: city, Name: "待签", Category: "面馆", Point: at, Opens: -1, Closes: -1, Source: "right", SourceID: city}); err != nil {
				return err
			}
		}
		return nil
	}))
	plan := func(city string) string {
		return do[struct{ ID string }](operator, "POST", "/coverage/plans", object{"city": city, "shops": 1, "uncurated": true}).ID
	}
	made := plan("甲城")
	runner := jobs.NewRunner(x.db, 1)
	(&discover.Service{DB: x.db, Zone: dbtest.Zone}).Register(runner, 0)
	_, err := runner.Drain(x.Context())
	x.must(err)
	waits := plan("乙城")
	x.others = append(x.others, made, waits)
	for id, a := range map[string]ask{
		"startPlan":       {"operator", nil, `{"city":"甲城","shops":3,"budget":100000,"minutes":15,"chance":80,"visit":20000,"uncurated":true,"groups":[{"group":"coffee","most":2}],"chain":1,"effort":2}`},
		"coverPlans":      {"auditor", in("city", "甲城"), ""},
		"coverPlan":       {"auditor", in("cover", made), ""},
		"stopPlan":        {"operator", in("cover", waits), ""},
		"planCertificate": {"auditor", in("cover", made), ""},
		"planShops":       {"auditor", in("cover", made), ""},
		"planMap":         {"auditor", in("cover", made), ""},
	} {
		x.right[id] = a
	}
}

// onePixel is a small picture, in base64.
const onePixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

// tokenOf opens a session of the user's at an app.
func (w *town) tokenOf(u user, app account.App) string {
	w.Helper()
	token, _, err := w.account.Enter(w.Context(), u.id, app, account.Client{})
	w.must(err)
	return token
}

// in is what stands in a path, as names and values in turn.
func in(pairs ...string) map[string]string {
	path := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		path[pairs[i]] = pairs[i+1]
	}
	return path
}

// rights are the operations that are asked about the city's own things.
func (x *crossing) rights(c city, paid, open, waits bill) map[string]ask {
	const place = `{"name":"店","city":"上海","district":"黄浦区","address":"福州路 20 号","category":"茶馆","dishes":["毛尖"],"lat":31.2,"lng":121.4,"price":7000,"opens":600,"closes":1500}`
	const hours = `"hours":[{"days":[1,2],"from":600,"until":840}]`
	shop, day := in("shop", c.shop), in("merchant", c.merchant, "day", "2026-03-02")
	return map[string]ask{
		"challenge":   {"nobody", nil, `{"phone":"13900000078"}`},
		"sessions":    {"member", nil, ""},
		"currentAsk":  {"member", nil, ""},
		"dismissAsk":  {"member", in("redemption", paid.ID), ""},
		"rename":      {"member", nil, `{"name":"王小明"}`},
		"agreement":   {"member", nil, ""},
		"people":      {"auditor", nil, ""},
		"invite":      {"operator", nil, fmt.Sprintf(`{"role":"staff","shop":%q,"merchant":%q}`, c.shop, c.merchant)},
		"team":        {"merchant", shop, ""},
		"dismiss":     {"merchant", in("shop", c.shop, "person", string(c.staff.id)), ""},
		"shops":       {"nobody", nil, ""},
		"search":      {"nobody", nil, ""},
		"suggest":     {"nobody", nil, ""},
		"publicList":  {"nobody", nil, ""},
		"coverage":    {"nobody", in("lat", "31.23", "lng", "121.47"), ""},
		"gates":       {"nobody", nil, ""},
		"places":      {"nobody", shop, ""},
		"shop":        {"nobody", shop, ""},
		"sign":        {"nobody", in("number", c.number), ""},
		"addShop":     {"operator", nil, place},
		"describe":    {"merchant", shop, place},
		"addMerchant": {"operator", nil, `{"name":"新商家"}`},
		"merchants":   {"auditor", nil, ""},
		"setState":    {"merchant", shop, `{"state":"paused","reason":"装修"}`},
		"plans":       {"nobody", nil, ""},
		"setPlan":     {"operator", in("plan", "annual"), `{"zh":"年卡","en":"Annual","price":16800,"days":365,"trial":false,"sold":true}`},
		"buy":         {"guest", nil, `{"plan":"annual"}`},
		"passes":      {"member", nil, ""},
		"showCode":    {"walker", nil, ""},
		"estimate":    {"walker", shop, `{"bill":10000}`},
		"request":     {"walker", shop, `{"bill":10000,"due":9000}`},
		"price":       {"staff", in("redemption", open.ID), `{"bill":8000}`},
		"confirm":     {"member", in("redemption", open.ID), open.agreement()},
		"dispute":     {"member", in("redemption", open.ID), ""},
		"decline":     {"member", in("redemption", open.ID), ""},
		"undo":        {"staff", in("redemption", paid.ID), ""},
		"current":     {"member", nil, ""},
		"redemption":  {"member", in("redemption", paid.ID), ""},
		"receipt":     {"member", in("redemption", paid.ID), ""},
		"statements":  {"auditor", nil, ""},
		"statement":   {"merchant", day, ""},
		"trial":       {"auditor", nil, ""},
		"entries":     {"auditor", nil, ""},
		"proof":       {"operator", nil, ""},
		"jobs":        {"operator", nil, ""},
		"audit":       {"auditor", nil, ""},

		"endAgreement":        {"waiting", nil, ""},
		"redemptions":         {"member", nil, ""},
		"acceptRequest":       {"staff", in("redemption", waits.ID), ""},
		"shopRedemptions":     {"staff", shop, ""},
		"merchantRedemptions": {"merchant", in("merchant", c.merchant), ""},
		"statementFile":       {"merchant", day, ""},
		"importShops":         {"operator", nil, `{"city":"上海","source":"x","crs":"wgs84","dry_run":false,"map":{"name":"名"},"csv":"id,名,lat,lng\n1,店,31.2,121.4\n"}`},
		"setTerms":            {"merchant", shop, `{"kind":"percent","percent":10,"off":0,"gift":"","floor":5000,"cap":3000,"per_day":2,` + hours + `,"blackout":["2028-02-29"],"excluded":"酒水","budget":100000}`},
		"setOffers":           {"merchant", shop, `{"offers":[{"title":"茶位","kind":"fixed","percent":0,"off":100,"floor":0,"cap":0,` + hours + `,"from":"2026-03-01","until":"2026-04-01"}]}`},
	}
}

// deadJob puts a job there that was given up.
func (w *town) deadJob() (id string) {
	w.Helper()
	w.must(w.db.Update(w.Context(), func(tx *db.Tx) error {
		if err := jobs.Enqueue(tx, "payment.notice", "dead", time.Time{}, struct{ No string }{"none"}); err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE jobs_jobs SET state = 'dead' WHERE kind = 'payment.notice' AND key = 'dead'`); err != nil {
			return err
		}
		dead, err := jobs.List(tx, "dead", 1)
		if err == nil {
			id = dead[0].ID
		}
		return err
	}))
	return id
}
