package db

import (
	"testing"
	"time"
)

// TestFirstID shows that ids of a time lie between it and the next.
func TestFirstID(t *testing.T) {
	at := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	for range 1000 {
		id := "red_" + NewID(at)
		if id < FirstID("red", at) || id >= FirstID("red", at.Add(time.Millisecond)) {
			t.Fatalf("%s is not between %s and %s", id, FirstID("red", at), FirstID("red", at.Add(time.Millisecond)))
		}
	}
}
