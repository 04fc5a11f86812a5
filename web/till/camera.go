package till

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"citywalk/redeem"
	"citywalk/web"
	"citywalk/web/ui"
)

// camera is what the till opens on: the scanner, and requests from the sign as
// they come in.
func (a *App) camera(w http.ResponseWriter, r *http.Request) error {
	s, err := a.here(r)
	if err != nil {
		return err
	}
	waiting, err := a.Redeem.Requests(r.Context(), web.Session(r), s.ID)
	if err != nil {
		return err
	}
	web.Allow(w, r, web.Camera)
	p := a.page(r, s, "scan.title", "tab.scan")
	p.Islands, p.Live, p.Version, p.Refresh = []string{"till"}, at(s.ID)+"/live", standing(waiting), 5
	return web.Render(w, r, http.StatusOK, cameraPage(p, s, waiting))
}

// cameraLive says when requests from the sign came or went.
func (a *App) cameraLive(w http.ResponseWriter, r *http.Request) error {
	s, err := a.here(r)
	if err != nil {
		return err
	}
	who := web.Session(r)
	return web.Live(w, r, []string{"shop/" + string(s.ID)}, func(ctx context.Context) (string, error) {
		waiting, err := a.Redeem.Requests(ctx, who, s.ID)
		return standing(waiting), err
	})
}

// standing is the version of the requests that wait. What streams send has no
// blanks at its ends.
func standing(waiting []redeem.Redemption) string {
	b := []byte("requests")
	for _, q := range waiting {
		b = fmt.Appendf(b, " %s/%d", q.ID, q.Version)
	}
	return string(b)
}

// typing is the way for phones without a camera.
func (a *App) typing(w http.ResponseWriter, r *http.Request) error {
	s, err := a.here(r)
	if err != nil {
		return err
	}
	p := a.page(r, s, "type.title", "tab.scan")
	p.Islands = []string{"till"}
	return web.Render(w, r, http.StatusOK, typePage(p, s, ui.Form{}))
}

// scan begins a redemption from a code, scanned or typed.
func (a *App) scan(w http.ResponseWriter, r *http.Request) error {
	s, err := a.here(r)
	if err != nil {
		return err
	}
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	code := strings.ReplaceAll(strings.TrimSpace(f.Value("code", "")), " ", "")
	red, err := a.Redeem.Scan(r.Context(), web.Session(r), s.ID, code, key(f))
	if err == nil {
		return web.See(w, r, bill(red.ID))
	}
	f.Values.Del("code") // A code is not shown again, least of all somebody's payment code.
	return web.Again(w, r, err, f, func(f ui.Form) templ.Component {
		p := a.page(r, s, "scan.refused", "tab.scan")
		p.Islands = []string{"till"}
		return refusedPage(p, f.Fault, at(s.ID), string(s.ID)+"/"+key(f))
	})
}

// today lists the shop's redemptions of the business day.
func (a *App) today(w http.ResponseWriter, r *http.Request) error {
	s, err := a.here(r)
	if err != nil {
		return err
	}
	all, err := a.Redeem.Today(r.Context(), web.Session(r), s.ID, a.day())
	if err != nil {
		return err
	}
	p := a.page(r, s, "today.title", "tab.today")
	p.Live, p.Refresh = at(s.ID)+"/live", 30
	return web.Render(w, r, http.StatusOK, a.todayPage(p, all, total(all)))
}

// A tally is a day's totals.
type tally struct {
	Count  int
	Undone int
	Paid   string
}

// total adds up what stands.
func total(all []redeem.Redemption) tally {
	var t tally
	sum := all[:0:0]
	for _, r := range all {
		switch r.State {
		case redeem.Committed:
			t.Count++
			sum = append(sum, r)
		case redeem.Refunding, redeem.Refunded, redeem.Stuck:
			t.Undone++
		}
	}
	t.Paid = paid(sum).String()
	return t
}
