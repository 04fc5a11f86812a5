package main

import (
	"runtime"
	"testing"

	"citywalk/simulate"
)

// TestSimulation lives seeds of a small city under faults, through the services
// as the server ties them together (T-SIM).
func TestSimulation(t *testing.T) {
	const seeds, steps = 60, 500
	o := simulate.Options{Steps: steps, Workers: runtime.GOMAXPROCS(0)}
	for i := range seeds {
		o.Seeds = append(o.Seeds, int64(i+1))
	}
	results, err := simulate.Run(t.Context(), t, wiring(), o)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if r.Failure != "" {
			t.Errorf("%s", failure(r, steps))
		}
	}
}

// TestSimulationIsDeterministic lives seeds twice and compares what happened.
func TestSimulationIsDeterministic(t *testing.T) {
	o := simulate.Options{Seeds: []int64{1, 2, 3, 1, 2, 3}, Steps: 200, Workers: 2}
	results, err := simulate.Run(t.Context(), t, wiring(), o)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if results[i].Hash != results[i+3].Hash {
			t.Errorf("seed %d: trace %s, then %s", results[i].Seed, results[i].Hash, results[i+3].Hash)
		}
	}
}
