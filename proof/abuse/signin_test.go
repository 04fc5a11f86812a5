package abuse

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/fault"
	"citywalk/web/webtest"
)

// signIn is section H: a sign-in tells nobody who is known, lets nobody in by
// guessing, and earns nobody money by the messages that it sends.
var signIn = []Case{
	{ID: "H1", Says: "a known number is answered as an unknown one, and the same is done for it", both: knownAndUnknown, at: "account.TestKnownAndUnknown web.TestHeldCodesAreTold"},
	{ID: "H2", Says: "a code can be tried five times, for five minutes, at its challenge, and used once", both: codesTried, at: "proof.TestOneSessionACodeAtTwoNodes"},
	{ID: "H4", Says: "a number has one form however it is written, and what is no number here is refused", both: numbersWritten, at: "account.TestParsePhone account.FuzzPhone"},
	{ID: "H5", Says: "a flood of codes stops at each limit, and who is known gets in through it", both: floods, at: "account.TestLimits account.TestBrake account.TestBudgetIsTold web.TestBrowserIsKnownAgain"},
	{ID: "H6", Says: "an address that the sender made up counts for nothing", both: madeUpAddresses, at: "account.TestLimitOnce"},
}

// unlimited sends as many codes as are asked for.
var unlimited = account.Limits{PhoneGap: -1, PhoneDay: -1, AddressHour: -1, DeviceTen: -1, PrefixHour: -1, Day: -1, Sample: -1}

// A door is a way to ask for a code.
type door func(phone string) answer

// doors are the API and a page.
func (w *town) doors() map[string]door {
	browser := webtest.NewClient(w.T, w.base)
	return map[string]door{
		"the API": func(phone string) answer {
			return w.nobody().send("POST", "/challenges", fmt.Sprintf(`{"phone":%q}`, phone))
		},
		"the page": func(phone string) answer {
			got := browser.Do(w.T, "POST /signin "+form("phone", phone, "idem", w.key()))
			return answer{got.Status, got.Header, got.Body}
		},
	}
}

// own is what differs between two answers to one request: ids, keys, times.
var own = regexp.MustCompile(`cha_[0-9a-v]{26}|value="[A-Z2-7]{26}"|"device":"[^"]+"|answered=abuse-key-\d+`)

// seen is all that an asker can tell one number's answer by.
func (a answer) seen(phone string) string {
	h := a.header.Clone()
	h.Del("Date")
	h.Del("X-Request-Id")
	return strings.ReplaceAll(own.ReplaceAllString(fmt.Sprint(a.status, " ", h, "\n", string(a.body)), ""), phone, "")
}

// knownAndUnknown asks for codes in turn to a number that signed in before and
// to one that never did. Each pair of answers is the same to the letter, each
// call writes the same tables, and where people are kept is not even looked:
// that table is out of reach for a while. So no time can tell them apart; what
// the calls took is only reported.
func knownAndUnknown(w *town) {
	w.account.Limits = unlimited
	operator := w.enter(account.Grant{Role: account.Operator})
	known, unknown := operator.phone, phone(900)
	for name, ask := range w.doors() {
		took := map[string][]time.Duration{}
		first := ask(known).seen(known)
		for i := range 200 {
			number := []string{known, unknown}[i%2]
			began := time.Now()
			a := ask(number)
			took[number] = append(took[number], time.Since(began))
			if got := a.seen(number); got != first {
				w.Fatalf("%s answers %s\nand then %s", name, first, got)
			}
		}
		w.Logf("%s: the median of 100 calls each is %v for the known, %v for the unknown number", name, median(took[known]), median(took[unknown]))
		if a, b := w.writes(ask, known), w.writes(ask, unknown); !slices.Equal(a, b) || len(a) == 0 {
			w.Errorf("%s writes %v for a known number, %v for an unknown one", name, a, b)
		}
	}
	w.withoutPeople(operator, known, unknown)
	w.heldAlike(known, unknown)
}

func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2].Round(time.Microsecond)
}

// writes names the tables that asking for a code writes.
func (w *town) writes(ask door, number string) []string {
	w.hold()
	ask(number)
	changed := w.held.Changed()
	w.held.Retake()
	slices.Sort(changed)
	return changed
}

// withoutPeople asks for codes, and tries wrong ones, while nobody can look
// for a person.
func (w *town) withoutPeople(operator user, numbers ...string) {
	rename := func(from, to string) {
		w.must(w.db.Update(w.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(`ALTER TABLE ` + from + ` RENAME TO ` + to)
			return err
		}))
	}
	rename("account_people", "account_hidden")
	defer rename("account_hidden", "account_people")
	if a := operator.send("GET", "/people", ""); a.status < 500 {
		w.Errorf("people are still found: %v", a)
	}
	for name, ask := range w.doors() {
		for _, number := range numbers {
			if a := ask(number); a.status != 200 {
				w.Errorf("%s looks for %s: %v", name, number, a)
			}
		}
	}
	for _, number := range numbers {
		challenge, code := w.asked(number)
		w.says(number, w.meet(challenge, another(code)), fault.Zh, 400, "account.code")
	}
}

// heldAlike has the brake put on: both numbers are told the same, one of them
// is sent a code.
func (w *town) heldAlike(known, unknown string) {
	w.account.Limits.Sample = 1
	w.clock.Advance(5 * time.Minute)
	put, err := w.account.Watch(w.Context())
	if err != nil || len(put) != 1 {
		w.Fatalf("no brake: %v, %v", put, err)
	}
	w.work()
	for name, ask := range w.doors() {
		before := w.codes.sent()
		a, b := ask(known), ask(unknown)
		if a.seen(known) != b.seen(unknown) || !strings.Contains(string(a.body), "暂时只发给登录过的号码") {
			w.Errorf("held, %s answers %s\nand %s", name, a, b)
		}
		w.work()
		if n := w.codes.sent() - before; n != 1 {
			w.Errorf("held, %s sent %d codes", name, n)
		}
	}
}

// asked asks for a code and returns its challenge and what was sent.
func (w *town) asked(number string) (challenge, code string) {
	w.Helper()
	challenge = do[struct{ Challenge string }](w.nobody(), "POST", "/challenges", object{"phone": number}).Challenge
	w.work()
	if code = w.codes.of(number); code == "" {
		w.Fatalf("no code came to %s", number)
	}
	return challenge, code
}

// meet tries a code.
func (w *town) meet(challenge, code string) answer {
	w.Helper()
	return w.nobody().send("POST", "/sessions", fmt.Sprintf(`{"challenge":%q,"code":%q}`, challenge, code), "Accept-Language", "zh-CN")
}

// another is a code that is not this one.
func another(code string) string {
	return string('0'+(code[0]-'0'+1)%10) + code[1:]
}

func codesTried(w *town) {
	w.account.Limits = unlimited
	alice, bob := phone(901), phone(902)
	over := func(what, challenge, code string) {
		w.Helper()
		w.hold()
		w.says(what, w.meet(challenge, code), fault.Zh, 410, "account.code_over")
		w.unchanged(what)
	}
	challenge, code := w.asked(alice)
	for range 4 {
		w.says("a wrong code", w.meet(challenge, another(code)), fault.Zh, 400, "account.code")
	}
	w.says("the fifth wrong one", w.meet(challenge, another(code)), fault.Zh, 410, "account.code_over")
	over("the right one after five", challenge, code)

	first, hers := w.asked(alice)
	second, his := w.asked(bob)
	if hers != his {
		w.says("another's code", w.meet(first, his), fault.Zh, 400, "account.code")
		w.says("another's code", w.meet(second, hers), fault.Zh, 400, "account.code")
	}
	third, newer := w.asked(alice)
	over("what a newer one ended", first, hers)
	over("no challenge", "cha_none", newer)

	w.clock.Advance(5*time.Minute - time.Millisecond)
	if a := w.meet(third, newer); a.status != 200 {
		w.Errorf("in its last moment: %v", a)
	}
	over("used", third, newer)
	challenge, code = w.asked(bob)
	w.clock.Advance(5 * time.Minute)
	over("five minutes later", challenge, code)

	challenge, code = w.asked(alice)
	if kinds := atOnce(40, func(int) answer { return w.meet(challenge, code) }); kinds["200 "] != 1 || kinds["410 account.code_over"] != 39 {
		w.Errorf("forty times at once: %v", kinds)
	}
	challenge, code = w.asked(alice)
	if kinds := atOnce(200, func(int) answer { return w.meet(challenge, another(code)) }); kinds["400 account.code"] != 4 || kinds["410 account.code_over"] != 196 {
		w.Errorf("two hundred guesses at once: %v; want five compared", kinds)
	}
	over("the right one after them", challenge, code)
}

func numbersWritten(w *town) {
	w.account.Limits = unlimited
	people := map[string]bool{}
	for _, typed := range []string{"13800380038", "+86 138 0038 0038", "8613800380038", "0086-138-0038-0038", "１３８００３８００３８", "＋８６ １３８ ００３８ ００３８", "138　0038　0038", " 138–0038–0038 "} {
		challenge := do[struct{ Challenge string }](w.nobody(), "POST", "/challenges", object{"phone": typed}).Challenge
		w.work()
		var got struct {
			Session struct{ Person, Phone string }
		}
		a := w.meet(challenge, w.codes.of("13800380038"))
		w.must(json.Unmarshal(a.body, &got))
		if got.Session.Phone != "138****0038" {
			w.Errorf("%q is shown as %q", typed, got.Session.Phone)
		}
		people[got.Session.Person] = true
	}
	if len(people) != 1 {
		w.Errorf("one number is %d people", len(people))
	}
	w.hold()
	page := webtest.NewClient(w.T, w.base)
	for _, typed := range []string{"０１３８", "+19005550100", "+1 900 555 0100", "12800380038", "138003800380", "1380038003", "+852 6123 4567", "86 86 13800380038", "+86+8613800380038", "１３８٠٠٣٨٠٠٣٨", "138a0380038", "tel:13800380038", "13800380038;13800380039", "13800380038\n13800380039", "' OR 1=1--", "", strings.Repeat("1", 41)} {
		w.refused(try{as: w.nobody(), do: "POST /challenges", body: `{"phone":` + quoted(typed) + `}`, status: 400, code: "account.phone|api.request"})
		if got := page.Do(w.T, "POST /signin "+form("phone", typed, "idem", w.key())); got.Status != http.StatusUnprocessableEntity {
			w.Errorf("%q on the page: %d", typed, got.Status)
		}
		w.unchanged(typed)
	}
}

// A flood is what one asker, or many, send: each part of the i-th request, or
// nil for one that nobody else uses.
type flood struct {
	number, address, program, device func(i int) string
}

// always makes one part of a flood the same each time.
func always(what string) func(int) string { return func(int) string { return what } }

// flooded counts what was sent, so that what is new is new.
var flooded atomic.Int64

// request is the next request of a flood, by way of a proxy.
func (f flood) request(w *town) *http.Request {
	i := int(flooded.Add(1))
	part := func(given func(int) string, fresh string) string {
		if given == nil {
			return fresh
		}
		return given(i)
	}
	body := fmt.Sprintf(`{"phone":%q,"device":%q}`, part(f.number, fmt.Sprintf("13%05d0000", i)), part(f.device, ""))
	return w.nobody().request("POST", "/challenges", body,
		"X-Forwarded-For", part(f.address, fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255)),
		"User-Agent", part(f.program, fmt.Sprint("Program ", i)))
}

// send sends n requests from twenty hands and counts the answers.
func (f flood) send(w *town, n int) map[string]int {
	w.Helper()
	const hands = 20
	kinds := map[string]int{}
	for range n / hands {
		for kind, times := range w.prepared(hands, func(int) *http.Request { return f.request(w) }) {
			kinds[kind] += times
		}
	}
	return kinds
}

// floods sends a thousand requests against each limit in turn, from behind a
// proxy, so that all but one thing about each is new.
func floods(first *town) {
	w := newTownOn(first.T, first.db, first.clock, proxied)
	n := 1000
	if w.db.Engine() == db.Postgres {
		n = 300
	}
	member := w.enter()
	is := func(what string, kinds map[string]int, sent int, refused string) {
		w.Helper()
		if want := map[string]int{"200 ": sent, "429 " + refused: n - sent}; !maps.Equal(kinds, want) {
			w.Errorf("%s: %v; want %v", what, kinds, want)
		}
	}
	is("one block of numbers", flood{number: func(i int) string { return fmt.Sprintf("1370000%04d", i%10_000) }}.send(w, n), 20, "account.crowded")
	is("one address", flood{address: always("203.0.113.7")}.send(w, n), 10, "account.crowded")
	is("one device", flood{device: always(w.account.NewTag())}.send(w, n), 3, "account.device")
	is("one program at an address that makes tags up", flood{address: always("203.0.113.8"), program: always("Program"), device: func(i int) string { return fmt.Sprintf("%043d.%064d", i, i) }}.send(w, n), 3, "account.device")

	w.work()
	w.account.Limits.Day = w.codes.sent() + 25
	is("the day's budget", flood{}.send(w, n), 25, "account.budget")
	if put, err := w.account.Watch(w.Context()); err != nil || len(put) != 1 || put[0].Name != account.BrakeBudget {
		w.Errorf("nobody is told that the budget is used up: %v, %v", put, err)
	}
	w.hold()
	w.refused(try{as: w.nobody(), do: "POST /challenges", body: `{"phone":"13800380038"}`, header: []string{"X-Forwarded-For", "203.0.113.9"}, status: 429, code: "account.budget"})
	get[object](member, "/passes") // Who is in stays in.

	w.clock.Advance(25 * time.Hour)
	w.account.Limits = account.Limits{}
	w.pumped(member, 200)
}

// pumped has codes asked for that nobody enters, from everywhere and within
// every limit: after a hundred the brake is put on. More of them send nothing,
// and who is known signs in all the same. Later it is over by itself.
func (w *town) pumped(member user, n int) {
	if kinds := (flood{}).send(w, 100); kinds["200 "] != 100 {
		w.Fatalf("within the limits: %v", kinds)
	}
	w.work()
	w.clock.Advance(5 * time.Minute)
	put, err := w.account.Watch(w.Context())
	if err != nil || len(put) != 1 || put[0].Name != account.BrakeUnmet || put[0].Sent != 100 || put[0].Met != 0 {
		w.Fatalf("no brake: %v, %v", put, err)
	}
	before := w.codes.sent()
	if kinds := (flood{}).send(w, n); kinds["200 "] != n {
		w.Errorf("with the brake on: %v; want one answer for all", kinds)
	}
	w.work()
	if sent := w.codes.sent() - before; sent != 0 {
		w.Errorf("with the brake on %d codes were sent", sent)
	}
	challenge, code := w.asked(member.phone)
	if a := w.meet(challenge, code); a.status != 200 {
		w.Errorf("who is known: %v", a)
	}
	w.clock.Advance(2 * time.Hour)
	if _, err := w.account.Watch(w.Context()); err != nil {
		w.Fatal(err)
	}
	w.asked(phone(903))
}

// madeUpAddresses dodges the limit of an address by writing others into the
// request: first at a server that stands alone, then through its proxy.
func madeUpAddresses(w *town) {
	const n = 200
	w.account.Limits = account.Limits{Sample: -1}
	ask := func(w *town, i int, headers ...string) *http.Request {
		body := fmt.Sprintf(`{"phone":"13%05d0000"}`, flooded.Add(1))
		return w.nobody().request("POST", "/challenges", body, append(headers, "User-Agent", fmt.Sprint("Program ", i))...)
	}
	kinds := w.prepared(n, func(i int) *http.Request {
		a := fmt.Sprintf("10.2.%d.%d", i>>8, i&255)
		return ask(w, i, "X-Forwarded-For", a, "X-Real-Ip", a, "Forwarded", "for="+a, "True-Client-Ip", a, "Cf-Connecting-Ip", a, "X-Client-Ip", a)
	})
	if kinds["200 "] != 10 || kinds["429 account.crowded"] != n-10 {
		w.Errorf("alone: %v", kinds)
	}
	behind := newTownOn(w.T, w.db, w.clock, proxied)
	kinds = behind.prepared(n, func(i int) *http.Request {
		made := []string{fmt.Sprintf("10.3.%d.%d", i>>8, i&255), "127.0.0.1", "::1", "x", "", "10.3.0.1, 127.0.0.1, 10.3.0.2"}[i%6]
		r := ask(behind, i, "X-Real-Ip", fmt.Sprintf("10.3.%d.%d", i>>8, i&255))
		r.Header["X-Forwarded-For"] = [][]string{{made + ", 203.0.113.7"}, {made, "203.0.113.7"}}[i%2]
		return r
	})
	if kinds["200 "] != 10 || kinds["429 account.crowded"] != n-10 {
		w.Errorf("behind a proxy: %v", kinds)
	}
	if a := behind.raw(ask(behind, 0, "X-Forwarded-For", "203.0.113.7, 203.0.113.8")); a.status != 200 {
		w.Errorf("somebody else behind the proxy: %v", a)
	}
}
