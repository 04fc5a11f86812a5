package web

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"citywalk/money"
	"citywalk/web/ui"
)

func filled(name, value string) ui.Form {
	return ui.Form{Values: url.Values{name: {value}}}
}

// TestFieldsAreRead is A1, A2, A10 and A11 for forms.
func TestFieldsAreRead(t *testing.T) {
	for value, want := range map[string]money.Amount{
		"128.50": 12850, "128.5": 12850, " ¥0.01 ": 1, "0": 0, "0.00": 0, "-1": 0, "1.234": 0, "1e2": 0, "": 0, "１２": 0, "9223372036854775808": 0,
	} {
		got, err := Amount(filled("a", value), "a")
		if got != want || (err == nil) != (want > 0) {
			t.Errorf("amount %q: %d, %v", value, got, err)
		}
	}
	for value, ok := range map[string]bool{
		"2026-03-02": true, "2028-02-29": true, "2026-02-30": false, "2026-02-29": false, "9999-01-01": false, "now": false,
		"1772413200000": false, "2026-03-02T24:00": false, "2026-3-2": false, "": false,
	} {
		if _, err := Day(filled("d", value), "d"); (err == nil) != ok {
			t.Errorf("day %q: %v", value, err)
		}
	}
	for value, ok := range map[string]bool{"1": true, "10": true, "0": false, "11": false, "1.5": false, "+5": false, "x": false, "": false} {
		if _, err := Number(filled("n", value), "n", 1, 10); (err == nil) != ok {
			t.Errorf("number %q: %v", value, err)
		}
	}
}

// TestIDsHaveOneShape is A9: what is not an id of the right kind is not there.
func TestIDsHaveOneShape(t *testing.T) {
	good := "red_0123456789abcdefghijklmnop"
	for id, ok := range map[string]bool{
		good: true, "per_0123456789abcdefghijklmnop": false, "red_": false, "0": false, "-1": false, "../../etc": false,
		"' OR 1=1--": false, "red_0123456789ABCDEFGHIJKLMNOP": false, good + "q": false, strings.Repeat("a", 10_000): false, "red_\x00": false,
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.SetPathValue("id", id)
		if _, err := ID(r, "id", "red"); (err == nil) != ok {
			t.Errorf("%.40q: %v", id, err)
		}
	}
}
