package demo

import (
	"net/http"

	"citywalk/account"
	"citywalk/web"
)

// entrance and onStage are the page's two addresses.
const (
	entrance = "/demo/"
	onStage  = "/demo/stage"
)

// welcome says what there is to see and has the button that lets in.
func (a *App) welcome(w http.ResponseWriter, r *http.Request) error {
	if a.Host != "" && r.Host != a.Host {
		// Under another name of this machine the cashier would lead back to where
		// the cookies are not.
		http.Redirect(w, r, "http://"+a.Host+r.URL.RequestURI(), http.StatusTemporaryRedirect)
		return nil
	}
	p := web.Page(r)
	p.Title, p.Bare = p.T("demo.title"), true
	return web.Render(w, r, http.StatusOK, welcomePage(p))
}

// enter lets the visitor in as everybody at once.
func (a *App) enter(w http.ResponseWriter, r *http.Request) error {
	return a.play(w, r, a.Cast.Member)
}

// newcomer lets the visitor in with somebody who has no pass yet.
func (a *App) newcomer(w http.ResponseWriter, r *http.Request) error {
	return a.play(w, r, a.Cast.Newcomer)
}

// play opens the three sessions and shows the stage.
func (a *App) play(w http.ResponseWriter, r *http.Request, member account.ID) error {
	for _, part := range []struct {
		app account.App
		who account.ID
	}{
		{account.MemberApp, member},
		{account.TillApp, a.Cast.Staff},
		{account.ConsoleApp, a.Cast.Operator},
	} {
		token, _, err := a.Account.Enter(r.Context(), part.who, part.app, web.Client(r))
		if err != nil {
			return err
		}
		web.Keep(w, r, part.app, token)
	}
	return web.See(w, r, onStage)
}
