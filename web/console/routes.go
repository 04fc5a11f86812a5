package console

import (
	"citywalk/account"
	"citywalk/web"
)

// Mount adds the app to the edge.
func (a *App) Mount(e *web.Edge) {
	e.Mount(web.App{Name: account.ConsoleApp, Base: "/console/", SignIn: "/console/signin", Words: Words()}, a.Edge.SignIn(account.ConsoleApp, "/console/")...)
}
