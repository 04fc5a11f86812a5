package console

import (
	"testing"
	"time"

	"citywalk/account"
	"citywalk/web/webtest"
)

// pagesKept are the paths of the pages that the device keeps, as one text.
const pagesKept = `caches.keys().then(async names => {
	const all = [];
	for (const name of names) for (const r of await (await caches.open(name)).keys())
		if (!r.url.includes("/assets/")) all.push(new URL(r.url).pathname);
	return all.sort().join(" ");
})`

// keeps waits until the device keeps these pages and no others.
func keeps(t *testing.T, page *webtest.Page, paths string) {
	t.Helper()
	for until := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		got := webtest.Eval[string](page, pagesKept)
		if got == paths {
			return
		}
		if time.Now().After(until) {
			t.Fatalf("kept are %q, not %q", got, paths)
		}
	}
}

// What the server refuses stays on the phone beside its reason: the phone's
// clock was wrong. It is opened, saved again, and sent.
func TestARefusedVisitIsMended(t *testing.T) {
	g := newRig(t)
	page := webtest.Open(t, webtest.Device{Width: 390, Height: 844, Scale: 2, Touch: true, Dark: true, Language: "en"}, "")
	page.SetCookie(g.url, "console", g.operator.token)
	page.Open(g.url + visitPath(g.ours.ID))
	page.Choose("input[name=photo]", snap(t))
	page.WaitCount(".album-field .tile img", 1)
	page.Fill("Price per head", "thirty")
	page.Click("Save")
	page.WaitText("Write an amount")
	page.Fill("Price per head", "30")
	page.Click("Save")
	page.WaitText("Not all of it was taken")
	page.Screenshot("visit-refused-en-dark")
	page.Click("See my visits")
	page.WaitText("Not taken: A visit is of the last 30 days")
	page.Screenshot("visits-refused-en-dark")
	page.Axe()
	page.Click("Open and mend it")
	page.WaitURL("/visit")
	page.WaitCount(".album-field .tile img", 1)
	if got := page.Value("Price per head"); got != "30" {
		t.Errorf("the price came back as %q", got)
	}
	g.clock.Set(time.Now())
	worker := g.enter("13900000022", "外勤", account.Grant{Role: account.Operator}, account.ConsoleApp)
	page.SetCookie(g.url, "console", worker.token)
	page.Click("Save")
	page.WaitText("Saved on this phone") // Written as one person, it is not sent as another.
	if n := len(g.visitsTo()); n != 0 {
		t.Fatalf("%d visits were sent in another's name", n)
	}
	token, _, err := g.Account.Enter(t.Context(), g.operator.Person, account.ConsoleApp, account.Client{})
	g.must(err)
	page.SetCookie(g.url, "console", token)
	page.Click("See my visits")
	page.WaitText("Nothing waits here")
	if all := g.visitsTo(); len(all) != 1 || len(all[0].Photos) != 1 || all[0].Seen.Price != 3000 || all[0].Reviewer != g.operator.Person {
		t.Errorf("there is %+v", all)
	}
}

// The phone keeps the pages of visits that were opened, and no others; those
// of another person, and all of them after a sign-out, are gone.
func TestWhatThePhoneKeepsOfPages(t *testing.T) {
	g := newRig(t)
	page := webtest.Open(t, webtest.Phone, "")
	page.Expect("ERR_INTERNET_DISCONNECTED")
	page.SetCookie(g.url, "console", g.operator.token)
	page.Open(g.url + visitPath(g.ours.ID))
	ours, theirs := visitPath(g.ours.ID), visitPath(g.theirs.ID)
	keeps(t, page, ours+" "+visitsPath)
	page.Open(g.url + shopPath(g.ours.ID))
	page.Open(g.url + "/console/")
	keeps(t, page, ours+" "+visitsPath)

	colleague := g.enter("13900000023", "同事", account.Grant{Role: account.Operator}, account.ConsoleApp)
	page.SetCookie(g.url, "console", colleague.token)
	page.Open(g.url + theirs)
	keeps(t, page, theirs+" "+visitsPath)

	page.Click("菜单")
	page.Click("退出登录")
	page.WaitURL("signin")
	keeps(t, page, "")
}
