package proof

import (
	"fmt"
	"slices"

	"github.com/anishathalye/porcupine"
)

// An act is what a client asked for, about one thing: a redemption, a code or
// what a member has under way.
type act struct {
	about string
	kind  string
	quote int    // Of a confirm: the version that it names.
	id    string // Of a redemption, where it is not what the act is about.
}

// A heard is what the client was told.
type heard struct {
	unknown        bool   // Nothing: it may have happened or not.
	refusal        string // Why it did not happen, by its code.
	state          string // As the redemption was shown; "" if it was not.
	version, quote int
	id             string // Of the redemption that a scan began.
}

// A bill is all that matters of a redemption to what can happen to it.
type bill struct {
	State          string // With why, if it is voided.
	Version, Quote int
}

const (
	declined = "voided redeem.declined"
	unpaid   = "voided redeem.unpaid"
)

var (
	// byItself is where a redemption goes without anybody asking: money comes or
	// comes back, or a time is over.
	byItself = map[string][]string{
		"presented": {"voided redeem.over"}, "priced": {"voided redeem.quote_over"},
		"paying": {"committed", "reversing"}, "reversing": {"committed", unpaid},
		"refunding": {"refunded", "stuck"}, "stuck": {"refunded"},
		unpaid: {"late_paid"}, "late_paid": {"late_refunded"},
	}
	// overdue is as what a redemption is shown whose time is over before the job
	// has come to it.
	overdue = map[string]string{"presented": "voided redeem.over", "priced": "voided redeem.quote_over", "paying": "reversing"}
	// means is what a refusal says of the state.
	means = map[string][]string{
		"redeem.unpriced": {"presented"}, "redeem.unpaid_yet": {"presented", "priced"}, "redeem.quote_stale": {"priced"},
		"redeem.paying": {"paying", "reversing"}, "redeem.done": {"committed"}, "redeem.undone": {"refunding", "stuck", "refunded"},
		"redeem.declined": {declined}, "redeem.unpaid": {unpaid, "late_paid", "late_refunded"},
		"redeem.over": {"presented", "voided redeem.over"}, "redeem.quote_over": {"priced", "voided redeem.quote_over"},
	}
	agreed = []string{"paying", "reversing", "committed", "refunding", "stuck", "refunded"}
)

// later is the bill now and all that it may have become by itself.
func (b bill) later() []bill {
	all := []bill{b}
	for i := 0; i < len(all); i++ {
		for _, state := range byItself[all[i].State] {
			all = append(all, bill{state, all[i].Version + 1, b.Quote})
		}
	}
	return all
}

// after is what an act makes of the bill, and whether it can happen to it.
func (b bill) after(a act) (bill, bool) {
	to := func(state string) (bill, bool) { return bill{state, b.Version + 1, b.Quote}, true }
	switch {
	case a.kind == "price" && slices.Contains([]string{"presented", "priced"}, b.State):
		return bill{"priced", b.Version + 1, b.Quote + 1}, true
	case a.kind == "confirm" && b.State == "priced" && b.Quote == a.quote:
		return to("paying")
	case a.kind == "confirm" && b.Quote == a.quote && slices.Contains(agreed, b.State),
		a.kind == "decline" && b.State == declined,
		a.kind == "undo" && slices.Contains(means["redeem.undone"], b.State):
		return b, true // Twice is once.
	case a.kind == "decline" && slices.Contains([]string{"presented", "priced"}, b.State):
		return to(declined)
	case a.kind == "undo" && b.State == "committed":
		return to("refunding")
	}
	return b, false
}

// shown reports whether the bill can have been shown so.
func (b bill) shown(s heard) bool {
	return s.version == b.Version && s.quote == b.Quote && (s.state == b.State || s.state == overdue[b.State])
}

// step is what the bill may be after an act that was answered so: nothing if
// the answer cannot be.
func (b bill) step(a act, s heard) (next []any) {
	if s.unknown {
		next = append(next, b)
	}
	for _, b := range b.later() {
		after, can := b.after(a)
		switch {
		case a.kind == "look":
			can, after = b.shown(s), b
		case s.unknown:
		case s.refusal != "":
			can, after = !can && slices.Contains(means[s.refusal], b.State), b
		default:
			can = can && (s.state == "" || after.shown(s))
		}
		if can {
			next = append(next, after)
		}
	}
	return next
}

// bills is the model of one redemption, from when it has begun.
var bills = porcupine.NondeterministicModel{
	Init:              func() []any { return []any{bill{"presented", 1, 0}} },
	Step:              func(state, in, out any) []any { return state.(bill).step(in.(act), out.(heard)) },
	DescribeOperation: describe,
}

// codes is the model of one code: it begins one redemption, and who comes later
// is told that it was used. Any other refusal says that it was not used yet.
var codes = porcupine.NondeterministicModel{
	Init: func() []any { return []any{""} },
	Step: func(state, in, out any) []any {
		switch used, s := state.(string), out.(heard); {
		case s.unknown && used == "":
			return []any{"", "by somebody"}
		case s.id != "" && used == "":
			return []any{s.id}
		case s.id == "" && (used != "") == (s.refusal == "redeem.used"), s.unknown:
			return []any{used}
		}
		return nil
	},
	DescribeOperation: describe,
}

// A hand is what a member holds: one redemption under way, and uses of the day.
type hand struct {
	Open string
	Held int
}

// hands is the model of one member: one redemption is under way at a time, and
// six uses are held at most.
var hands = porcupine.NondeterministicModel{
	Init: func() []any { return []any{hand{}} },
	Step: func(state, in, out any) []any {
		h, a, s := state.(hand), in.(act), out.(heard)
		ok := false
		switch {
		case a.kind == "begin":
			ok, h = h.Open == "" && h.Held < usesADay, hand{a.id, h.Held + 1}
		case s.refusal == "redeem.open":
			ok = h.Open != ""
		case s.refusal == "redeem.daily":
			ok = h.Open == "" && h.Held == usesADay
		case a.kind == "commit":
			ok, h = h.Open == a.id, hand{"", h.Held}
		case a.kind == "void":
			ok, h = h.Open == a.id, hand{"", h.Held - 1}
		case a.kind == "undo":
			ok, h = h.Open != a.id, hand{h.Open, h.Held - 1}
		}
		if !ok {
			return nil
		}
		return []any{h}
	},
	DescribeOperation: describe,
}

func describe(in, out any) string {
	a, s := in.(act), out.(heard)
	what := a.kind
	if a.kind == "confirm" {
		what += fmt.Sprintf(" quote %d", a.quote)
	}
	switch {
	case s.unknown:
		return what + " -> unknown"
	case s.refusal != "":
		return what + " -> " + s.refusal
	case s.state != "":
		return fmt.Sprintf("%s -> %s, version %d, quote %d", what, s.state, s.version, s.quote)
	}
	return what + " " + a.id + " -> " + s.id + " done"
}
