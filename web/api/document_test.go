package api

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers/legacy"

	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/web"
)

// document loads the API's own document with a reader that is not ours.
func document(t *testing.T, a *API) *openapi3.T {
	t.Helper()
	b, err := json.Marshal(a.Document())
	if err != nil {
		t.Fatal(err)
	}
	d, err := openapi3.NewLoader().LoadFromData(b)
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	if err := d.Validate(t.Context()); err != nil {
		t.Fatalf("validate: %v", err)
	}
	return d
}

// follows returns a check that an answer is one that the document allows.
func follows(t *testing.T, g *rig) func(*http.Request, *http.Response, []byte) error {
	t.Helper()
	openapi3filter.RegisterBodyDecoder("application/jsonl", openapi3filter.PlainBodyDecoder)
	d := document(t, g.api)
	if len(d.Servers) != 1 || d.Servers[0].URL != Prefix {
		t.Fatalf("the document's servers are %v", d.Servers)
	}
	d.Servers[0].URL = g.base + Prefix
	router, err := legacy.NewRouter(d)
	if err != nil {
		t.Fatal(err)
	}
	return func(r *http.Request, w *http.Response, body []byte) error {
		if r.URL.Path == Prefix+"/openapi.json" {
			return nil // The document does not tell of itself.
		}
		route, params, err := router.FindRoute(r)
		if err != nil {
			return fmt.Errorf("%s %s is not in the document: %w", r.Method, r.URL.Path, err)
		}
		in := &openapi3filter.ResponseValidationInput{
			RequestValidationInput: &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route},
			Status:                 w.StatusCode, Header: w.Header,
			Body:    io.NopCloser(strings.NewReader(string(body))),
			Options: &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true},
		}
		if err := openapi3filter.ValidateResponse(t.Context(), in); err != nil {
			return fmt.Errorf("%s %s answered %d against the document: %w", r.Method, route.Path, w.StatusCode, err)
		}
		return nil
	}
}

// TestDocumentIsWhole shows that the document is OpenAPI 3.1, is served, and
// names every route, each with its own operation.
func TestDocumentIsWhole(t *testing.T) {
	a := New(Parts{Version: "test"})
	d := document(t, a)
	if !strings.HasPrefix(d.OpenAPI, "3.1") {
		t.Errorf("it is OpenAPI %s", d.OpenAPI)
	}
	ids := map[string]bool{}
	for _, r := range a.Routes() {
		method, path, _ := strings.Cut(r.Pattern, " ")
		path = strings.TrimPrefix(path, Prefix)
		if path == "/openapi.json" {
			continue
		}
		item := d.Paths.Value(path)
		if item == nil || item.GetOperation(method) == nil {
			t.Errorf("%s is not in the document", r.Pattern)
			continue
		}
		op := item.GetOperation(method)
		if ids[op.OperationID] || op.Summary == "" {
			t.Errorf("%s is named %q, %q", r.Pattern, op.OperationID, op.Summary)
		}
		ids[op.OperationID] = true
		if public := r.Action == "public"; public != (op.Security == nil) {
			t.Errorf("%s: does the document ask for a token? Its action is %s", r.Pattern, r.Action)
		}
	}
}

// TestTheCheckSeesWhatIsWrong shows that an answer against the document is
// found out, so that answers that pass mean something.
func TestTheCheckSeesWhatIsWrong(t *testing.T) {
	d, clock := dbtest.Open(t, db.SQLite)
	g := newRig(t, d, clock)
	r := httptest.NewRequest("GET", g.base+Prefix+"/plans", nil)
	w := &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}}
	for body, right := range map[string]bool{
		`{"plans":[]}`: true, `{"plans":null}`: false, `{"plans":[],"more":1}`: false, `{}`: false, `{"plans":[{"code":1}]}`: false,
	} {
		if err := follows(t, g)(r, w, []byte(body)); right != (err == nil) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// TestDocumentIsServed reads the document where the package says it is.
func TestDocumentIsServed(t *testing.T) {
	a := New(Parts{Version: "test"})
	e := web.New(web.Options{})
	a.Mount(e)
	w := httptest.NewRecorder()
	e.Handler().ServeHTTP(w, httptest.NewRequest("GET", Prefix+"/openapi.json", nil))
	if w.Code != 200 || !strings.Contains(w.Body.String(), `"openapi":"3.1`) {
		t.Errorf("%d %.200s", w.Code, w.Body)
	}
}

// TestNoOperationSetsTheTimeOfItsConnection: a time that an operation left on
// its connection would end the requests after it, or let a body drip on.
func TestNoOperationSetsTheTimeOfItsConnection(t *testing.T) {
	d, clock := dbtest.Open(t, db.SQLite)
	g := newRig(t, d, clock)
	e := web.New(web.Options{Account: g.account})
	g.api.Mount(e)
	w := &timed{ResponseRecorder: httptest.NewRecorder()}
	r := httptest.NewRequest("POST", Prefix+"/challenges", strings.NewReader(`{"phone":"13800000000"}`))
	r.Header.Set("Content-Type", "application/json")
	e.Handler().ServeHTTP(w, r)
	if w.Code != 200 && w.Code != 201 || w.set > 0 {
		t.Errorf("%d, and the time was set %d times; %.200s", w.Code, w.set, w.Body)
	}
}

// A timed writer counts who sets its connection's time.
type timed struct {
	*httptest.ResponseRecorder
	set int
}

func (w *timed) SetReadDeadline(time.Time) error { w.set++; return nil }
