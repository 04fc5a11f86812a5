package proof

import (
	"testing"

	"github.com/anishathalye/porcupine"
)

// one is an operation that takes from one tick to another.
func one(call, ret int64, a act, told heard) porcupine.Operation {
	if told.unknown {
		ret = never
	}
	return porcupine.Operation{Call: call, Return: ret, Input: a, Output: told}
}

// TestModelsTellLawfulFromUnlawful tries the models of a history with histories
// of a few operations: what may happen and what may not.
func TestModelsTellLawfulFromUnlawful(t *testing.T) {
	price, confirm, decline, undo, look := act{kind: "price"}, act{kind: "confirm", quote: 1}, act{kind: "decline"}, act{kind: "undo"}, act{kind: "look"}
	scan, unknown := act{kind: "scan"}, heard{unknown: true}
	shown := func(state string, version, quote int) heard {
		return heard{state: state, version: version, quote: quote}
	}
	refused := func(code string) heard { return heard{refusal: code} }
	begin := func(id string) act { return act{kind: "begin", id: id} }
	priced := one(1, 2, price, shown("priced", 2, 1))
	var uses []porcupine.Operation
	for i, id := range []string{"a", "b", "c", "d", "e", "f", "g"} {
		at := int64(i * 10)
		uses = append(uses, one(at, at+1, begin(id), heard{id: id}), one(at+2, at+3, act{kind: "commit", id: id}, heard{id: id}))
	}
	for _, c := range []struct {
		name   string
		model  porcupine.NondeterministicModel
		lawful bool
		ops    []porcupine.Operation
	}{
		{"confirmed, and paid by itself", bills, true, []porcupine.Operation{priced, one(3, 4, confirm, heard{}), one(5, 6, look, shown("committed", 4, 1))}},
		{"a look that goes back", bills, false, []porcupine.Operation{priced, one(3, 4, look, shown("presented", 1, 0))}},
		{"a look at what overlaps it", bills, true, []porcupine.Operation{one(1, 9, price, shown("priced", 2, 1)), one(3, 4, look, shown("presented", 1, 0))}},
		{"a change without a version of its own", bills, false, []porcupine.Operation{priced, one(3, 4, price, shown("priced", 2, 1))}},
		{"declined, then confirmed", bills, false, []porcupine.Operation{priced, one(3, 4, decline, heard{}), one(5, 6, confirm, heard{})}},
		{"declined and confirmed at once", bills, false, []porcupine.Operation{priced, one(3, 9, decline, heard{}), one(3, 9, confirm, heard{})}},
		{"perhaps declined, then confirmed", bills, true, []porcupine.Operation{priced, one(3, 4, decline, unknown), one(5, 6, confirm, heard{})}},
		{"perhaps declined, and so found", bills, true, []porcupine.Operation{priced, one(3, 4, decline, unknown), one(5, 6, confirm, refused("redeem.declined"))}},
		{"declined by nobody", bills, false, []porcupine.Operation{priced, one(5, 6, confirm, refused("redeem.declined"))}},
		{"refused what was possible", bills, false, []porcupine.Operation{priced, one(5, 6, confirm, refused("redeem.quote_stale"))}},
		{"undone before it was paid", bills, false, []porcupine.Operation{priced, one(3, 4, undo, heard{})}},
		{"an acknowledged step that is lost", bills, false, []porcupine.Operation{priced, one(3, 4, confirm, heard{}), one(5, 6, look, shown("priced", 2, 1))}},
		{"a code used once", codes, true, []porcupine.Operation{one(1, 9, scan, heard{id: "a"}), one(2, 8, scan, refused("redeem.used"))}},
		{"a code used twice", codes, false, []porcupine.Operation{one(1, 9, scan, heard{id: "a"}), one(2, 8, scan, heard{id: "b"})}},
		{"a code used by nobody", codes, false, []porcupine.Operation{one(1, 2, scan, refused("redeem.used"))}},
		{"a code that was perhaps used", codes, true, []porcupine.Operation{one(1, 2, scan, unknown), one(3, 4, scan, refused("redeem.used"))}},
		{"two under way", hands, false, []porcupine.Operation{one(1, 2, begin("a"), heard{}), one(3, 4, begin("b"), heard{})}},
		{"six uses", hands, true, uses[:12]},
		{"seven uses", hands, false, uses},
		{"seven uses, one given back", hands, true, append(uses[:12:12], one(52, 55, act{kind: "undo", id: "a"}, heard{}), uses[12], uses[13])},
	} {
		if got := porcupine.CheckOperations(c.model.ToModel(), c.ops); got != c.lawful {
			t.Errorf("%s: lawful %v", c.name, got)
		}
	}
}
