package geo

import (
	"math"
	"math/rand/v2"
	"testing"
)

// A walk of the minutes that Stroll reaches takes these minutes.
func TestStrollIsHowFarAWalkGoes(t *testing.T) {
	from := Point{31.2304, 121.4737}
	for _, minutes := range []int{1, 10, 15, 60} {
		to := Point{from.Lat + Stroll(minutes)/111_195.08, from.Lng}
		if got := Walk(from, to); math.Abs(got-float64(minutes)) > 0.001 {
			t.Errorf("a walk as far as %d minutes reach takes %.4f", minutes, got)
		}
	}
	if got := Stroll(10); math.Abs(got-615.4) > 0.1 {
		t.Errorf("10 minutes reach %.1f m, want 615.4", got)
	}
}

// A block hides the house: all points of one are told alike, its middle lies
// in it, and no point is far from the middle of its own.
func TestBlockHidesTheHouse(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	blocks := map[Point]int{}
	far := 0.0
	const n = 20_000
	for range n {
		p := Point{31.1 + r.Float64()/50, 121.3 + r.Float64()/50}
		b := p.Block()
		if b.Block() != b {
			t.Fatalf("the middle of %v's block lies in another: %v, %v", p, b, b.Block())
		}
		blocks[b]++
		far = max(far, Distance(p, b))
	}
	// A square of 0.02 degrees has 4.23 km²; the mean block is the square root
	// of its part.
	if wide := math.Sqrt(2224.0 * 1904 / float64(len(blocks))); wide < 110 || wide > 180 {
		t.Errorf("%d blocks, %.0f m wide", len(blocks), wide)
	}
	if far < 75 || far > 130 {
		t.Errorf("the farthest point is %.0f m from the middle of its block", far)
	}
}
