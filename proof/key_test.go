package proof

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"citywalk/db"
)

// repeats is how often one sending is repeated at once.
const repeats = 200

// A keyed is a command under a key: what it sends, what it leaves behind, and
// the same command about something else, which is not the same sending.
type keyed struct {
	name  string
	shot  shot
	other shot
	rows  map[string]int
}

// sameKey is used for every command of everybody: who sends it, and to which
// route, keeps them apart.
const sameKey = "one-key-for-everything-and-everybody"

// TestOneKeyAtTwoNodes is P1, a to c and f: each command that moves value is
// sent two hundred times at once under one key. It has one effect and one
// first answer, and the others are that answer again. The key with something
// else in the command is refused without effect. When what is kept of the keys
// is gone, the commands are refused or answered again, and take no money and
// make no pass.
func TestOneKeyAtTwoNodes(t *testing.T) {
	races(t, func(r *race) {
		var sent []shot
		for _, command := range r.commands(r.join(4)) {
			c := command()
			c.shot.key, c.other.key = sameKey, sameKey
			r.oneEffect(c)
			sent = append(sent, r.times(10, c.shot)...)
		}
		r.forgotten(sent)
	})
}

// commands are the money routes, in the order of one member's day. Each is
// made ready only when its turn has come.
func (r *race) commands(members []Client) []func() keyed {
	staff, at := r.city.Staff, "/shops/"+r.city.Shop
	code := func(m Client) string {
		var shown struct{ Code string }
		r.must(m.Call(r.t.Context(), "POST", "/codes", nil, &shown))
		return shown.Code
	}
	var first, second Redemption // Of the first two members, by code and by sign.
	open := func(m Client) (now Redemption) {
		r.must(m.Call(r.t.Context(), "GET", "/redemptions/current", nil, &now))
		return now
	}
	elsewhere := Redemption{ID: "red_elsewhere"}
	buy := func(phone string) keyed {
		buyer, err := r.nodes[0].SignIn(r.t.Context(), phone)
		r.must(err)
		return keyed{"buy", shot{Client: buyer, path: "/passes", body: Object{"plan": "annual"}},
			shot{Client: buyer, path: "/passes", body: Object{"plan": "trial"}},
			map[string]int{"passes": 1, "payments": 1, "audits": 1, "keys": 1}}
	}
	return []func() keyed{
		func() keyed { return buy("13800009999") },
		func() keyed { return buy("13800009998") },
		func() keyed {
			return keyed{"scan", shot{Client: staff, path: at + "/scans", body: Object{"code": code(members[0])}},
				shot{Client: staff, path: at + "/scans", body: Object{"code": code(members[2])}},
				map[string]int{"redemptions": 1, "steps": 1, "open": 1, "slots": 2, "codes used": 1, "audits": 1, "keys": 1}}
		},
		func() keyed {
			first = open(members[0])
			return keyed{"quote", shot{Client: staff, path: "/redemptions/" + first.ID + "/quotes", body: Object{"bill": 10_000}},
				shot{Client: staff, path: "/redemptions/" + first.ID + "/quotes", body: Object{"bill": 20_000}},
				map[string]int{"steps": 1, "keys": 1}}
		},
		func() keyed {
			first = open(members[0])
			other := first
			other.Quote.Version++
			return keyed{"confirm", confirms(members[0], first), confirms(members[0], other),
				map[string]int{"steps": 2, "open": -1, "uses": 1, "payments": 1, "successes": 1, "entries": 1, "postings": 5, "audits": 1, "keys": 1}}
		},
		func() keyed {
			return keyed{"request", shot{Client: members[1], path: at + "/requests", body: Object{"bill": 10_000, "due": 9_000}},
				shot{Client: members[1], path: at + "/requests", body: Object{"bill": 20_000, "due": 18_000}},
				map[string]int{"redemptions": 1, "steps": 1, "open": 1, "slots": 2, "audits": 1, "keys": 1}}
		},
		func() keyed {
			second = open(members[1])
			return keyed{"accept", command(staff, second, "accept"), command(staff, elsewhere, "accept"),
				map[string]int{"steps": 2, "open": -1, "uses": 1, "payments": 1, "successes": 1, "entries": 1, "postings": 5, "audits": 1, "keys": 1}}
		},
		func() keyed {
			return keyed{"undo", command(staff, first, "undo"), command(staff, second, "undo"),
				map[string]int{"steps": 2, "slots": -2, "uses": -1, "refunds": 1, "entries": 2, "postings": 6, "audits": 1, "keys": 1}}
		},
		func() keyed {
			disputed := r.priced(members[2], 10_000)
			return keyed{"dispute", command(members[2], disputed, "dispute"), command(members[2], elsewhere, "dispute"),
				map[string]int{"steps": 1, "keys": 1}}
		},
		func() keyed {
			return keyed{"decline", command(members[2], open(members[2]), "decline"), command(members[2], elsewhere, "decline"),
				map[string]int{"steps": 1, "open": -1, "slots": -2, "keys": 1}}
		},
		func() keyed {
			var mine struct{ Passes []Pass }
			r.must(members[3].Call(r.t.Context(), "GET", "/passes", nil, &mine))
			path := "/passes/" + mine.Passes[0].ID + "/refund"
			return keyed{"refund", shot{Client: members[3], path: path, body: Object{"amount": 16_800}},
				shot{Client: members[3], path: path, body: Object{"amount": 16_799}},
				map[string]int{"refunds": 1, "entries": 2, "postings": 5, "audits": 1, "keys": 1}}
		},
	}
}

// oneEffect races one sending and then tries what else the key could do.
func (r *race) oneEffect(c keyed) {
	r.t.Helper()
	before := r.rows()
	answers := r.volley(r.times(repeats, c.shot))
	r.oneFirst(c.name, answers)
	ids := map[string]int{}
	for _, a := range answers {
		var about struct{ ID string }
		r.must(json.Unmarshal(a.Body, &about))
		ids[about.ID]++
	}
	if len(ids) != 1 {
		r.t.Errorf("%s: the answers were about %v", c.name, ids)
	}
	r.settled(c.name, before, c.rows)
	before = r.rows()
	r.answered(c.name+" about something else", r.volley(r.times(10, c.other)), map[string]int{"422 once.mismatch replayed": 10})
	r.changed(c.name+" about something else", before, map[string]int{})
}

// oneFirst wants one first answer, and repetitions. A sending that was turned
// away in doubt may have been the first, and then hears itself repeated.
func (r *race) oneFirst(what string, answers []Answer) {
	r.t.Helper()
	doubts := 0
	for _, a := range answers {
		if a.Doubted && a.Header.Get("Idempotent-Replayed") != "" {
			doubts++
		}
	}
	got := tally(answers)
	if first := got["200"]; first < max(doubts, 1) || first > doubts+1 || first+got["200 replayed"] != repeats {
		r.t.Errorf("%s: answered %v, %d of them in doubt, want one first answer and %d repetitions", what, got, doubts, repeats-1)
	}
}

// settled waits for what a command brings about by itself, the payment and the
// refund, and then compares the rows.
func (r *race) settled(what string, before, want map[string]int) {
	r.t.Helper()
	for r.passing() {
		select {
		case <-r.t.Context().Done():
			r.t.Fatalf("%s: payments and refunds do not end", what)
		default:
		}
	}
	r.changed(what, before, want)
}

// passing reports whether money is on its way.
func (r *race) passing() bool {
	r.t.Helper()
	var n int
	r.must(r.db.View(r.t.Context(), func(tx *db.Tx) (err error) {
		n, err = db.One[int](tx, `
			SELECT (SELECT COUNT(*) FROM payment_refunds WHERE state IN ('asked', 'sent'))
				+ (SELECT COUNT(*) FROM redeem_redemptions WHERE state IN ('paying', 'refunding'))`)
		return err
	}))
	return n > 0
}

// forgotten sends commands again after their keys are gone, as after 72 hours.
// What holds then are the things themselves. Only the request begins something
// anew, which is nothing until staff accepts it.
func (r *race) forgotten(sent []shot) {
	r.t.Helper()
	r.exec(func(tx *db.Tx) error {
		_, err := tx.Exec(`DELETE FROM once_keys`)
		return err
	})
	before := r.rows()
	for i, a := range r.volley(sent) {
		if a.Status != 200 && a.Status != 409 {
			r.t.Errorf("%s, when its key is forgotten: %s", sent[i].path, a)
		}
	}
	r.grew("forgotten keys", before, map[string]int{"passes": 0, "payments": 0, "refunds": 0, "uses": 0, "entries": 0, "redemptions": 1})
}

// TestKeysThatAreNone is P1 e: a key that is missing, too short, too long, or
// anything but letters, digits and the two dashes is refused without effect.
// One longer than all headers may be together is refused by the server before
// anybody reads it.
func TestKeysThatAreNone(t *testing.T) {
	each(t, func(t *testing.T, i *Installation) {
		r := &race{Installation: i, t: t, nodes: []*Node{i.Start()}, db: i.Open()}
		buyer, err := r.nodes[0].SignIn(t.Context(), "13800009999")
		r.must(err)
		before := r.rows()
		for name, key := range map[string]string{
			"none": "", "one": "k", "15": strings.Repeat("k", 15), "256": strings.Repeat("k", 256), "10,000": strings.Repeat("k", 10_000),
			"a blank": "key with blanks in it", "Chinese": strings.Repeat("钥匙", 10), "emoji": strings.Repeat("🔑", 10), "not UTF-8": strings.Repeat("\xff\xfe", 10),
			"a quote": `key';DROP TABLE x;--`, "a slash": "key/with/../slashes", "a percent": "key%00%00%00%00%00%00",
		} {
			a, err := buyer.Send(t.Context(), "POST", "/passes", key, Object{"plan": "annual"})
			r.must(err)
			if a.Status != 400 || a.Problem().Code != "once.key" {
				t.Errorf("%s: %s", name, a)
			}
		}
		for name, key := range map[string]string{
			"a NUL": "key-with-\x00-in-the-middle", "a bell": "key-with-\x07-in-the-middle", "a tab": "key-with-\t-in-the-middle",
			"a bare return": "key-with-\r-in-the-middle", "100,000": strings.Repeat("k", 100_000),
		} {
			want := map[bool]int{false: 400, true: 431}[len(key) == 100_000]
			if got := r.raw(buyer, key); got != want {
				t.Errorf("%s: %d", name, got)
			}
		}
		r.changed("keys that are none", before, map[string]int{})
		for _, n := range []int{16, 255} {
			_, err := buyer.Send(t.Context(), "POST", "/passes", strings.Repeat("k", n), Object{"plan": "annual"})
			r.must(err)
		}
		r.changed("the shortest and the longest key", before, map[string]int{"passes": 1, "payments": 1, "audits": 1, "keys": 2})
	})
}

// raw buys a pass under a key that no client library would send.
func (r *race) raw(buyer Client, key string) int {
	r.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(buyer.Node.Base, "http://"))
	r.must(err)
	defer conn.Close()
	const body = `{"plan":"annual"}`
	go fmt.Fprintf(conn, "POST /api/v1/passes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nIdempotency-Key: %s\r\nContent-Length: %d\r\n\r\n%s",
		buyer.Token, key, len(body), body)
	w, err := http.ReadResponse(bufio.NewReader(conn), nil)
	r.must(err)
	defer w.Body.Close()
	return w.StatusCode
}
