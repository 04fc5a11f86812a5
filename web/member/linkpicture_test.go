package member

import (
	"bytes"
	"image"
	"image/jpeg"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"citywalk/community"
	"citywalk/db"
	"citywalk/discover"
	"citywalk/geo"
)

// ogImage is where a page says that its picture is.
func ogImage(t *testing.T, page string) string {
	t.Helper()
	found := regexp.MustCompile(`<meta property="og:image" content="([^"]+)"`).FindStringSubmatch(page)
	if found == nil {
		t.Fatal("the page has no picture")
	}
	return found[1]
}

// picture reads one as a crawler does: without cookies, and not following where
// the address leads.
func (g *rig) picture(address string) (status int, header http.Header, m image.Image) {
	g.t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	r, err := client.Get(address)
	g.must(err)
	defer r.Body.Close()
	var b bytes.Buffer
	_, err = b.ReadFrom(r.Body)
	g.must(err)
	if r.StatusCode != http.StatusOK {
		return r.StatusCode, r.Header, nil
	}
	m, err = jpeg.Decode(&b)
	g.must(err)
	return r.StatusCode, r.Header, m
}

// A link to a shop or to a note has a picture of its own, drawn where there is
// no photo; another photo is another address, and one that is hidden is gone
// from the picture, whoever asks.
func TestLinksHavePictures(t *testing.T) {
	g := sqlite(t)
	g.mapped(5)
	nobody := g.stranger()
	nobody.Header.Del("Cookie")
	at := "/shops/" + string(g.shop.ID)
	drawn := ogImage(t, nobody.get(at))
	if share := ogImage(t, nobody.get(at+"/share")); share != drawn || !strings.HasPrefix(drawn, g.url+"/pictures"+at) {
		t.Errorf("the shop's picture is %s, and where it is shared %s", drawn, share)
	}
	status, header, m := g.picture(drawn)
	if status != http.StatusOK || m.Bounds() != image.Rect(0, 0, 1200, 630) || !strings.Contains(header.Get("Cache-Control"), "public") {
		t.Fatalf("drawn: %d %v", status, header)
	}
	if status, header, _ := g.picture(g.url + "/pictures" + at + "?v=old"); status != http.StatusFound || g.url+header.Get("Location") != drawn {
		t.Errorf("another version: %d %v", status, header)
	}

	author := g.stranger()
	n := g.pictured(author)
	withPhoto, ofNote := ogImage(t, nobody.get(at)), ogImage(t, nobody.get(notePath(n)))
	if withPhoto == drawn || !strings.Contains(ofNote, notePath(n)) {
		t.Errorf("with a photo it is %s, the note's %s", withPhoto, ofNote)
	}
	for _, address := range []string{withPhoto, ofNote} {
		if status, header, m := g.picture(address); status != http.StatusOK || m.Bounds() != image.Rect(0, 0, 1200, 630) || header.Get("Cache-Control") != "public, max-age=3600" {
			t.Errorf("%s: %d %v", address, status, header)
		}
	}

	g.must(g.Community.Hide(t.Context(), g.operator, string(n.ID), community.Ruling{Reason: "privacy", Words: "照片里有别人的脸。"}))
	if now := ogImage(t, nobody.get(at)); now != drawn {
		t.Errorf("hidden, and the shop's picture is %s", now)
	}
	if status, header, _ := g.picture(withPhoto); status != http.StatusFound || g.url+header.Get("Location") != drawn {
		t.Errorf("the hidden photo's address: %d %v", status, header)
	}
	if status, _, _ := g.picture(ofNote); status != http.StatusNotFound {
		t.Errorf("the hidden note's picture: %d", status)
	}
	if strings.Contains(author.get(notePath(n)), "og:image") {
		t.Error("a hidden note has a picture for others")
	}
}

// What lies under the shops is part of the picture: when it changes every
// picture of the city has another address, drawn anew at once; what changes in
// another city, or says what it said, changes none.
func TestAChangedGroundIsAnotherPicture(t *testing.T) {
	g := sqlite(t)
	g.mapped(1)
	nobody := g.stranger()
	nobody.Header.Del("Cookie")
	n := g.pictured(g.stranger())
	pages := []string{"/shops/" + string(g.shop.ID), notePath(n)}
	addresses := func() (all []string) {
		for _, page := range pages {
			all = append(all, ogImage(t, nobody.get(page)))
		}
		return all
	}
	put := func(city string, east float64) {
		g.clock.Advance(time.Second)
		g.must(g.DB.Update(t.Context(), func(tx *db.Tx) error {
			ring := []geo.Point{{Lat: 31.20, Lng: 121.40}, {Lat: 31.20, Lng: east}, {Lat: 31.26, Lng: east}, {Lat: 31.26, Lng: 121.40}, {Lat: 31.20, Lng: 121.40}}
			_, _, err := discover.PutAreas(tx, g.operator.Person, []discover.Area{{City: city, Kind: discover.District, Name: "新区",
				Shape: discover.ShapeOf([][][]geo.Point{{ring}}, nil), Source: "test", SourceID: city + "新区"}})
			return err
		}))
	}
	put(cityOfTests, 121.4701)
	before := addresses()
	var drawn []image.Image
	for _, address := range before {
		_, _, m := g.picture(address)
		drawn = append(drawn, m)
	}
	put("另一座城", 121.47)
	put(cityOfTests, 121.4701)
	if again := addresses(); !slices.Equal(again, before) {
		t.Errorf("nothing changed here, and the pictures are %v, were %v", again, before)
	}
	put(cityOfTests, 121.4749)
	for i, now := range addresses() {
		status, _, m := g.picture(now)
		if now == before[i] || status != http.StatusOK || reflect.DeepEqual(m, drawn[i]) {
			t.Errorf("on another ground %s is at %s, drawn anew %v", before[i], now, !reflect.DeepEqual(m, drawn[i]))
		}
		if status, header, _ := g.picture(before[i]); status != http.StatusFound || g.url+header.Get("Location") != now {
			t.Errorf("the address before leads to %d %v, want %s", status, header, now)
		}
	}
	moved := addresses()
	g.clock.Advance(time.Second)
	g.must(g.DB.Update(t.Context(), func(tx *db.Tx) error {
		_, _, err := discover.PutPlaces(tx, g.operator.Person, []discover.Place{{City: cityOfTests, Kind: discover.Metro, Name: "新站", Point: g.shop.Point, Source: "test", SourceID: "new"}})
		return err
	}))
	for i, now := range addresses() {
		if now == moved[i] {
			t.Errorf("there is another station, and %s is where it was", now)
		}
	}
}
