package member

import (
	"bytes"
	"encoding/json"
	"image/png"
	"net/http"
	"testing"
)

// What a browser needs to put the app among others is there: a manifest whose
// pictures are of the sizes that it says.
func TestTheAppCanBeInstalled(t *testing.T) {
	g := sqlite(t)
	guest := g.stranger()
	var m struct {
		Name    string
		Start   string `json:"start_url"`
		Display string
		Icons   []struct{ Src, Sizes, Purpose string }
	}
	answer := guest.Do(t, "GET /manifest.webmanifest")
	g.must(json.Unmarshal([]byte(answer.Text), &m))
	if m.Name == "" || m.Start != "/" || m.Display != "standalone" || len(m.Icons) != 3 || answer.Header.Get("Content-Type") != "application/manifest+json" {
		t.Errorf("%s", answer.Text)
	}
	for _, i := range m.Icons {
		r, err := http.Get(g.url + i.Src)
		g.must(err)
		defer r.Body.Close()
		img, err := png.Decode(r.Body)
		g.must(err)
		b := img.Bounds()
		if want := map[string]int{"192x192": 192, "512x512": 512}[i.Sizes]; b.Dx() != want || b.Dy() != want {
			t.Errorf("%s is %v", i.Src, b)
		}
		_, _, _, corner := img.At(0, 0).RGBA()
		if (corner == 0) != (i.Purpose == "any") {
			t.Errorf("the corner of %s (%s) has an alpha of %d", i.Src, i.Purpose, corner)
		}
	}
	if r := guest.Do(t, "GET /icons/other.png"); r.Status != http.StatusNotFound {
		t.Errorf("an icon that is none: %d", r.Status)
	}
}

// Pages say whose they are by a word that is the session's and not the
// person's, and nobody's pages say the same.
func TestPagesSayWhoseTheyAre(t *testing.T) {
	g := sqlite(t)
	one, two := g.stranger(), g.stranger()
	reader := func(p *person) string { return p.Do(t, "GET /").Header.Get("X-Reader") }
	if a, b := reader(one), reader(two); a == "" || a == b || a != reader(one) || bytes.Contains([]byte(a), []byte(one.session.Person)) {
		t.Errorf("%q and %q", a, b)
	}
	one.Header.Del("Cookie")
	if got := reader(one); got != "guest" {
		t.Errorf("a guest is %q", got)
	}
}
