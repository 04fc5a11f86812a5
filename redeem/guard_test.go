package redeem

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/fault"
	"citywalk/once"
)

// TestACodeLivesSixtySeconds is abuse case C2: good until the last millisecond,
// over at the sixtieth second.
func TestACodeLivesSixtySeconds(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		a, b := g.member(), g.member()
		early, late := g.show(a), g.show(b)
		g.clock.Advance(CodeLife - time.Millisecond)
		_, err := g.Scan(t.Context(), g.staff, g.shop.ID, early, g.key())
		g.must(err)
		g.clock.Advance(time.Millisecond)
		_, err = g.Scan(t.Context(), g.staff, g.shop.ID, late, g.key())
		g.refused("at sixty seconds", err, ErrExpired)
	})
}

// TestGuessingIsStopped is abuse case C13: twenty wrong guesses in ten minutes
// lock the one who guesses, not his colleague, until the ten minutes are over;
// a right code does not help meanwhile.
func TestGuessingIsStopped(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		ctx := t.Context()
		guess := func(s account.Session) error {
			code, err := mint()
			g.must(err)
			_, err = g.Scan(ctx, s, g.shop.ID, code, g.key())
			return err
		}
		for range missesPerson {
			g.refused("a guess", guess(g.staff), ErrCode)
		}
		err := guess(g.staff)
		g.refused("one more guess", err, ErrLocked)
		if f, _ := fault.From(err); f == nil || f.Retry != missesRun || !strings.Contains(f.Say(fault.Zh), "10 分钟") {
			t.Errorf("retry after %+v", f)
		}
		who := g.member()
		_, err = g.Scan(ctx, g.staff, g.shop.ID, g.show(who), g.key())
		g.refused("a right code", err, ErrLocked)
		colleague := g.staffOf(g.shop, "13900000003")
		g.refused("the colleague's guess", guess(colleague), ErrCode)
		r, err := g.Scan(ctx, colleague, g.shop.ID, g.show(who), g.key())
		g.must(err)
		_, err = g.Decline(ctx, who, r.ID, g.key())
		g.must(err)
		g.clock.Advance(missesRun)
		_, err = g.Scan(ctx, g.staff, g.shop.ID, g.show(who), g.key())
		g.must(err)
		g.must(g.DB.View(ctx, func(tx *db.Tx) error {
			events, err := account.Audits(tx, string(g.shop.ID), 0, 100)
			alarms := 0
			for _, e := range events {
				if e.Action == "redeem.locked" {
					alarms++
				}
			}
			if alarms != 1 {
				t.Errorf("%d alarms, want 1", alarms)
			}
			return err
		}))
	})
}

// TestGuessesAtOnceLockNobodyElse sends more guesses of one person at once than
// would lock the shop: beyond twenty they do not count against it.
func TestGuessesAtOnceLockNobodyElse(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		got := g.race(2*missesShop, func(s *Service, i int) error {
			_, err := s.Scan(t.Context(), g.staff, g.shop.ID, "770000000000000000", fmt.Sprintf("one-of-many-%06d", i))
			return err
		})
		if got[ErrCode.Code] != missesPerson || got[ErrLocked.Code] != 2*missesShop-missesPerson {
			t.Errorf("the guesses were answered %v", got)
		}
		_, err := g.Scan(t.Context(), g.staffOf(g.shop, "13900000003"), g.shop.ID, g.show(g.member()), g.key())
		g.must(err)
	})
}

// TestAShopIsLockedAfterAHundredGuesses by however many people.
func TestAShopIsLockedAfterAHundredGuesses(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		ctx := t.Context()
		var last account.Session
		for i := range missesShop {
			if i%missesPerson == 0 {
				last = g.staffOf(g.shop, "1390000010"+string(rune('0'+i/missesPerson)))
			}
			_, err := g.Scan(ctx, last, g.shop.ID, "770000000000000000", g.key())
			g.refused("a guess", err, ErrCode)
		}
		_, err := g.Scan(ctx, g.staff, g.shop.ID, g.show(g.member()), g.key())
		g.refused("anybody at the shop", err, ErrLocked)
	})
}

// TestCameraNoiseLocksNobody: what has not the shape of a code is refused in
// the same words but is no guess (C12).
func TestCameraNoiseLocksNobody(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		for i := range 3 * missesPerson {
			noise := []string{"https://example.com/x", "javascript:alert(1)", "<script>", "\x00", strings.Repeat("7", 4296), "BEGIN:VCARD"}[i%6]
			_, err := g.Scan(t.Context(), g.staff, g.shop.ID, noise, g.key())
			g.refused("noise", err, ErrCode)
			if f, _ := fault.From(err); f == nil || f.Say(fault.En) != ErrCode.Say(fault.En) {
				t.Error("the sentence repeats what was read")
			}
		}
		g.scan(g.member())
	})
}

// TestSameKeyOtherContent: a key used again for something else is refused and
// does nothing; for the same thing it gives the same redemption (P1).
func TestSameKeyOtherContent(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		ctx := t.Context()
		who := g.member()
		code, key := g.show(who), g.key()
		r, err := g.Scan(ctx, g.staff, g.shop.ID, code, key)
		g.must(err)
		again, err := g.Scan(ctx, g.staff, g.shop.ID, code, key)
		if err != nil || again.ID != r.ID {
			t.Errorf("scanned again: %v, %v", again.ID, err)
		}
		_, err = g.Scan(ctx, g.staff, g.shop.ID, g.show(g.member()), key)
		g.refused("another code under the key", err, once.ErrMismatch)
		_, err = g.Price(ctx, g.staff, r.ID, 1000, key)
		g.must(err)
		_, err = g.Price(ctx, g.staff, r.ID, 1001, key)
		g.refused("another bill under the key", err, once.ErrMismatch)
		if now := g.get(r.ID); now.Due != 900 || now.Quote.Version != 1 {
			t.Errorf("now %+v", now)
		}
		_, err = g.Price(ctx, g.staff, r.ID, 1000, "short")
		g.refused("no key", err, once.ErrKey)

		// When the answers are forgotten the natural keys still hold.
		priced := g.get(r.ID)
		paying := g.confirm(who, priced)
		g.clock.Advance(once.Keep + time.Hour)
		_, err = once.Forget(ctx, g.DB)
		g.must(err)
		_, err = g.Scan(ctx, g.staff, g.shop.ID, code, key)
		g.refused("the code after 72 hours", err, ErrUsed)
		late, err := g.Confirm(ctx, who, r.ID, priced.Quote.Version, priced.Quote.Hash, key)
		if err != nil || late.ID != paying.ID || late.State != Reversing {
			t.Errorf("confirmed after 72 hours: %+v, %v", late, err)
		}
	})
}

// TestNoCodeIsWritten: neither a code of ours nor a payment code is in any row
// of the database, whatever was done with it.
func TestNoCodeIsWritten(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		ctx := t.Context()
		who := g.member()
		code, alien, wrong := g.show(who), "134567890123456789", "779999999999999999"
		for _, c := range []string{alien, wrong, code, code} {
			g.Scan(ctx, g.staff, g.shop.ID, c, g.key())
		}
		if g.DB.Engine() == db.SQLite {
			for _, suffix := range []string{"", "-wal"} {
				file, err := os.ReadFile(g.DB.URL() + suffix)
				g.must(err)
				g.clean(string(file), code, alien, wrong)
			}
			return
		}
		g.clean(dump(t.Context(), g), code, alien, wrong)
	})
}

func (g *rig) clean(text string, secrets ...string) {
	g.t.Helper()
	for _, s := range secrets {
		if strings.Contains(text, s) {
			g.t.Errorf("%s… is written down", s[:4])
		}
	}
}

// dump returns the tables that a scan writes as text.
func dump(ctx context.Context, g *rig) string {
	var all strings.Builder
	g.must(g.DB.View(ctx, func(tx *db.Tx) error {
		rows, err := db.All[string](tx, `
			SELECT CAST(c AS TEXT) FROM redeem_codes c
			UNION ALL SELECT CAST(r AS TEXT) FROM redeem_redemptions r
			UNION ALL SELECT CAST(m AS TEXT) FROM redeem_misses m
			UNION ALL SELECT CAST(s AS TEXT) FROM redeem_steps s
			UNION ALL SELECT CAST(o AS TEXT) FROM once_keys o
			UNION ALL SELECT CAST(a AS TEXT) FROM account_audits a
			UNION ALL SELECT CAST(u AS TEXT) FROM account_unsealed u`)
		for _, r := range rows {
			all.WriteString(r)
		}
		return err
	}))
	return all.String()
}

// TestMoveOnlyFromWhereItStands is about the guard alone: a caller that read a
// redemption before another moved it moves nothing.
func TestMoveOnlyFromWhereItStands(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		id := g.priced(g.member(), 10_000).ID
		err := g.DB.Update(t.Context(), func(tx *db.Tx) error {
			old, err := find(tx, id)
			g.must(err)
			now := old
			g.must(now.move(tx, toPrice, g.staff.Person, ""))
			return old.move(tx, toDecline, g.staff.Person, "")
		})
		if !errors.Is(err, db.ErrNone) {
			t.Errorf("got %v, want no such row", err)
		}
	})
}
