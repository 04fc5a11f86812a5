package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"citywalk/simulate"
)

// TestSimulation lives seeds of a small city under faults, through the services
// as the server ties them together (T-SIM), and sees that together they reach
// what they are there for.
func TestSimulation(t *testing.T) {
	const steps = 500
	o := simulate.Options{Steps: steps, Workers: simulate.Workers()}
	for i := range seeds {
		o.Seeds = append(o.Seeds, int64(i+1))
	}
	began, done := time.Now(), 0
	o.Done = func(simulate.Result) {
		if done++; done%100 == 0 {
			fmt.Printf("simulation: %d of %d seeds of %d steps in %v\n", done, seeds, steps, time.Since(began).Round(time.Second))
		}
	}
	results := live(t, o)
	reached := map[string]int{}
	for _, r := range results {
		for what, n := range r.Reached {
			reached[what] += n
		}
	}
	for _, what := range mustReach {
		if reached[what] == 0 {
			t.Errorf("%d seeds never reached: %s", seeds, what)
		}
	}
}

// live lives seeds and fails the test for those that fail.
func live(t *testing.T, o simulate.Options) []simulate.Result {
	t.Helper()
	results, err := simulate.Run(t.Context(), t, wiring(), o)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if r.Failure != "" {
			t.Errorf("%s", failure(r, o.Steps))
		}
	}
	return results
}

// TestSimulationOfFailedSeeds lives the seeds that have once found something.
// Their file has a line for each: the seed, its steps and why it is there.
func TestSimulationOfFailedSeeds(t *testing.T) {
	data, err := os.ReadFile("testdata/seeds.txt")
	if err != nil {
		t.Fatal(err)
	}
	bySteps := map[int][]int64{}
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		var seed int64
		var steps int
		if _, err := fmt.Sscan(line, &seed, &steps); err != nil || len(strings.Fields(line)) < 3 {
			t.Fatalf("%q is not a seed, its steps and why", line)
		}
		bySteps[steps] = append(bySteps[steps], seed)
	}
	for steps, seeds := range bySteps {
		live(t, simulate.Options{Seeds: seeds, Steps: steps, Workers: simulate.Workers()})
	}
}

// TestSimulationIsDeterministic lives seeds twice and compares what happened.
func TestSimulationIsDeterministic(t *testing.T) {
	const lives = 12
	o := simulate.Options{Steps: 200, Workers: 2}
	for i := range 2 * lives {
		o.Seeds = append(o.Seeds, int64(i%lives+1))
	}
	results := live(t, o)
	for i := range lives {
		if results[i].Hash != results[i+lives].Hash || results[i].Hash == "" {
			t.Errorf("seed %d: trace %s, then %s", results[i].Seed, results[i].Hash, results[i+lives].Hash)
		}
	}
}

// mustReach is what the seeds have to reach, or they test less than they say:
// every fault, every state, and the refusals of what people try.
var mustReach = slices.Concat([]string{"node killed", "other body", "statement", "booked on the day after it began"},
	each("fault: ", "command lost", "command late", "command twice", "answer lost",
		"provider broken", "provider not reached", "call arrives after it was given up", "done and not answered", "charged late", "refund slow",
		"callback lost", "callback again", "callback broken off"),
	each("", "presented", "priced", "requested", "paying", "reversing", "committed", "voided", "late_paid", "late_refunded", "refunding", "refunded"),
	each("payment ", "created", "open", "paid", "late", "closing", "closed"),
	each("refund ", "asked", "sent", "refunded"),
	each("pass ", "ordered", "active", "void", "lapsed", "refunding", "refunded"),
	each("pass.", "held", "in_use", "refunding", "trial_taken"),
	[]string{"search", "note", "like", "unlike", "report", "delete", "hide", "restore", "gate open", "gate closed",
		"discover.closed", "community.told", "curate.often"},
	each("redeem.", "code", "daily", "declined", "done", "expired", "nothing", "open", "over", "paying", "pass", "quote_over", "quote_stale",
		"renewed", "shop", "state", "terms", "undo_late", "unpaid", "unpaid_yet", "unpriced", "used", "uses"),
)

func each(prefix string, names ...string) []string {
	for i := range names {
		names[i] = prefix + names[i]
	}
	return names
}
