package api

import (
	"strings"
	"testing"

	"citywalk/account"
	"citywalk/curate"
	"citywalk/shop"
)

// Answers about curation as the tests read them.
type (
	anOutcome  struct{ ID, Outcome, Note, State, Code, Reason, Field string }
	someResult struct{ Outcomes []anOutcome }
	aDecision  struct{ ID, Step, Verdict, Reviewer, Second string }
	anAppeal   struct{ ID, State, Answer string }
)

// TestNotesComeInOneByOne: a batch tells of each of its notes what became of
// it, in the caller's language, and sent again changes nothing.
func TestNotesComeInOneByOne(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		g.check = follows(t, g)
		operator := g.enter(account.Grant{Role: account.Operator})
		sh := do[aShop](operator, "POST", "/shops", object{"name": "老王面馆", "city": "上海", "lat": 31.23, "lng": 121.47})
		note := func(id, shop, text string) object {
			return object{"id": id, "shop": shop, "author": "甲", "text": text, "time": "2026-01-02T03:04:05+08:00", "stars": 4.5, "marks": object{"taste": 5}, "likes": 3}
		}
		batch := object{"source": "web", "city": "上海", "notes": []object{note("1", sh.ID, "汤很鲜👨‍👩‍👧"), note("2", "shp_none", "面很好"),
			note("1", sh.ID, "又一条"), note("3", sh.ID, "反\u202E了"), note("4", sh.ID, " "), note("5", "", "不知道是哪家店的面")}}
		want := []string{"added ", "refused shop.unknown", "refused curate.twice", "refused curate.text", "refused curate.no_text", "added "}
		for round, first := range []string{"added ", "same "} {
			want[0], want[5] = first, first
			got := do[someResult](operator, "POST", "/imports/notes", batch).Outcomes
			if len(got) != len(want) {
				t.Fatalf("%d outcomes of %d", len(got), len(want))
			}
			for i, o := range got {
				if o.Outcome+" "+o.Code != want[i] || (o.Code != "") != (o.Reason != "") || (o.Note != "") == (o.Code != "") {
					t.Errorf("round %d, note %d: %+v, want %s", round+1, i, o, want[i])
				}
			}
			if got[0].State != "linked" || got[5].State != "waiting" {
				t.Errorf("states %s and %s", got[0].State, got[5].State)
			}
		}
		zh, en := user{g: g, token: operator.token, lang: "zh-CN"}, user{g: g, token: operator.token, lang: "en"}
		a := do[someResult](zh, "POST", "/imports/notes", batch).Outcomes[1].Reason
		b := do[someResult](en, "POST", "/imports/notes", batch).Outcomes[1].Reason
		if a != "没有找到这家门店。" || b != shop.ErrUnknown.Say("en") {
			t.Errorf("reasons %q and %q", a, b)
		}
		comment := func(id, on string) object {
			return object{"id": id, "note": on, "author": "乙", "text": "同意", "time": "2026-01-03T03:04:05Z"}
		}
		said := do[someResult](operator, "POST", "/imports/comments", object{"source": "web", "comments": []object{comment("1", "1"), comment("2", "none")}}).Outcomes
		if said[0].Outcome != "added" || said[1].Code != curate.ErrNote.Code {
			t.Errorf("comments: %+v", said)
		}
		g.refused(t, operator, "POST", "/imports/notes", `{"source":"member","notes":[]}`, []int{400})
		g.refused(t, operator, "POST", "/imports/notes", `{"source":"x","notes":[`+strings.Repeat(`{},`, 500)+`{}]}`, []int{400})
		g.refused(t, operator, "POST", "/imports/notes", `{"source":"x","notes":[{"id":"1","author":"a","text":"b","time":"yesterday"}]}`, []int{400})
	})
}

// TestAMemberWritesANote: once a day about a shop, and a repetition under the
// same key is the same note.
func TestAMemberWritesANote(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		g.check = follows(t, g)
		operator, member := g.enter(account.Grant{Role: account.Operator}), g.enter()
		sh := do[aShop](operator, "POST", "/shops", object{"name": "老王面馆", "city": "上海", "lat": 31.23, "lng": 121.47})
		at := "/shops/" + sh.ID + "/notes"
		type aNote struct {
			ID, Shop, Text string
			Visited        bool
		}
		var twice [2]aNote
		for i := range twice {
			twice[i] = read[aNote](member, member.send("POST", at, `{"text":"面很好","stars":4.5}`, "Idempotency-Key", "one-note-00000001"), "POST note")
		}
		if twice[0] != twice[1] || twice[0].ID == "" || twice[0].Shop != sh.ID || twice[0].Visited {
			t.Errorf("%+v", twice)
		}
		if a := member.send("POST", at, `{"text":"再写一条"}`); a.problem(t).Code != curate.ErrOften.Code {
			t.Errorf("a second note: %d %s", a.status, a.body)
		}
		g.refused(t, member, "POST", at, `{"text":"面很好","stars":6}`, []int{400})
		g.refused(t, member, "POST", "/shops/none/notes", `{"text":"面很好"}`, []int{404})
		if a := member.send("POST", at, `{"text":"面很好"}`, "Idempotency-Key", ""); a.status != 400 {
			t.Errorf("without a key: %d", a.status)
		}
	})
}

// TestADecisionTakesItsWay: a reviewer with a tie proposes, a colleague
// confirms, the merchant appeals, a third person judges.
func TestADecisionTakesItsWay(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		g.check = follows(t, g)
		ann, bo, cy := g.enter(account.Grant{Role: account.Operator}), g.enter(account.Grant{Role: account.Operator}), g.enter(account.Grant{Role: account.Operator})
		m := do[struct{ ID string }](ann, "POST", "/merchants", object{"name": "老王"}).ID
		merchant, other := g.enter(account.Grant{Role: account.Merchant, Merchant: m}), g.enter(account.Grant{Role: account.Merchant, Merchant: "mer_other"})
		sh := do[aShop](ann, "POST", "/shops", object{"name": "老王面馆", "city": "上海", "lat": 31.23, "lng": 121.47})
		do[object](ann, "PUT", "/shops/"+sh.ID+"/merchant", object{"merchant": m})
		file, appeals := "/curation/shops/"+sh.ID, "/shops/"+sh.ID+"/appeals"
		ruling := func(verdict string, tie object) object {
			return object{"verdict": verdict, "reason": "汤头和从前一样", "tie": tie}
		}
		if a := merchant.send("POST", appeals, `{"text":"请再来看看"}`); a.problem(t).Code != curate.ErrNoDecision.Code {
			t.Errorf("an appeal against nothing: %d %s", a.status, a.body)
		}
		if a := ann.send("POST", file+"/decisions", `{"ruling":{"verdict":"included","reason":"好","tie":{}}}`); a.problem(t).Code != curate.ErrTie.Code {
			t.Errorf("no word about ties: %d %s", a.status, a.body)
		}
		d := do[aDecision](ann, "POST", file+"/decisions", object{"ruling": ruling("excluded", object{"words": "老板是同学"})})
		if d.Step != "proposed" {
			t.Fatalf("with a tie: %+v", d)
		}
		if a := ann.send("POST", "/curation/decisions/"+d.ID+"/confirm", ""); a.problem(t).Code != curate.ErrSamePerson.Code {
			t.Errorf("confirmed by its author: %d %s", a.status, a.body)
		}
		if d = do[aDecision](bo, "POST", "/curation/decisions/"+d.ID+"/confirm", nil); d.Step != "standing" || d.Second == "" {
			t.Errorf("confirmed: %+v", d)
		}
		if a := cy.send("POST", "/curation/decisions/"+d.ID+"/reject", ""); a.problem(t).Code != curate.ErrNotProposed.Code {
			t.Errorf("rejected what stands: %d %s", a.status, a.body)
		}
		if a := ann.send("POST", file+"/decisions", `{"seen":"","ruling":{"verdict":"watched","reason":"好","tie":{"none":true}}}`); a.problem(t).Code != curate.ErrStale.Code {
			t.Errorf("a decision that did not see the last: %d %s", a.status, a.body)
		}
		g.refused(t, other, "POST", appeals, `{"text":"请再来看看"}`, []int{404})
		ap := do[anAppeal](merchant, "POST", appeals, object{"text": "请再来看看"})
		if a := bo.send("POST", "/curation/appeals/"+ap.ID+"/judge", `{"answer":"看过了"}`); a.problem(t).Code != curate.ErrPartial.Code {
			t.Errorf("judged by who confirmed: %d %s", a.status, a.body)
		}
		ap = do[anAppeal](cy, "POST", "/curation/appeals/"+ap.ID+"/judge", object{"answer": "去看过了", "ruling": ruling("included", object{"none": true})})
		if ap.State != "overturned" || ap.Answer != "去看过了" {
			t.Errorf("judged: %+v", ap)
		}
		now := get[struct {
			Verdict   string
			Decisions []aDecision
			Appeals   []anAppeal
		}](g.enter(account.Grant{Role: account.Auditor}), file)
		if now.Verdict != "included" || len(now.Decisions) != 2 || len(now.Appeals) != 1 {
			t.Errorf("the file: %+v", now)
		}
		g.refused(t, merchant, "GET", file, "", []int{403})
		if q := get[struct{ Candidates []object }](ann, "/curation/candidates?city=%E4%B8%8A%E6%B5%B7"); q.Candidates == nil {
			t.Error("the queue is no list")
		}
	})
}

// TestALabelIsForReviewers: a note is labelled by an operator, twice is once.
func TestALabelIsForReviewers(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		g.check = follows(t, g)
		operator := g.enter(account.Grant{Role: account.Operator})
		sh := do[aShop](operator, "POST", "/shops", object{"name": "老王面馆", "city": "上海", "lat": 31.23, "lng": 121.47})
		note := do[someResult](operator, "POST", "/imports/notes", object{"source": "web", "notes": []object{
			{"id": "1", "shop": sh.ID, "author": "甲", "text": "汤很鲜", "time": "2026-01-02T03:04:05Z"}}}).Outcomes[0].Note
		for range 2 {
			do[object](operator, "POST", "/curation/notes/"+note+"/label", object{"bought": true})
		}
		g.refused(t, operator, "POST", "/curation/notes/none/label", `{"bought":true}`, []int{404})
		g.refused(t, operator, "POST", "/curation/notes/"+note+"/label", `{}`, []int{400})
		g.refused(t, g.enter(), "POST", "/curation/notes/"+note+"/label", `{"bought":true}`, []int{403})
	})
}
