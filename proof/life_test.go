package proof

import (
	"slices"
	"strings"

	"github.com/anishathalye/porcupine"
)

// never is when an operation returns that was not answered.
const never = int64(1) << 62

// A life is what a history knows of a redemption: when it began and ended.
type life struct {
	desk      string
	call, ret int64  // Of the scan that began it; zero if it was not answered.
	closed    int64  // When it was first seen not to be under way.
	asked     int64  // When it was first asked to be undone.
	given     int64  // When it was first seen undone.
	state     string // As it was seen last.
	version   int
}

// earlier is the earlier one of two times of which the first may not be there.
func earlier(a, b int64) int64 {
	if a == 0 {
		return b
	}
	return min(a, b)
}

// underway are the states of a redemption that is under way.
var underway = []string{"presented", "priced", "paying", "reversing"}

// saw adds what an act about the redemption was answered.
func (l *life) saw(s sending, a act, told heard) {
	if a.kind == "undo" {
		l.asked = earlier(l.asked, s.call)
	}
	if told.state == "" {
		return
	}
	if told.version >= l.version {
		l.state, l.version = told.state, told.version
	}
	// What is only overdue is shown as over, and holds its place until somebody
	// comes to it.
	if !slices.Contains(underway, told.state) && !slices.Contains([]string{overdue["presented"], overdue["priced"]}, told.state) {
		l.closed = earlier(l.closed, s.ret)
	}
	if slices.Contains(means["redeem.undone"], told.state) {
		l.given = earlier(l.given, s.ret)
	}
}

// members is what happened to what each member holds. A redemption was begun
// and ended within times that are known from what was seen of it.
func (h *history) members() map[string][]porcupine.Operation {
	h.t.Helper()
	all := h.refused
	client := map[string]int{}
	add := func(l *life, kind, id string, call, ret int64) {
		client[l.desk]++
		if ret == 0 {
			ret = never
		}
		all[l.desk] = append(all[l.desk], porcupine.Operation{ClientId: 16 + client[l.desk],
			Input: act{about: l.desk, kind: kind, id: id}, Call: call, Output: heard{id: id}, Return: ret})
	}
	for id, l := range h.lives {
		if l.call == 0 {
			if l.call = h.blind[l.desk]; l.call == 0 {
				h.t.Errorf("%s of %s was begun by nobody", id, l.desk)
			}
		}
		add(l, "begin", id, l.call, l.ret)
		switch {
		case slices.Contains(underway, l.state):
		case strings.HasPrefix(l.state, "voided"), strings.HasPrefix(l.state, "late"):
			add(l, "void", id, l.call, l.closed)
		default:
			add(l, "commit", id, l.call, l.closed)
		}
		if slices.Contains(means["redeem.undone"], l.state) {
			add(l, "undo", id, max(l.asked, l.call), l.given)
		}
	}
	return all
}
