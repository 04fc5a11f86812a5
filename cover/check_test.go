package cover

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"citywalk/geo"
)

// quarter makes an instance of a few thousand elements in a few square
// kilometres, where plans are not obvious.
func quarter(t testing.TB, places, shops int) *Instance {
	t.Helper()
	r := rand.New(rand.NewPCG(9, 9))
	spot := func() geo.Point { return geo.Point{Lat: 31.2 + 0.08*r.Float64(), Lng: 121.4 + 0.08*r.Float64()} }
	var points []Point
	for i := range places {
		points = append(points, Point{ID: fmt.Sprint("p", i), Name: fmt.Sprint("站", i), At: spot(), Weight: 1 + r.Float64()})
	}
	groups := []string{"chinese", "foreign", "coffee", "snack", "bar"}
	var all []Shop
	for i := range shops {
		all = append(all, Shop{ID: fmt.Sprint("s", i), Name: fmt.Sprint("店", i), At: spot(), Category: groups[r.IntN(len(groups))], Chain: fmt.Sprint(r.IntN(shops)),
			Opens: 60 * r.IntN(12), Closes: 60 * (20 + r.IntN(6)), Cost: 100, Chance: Certain})
	}
	in, err := Build(points, Usual(), all, 800)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func written(t testing.TB, in *Instance, p *Plan) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, in, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Any one byte that is changed, lost or doubled is refused.
func TestEveryFlippedByteIsRefused(t *testing.T) {
	in, l := small(11, true)
	file := written(t, in, plan(t, in, l, Options{}))
	for i := range file {
		for _, b := range []byte{'0', '1', '9', ',', '\n', file[i] ^ 1} {
			if b == file[i] {
				continue
			}
			changed := bytes.Clone(file)
			changed[i] = b
			refused(t, changed, fmt.Sprintf("byte %d %q made %q", i, file[i], b))
		}
		refused(t, append(bytes.Clone(file[:i]), file[i+1:]...), fmt.Sprintf("byte %d lost", i))
		refused(t, append(bytes.Clone(file[:i+1]), file[i:]...), fmt.Sprintf("byte %d doubled", i))
		refused(t, file[:i], fmt.Sprintf("cut off at %d", i))
	}
	refused(t, append(bytes.Clone(file), '\n'), "a line more")
}

func refused(t *testing.T, file []byte, what string) {
	t.Helper()
	if v, err := Check(bytes.NewReader(file)); err == nil {
		t.Errorf("%s: passed with %+v", what, v)
	}
}

// sealed gives changed lines the checksum that they should have.
func sealed(lines [][]byte) []byte {
	body := bytes.Join(lines[:len(lines)-1], nil)
	sum := sha256.Sum256(body)
	return fmt.Appendf(body, "{\"sha256\":%q}\n", hex.EncodeToString(sum[:]))
}

// Whoever changes digits and seals the file anew has another instance or other
// prices; what passes then is true of them. Shown by reading the file back and
// trying every choice.
func TestSealedEditsAreRecomputed(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	passed, refusals := 0, 0
	for seed := range uint64(120) {
		in, l := small(seed, seed%2 == 0)
		file := written(t, in, plan(t, in, l, Options{}))
		lines := bytes.SplitAfter(bytes.TrimSuffix(file, nil), []byte("\n"))
		lines = lines[:len(lines)-1]
		for range 60 {
			changed := make([][]byte, len(lines))
			for i := range lines {
				changed[i] = bytes.Clone(lines[i])
			}
			line := changed[r.IntN(len(lines)-1)]
			at := r.IntN(len(line))
			if line[at] < '0' || line[at] > '9' {
				continue
			}
			line[at] = byte('0' + r.IntN(10))
			v, err := Check(bytes.NewReader(sealed(changed)))
			if err != nil {
				refusals++
				continue
			}
			passed++
			value, most := readBack(t, changed)
			if float64(v.Value) > value+1e-3 || float64(v.Bound) < most-1e-3 {
				t.Errorf("seed %d, line %s: says %d and %d, true are %f and %f", seed, line, v.Value, v.Bound, value, most)
			}
		}
	}
	if passed < 100 || refusals < 100 {
		t.Errorf("%d passed, %d were refused: too few to show anything", passed, refusals)
	}
}

// readBack returns what the choice of a certificate is worth and what the best
// choice is, from its lines, with a parser of its own.
func readBack(t *testing.T, lines [][]byte) (value, most float64) {
	t.Helper()
	var head Head
	if err := json.Unmarshal(lines[0], &head); err != nil {
		t.Fatal(err)
	}
	type shop struct {
		state  int
		chance float64
		uses   []int64
		covers []int64
	}
	var caps []int64
	for _, line := range lines[1 : 1+head.Limits] {
		var v []any
		if err := json.Unmarshal(line, &v); err != nil {
			t.Fatal(err)
		}
		caps = append(caps, int64(v[1].(float64)))
	}
	var weights []float64
	for _, line := range lines[1+head.Limits:][:head.Elements] {
		var v [2]float64
		if err := json.Unmarshal(line, &v); err != nil {
			t.Fatal(err)
		}
		weights = append(weights, v[0])
	}
	var shops []shop
	for _, line := range lines[1+head.Limits+head.Elements:][:head.Shops] {
		var v []any
		if err := json.Unmarshal(line, &v); err != nil {
			t.Fatal(err)
		}
		s := shop{state: int(v[1].(float64)), chance: v[2].(float64) / 1000}
		for _, n := range v[3].([]any) {
			s.uses = append(s.uses, int64(n.(float64)))
		}
		at := int64(0)
		for _, n := range v[4].([]any) {
			at += int64(n.(float64))
			s.covers = append(s.covers, at)
		}
		shops = append(shops, s)
	}
	of := func(in func(i int) bool) (float64, bool) {
		miss, used := make([]float64, len(weights)), make([]int64, len(caps))
		for e := range miss {
			miss[e] = 1
		}
		for i, s := range shops {
			if s.state != 2 && !in(i) {
				continue
			}
			for _, e := range s.covers {
				if miss[e] *= 1 - s.chance; s.state == 2 {
					miss[e] = 0
				}
			}
			for k := 0; k < len(s.uses); k += 2 {
				used[s.uses[k]] += s.uses[k+1]
			}
		}
		sum := 0.0
		for e, w := range weights {
			sum += w * (1 - miss[e])
		}
		for l, u := range used {
			if u > caps[l] {
				return sum, false
			}
		}
		return sum, true
	}
	value, _ = of(func(i int) bool { return shops[i].state == 1 })
	for set := range 1 << len(shops) {
		if v, fits := of(func(i int) bool { return set>>i&1 == 1 }); fits {
			most = max(most, v)
		}
	}
	return value, most
}

// A claim that is a little too good is refused, whatever its checksum.
func TestClaimsAreHeldToTheNumbers(t *testing.T) {
	in := quarter(t, 60, 40)
	p := plan(t, in, Limits{Shops: 5}, Options{})
	for name, c := range map[string]struct {
		change func(p *Plan)
		want   error
	}{
		"value":      {func(p *Plan) { p.Value++ }, ErrClaim},
		"bound":      {func(p *Plan) { p.Bound-- }, ErrClaim},
		"given":      {func(p *Plan) { p.Given++ }, ErrClaim},
		"one more":   {func(p *Plan) { p.Limits[0].Cap-- }, ErrExcess},
		"weak bound": {func(p *Plan) { p.Bound++ }, nil},
		"modest":     {func(p *Plan) { p.Value-- }, nil},
	} {
		q := *p
		q.Limits = append([]Used(nil), p.Limits...)
		c.change(&q)
		v, err := Check(bytes.NewReader(written(t, in, &q)))
		if !errors.Is(err, c.want) && (err != nil || c.want != nil) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if err == nil && (v.Value != p.Value || v.Bound != p.Bound) {
			t.Errorf("%s: %d and %d, want %d and %d", name, v.Value, v.Bound, p.Value, p.Bound)
		}
	}
}

func TestWhatIsNoCertificate(t *testing.T) {
	for _, c := range []struct {
		file string
		want error
	}{
		{"", ErrForm}, {"hello\n", ErrVersion}, {"{}\n", ErrVersion}, {"[]\n", ErrVersion},
		{`{"format":"citywalk coverage certificate","version":2}` + "\n", ErrVersion},
		{`{"format":"citywalk coverage certificate","version":1,"unit":1,"elements":-1}` + "\n", ErrForm},
		{`{"format":"citywalk coverage certificate","version":1,"unit":1,"surprise":1}` + "\n", ErrForm},
		{`{"format":"citywalk coverage certificate","version":1,"unit":1,"elements":1000000000}` + "\n", ErrForm},
		{strings.Repeat("x", 100), ErrForm},
	} {
		if _, err := Check(strings.NewReader(c.file)); !errors.Is(err, c.want) {
			t.Errorf("%.60q: %v, want %v", c.file, err, c.want)
		}
	}
}

// FuzzCheck: no file makes the checker fail in any other way than by refusing,
// and what passes is a value within its bound.
func FuzzCheck(f *testing.F) {
	for seed := range uint64(6) {
		in, l := small(seed, seed%2 == 0)
		f.Add(written(f, in, plan(f, in, l, Options{})))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		if lines := bytes.SplitAfter(file, []byte("\n")); len(lines) > 2 {
			file = sealed(lines[:len(lines)-1])
		}
		v, err := Check(bytes.NewReader(file))
		if err == nil && (v.Value > v.Bound || v.Value < v.Given || v.Value > v.Total || v.Head.Value > v.Value || v.Head.Bound < v.Bound) {
			t.Errorf("%+v", v)
		}
	})
}
