package api

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"citywalk/web"
)

// Search and suggest are asked far more often than anything else, and the index
// answers in some microseconds; to have the question read and the answer
// written by reflection would cost several times as much. So what is asked in
// the usual way is read and written by hand (quickread.go, quickwrite.go):
// known parameters, each once, plain numbers, whatever the document allows.
// Everything else, and every refusal, is left to the operation as the document
// has it. A program cannot tell which of the two answered: the bodies are the
// same to the byte.

// A quickly is such an answer, appended to b; false leaves the request to the
// operation.
type quickly func(b []byte, r *http.Request) ([]byte, bool)

const quickKey = "quick"

// quick lets an operation be answered by hand.
func quick(answer quickly) func(*huma.Operation) {
	return func(o *huma.Operation) { o.Metadata = map[string]any{quickKey: answer} }
}

// answers are the buffers of bodies, which are used again.
var answers = sync.Pool{New: func() any { return new(make([]byte, 0, 16<<10)) }}

// answerMax is the largest buffer that is kept.
const answerMax = 128 << 10

// serveQuick answers by hand what was asked in the usual way.
func (a *API) serveQuick(answer quickly, w http.ResponseWriter, r *http.Request) error {
	if !usual(r) {
		return a.serve(w, r)
	}
	kept := answers.Get().(*[]byte)
	body, ok := answer((*kept)[:0], r)
	if ok {
		h := w.Header()
		h["Cache-Control"], h["Content-Type"], h["Content-Length"] = noStore, jsonType, []string{strconv.Itoa(len(body))}
		w.WriteHeader(http.StatusOK)
		w.Write(body) // If that fails the caller has gone.
	}
	if cap(body) <= answerMax {
		*kept = body
		answers.Put(kept)
	}
	if !ok {
		return a.serve(w, r)
	}
	return nil
}

// Headers that are the same for all.
var noStore, jsonType = []string{"no-store"}, []string{"application/json"}

// usual reports whether a request is a GET without a body that takes JSON as
// nearly everybody writes it.
func usual(r *http.Request) bool {
	if r.Method != http.MethodGet || r.ContentLength != 0 {
		return false
	}
	accept := r.Header["Accept"]
	if len(accept) == 0 {
		return true
	}
	switch accept[0] {
	case "*/*", "application/json", "application/json, text/plain, */*":
		return len(accept) == 1
	}
	return false
}

// marshal is huma's, but for searches, in which signs that mean something in
// HTML are escaped.
func marshal(w io.Writer, v any) error {
	if s, ok := v.(searchBody); ok {
		text, err := json.Marshal(s)
		if err == nil {
			_, err = w.Write(text)
		}
		return err
	}
	return huma.DefaultJSONFormat.Marshal(w, v)
}

// quickSearch is search.
func (a *API) quickSearch(b []byte, r *http.Request) ([]byte, bool) {
	in := searchIn{Sort: "best", Limit: 20}
	if !readQuery(r.URL.RawQuery, in.take) {
		return b, false
	}
	q := in.query()
	q.Lang = web.Lang(r)
	found, err := a.Discover.Search(r.Context(), q)
	if err != nil {
		return b, false // The operation says what is wrong.
	}
	return appendSearch(b, &found, q.Lang), true
}

// quickSuggest is suggest.
func (a *API) quickSuggest(b []byte, r *http.Request) ([]byte, bool) {
	var in suggestIn
	if !readQuery(r.URL.RawQuery, in.take) {
		return b, false
	}
	found, err := a.Discover.Suggest(r.Context(), in.City, in.Q)
	if err != nil {
		return b, false
	}
	return appendSuggestions(b, found)
}
