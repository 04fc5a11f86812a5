// Package web is the edge that all apps share. It knows HTTP and nothing of
// shops, passes or money.
//
// An app is a table of routes in its routes.go, read from top to bottom:
//
//	func (a *App) Mount(e *web.Edge) {
//		e.Mount(a.app,
//			web.Route{Pattern: "GET /till/{$}", Action: account.ActTillUse, Handle: a.camera},
//			web.Route{Pattern: "POST /till/scan", Action: account.ActTillUse, Class: web.Pay, Handle: a.scan},
//		)
//	}
//
// A handler parses, calls one method of a service and renders; it returns an
// error instead of writing one:
//
//	func (a *App) scan(w http.ResponseWriter, r *http.Request) error {
//		f, err := web.Form(r)
//		if err != nil {
//			return err
//		}
//		red, err := a.Redeem.Scan(r.Context(), web.Session(r), f.Value("code", ""))
//		if err != nil {
//			return web.Again(w, r, err, f, func(f ui.Form) templ.Component { return scanPage(web.Page(r), f) })
//		}
//		return web.See(w, r, "/till/"+red.ID)
//	}
//
// A bounded number of requests work at once (gate.go). A few more wait for a
// moment, the urgent before the others: paying, then scanning, then changing,
// then reading, then files. The rest is refused at once with 503 and when to
// come back, in a page that costs nothing. What waits holds no slot: a body
// that is still arriving, an answer that is being read, a live stream, a call
// of the payment institution. Connections are bounded too (door.go), and the
// one that has been quiet the longest makes room. A request's context ends when
// its class's time is over, which ends its statements.
//
// Before a handler runs, the edge has found the session by the app's cookie
// (or the bearer token of the API), checked the route's action against
// account's table, refused what another site's page sent, and bounded the
// body. A route whose action has no row in the table stops the program from
// starting. A signed-out reader of a page is led to the app's sign-in and back.
//
// A page that waits for somebody else names its stream, and marks what may
// change with data-live-region, and with data-live-of which version it shows:
// while that is the same, what was tapped into it stays. Whoever changes the
// thing publishes its topic after the commit. The database is the truth: without a
// publish the change is seen a second later (later among many hundred streams),
// and without a stream two seconds later.
//
//	p.Live, p.Version = "/pay/"+red.ID+"/live", version(red)
//	// and in the handler of that path:
//	return web.Live(w, r, []string{red.ID}, func(ctx context.Context) (string, error) { ... })
//	// and after a service changed it:
//	edge.Hub.Publish(red.ID)
//
// After a handler, an error becomes its status and its page, fragment or problem in
// one place (fail.go): a fault says its own sentence; a database that is away
// says so and when to come back; an unknown outcome says to look before
// repeating; everything else is ours, is logged, and shows a request id only.
// Every request that was let in leaves one line in the log, with the route's
// pattern and never the path, the query or a phone number.
package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"path"
	"slices"
	"sort"
	"strings"

	"citywalk/account"
	"citywalk/fault"
	"citywalk/web/ui"
)

// Options of New. Account and Log are needed.
type Options struct {
	Account *account.Service
	Log     *slog.Logger
	Secure  bool                        // Served over https: __Host- cookies and HSTS.
	Cashier []string                    // Origins that a form may lead to, where members pay.
	Proxies []netip.Prefix              // Whose X-Forwarded-For is believed.
	Demo    bool                        // The city is fictional and pages may be framed by our own.
	Ready   func(context.Context) error // What /readyz asks; nil is always ready.

	// What districts, areas and stations are called; nil leaves their names.
	Names func(lang fault.Lang, name string) string

	Slots       int // Requests that work at once; 0 bounds nothing.
	Connections int // In all; 0 bounds nothing.
	Neighbours  int // Connections from one address that is neither a proxy's nor this machine's.
}

// An Edge serves all apps on one listener.
type Edge struct {
	Hub    *Hub
	opts   Options
	mux    *http.ServeMux
	apps   []*App  // The longest base first.
	routes []Route // As they were added.
	entrance
}

// New returns an edge without apps.
func New(o Options) *Edge {
	e := &Edge{Hub: NewHub(), opts: o, mux: http.NewServeMux()}
	e.open(o.Slots)
	e.answer("GET /assets/{name}", Free, http.HandlerFunc(asset))
	e.answer("GET /healthz", Free, http.HandlerFunc(healthy))
	e.answer("GET /readyz", Free, http.HandlerFunc(e.ready))
	e.mux.HandleFunc("/", e.nowhere)
	if o.Demo {
		e.answer("GET /guide", Browse, http.HandlerFunc(guide))
	}
	return e
}

// An App is one audience with its own paths, words and session.
type App struct {
	Name   account.App
	Base   string // Where its paths start: "/", "/till/", "/console/", "/api/v1/".
	SignIn string // Where a signed-out reader is led; empty for the API.
	Words  ui.Words
	Tabs   func(account.Session) []ui.Tab // The bar or menu; may be nil.
}

// A Route is one thing that an app does. Pattern is that of http.ServeMux with
// its method.
type Route struct {
	Pattern string
	Action  account.Action
	Class   Class // How much it matters under overload; "" is Browse for GET and Change for the rest.
	Handle  func(http.ResponseWriter, *http.Request) error
}

// Mount adds an app and its routes, and the app's language switch. It panics
// when a route's action is not in the permission table, its pattern has no
// method or its class is none, because that is a bug found at start-up.
func (e *Edge) Mount(app App, routes ...Route) {
	if app.Words == nil {
		app.Words = ui.Shared()
	}
	a := &app
	e.apps = append(e.apps, a)
	sort.SliceStable(e.apps, func(i, j int) bool { return len(e.apps[i].Base) > len(e.apps[j].Base) })
	if app.Name != account.APIApp {
		routes = append(routes, Route{"POST " + app.Base + "lang", account.ActPublic, Browse, switchLang})
	}
	for _, route := range routes {
		if !known(route.Action) {
			panic(fmt.Sprintf("web: %s: action %q has no row in the permission table", route.Pattern, route.Action))
		}
		if !strings.Contains(route.Pattern, " "+app.Base) && !rooted(app, route.Pattern) {
			panic(fmt.Sprintf("web: %s: not a method and a path below %s", route.Pattern, app.Base))
		}
		if route.Class = route.class(); rank[route.Class].time == 0 {
			panic(fmt.Sprintf("web: %s: class %q is none", route.Pattern, route.Class))
		}
		e.mux.Handle(route.Pattern, e.handle(a, route))
		e.routes = append(e.routes, route)
	}
}

// rooted reports whether the pattern has a method and an absolute path, which
// is all that is asked of the app at the root.
func rooted(app App, pattern string) bool {
	method, path, ok := strings.Cut(pattern, " ")
	return ok && method != "" && app.Base == "/" && strings.HasPrefix(path, "/")
}

// Handle adds a handler that is not an app's: the gateway's callbacks. It gets
// the request's log line and limits, but no session, and is of the class Pay.
func (e *Edge) Handle(pattern string, h http.Handler) { e.answer(pattern, Pay, h) }

func (e *Edge) answer(pattern string, class Class, h http.Handler) {
	e.mux.Handle(pattern, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e.admit(w, r, class, h.ServeHTTP)
	}))
	e.routes = append(e.routes, Route{Pattern: pattern, Class: class})
}

// Routes is everything that the edge answers, for the generated list and for
// tests. What is no app's has neither an action nor a Handle.
func (e *Edge) Routes() []Route { return slices.Clone(e.routes) }

// Handler is the whole edge.
func (e *Edge) Handler() http.Handler {
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e.enter(r, e.appOf(r.URL.Path))
		fail(w, r, ErrForeignPage)
	}))
	return e.observe(e.secure(cross.Handler(http.HandlerFunc(e.direct))))
}

// direct hands a request to its route. The mux leads whoever writes /a/../b or
// //b to where that is; a program is told that there is nothing, since what it
// meant is what it wrote, and a redirect is no answer that its document has.
func (e *Edge) direct(w http.ResponseWriter, r *http.Request) {
	if app := e.appOf(r.URL.Path); app != nil && app.Name == account.APIApp && path.Clean(r.URL.Path) != r.URL.Path {
		e.enter(r, app)
		fail(w, r, ErrNowhere)
		return
	}
	e.mux.ServeHTTP(w, r)
}

// handle runs one route: session, permission, handler, error.
func (e *Edge) handle(app *App, route Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e.enter(r, app)
		e.admit(w, r, route.Class, func(w http.ResponseWriter, r *http.Request) { e.do(w, r, app, route) })
	})
}

// do is handle once the gate let the request in.
func (e *Edge) do(w http.ResponseWriter, r *http.Request, app *App, route Route) {
	who, err := e.identify(r, app)
	if err != nil {
		fail(w, r, err)
		return
	}
	state(r).session = who
	if !allowed(who, route.Action) {
		e.turnAway(w, r, who)
		return
	}
	if err := route.Handle(w, r); err != nil {
		fail(w, r, err)
	}
}

// appOf returns the app that a path belongs to; nil when none was mounted.
func (e *Edge) appOf(path string) *App {
	for _, a := range e.apps {
		if strings.HasPrefix(path, a.Base) || path == strings.TrimSuffix(a.Base, "/") {
			return a
		}
	}
	return nil
}

// methods are those that any route may have.
var methods = []string{"GET", "POST", "PUT", "PATCH", "DELETE"}

// nowhere answers what no route takes: 405 when the path has other methods,
// else 404.
func (e *Edge) nowhere(w http.ResponseWriter, r *http.Request) {
	e.enter(r, e.appOf(r.URL.Path))
	var allow []string
	for _, m := range methods {
		probe := r.Clone(r.Context())
		probe.Method = m
		if _, pattern := e.mux.Handler(probe); pattern != "/" && pattern != "" {
			allow = append(allow, m)
		}
	}
	if len(allow) > 0 {
		w.Header().Set("Allow", strings.Join(allow, ", "))
		fail(w, r, ErrMethod)
		return
	}
	fail(w, r, ErrNowhere)
}
