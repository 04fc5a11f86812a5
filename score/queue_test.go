package score

import "testing"

// A visit is worth most where the decision is open and many people come.
func TestPriorityPrefersOpenDecisions(t *testing.T) {
	open := Priority(4.2, 0.3, 4.2, 10, 0.4)
	if !(open > Priority(3.0, 0.3, 4.2, 10, 0.4)) || !(open > Priority(4.2, 0.1, 4.2, 10, 0.4)) || !(open > Priority(4.2, 0.3, 4.2, 5, 0.4)) {
		t.Error("a settled, well known or empty shop is worth more than an open one")
	}
	if Priority(4, 0, 4, 10, 0.4) != 0 {
		t.Error("a visit where nothing is unknown is worth something")
	}
}
