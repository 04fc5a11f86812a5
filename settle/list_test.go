package settle

import (
	"errors"
	"strings"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/ledger"
	"citywalk/shop"
)

// TestStatements lists statements page by page, and only to those who may see
// them.
func TestStatements(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		b := newTill(t, d, clock)
		for range 4 {
			b.pay(t, "mer_tea", 10000)
			b.pay(t, "mer_bao", 10000)
			clock.Advance(24 * time.Hour)
		}
		b.close(t, 8)
		b.pay(t, "mer_bao", 10000)
		for _, c := range []struct {
			name     string
			who      account.Session
			merchant shop.MerchantID
			before   ledger.Day
			limit    int
			want     string
			err      error
		}{
			{"the merchant's own, today without redemptions", teahouse, "mer_tea", "", 3, "tea06- tea05 tea04", nil},
			{"the merchant's next page", teahouse, "mer_tea", "2026-03-04", 3, "tea03 tea02", nil},
			{"another merchant's", teahouse, "mer_bao", "", 3, "", ErrUnknown},
			{"all, by a merchant", teahouse, "", "", 3, "", ErrDenied},
			{"all, by nobody", account.Session{}, "", "", 3, "", ErrDenied},
			{"all, in whole days", operator, "", "", 2, "bao06- tea05 bao05", nil},
			{"all, the next page", auditor, "", "2026-03-05", 3, "tea04 bao04 tea03 bao03", nil},
			{"one of a merchant who is not there", operator, "mer_no", "", 3, "", shop.ErrMerchantUnknown},
		} {
			all, err := b.s.Statements(t.Context(), c.who, c.merchant, c.before, c.limit)
			var got []string
			for _, st := range all {
				s := string(st.Merchant[4:]) + string(st.Day[8:])
				if st.Closed.IsZero() {
					s += "-"
				}
				got = append(got, s)
			}
			if g := strings.Join(got, " "); g != c.want || !errors.Is(err, c.err) {
				t.Errorf("%s: %s (%v), want %s (%v)", c.name, g, err, c.want, c.err)
			}
		}
		for _, c := range []struct {
			name     string
			who      account.Session
			merchant shop.MerchantID
			day      ledger.Day
			want     error
		}{
			{"own", teahouse, "mer_tea", "2026-03-03", nil},
			{"own, today, without redemptions", teahouse, "mer_tea", "2026-03-06", nil},
			{"own, a day without redemptions", teahouse, "mer_tea", "2026-03-01", ErrUnknown},
			{"own, tomorrow", teahouse, "mer_tea", "2026-03-07", ErrUnknown},
			{"another's", teahouse, "mer_bao", "2026-03-03", ErrUnknown},
			{"an auditor's look", auditor, "mer_bao", "2026-03-03", nil},
			{"of no merchant", operator, "", "2026-03-06", ErrUnknown},
		} {
			if _, _, err := b.s.Statement(t.Context(), c.who, c.merchant, c.day); !errors.Is(err, c.want) {
				t.Errorf("statement %s: %v, want %v", c.name, err, c.want)
			}
		}
	})
}
