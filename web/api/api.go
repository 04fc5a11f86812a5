// Package api is the product as JSON over HTTP: the same use cases as the
// pages, for integrators, with an OpenAPI 3.1 document at /api/v1/openapi.json.
//
// A caller signs in with a phone number and a one-time code and sends the
// token as "Authorization: Bearer …". Amounts are integers in fen, times are
// RFC 3339, business days are "2006-01-02". Commands that move value need an
// Idempotency-Key header; a repetition gets the first answer, with the header
// Idempotent-Replayed. Refusals are problem+json with a stable code, the
// sentence in the caller's language and whose move it is.
//
// Every operation names its action; operations.go is the whole list, to be
// read from top to bottom.
package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"citywalk/account"
	"citywalk/community"
	"citywalk/curate"
	"citywalk/db"
	"citywalk/discover"
	"citywalk/fault"
	"citywalk/ledger"
	"citywalk/once"
	"citywalk/pass"
	"citywalk/payment"
	"citywalk/redeem"
	"citywalk/settle"
	"citywalk/shop"
	"citywalk/web"
)

// Prefix is where the API lives.
const Prefix = "/api/v1"

// Parts are the services that the API speaks for.
type Parts struct {
	DB        *db.DB
	Account   *account.Service
	Shop      *shop.Service
	Pass      *pass.Service
	Curate    *curate.Service
	Community *community.Service
	Discover  *discover.Service
	Payment   *payment.Service
	Redeem    *redeem.Service
	Settle    *settle.Service
	Prove     func(ctx context.Context) ([]ledger.Finding, error)
	Now       func() time.Time
	Version   string
}

// An API answers requests below Prefix.
type API struct {
	Parts
	api    huma.API
	mux    *http.ServeMux
	routes []web.Route
}

// New returns the API.
func New(p Parts) *API {
	strict()
	a := &API{Parts: p, mux: http.NewServeMux()}
	a.api = humago.NewWithPrefix(a.mux, Prefix, a.config())
	a.operations()
	a.routes = append(a.routes, web.Route{Pattern: "GET " + Prefix + "/openapi.json", Action: account.ActPublic, Handle: a.serve})
	return a
}

// strict sets what huma keeps in package variables: refusals are problems in
// the caller's language, the spelling of members matters, and no list is null.
var strict = sync.OnceFunc(func() {
	huma.NewErrorWithContext = func(ctx huma.Context, status int, msg string, errs ...error) huma.StatusError {
		return newProblem(ctx.Context(), status, msg, errs)
	}
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
		return newProblem(context.Background(), status, msg, errs)
	}
	huma.ValidateStrictCasing = true
	huma.DefaultArrayNullable = false
})

// Mount adds the API to the edge, which finds the session of the bearer token,
// asks the permission table and bounds the body.
func (a *API) Mount(e *web.Edge) {
	e.Mount(web.App{Name: account.APIApp, Base: Prefix + "/"}, a.routes...)
}

// Document returns the OpenAPI document.
func (a *API) Document() *huma.OpenAPI { return a.api.OpenAPI() }

// Routes returns the routes, for tests and for the generated list.
func (a *API) Routes() []web.Route { return a.routes }

func (a *API) config() huma.Config {
	c := huma.DefaultConfig("Citywalk", a.Version)
	c.DocsPath, c.SchemasPath, c.CreateHooks = "", "", nil
	c.RejectUnknownQueryParameters = true
	strict := huma.Format{Marshal: marshal, Unmarshal: unmarshal}
	c.Formats = map[string]huma.Format{"application/json": strict, "json": strict} // "json" is what +json ends in.
	c.DefaultFormat = "application/json"
	c.Info.Description = "Amounts are integers in fen. Commands that move value need an Idempotency-Key. Refusals are problem+json with a stable code."
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer"}}
	return c
}

// unmarshal is encoding/json behind a strict reader: duplicate and
// case-variant keys, trailing data, exponents and invalid text are refused
// before anything is decoded. So is null, which no member of the document may
// be and which huma takes for an optional member that is absent.
func unmarshal(data []byte, v any) error {
	if err := web.StrictJSON(data); err != nil {
		return err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return err
	}
	if whole, ok := v.(*any); ok && holdsNull(*whole) {
		return errors.New("null stands where a value is due")
	}
	return nil
}

func holdsNull(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case []any:
		return slices.ContainsFunc(v, holdsNull)
	case map[string]any:
		for _, member := range v {
			if holdsNull(member) {
				return true
			}
		}
	}
	return false
}

// A caller is what an operation knows about who calls.
type caller struct {
	session account.Session
	client  account.Client
	lang    fault.Lang
	request string
	header  http.Header // Of the answer.
}

type callerKey struct{}

func from(ctx context.Context) caller {
	c, _ := ctx.Value(callerKey{}).(caller)
	return c
}

// who returns the caller's session.
func who(ctx context.Context) account.Session { return from(ctx).session }

// langOf returns the caller's language.
func langOf(ctx context.Context) fault.Lang { return from(ctx).lang }

// serve hands a request that the edge let through to its operation.
func (a *API) serve(w http.ResponseWriter, r *http.Request) error {
	switch {
	case !plain(r.URL):
		return errRequest
	case r.Method != http.MethodGet && r.ContentLength != 0 && !web.IsJSON(r):
		return web.ErrMedia
	}
	c := caller{web.Session(r), web.Client(r), web.Lang(r), web.RequestID(r), w.Header()}
	c.header.Set("Cache-Control", "no-store")
	a.mux.ServeHTTP(steady{w}, r.WithContext(context.WithValue(r.Context(), callerKey{}, c)))
	return nil
}

// serveBare is serve for operations without a body, which still may be sent an
// empty object but no member that would be passed over.
func (a *API) serveBare(w http.ResponseWriter, r *http.Request) error {
	if r.ContentLength != 0 {
		var none struct{}
		if err := web.ReadJSON(r, &none); err != nil {
			return err
		}
	}
	return a.serve(w, r)
}

// plain reports whether an address holds only text that databases keep, and
// each parameter once.
func plain(u *url.URL) bool {
	query, err := url.QueryUnescape(u.RawQuery)
	text := u.Path + query
	if err != nil || !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
		return false
	}
	for _, values := range u.Query() {
		if len(values) > 1 {
			return false
		}
	}
	return true
}

// as names the class of an operation's route.
func as(class web.Class) func(*huma.Operation) {
	return func(o *huma.Operation) { o.Metadata = map[string]any{classKey: class} }
}

const (
	classKey = "class"
	largeKey = "large"
)

// large lets an operation's body be up to n bytes; its class is Export, whose
// bodies are not read before.
func large(n int64) func(*huma.Operation) {
	return func(o *huma.Operation) { o.Metadata[largeKey], o.MaxBodyBytes = n, n }
}

// op registers an operation. The path is relative to Prefix; changes are to
// what the document says of it, or name its class.
func op[I, O any](a *API, method, path, id, summary string, action account.Action, do func(ctx context.Context, in *I) (*O, error), changes ...func(*huma.Operation)) {
	o := huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, MaxBodyBytes: bodyMax}
	if action != account.ActPublic {
		o.Security = []map[string][]string{{"token": {}}}
	}
	for _, change := range changes {
		change(&o)
	}
	serve := a.serve
	if _, body := reflect.TypeFor[I]().FieldByName("Body"); !body && method != http.MethodGet {
		serve = a.serveBare
	}
	if n, ok := o.Metadata[largeKey].(int64); ok {
		serve = func(w http.ResponseWriter, r *http.Request) error {
			web.Large(w, r, n)
			return a.serve(w, r)
		}
	}
	if answer, ok := o.Metadata[quickKey].(quickly); ok {
		serve = func(w http.ResponseWriter, r *http.Request) error { return a.serveQuick(answer, w, r) }
	}
	class, _ := o.Metadata[classKey].(web.Class)
	a.routes = append(a.routes, web.Route{Pattern: method + " " + Prefix + path, Action: action, Class: class, Handle: serve})
	huma.Register(a.api, o, func(ctx context.Context, in *I) (*O, error) {
		ctx, replayed := once.Noting(ctx)
		out, err := do(ctx, in)
		if replayed.Load() {
			from(ctx).header.Set("Idempotent-Replayed", "true")
		}
		if err != nil {
			return nil, toProblem(ctx, err)
		}
		return out, nil
	})
}

// bodyMax is the largest body that an operation takes.
const bodyMax = 256 << 10

// A steady writer lets nobody set the time in which the connection is read.
// huma does it for each body, which has arrived by then, and leaves it there:
// an operation that takes longer ends its request and all that come after it
// on that connection, and a later time keeps alive what drips. How long a body
// may take is the server's to say.
type steady struct{ http.ResponseWriter }

func (steady) SetReadDeadline(time.Time) error { return nil }

func (s steady) Unwrap() http.ResponseWriter { return s.ResponseWriter }
