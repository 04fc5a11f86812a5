package curate

import (
	"errors"
	"testing"

	"citywalk/shop"
)

// A merchant sees where its shops stand, one that nobody decided about too;
// other merchants are told that there is no such merchant.
func TestPlacings(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		sh, merchant := g.shop("巷口面馆")
		other, stranger := g.shop("别家面馆")
		want := func(v Verdict, a AppealState) {
			t.Helper()
			all, err := g.Placings(ctx, merchant, sh.Merchant, 10)
			g.must(err)
			if len(all) != 1 || all[0].Shop != sh.ID || all[0].Name != sh.Name || all[0].Verdict != v || all[0].Appeal != a {
				t.Errorf("it stands at %+v, want %q and %q", all, v, a)
			}
		}
		want("", "")
		g.ruled(g.ann, sh.ID, Watched, Standing)
		want(Watched, "")
		_, err := g.Appeal(ctx, merchant, sh.ID, "请再来看看。")
		g.must(err)
		want(Watched, AppealOpen)
		if _, err := g.Placings(ctx, stranger, sh.Merchant, 10); !errors.Is(err, shop.ErrMerchantUnknown) {
			t.Errorf("a stranger is answered %v", err)
		}
		if all, err := g.Placings(ctx, g.ann, other.Merchant, 10); err != nil || len(all) != 1 {
			t.Errorf("an operator reads %v, %v", all, err)
		}
	})
}

// A cursor that no page gave is refused.
func TestNotesRefuseWrongCursors(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		sh, _ := g.shop("巷口面馆")
		for _, after := range []string{"!", "eA", "MTIz", "eCB5"} {
			if _, err := g.Notes(ctx, sh.ID, after, 10); !errors.Is(err, ErrCursor) {
				t.Errorf("the cursor %q is answered %v", after, err)
			}
		}
	})
}
