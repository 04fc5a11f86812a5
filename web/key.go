package web

import (
	"net/http"
	"slices"

	"citywalk/once"
)

// Key names this sending of a command: the form's hidden key or the header
// Idempotency-Key, and a print of what was sent. For JSON the caller passes
// the decoded body in sent; a form's values are taken by themselves.
func Key(r *http.Request, route string, sent ...any) (once.Key, error) {
	key := r.Header.Get("Idempotency-Key")
	if key == "" && r.PostForm != nil {
		key = r.PostForm.Get("idem")
	}
	if !validKey(key) {
		return once.Key{}, once.ErrKey
	}
	parts := append([]any{r.Method, r.URL.Path}, sent...)
	if r.PostForm != nil {
		names := make([]string, 0, len(r.PostForm))
		for name := range r.PostForm {
			if name != "idem" {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		for _, name := range names {
			parts = append(parts, name, r.PostForm[name])
		}
	}
	return once.Key{
		Principal:   string(Session(r).Person),
		Route:       route,
		Key:         key,
		Fingerprint: once.Print(parts...),
	}, nil
}

// validKey reports whether a key has the shape that once takes.
func validKey(key string) bool {
	if len(key) < 16 || len(key) > 255 {
		return false
	}
	for _, c := range key {
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// Replayed tells the client that the answer is that of an earlier sending.
func Replayed(w http.ResponseWriter, replayed bool) {
	if replayed {
		w.Header().Set("Idempotent-Replayed", "true")
	}
}
