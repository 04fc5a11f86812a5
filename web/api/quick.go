package api

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"citywalk/discover"
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

// A quickly is such an answer, appended to the sheet's body; false leaves the
// request to the operation.
type quickly func(s *sheet, r *http.Request) bool

// A sheet is the memory of an answer, which is used again.
type sheet struct {
	body []byte
	room discover.Room
}

const quickKey = "quick"

// quick lets an operation be answered by hand.
func quick(answer quickly) func(*huma.Operation) {
	return func(o *huma.Operation) { o.Metadata = map[string]any{quickKey: answer} }
}

var sheets = sync.Pool{New: func() any { return &sheet{body: make([]byte, 0, 16<<10)} }}

// sheetMax is the longest body whose sheet is kept.
const sheetMax = 128 << 10

// serveQuick answers by hand what was asked in the usual way.
func (a *API) serveQuick(answer quickly, w http.ResponseWriter, r *http.Request) error {
	if !usual(r) {
		return a.serve(w, r)
	}
	s := sheets.Get().(*sheet)
	s.body = s.body[:0]
	ok := answer(s, r)
	if ok {
		h := w.Header()
		h["Cache-Control"], h["Content-Type"], h["Content-Length"] = noStore, jsonType, []string{strconv.Itoa(len(s.body))}
		w.WriteHeader(http.StatusOK)
		web.Send(w, r, s.body) // If that fails the caller has gone.
	}
	s.room.Leave()
	if cap(s.body) <= sheetMax {
		sheets.Put(s)
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
func (a *API) quickSearch(s *sheet, r *http.Request) bool {
	in := searchIn{Sort: "best", Limit: 20}
	if !readQuery(r.URL.RawQuery, in.take) {
		return false
	}
	q := in.query()
	q.Lang, q.Room = web.Lang(r), &s.room
	found, err := a.Discover.Search(r.Context(), q)
	if err != nil {
		return false // The operation says what is wrong.
	}
	s.body = appendSearch(s.body, &found, q.Lang)
	return true
}

// quickSuggest is suggest.
func (a *API) quickSuggest(s *sheet, r *http.Request) (ok bool) {
	var in suggestIn
	if !readQuery(r.URL.RawQuery, in.take) {
		return false
	}
	found, err := a.Discover.Suggest(r.Context(), in.City, in.Q)
	if err != nil {
		return false
	}
	s.body, ok = appendSuggestions(s.body, found)
	return ok
}
