package web

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"

	"citywalk/account"
)

// tellReader names whose page a member's page is, by a word that says nothing
// of the person: the worker that keeps pages on the phone throws away those of
// whoever was here before.
func tellReader(w http.ResponseWriter, r *http.Request) {
	s := state(r)
	if s.app == nil || s.app.Name != account.MemberApp {
		return
	}
	reader := "guest"
	if s.session.Person != "" {
		sum := sha256.Sum256([]byte("reader\x00" + s.session.ID))
		reader = hex.EncodeToString(sum[:8])
	}
	w.Header().Set("X-Reader", reader)
}
