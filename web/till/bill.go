package till

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"citywalk/redeem"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

// this returns the redemption of the path and its shop, if it is one of the
// session's.
func (a *App) this(r *http.Request) (redeem.Redemption, shop.Shop, error) {
	id, err := web.ID(r, "bill", "red")
	if err != nil {
		return redeem.Redemption{}, shop.Shop{}, err
	}
	red, err := a.Redeem.ForShop(r.Context(), web.Session(r), redeem.ID(id))
	if err != nil {
		return red, shop.Shop{}, err
	}
	s, err := a.Shop.Get(r.Context(), red.Shop)
	return red, s, err
}

// bill shows a redemption in whatever state it is.
func (a *App) bill(w http.ResponseWriter, r *http.Request) error {
	red, s, err := a.this(r)
	if err != nil {
		return err
	}
	p := a.billPage(r, s, red)
	return web.Render(w, r, http.StatusOK, a.stage(p, red, ui.Form{}))
}

// record shows what became of a redemption, to read up and to undo.
func (a *App) record(w http.ResponseWriter, r *http.Request) error {
	red, s, err := a.this(r)
	if err != nil {
		return err
	}
	if !whole(red) {
		return web.See(w, r, bill(red.ID))
	}
	p := a.billPage(r, s, red)
	p.Tab, p.Path = "tab.today", bill(red.ID)+"/record"
	return web.Render(w, r, http.StatusOK, a.recordPage(p, red))
}

// billPage is the page of a redemption, which follows it. Without script it
// loads itself again while it waits for somebody else.
func (a *App) billPage(r *http.Request, s shop.Shop, red redeem.Redemption) ui.Page {
	p := a.page(r, s, "bill.title", "tab.scan")
	p.Path = bill(red.ID)
	p.Live, p.Version = p.Path+"/live", a.version(red)
	switch red.State {
	case redeem.Priced, redeem.Paying, redeem.Reversing, redeem.Requested:
		p.Refresh = 3
	}
	return p
}

// billLive says when the redemption changed.
func (a *App) billLive(w http.ResponseWriter, r *http.Request) error {
	red, _, err := a.this(r)
	if err != nil {
		return err
	}
	who := web.Session(r)
	return web.Live(w, r, []string{string(red.ID)}, func(ctx context.Context) (string, error) {
		now, err := a.Redeem.ForShop(ctx, who, red.ID)
		return a.version(now), err
	})
}

// version is what the stream says of a redemption. That it can no longer be
// undone is news too.
func (a *App) version(r redeem.Redemption) string {
	return fmt.Sprintf("%s/%d/%t", r.State, r.Version, a.mayUndo(r))
}

// mayUndo reports whether staff can still give a redemption back.
func (a *App) mayUndo(r redeem.Redemption) bool {
	return r.State == redeem.Committed && a.left(r.UndoUntil) > 0
}

// act runs one of the commands that take nothing but the redemption, and goes
// to where done leads.
func (a *App) act(w http.ResponseWriter, r *http.Request, command func(ctx context.Context, id redeem.ID, key string) error, done func(redeem.Redemption) error) error {
	red, s, err := a.this(r)
	if err != nil {
		return err
	}
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	if err := command(r.Context(), red.ID, key(f)); err != nil {
		return a.refuse(w, r, err, s, key(f), "bill.look", bill(red.ID))
	}
	return done(red)
}

// accept agrees to a request from the sign.
func (a *App) accept(w http.ResponseWriter, r *http.Request) error {
	return a.act(w, r, func(ctx context.Context, id redeem.ID, key string) error {
		_, err := a.Redeem.Accept(ctx, web.Session(r), id, key)
		return err
	}, func(red redeem.Redemption) error { return web.See(w, r, bill(red.ID)) })
}

// decline gives a bill up, or turns a request away, and is ready for the next.
func (a *App) decline(w http.ResponseWriter, r *http.Request) error {
	return a.act(w, r, func(ctx context.Context, id redeem.ID, key string) error {
		_, err := a.Redeem.Decline(ctx, web.Session(r), id, key)
		return err
	}, func(red redeem.Redemption) error { return web.SeeAndSay(w, r, at(red.Shop), "say.cancelled") })
}

// undo gives a paid bill back.
func (a *App) undo(w http.ResponseWriter, r *http.Request) error {
	return a.act(w, r, func(ctx context.Context, id redeem.ID, key string) error {
		_, err := a.Redeem.Undo(ctx, web.Session(r), id, key)
		return err
	}, func(red redeem.Redemption) error { return web.See(w, r, bill(red.ID)) })
}

// time is a time of day in the programme's zone.
func (a *App) time(t time.Time) string { return t.In(a.Zone).Format("15:04") }

// left is how many seconds remain until t.
func (a *App) left(t time.Time) int { return max(0, int(t.Sub(a.Now())/time.Second)) }

// stateWord is what became of a redemption, in a word.
func stateWord(p ui.Page, r redeem.Redemption) string { return p.T("state." + string(r.State)) }

// initial is what stands for a person in the picture of a face: the first
// character of the name, or the tail of the number.
func initial(masked string) string {
	all := []rune(masked)
	switch {
	case len(all) > 2 && all[0] == '*':
		return string(all[len(all)-2:])
	case len(all) > 0:
		return string(all[0])
	}
	return ""
}
