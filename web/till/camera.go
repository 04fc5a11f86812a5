package till

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"citywalk/redeem"
	"citywalk/shop"
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
	p, waiting, err := a.listening(r, s, "scan.title", "tab.scan")
	if err != nil {
		return err
	}
	p.Refresh = 5
	web.Allow(w, r, web.Camera)
	return web.Render(w, r, http.StatusOK, cameraPage(p, s, waiting))
}

// typing is the way for phones without a camera.
func (a *App) typing(w http.ResponseWriter, r *http.Request) error {
	s, err := a.here(r)
	if err != nil {
		return err
	}
	p, waiting, err := a.listening(r, s, "type.title", "tab.scan")
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, typePage(p, s, waiting))
}

// listening is a page over which requests from the sign slide in.
func (a *App) listening(r *http.Request, s shop.Shop, title, tab string) (ui.Page, []redeem.Redemption, error) {
	p := a.page(r, s, title, tab)
	waiting, err := a.Redeem.Requests(r.Context(), web.Session(r), s.ID)
	p.Live, p.Version = at(s.ID)+"/live", versions(waiting)
	return p, waiting, err
}

// requestsLive says when requests from the sign came or went.
func (a *App) requestsLive(w http.ResponseWriter, r *http.Request) error {
	s, err := a.here(r)
	if err != nil {
		return err
	}
	who := web.Session(r)
	return web.Live(w, r, []string{"shop/" + string(s.ID)}, func(ctx context.Context) (string, error) {
		waiting, err := a.Redeem.Requests(ctx, who, s.ID)
		return versions(waiting), err
	})
}

// versions is what the stream says of the requests that wait.
func versions(waiting []redeem.Redemption) string {
	var b strings.Builder
	b.WriteString("requests")
	for _, q := range waiting {
		fmt.Fprintf(&b, " %s/%d", q.ID, q.Version)
	}
	return b.String()
}

// scan begins a redemption from a code, scanned or typed. A refusal does not
// show the code again: it may be somebody's payment code.
func (a *App) scan(w http.ResponseWriter, r *http.Request) error {
	s, err := a.here(r)
	if err != nil {
		return err
	}
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	code := strings.Join(strings.Fields(f.Value("code", "")), "")
	red, err := a.Redeem.Scan(r.Context(), web.Session(r), s.ID, code, key(f))
	if err != nil {
		return a.refuse(w, r, err, s, key(f), "scan.again", at(s.ID))
	}
	return web.See(w, r, bill(red.ID))
}
