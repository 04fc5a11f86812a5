// Package demo is the page that shows three devices side by side: a member's
// phone, a shop's till and the operator's console of a fictional city. It is
// mounted by citywalk demo only, and lets whoever presses a button in.
package demo

import (
	_ "embed"

	"citywalk/account"
	"citywalk/shop"
	"citywalk/web"
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
}

// An App is the page.
type App struct {
	Parts
}

// New returns the page.
func New(p Parts) *App { return &App{p} }

// Mount adds the page to the edge.
func (a *App) Mount(e *web.Edge) {}
