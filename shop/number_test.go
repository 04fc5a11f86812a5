package shop

import (
	"errors"
	"testing"
)

// TestNumberDetects tries every single wrong digit and every two neighbours
// swapped in every tenth number.
func TestNumberDetects(t *testing.T) {
	for n := 10_000; n < 100_000; n += 10 {
		digits := []byte{byte('0' + n/10_000), byte('0' + n/1000%10), byte('0' + n/100%10), byte('0' + n/10%10), byte('0' + n%10)}
		number := append(digits, checkDigit(string(digits)))
		if got, err := ParseNumber(string(number)); err != nil || got != string(number) {
			t.Fatalf("%s: %q, %v", number, got, err)
		}
		for i := range number {
			good := number[i]
			for d := byte('0'); d <= '9'; d++ {
				number[i] = d
				if _, err := ParseNumber(string(number)); d != good && err == nil {
					t.Fatalf("%s passes with a wrong digit %d", number, i)
				}
			}
			number[i] = good
			if i > 0 && number[i] != number[i-1] {
				number[i], number[i-1] = number[i-1], number[i]
				if _, err := ParseNumber(string(number)); err == nil {
					t.Fatalf("%s passes with digits %d and %d swapped", number, i-1, i)
				}
				number[i], number[i-1] = number[i-1], number[i]
			}
		}
	}
}

func TestNumberAsTyped(t *testing.T) {
	digit := string(checkDigit("12345"))
	for _, typed := range []string{"12345" + digit, " 123 45" + digit, "123-45" + digit, "１２３４５" + digit} {
		if got, err := ParseNumber(typed); err != nil || got != "12345"+digit {
			t.Errorf("%q: %q, %v", typed, got, err)
		}
	}
	zero := "01234" + string(checkDigit("01234"))
	for _, typed := range []string{"", "12345", "1234567", "abcdef", "12345x", zero, "12345\x00", "①②③④⑤⑥⑦"} {
		if _, err := ParseNumber(typed); !errors.Is(err, ErrNumber) {
			t.Errorf("%q: %v", typed, err)
		}
	}
}

func TestDrawnNumbersAreNumbers(t *testing.T) {
	for range 1000 {
		n, err := drawNumber()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ParseNumber(n); err != nil {
			t.Fatalf("%s: %v", n, err)
		}
	}
}
