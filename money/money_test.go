package money

import (
	"errors"
	"math"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func amounts(limit int64) *rapid.Generator[Amount] {
	return rapid.Map(rapid.Int64Range(0, limit), func(n int64) Amount { return Amount(n) })
}

func TestParsePrints(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := amounts(int64(Max)).Draw(t, "amount")
		for _, s := range []string{a.String(), a.Decimal(), " ￥" + a.Decimal() + " "} {
			if got, err := Parse(s); err != nil || got != a {
				t.Fatalf("Parse(%q) = %d, %v, want %d", s, got, err, a)
			}
		}
	})
}

func TestParseTable(t *testing.T) {
	for s, want := range map[string]Amount{
		"128": 12800, "128.5": 12850, "128.50": 12850, "0": 0, "0.01": 1, "007": 700, "¥168.00": 16800,
		"10000000": Max, "10000000.00": Max, "  3.2 ": 320,
	} {
		if got, err := Parse(s); err != nil || got != want {
			t.Errorf("Parse(%q) = %d, %v, want %d", s, got, err, want)
		}
	}
	for _, s := range []string{
		"", " ", ".", "¥", "¥¥1", "1.", ".5", "1.234", "-1", "+1", "1e3", "0x10", "1,000", "1 000", "1.2.3", "１２", "一百",
		"10000000.01", "99999999999999999999", "00000000001", "NaN", "1\x00", "1¥",
	} {
		if got, err := Parse(s); !errors.Is(err, ErrSyntax) {
			t.Errorf("Parse(%q) = %d, %v, want ErrSyntax", s, got, err)
		}
	}
}

func TestPrintTable(t *testing.T) {
	for a, want := range map[Amount]string{
		0: "¥0.00", 5: "¥0.05", 16800: "¥168.00", -5: "-¥0.05", -12345: "-¥123.45",
		math.MaxInt64: "¥92233720368547758.07", math.MinInt64: "-¥92233720368547758.08",
	} {
		if got := a.String(); got != want {
			t.Errorf("%d prints %s, want %s", int64(a), got, want)
		}
	}
}

// FuzzParse looks for texts that are taken for an amount and print as another.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"128.5", "¥0.01", "10000000", "1e3", "٣"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := Parse(s)
		if err != nil {
			return
		}
		if back, err := Parse(a.String()); a < 0 || a > Max || err != nil || back != a {
			t.Errorf("Parse(%q) = %d, which reads back as %d, %v", s, a, back, err)
		}
	})
}

// ratio is a*num/den, half up, in arbitrary precision.
func ratio(a Amount, num, den int64) Amount {
	n := new(big.Int).Mul(big.NewInt(int64(a)), big.NewInt(num))
	n.Add(n.Mul(n, big.NewInt(2)), big.NewInt(den))
	return Amount(n.Div(n, new(big.Int).Mul(big.NewInt(2), big.NewInt(den))).Int64())
}

// TestRoundingIsExact compares with arbitrary precision over the whole range of
// an int64.
func TestRoundingIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := amounts(math.MaxInt64).Draw(t, "amount")
		den := rapid.Int64Range(1, math.MaxInt64).Draw(t, "den")
		num := rapid.Int64Range(0, den).Draw(t, "num")
		if got, want := a.Ratio(num, den), ratio(a, num, den); got != want {
			t.Fatalf("%d*%d/%d = %d, want %d", a, num, den, got, want)
		}
		floor := new(big.Int).Mul(big.NewInt(int64(a)), big.NewInt(num))
		if got, want := a.Floor(num, den), Amount(floor.Div(floor, big.NewInt(den)).Int64()); got != want {
			t.Fatalf("floor of %d*%d/%d = %d, want %d", a, num, den, got, want)
		}
		percent := rapid.IntRange(0, 100).Draw(t, "percent")
		if got, want := a.Percent(percent), ratio(a, int64(percent), 100); got != want {
			t.Fatalf("%d%% of %d = %d, want %d", percent, a, got, want)
		}
	})
}

func TestFeeTable(t *testing.T) {
	for a, want := range map[Amount]Amount{0: 0, 1: 0, 83: 0, 84: 1, 249: 1, 250: 2, 1990: 12, 12850: 77, 16800: 101} {
		if got := a.Fee(); got != want {
			t.Errorf("the fee of %v is %v, want %v", a, got, want)
		}
	}
	var sum Amount
	for range 1000 {
		sum += Amount(1990).Fee()
	}
	if sum != 12000 {
		t.Errorf("the fees of a thousand bills of 19.90 are %v, want ¥120.00", sum)
	}
}

func TestFeeIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := amounts(math.MaxInt64).Draw(t, "amount")
		if got, want := a.Fee(), ratio(a, 6, 1000); got != want {
			t.Fatalf("the fee of %d is %d, want %d", a, got, want)
		}
	})
}

// TestSplitAddsUpAndIsFair splits anything by any weights: the parts add up,
// each is within a fen of its exact share, equals differ by a fen at most and
// never to the earlier one's loss, and who weighs nothing gets nothing.
func TestSplitAddsUpAndIsFair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := amounts(math.MaxInt64).Draw(t, "amount")
		weights := rapid.SliceOfN(rapid.Int64Range(0, 1<<40), 1, 30).Draw(t, "weights")
		weights[rapid.IntRange(0, len(weights)-1).Draw(t, "heavy")]++
		var total int64
		for _, w := range weights {
			total += w
		}
		parts := a.Split(weights...)
		if Sum(parts...) != a {
			t.Fatalf("%d splits into %v", a, parts)
		}
		for i, p := range parts {
			floor := a.Floor(weights[i], total)
			if p < floor || p-floor > 1 || weights[i] == 0 && p != 0 {
				t.Fatalf("part %d of %v is %d, its share %d", i, weights, p, floor)
			}
			for j := range i {
				if weights[j] == weights[i] && (parts[j] < p || parts[j]-p > 1) {
					t.Fatalf("equal weights %d and %d get %d and %d", j, i, parts[j], p)
				}
			}
		}
	})
}

func TestSplitTable(t *testing.T) {
	for _, c := range []struct {
		a       Amount
		weights []int64
		want    []Amount
	}{
		{100, []int64{1, 1, 1}, []Amount{34, 33, 33}},
		{100, []int64{1, 2, 3}, []Amount{17, 33, 50}},
		{1, []int64{1, 1}, []Amount{1, 0}},
		{0, []int64{1, 0}, []Amount{0, 0}},
		{math.MaxInt64, []int64{1, 1}, []Amount{math.MaxInt64/2 + 1, math.MaxInt64 / 2}},
	} {
		got := c.a.Split(c.weights...)
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%d by %v is %v, want %v", c.a, c.weights, got, c.want)
				break
			}
		}
	}
}

// TestDaysAddUp recognises a price by differences of floors, as passes do:
// whatever the days, they add up to it and none is negative.
func TestDaysAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		price := amounts(int64(Max)).Draw(t, "price")
		days := rapid.Int64Range(1, 800).Draw(t, "days")
		var sum Amount
		for d := range days {
			day := price.Floor(d+1, days) - price.Floor(d, days)
			if day < 0 {
				t.Fatalf("day %d of %d earns %d", d, days, day)
			}
			sum += day
		}
		if sum != price {
			t.Fatalf("%d days of %d add up to %d", days, price, sum)
		}
	})
}

// TestMisuseIsABug names what no rule may ask for.
func TestMisuseIsABug(t *testing.T) {
	for name, misuse := range map[string]func(){
		"a percentage above 100":        func() { Yuan.Percent(101) },
		"a percentage of a debt":        func() { (-Yuan).Percent(10) },
		"a negative percentage":         func() { Yuan.Percent(-1) },
		"a ratio above one":             func() { Yuan.Ratio(3, 2) },
		"a ratio over nothing":          func() { Yuan.Ratio(0, 0) },
		"a floor of a debt":             func() { (-Yuan).Floor(1, 2) },
		"a fee of a debt":               func() { (-Yuan).Fee() },
		"a split by nothing":            func() { Yuan.Split() },
		"a split by zeros":              func() { Yuan.Split(0, 0) },
		"a split by a negative weight":  func() { Yuan.Split(2, -1) },
		"a split of a debt":             func() { (-Yuan).Split(1) },
		"weights that exceed an int64":  func() { Yuan.Split(math.MaxInt64, 1, math.MaxInt64, 2) },
		"sums that exceed what we hold": func() { Sum(math.MaxInt64, 1) },
	} {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("it was done")
				}
			}()
			misuse()
		})
	}
}
