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

	"github.com/danielgtaylor/huma/v2"
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

// TestNoOperationOutlastsItsBody: the time that a body may take stays set on
// the connection. Where it is shorter than the operation, a slow provider ends
// the request and all that come after it on that connection.
func TestNoOperationOutlastsItsBody(t *testing.T) {
	longest := 2 * time.Minute // Of any class.
	d, clock := dbtest.Open(t, db.SQLite)
	for path, item := range newRig(t, d, clock).api.Document().Paths {
		for _, o := range []*huma.Operation{item.Post, item.Put, item.Patch, item.Delete} {
			if o != nil && o.RequestBody != nil && o.BodyReadTimeout <= longest {
				t.Errorf("%s %s: its body has %v", o.Method, path, o.BodyReadTimeout)
			}
		}
	}
}
