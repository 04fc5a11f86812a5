package main

import (
	"context"
	"log/slog"
	"net/http"
	"strings"

	"citywalk/account"
	"citywalk/web"
	"citywalk/web/api"
)

// closedPages tells everybody why nobody is served, each in his own words: the
// member that his money is not lost, the till to take the money as ever, the
// console what to run. Nothing else is answered but /healthz and the files of
// the pages; the provider's notices come again later.
func (a *parts) closedPages() http.Handler {
	e := web.New(web.Options{Account: a.account, Log: slog.Default(), Secure: strings.HasPrefix(a.cfg.baseURL(), "https://"),
		Ready: func(context.Context) error { return errClosed }})
	for _, app := range []struct {
		name account.App
		base string
	}{
		{account.MemberApp, "/"},
		{account.TillApp, "/till/"},
		{account.ConsoleApp, "/console/"},
		{account.APIApp, api.Prefix + "/"},
	} {
		refuse := func(http.ResponseWriter, *http.Request) error { return web.Closed(app.name) }
		var routes []web.Route
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
			routes = append(routes, web.Route{Pattern: method + " " + app.base + "{rest...}", Action: account.ActPublic, Handle: refuse})
		}
		e.Mount(web.App{Name: app.name, Base: app.base}, routes...)
	}
	all := e.Handler()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		all.ServeHTTP(w, anonymous(r))
	})
}

// anonymous is the request without who sent it: nobody's session is looked for
// in a database that may be of another time. The language stays.
func anonymous(r *http.Request) *http.Request {
	out := r.Clone(r.Context())
	out.Header.Del("Authorization")
	out.Header.Del("Cookie")
	if lang, err := r.Cookie("lang"); err == nil {
		out.AddCookie(lang)
	}
	return out
}
