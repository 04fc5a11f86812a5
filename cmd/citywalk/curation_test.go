package main

import (
	"path/filepath"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/curate"
	"citywalk/db"
	"citywalk/geo"
	"citywalk/shop"
)

// The doctor says when a city's notes have no scores, and when they are old.
func TestDoctorLooksAtCuration(t *testing.T) {
	ctx := t.Context()
	cfg := Config{Database: Database{DB: filepath.Join(t.TempDir(), "city.db")}, Programme: Programme{Zone: "Asia/Shanghai"},
		Listen: "127.0.0.1:0", SandboxListen: "127.0.0.1:0", Payment: "sandbox", Workers: 1}
	clock := new(movingClock)
	clock.set(time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC))
	a, err := openAt(ctx, cfg, clock.Now)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(err)
	defer a.close()
	who := account.Session{Person: "per_operator", Grants: []account.Grant{{Role: account.Operator}}}
	sh, err := a.shop.Add(ctx, who, shop.Shop{City: "试镇", Name: "巷口面馆", Point: geo.Point{Lat: 31.2, Lng: 121.4}, Opens: -1, Closes: -1})
	must(err)
	says := func(state string) {
		t.Helper()
		if c := curation(ctx, a.db); c.State != state {
			t.Errorf("%s: %s, want %s", c.State, c.Detail, state)
		}
	}
	says("ok")
	for i, text := range []string{"汤头鲜", "面有嚼劲", "老板热情", "有点贵", "排队久"} {
		_, err = a.curate.Take(ctx, who, "test", []curate.Draft{{SourceID: text, Shop: sh.ID, Author: text, Written: clock.Now(), Stars: float64(1 + i), Likes: -1, Followers: -1, Text: text}})
		must(err)
	}
	says("warn")
	_, err = a.curate.FitCity(ctx, "试镇", nil)
	must(err)
	says("ok")
	clock.set(clock.Now().Add(10 * 24 * time.Hour))
	says("warn")
	must(a.db.View(ctx, func(tx *db.Tx) error {
		h, err := curate.HealthOf(tx)
		if h.Cities != 1 || h.Unscored != 0 || h.Waiting != 0 {
			t.Errorf("%+v", h)
		}
		return err
	}))
}
