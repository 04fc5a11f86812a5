// Package money counts in whole minor units (fen) and holds the only rounding
// in the product.
//
// There is no float here and no division outside this package. The three
// roundings are:
//
//   - Percent: a share of an amount, half a fen rounded up;
//   - Fee: the payment fee of one payment, (fen*6+500)/1000, that is 0.6 % with
//     half a fen rounded up; it is taken per payment, never per batch;
//   - Split: an amount in proportion to weights by largest remainder, so that
//     the parts add up to the whole.
package money

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"sort"
	"strconv"
	"strings"
)

// An Amount is a sum of money in fen. In JSON and in the database it is an
// integer.
type Amount int64

// Yuan is one yuan in fen.
const Yuan Amount = 100

// Max is the largest amount that Parse takes: ten million yuan.
const Max Amount = 10_000_000 * Yuan

// ErrSyntax is returned by Parse for anything but digits with at most two
// decimals, or a sum above Max.
var ErrSyntax = errors.New("money: not an amount")

// Parse reads what a person types at a till: "128", "128.5", "128.50", with an
// optional leading ¥. It takes no sign, no exponent, no thousands separators
// and no third decimal.
func Parse(s string) (Amount, error) {
	s = strings.TrimSpace(s)
	s = strings.TrimPrefix(strings.TrimPrefix(s, "¥"), "￥")
	whole, frac, dot := strings.Cut(s, ".")
	if whole == "" || len(whole) > 10 || len(frac) > 2 || dot && frac == "" {
		return 0, ErrSyntax
	}
	for _, c := range whole + frac {
		if c < '0' || c > '9' {
			return 0, ErrSyntax
		}
	}
	n, _ := strconv.ParseInt(whole+(frac + "00")[:2], 10, 64)
	if Amount(n) > Max {
		return 0, ErrSyntax
	}
	return Amount(n), nil
}

// String returns the amount as people read it: "¥168.00", "-¥0.05".
func (a Amount) String() string {
	if s, negative := strings.CutPrefix(a.Decimal(), "-"); negative {
		return "-¥" + s
	}
	return "¥" + a.Decimal()
}

// Decimal returns the amount in yuan with two decimals and no sign of
// currency: "168.00".
func (a Amount) Decimal() string {
	sign, n := "", uint64(a)
	if a < 0 {
		sign, n = "-", -uint64(a)
	}
	return fmt.Sprintf("%s%d.%02d", sign, n/100, n%100)
}

// Percent returns percent hundredths of a, rounded to the nearest fen, half a
// fen up. It panics if a is negative or percent is not within 0..100.
func (a Amount) Percent(percent int) Amount {
	if a < 0 || percent < 0 || percent > 100 {
		panic(fmt.Sprintf("money: %d%% of %d", percent, a))
	}
	return a.Ratio(int64(percent), 100)
}

// Ratio returns a*num/den rounded to the nearest fen, half a fen up. It panics
// unless 0 <= num <= den, den > 0 and a >= 0.
func (a Amount) Ratio(num, den int64) Amount {
	if a < 0 || num < 0 || den <= 0 || num > den {
		panic(fmt.Sprintf("money: %d * %d / %d", a, num, den))
	}
	q, r := muldiv(a, num, den)
	if r >= uint64(den)-r {
		q++
	}
	return q
}

// Floor returns a*num/den rounded down, under the same conditions as Ratio.
// Differences of successive floors add up exactly to the whole.
func (a Amount) Floor(num, den int64) Amount {
	if a < 0 || num < 0 || den <= 0 || num > den {
		panic(fmt.Sprintf("money: %d * %d / %d", a, num, den))
	}
	q, _ := muldiv(a, num, den)
	return q
}

// muldiv divides in 128 bits, so that no product overflows.
func muldiv(a Amount, num, den int64) (Amount, uint64) {
	hi, lo := bits.Mul64(uint64(a), uint64(num))
	q, r := bits.Div64(hi, lo, uint64(den))
	return Amount(q), r
}

// Fee returns the payment fee of one payment of a: 0.6 %, half a fen up.
func (a Amount) Fee() Amount {
	if a < 0 {
		panic(fmt.Sprintf("money: fee of %d", a))
	}
	return a.Ratio(6, 1000)
}

// Split divides a in proportion to weights. The parts add up to a: what
// rounding down leaves goes, a fen each, to the largest remainders, the first
// of equals first. It panics if a or a weight is negative or all weights are
// zero.
func (a Amount) Split(weights ...int64) []Amount {
	var sum int64
	for _, w := range weights {
		if w < 0 || w > math.MaxInt64-sum {
			panic("money: a weight is negative or too large")
		}
		sum += w
	}
	if a < 0 || sum <= 0 {
		panic("money: nothing to split by")
	}
	parts := make([]Amount, len(weights))
	rest := make([]uint64, len(weights))
	order := make([]int, len(weights))
	left := a
	for i, w := range weights {
		parts[i], rest[i] = muldiv(a, w, sum)
		order[i] = i
		left -= parts[i]
	}
	sort.SliceStable(order, func(i, j int) bool { return rest[order[i]] > rest[order[j]] })
	for i := range int(left) {
		parts[order[i]]++
	}
	return parts
}

// Sum adds amounts. It panics if the sum is too large for an Amount, in which
// no sum of money is.
func Sum(amounts ...Amount) (sum Amount) {
	for _, a := range amounts {
		next := sum + a
		if (a > 0) != (next > sum) && a != 0 {
			panic("money: the sum is too large")
		}
		sum = next
	}
	return sum
}
