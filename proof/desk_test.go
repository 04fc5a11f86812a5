package proof

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/http/httptrace"
	"slices"
	"sync"
	"time"
)

// A desk is a member at the till, served by several clients at once: what they
// know of him together.
type desk struct {
	member Client
	name   string

	mu    sync.Mutex
	code  string
	known []Redemption // The newest last.
	spent bool         // No use of the day is left.
}

// last is what is known of the newest redemption; of another one of the last
// three, now and then.
func (d *desk) last() (r Redemption) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := len(d.known)
	if n == 0 {
		return r
	}
	if rand.IntN(5) == 0 {
		return d.known[n-1-rand.IntN(min(3, n))]
	}
	return d.known[n-1]
}

// may reports whether the member has a use of the day left, as far as is known.
func (d *desk) may() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return !d.spent
}

// waits reports whether a payment is waited for.
func (d *desk) waits() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := len(d.known)
	return n > 0 && slices.Contains([]string{"paying", "reversing"}, d.known[n-1].State)
}

// learn keeps what was shown of a redemption if it is news.
func (d *desk) learn(r Redemption) {
	d.mu.Lock()
	defer d.mu.Unlock()
	i := slices.IndexFunc(d.known, func(k Redemption) bool { return k.ID == r.ID })
	if i < 0 {
		d.known = append(d.known, r)
	} else if d.known[i].Version < r.Version {
		d.known[i] = r
	}
}

// next is what to do with a redemption: mostly what comes next, and often
// enough what does not.
func next(r Redemption) string {
	if r.ID == "" {
		return "scan"
	}
	if rand.IntN(4) == 0 {
		return pick("scan", "price", "confirm", "decline", "undo", "look")
	}
	switch r.State {
	case "presented":
		return "price"
	case "priced":
		return pick("confirm", "confirm", "confirm", "price", "decline")
	case "paying", "reversing":
		return "look"
	case "committed":
		return pick("undo", "undo", "scan")
	}
	return "scan"
}

func pick(from ...string) string { return from[rand.IntN(len(from))] }

// serve does one thing at a desk.
func (h *history) serve(ctx context.Context, client int, d *desk) {
	r := d.last()
	switch what := next(r); what {
	case "scan":
		h.scan(ctx, client, d)
	case "look":
		h.command(ctx, client, d, "GET", act{about: r.ID, kind: what}, nil)
	case "price":
		h.command(ctx, client, d, "POST", act{about: r.ID, kind: what}, Object{"bill": 100 * (1 + rand.IntN(90))})
	case "confirm":
		if r.Quote.Version > 0 {
			h.command(ctx, client, d, "POST", act{about: r.ID, kind: what, quote: r.Quote.Version}, Object{"version": r.Quote.Version, "hash": r.Quote.Hash})
		}
	default:
		h.command(ctx, client, d, "POST", act{about: r.ID, kind: what}, nil)
	}
}

// paths are where commands about a redemption go.
var paths = map[string]string{"price": "/quotes", "confirm": "/confirm", "decline": "/decline", "undo": "/undo", "look": ""}

// command sends a command, or a look, and puts what it was told on record. The
// first answer to a command, but that to a confirmation, shows the redemption
// in the very transaction; any other shows it some time later, which is a look.
func (h *history) command(ctx context.Context, client int, d *desk, method string, a act, body any) {
	who := h.staff
	if a.kind == "confirm" || a.kind == "decline" && rand.IntN(2) == 0 || a.kind == "look" && rand.IntN(2) == 0 {
		who = d.member
	}
	s := h.send(ctx, who, method, "/redemptions/"+a.about+paths[a.kind], body)
	s.client, s.desk = client, d.name
	switch {
	case s.undone || a.kind == "look" && s.Status != http.StatusOK:
	case s.Status != http.StatusOK:
		h.record(s, a, heard{unknown: s.unknown, refusal: s.Problem().Code})
	default:
		var r Redemption
		if err := json.Unmarshal(s.Body, &r); err != nil {
			h.t.Errorf("%s: %v", s.Answer, err)
			return
		}
		d.learn(r)
		shown := heard{state: shownState(r), version: r.Version, quote: r.Quote.Version}
		if a.kind != "look" && (a.kind == "confirm" || s.Header.Get("Idempotent-Replayed") != "") {
			h.record(s, a, heard{})
			s.call, a.kind = s.last, "look"
		}
		h.record(s, a, shown)
	}
}

func shownState(r Redemption) string {
	if r.State == "voided" {
		return "voided " + r.Why
	}
	return r.State
}

// scan scans the member's code, which may be one that was scanned before; or,
// if he has none, has him show one, which is nobody's business.
func (h *history) scan(ctx context.Context, client int, d *desk) {
	d.mu.Lock()
	code := d.code
	d.mu.Unlock()
	if code == "" {
		var shown struct{ Code string }
		if s := h.send(ctx, d.member, "POST", "/codes", nil); s.Status == http.StatusOK && json.Unmarshal(s.Body, &shown) == nil {
			d.mu.Lock()
			d.code = shown.Code
			d.mu.Unlock()
		}
		return
	}
	s := h.send(ctx, h.staff, "POST", "/shops/"+h.shop+"/scans", Object{"code": code})
	s.client, s.desk = client, d.name
	if s.undone {
		return
	}
	told := heard{unknown: s.unknown, refusal: s.Problem().Code}
	if s.Status == http.StatusOK {
		var r Redemption
		if err := json.Unmarshal(s.Body, &r); err != nil {
			h.t.Errorf("%s: %v", s.Answer, err)
			return
		}
		told = heard{id: r.ID}
		d.learn(r)
		look := s
		look.call = s.last
		h.record(look, act{about: r.ID, kind: "look"}, heard{state: shownState(r), version: r.Version, quote: r.Quote.Version})
	}
	h.record(s, act{about: code, kind: "scan"}, told)
	if told.refusal == "redeem.open" {
		h.find(ctx, client, d)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.spent = d.spent || told.refusal == "redeem.daily"
	if d.code == code && told.refusal != "redeem.open" && !told.unknown {
		d.code = ""
	}
}

// find looks for what the member has under way, which may have begun without
// anybody's being told.
func (h *history) find(ctx context.Context, client int, d *desk) {
	s := h.send(ctx, d.member, "GET", "/redemptions/current", nil)
	var r Redemption
	if s.Status != http.StatusOK || json.Unmarshal(s.Body, &r) != nil {
		return
	}
	s.client, s.desk, s.call = client, d.name, s.last
	d.learn(r)
	h.record(s, act{about: r.ID, kind: "look"}, heard{state: shownState(r), version: r.Version, quote: r.Quote.Version})
}

// A sending is one request, sent until it was answered or given up.
type sending struct {
	Answer
	desk            string
	client          int
	call, last, ret int64 // When it was first sent, when last, and when it was answered.
	unknown         bool  // It may have happened or not.
	undone          bool  // All that was said is that nothing was done.
}

// nothingDone are the refusals that promise that nothing was done.
var nothingDone = []string{"web.unavailable", "web.busy"}

// send sends a request under a key of its own to whichever node serves. If the
// connection breaks, a node says nothing for five seconds or does not know what
// came of it, it is sent again under its key half of the times; otherwise it is
// left at that. What did not get as far as to be written was not sent.
func (h *history) send(ctx context.Context, who Client, method, path string, body any) sending {
	s, key := sending{call: h.now()}, Key()
	for tries := 0; ctx.Err() == nil; {
		s.last = h.now()
		patient, cancel := context.WithTimeout(ctx, 5*time.Second)
		written := false // Also by a sending that the transport repeated by itself.
		patient = httptrace.WithClientTrace(patient, &httptrace.ClientTrace{WroteHeaders: func() { written = true }})
		a, err := who.At(h.fleet.any()).Send(patient, method, path, key, body)
		cancel()
		switch {
		case err != nil && !written:
			time.Sleep(20 * time.Millisecond)
			continue
		case err == nil && slices.Contains(nothingDone, a.Problem().Code):
			h.turned.Add(1)
		case err != nil || a.Status >= 500:
			s.unknown = true
			h.broken.Add(1)
		default:
			s.Answer, s.unknown, s.ret = a, false, h.now()
			return s
		}
		if tries++; tries == 5 || s.unknown && rand.IntN(2) == 0 {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	s.undone = !s.unknown
	return s
}
