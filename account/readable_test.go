package account

import "testing"

// TestReadableNeedsTheKeysOfTheData reads people's numbers as a drill does,
// with the keys, with others, and with what was mixed up.
func TestReadableNeedsTheKeysOfTheData(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		for _, phone := range []string{alice, bob, "13800000003"} {
			w.signIn(phone, MemberApp)
		}
		for limit, want := range map[int]int{2: 2, 20: 3} {
			if n, err := w.Readable(t.Context(), limit); n != want || err != nil {
				t.Errorf("of %d: %d read (%v)", limit, n, err)
			}
		}
		other := *w.Service
		other.Keys.Seal = testKeys().Index
		if n, err := other.Readable(t.Context(), 20); n != 0 || err == nil {
			t.Errorf("with other keys %d were read", n)
		}
		other = *w.Service
		other.Keys.Index = testKeys().Code
		if n, err := other.Readable(t.Context(), 20); n != 0 || err == nil {
			t.Errorf("with other keys %d would be found", n)
		}
		w.edit(`UPDATE account_people SET phone = (SELECT MIN(phone) FROM account_people)`)
		if n, err := w.Readable(t.Context(), 20); n > 1 || err == nil {
			t.Errorf("of people with one number %d were read", n)
		}
	})
}
