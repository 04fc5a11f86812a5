package curate

import (
	"math"
	"testing"
)

// Mild words beside generous stars are brought to where the stars are; the
// order of the aspects and what authors marked themselves stay.
func TestScale(t *testing.T) {
	var s scaling
	for i := range 400 {
		stars := int64(300 + i%3*100) // 3, 4 or 5, and words of 3.3, 3.6 or 3.9.
		s.add(fitNote{Rating: stars, Said: []int64{33 + int64(i%3*3), 0, 0, 0, 0, 0}})
	}
	line := s.learn()
	for said, want := range map[float64]float64{3.3: 3.25, 3.6: 4, 3.9: 4.75} {
		if got := line.of(said); math.Abs(got-want) > 0.3 {
			t.Errorf("said %.1f is %.2f stars, want about %.2f", said, got, want)
		}
	}
	if line.of(1) < 1 || line.of(5) > 5 || line.of(3) >= line.of(3.2) {
		t.Errorf("%+v leaves the scale or turns the order", line)
	}
	n := fitNote{Rating: 500, Subs: []int64{35, 0, 0, 0, 0, 0}, Said: []int64{39, 39, 0, 0, 0, 0}}.note(0, 0, line)
	if n.Aspects[0] != 3.5 || n.Aspects[1] < 4.4 || n.Aspects[2] != 0 {
		t.Errorf("the aspects are %v: want the author's mark, the words at the stars' scale, and nothing", n.Aspects)
	}
	if few := (&scaling{n: 10, said: 30, rated: 50}).learn(); few.of(3.3) != 3.3 {
		t.Errorf("a line was drawn from ten sayings: %+v", few)
	}
}
