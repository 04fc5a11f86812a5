package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"citywalk/account"
	"citywalk/fault"
)

// This file is all that the edge knows of account: whose token it is, what the
// person may do, and the cookie that carries the token.

// known reports whether an action has a row in the permission table.
func known(a account.Action) bool {
	_, ok := account.Permissions[a]
	return ok
}

func allowed(who account.Session, a account.Action) bool { return account.Allowed(who, a) }

// Session returns who sent the request; the zero Session when nobody is signed
// in, which only public routes see.
func Session(r *http.Request) account.Session { return state(r).session }

// SignedIn reports whether somebody is signed in.
func SignedIn(r *http.Request) bool { return Session(r).ID != "" }

// identify finds the request's session. A token that no longer serves is the
// same as none.
func (e *Edge) identify(r *http.Request, app *App) (account.Session, error) {
	token := e.token(r, app.Name)
	if token == "" {
		return account.Session{}, nil
	}
	who, err := e.opts.Account.Authenticate(r.Context(), token, app.Name)
	if f, ok := fault.From(err); ok && f.Kind == fault.SignedOut {
		return account.Session{}, nil
	}
	return who, err
}

// Holds reports whether the client has a session of another app that serves,
// for the demo page, which shows three apps and belongs to none.
func Holds(r *http.Request, app account.App) (bool, error) {
	c, err := r.Cookie(state(r).edge.cookie(app))
	if err != nil {
		return false, nil
	}
	_, err = state(r).edge.opts.Account.Authenticate(r.Context(), c.Value, app)
	if isSignedOut(err) {
		return false, nil
	}
	return err == nil, err
}

// stillAllowed reports whether the request's session lives on, for streams
// that outlast a check at their beginning.
func (e *Edge) stillAllowed(ctx context.Context, r *http.Request) error {
	s := state(r)
	if s.app == nil || s.session.ID == "" {
		return nil
	}
	_, err := e.opts.Account.Authenticate(ctx, e.token(r, s.app.Name), s.app.Name)
	return err
}

// token returns what the client presents: the bearer token at the API, the
// app's cookie elsewhere. The API takes no cookie, so no page can make a
// browser call it in somebody's name.
func (e *Edge) token(r *http.Request, app account.App) string {
	if app == account.APIApp {
		token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !ok {
			return ""
		}
		return strings.TrimSpace(token)
	}
	c, err := r.Cookie(e.cookie(app))
	if err != nil {
		return ""
	}
	return c.Value
}

// cookie is the name of an app's session cookie, or of another that is only
// for this host. With __Host- the browser itself makes sure that it came over
// https from this very host.
func (e *Edge) cookie(app account.App) string {
	if e.opts.Secure {
		return "__Host-" + string(app)
	}
	return string(app)
}

// Keep gives the client the token of a session that was just opened, in place
// of whatever it had. How long it serves is account's to say; the cookie only
// has to live as long. A console's goes with the browser's window.
func Keep(w http.ResponseWriter, r *http.Request, app account.App, token string) {
	c := state(r).edge.hostCookie(app, token)
	if app != account.ConsoleApp {
		c.MaxAge = 90 * 24 * 3600
	}
	http.SetCookie(w, c)
}

// Drop takes the token away from the client.
func Drop(w http.ResponseWriter, r *http.Request, app account.App) {
	c := state(r).edge.hostCookie(app, "")
	c.MaxAge = -1
	http.SetCookie(w, c)
}

func (e *Edge) hostCookie(app account.App, token string) *http.Cookie {
	return &http.Cookie{
		Name: e.cookie(app), Value: token, Path: "/",
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: e.opts.Secure,
	}
}

// turnAway answers a request that the session may not make: a signed-out
// reader of a page is led to sign in and back, everybody else is refused.
func (e *Edge) turnAway(w http.ResponseWriter, r *http.Request, who account.Session) {
	app := state(r).app
	if who.ID != "" {
		fail(w, r, account.ErrDenied)
		return
	}
	if app.SignIn == "" || !wantsPage(r) {
		fail(w, r, account.ErrSignedOut)
		return
	}
	to := app.SignIn
	if r.Method == http.MethodGet {
		to += "?back=" + url.QueryEscape(r.URL.RequestURI())
	}
	state(r).fault = account.ErrSignedOut.Code
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// Client is where the request comes from, for account's limits and its list of
// devices.
func Client(r *http.Request) account.Client {
	c := account.Client{IP: state(r).ip, Device: firstRunes(r.UserAgent(), 200)}
	if tag, err := r.Cookie(state(r).edge.cookie(tagCookie)); err == nil {
		c.Tag = tag.Value
	}
	return c
}

// tagCookie is the name of the cookie by which a browser is known again before
// anybody has signed in, so that the guests of one Wi-Fi are not taken for one.
const tagCookie = "device"

// knowAgain gives a browser a tag if it has none of ours.
func (e *Edge) knowAgain(w http.ResponseWriter, r *http.Request) {
	if e.opts.Account.OwnTag(Client(r).Tag) {
		return
	}
	c := e.hostCookie(tagCookie, e.opts.Account.NewTag())
	c.MaxAge = 400 * 24 * 3600
	http.SetCookie(w, c)
}

// isSignedOut reports whether err says that the session is over.
func isSignedOut(err error) bool {
	var f *fault.Error
	return errors.As(err, &f) && f.Kind == fault.SignedOut
}
