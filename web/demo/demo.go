// Package demo is the page that shows three devices side by side: a member's
// phone, a shop's till and the operator's console of a fictional city. It is
// mounted by citywalk demo only, and lets whoever presses a button in.
//
// The devices are frames with the real apps in them. Nothing on the page is
// staged: a step forward presses the button that a person would press in the
// frame, and what is said about a step is read off where the frames are
// (script/demo.ts). The one thing that the page adds is the arrow that carries
// the code from one phone to the other as a camera would.
package demo

import (
	_ "embed"

	"citywalk/account"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

// A Cast is who plays.
type Cast struct {
	Member   account.ID // Has a pass and a history.
	Newcomer account.ID // Has neither.
	Staff    account.ID // Of Shop.
	Operator account.ID
	Shop     shop.ID
	Number   string // The shop's sign.
}

// Parts are what the page stands on.
type Parts struct {
	Edge    *web.Edge
	Account *account.Service
	Cast    Cast
	Host    string // Where the demo is reached; "" takes any name.
}

// An App is the page.
type App struct {
	Parts
}

// New returns the page.
func New(p Parts) *App { return &App{p} }

//go:embed words.json
var words []byte

// Words are the page's words and those of ui.
func Words() ui.Words { return ui.LoadWords(words) }

// Mount adds the page to the edge. It is an app of its own without a sign-in.
func (a *App) Mount(e *web.Edge) {
	e.Mount(web.App{Name: "demo", Base: "/demo/", Words: Words()},
		web.Route{Pattern: "GET /demo/{$}", Action: account.ActPublic, Handle: a.welcome},
		web.Route{Pattern: "POST /demo/enter", Action: account.ActPublic, Handle: a.enter},
		web.Route{Pattern: "POST /demo/newcomer", Action: account.ActPublic, Handle: a.newcomer},
		web.Route{Pattern: "GET /demo/stage", Action: account.ActPublic, Handle: a.stage},
	)
}
