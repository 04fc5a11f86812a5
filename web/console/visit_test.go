package console

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"mime/multipart"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"citywalk/account"
	"citywalk/curate"
	"citywalk/web/webtest"
)

// locatedPhoto is what a phone's camera writes: a JPEG whose EXIF tells the place.
func locatedPhoto(t testing.TB, w, h int) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetRGBA(x, y, color.RGBA{uint8(200 - y*60/h), uint8(90 + x*80/w), uint8((x/23 + y/17) % 2 * 60), 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	// A TIFF header, one directory with the pointer to the GPS directory, which
	// holds the reference of a latitude.
	tiff := "MM\x00*\x00\x00\x00\x08" + "\x00\x01" + "\x88\x25\x00\x04\x00\x00\x00\x01\x00\x00\x00\x1a" + "\x00\x00\x00\x00" +
		"\x00\x01" + "\x00\x01\x00\x02\x00\x00\x00\x02N\x00\x00\x00" + "\x00\x00\x00\x00" + "GPS 31.2304,121.4737"
	segment := "Exif\x00\x00" + tiff
	return append([]byte("\xff\xd8\xff\xe1"+string([]byte{byte((len(segment) + 2) >> 8), byte(len(segment) + 2)})+segment), b.Bytes()[2:]...)
}

// A part is one field or file of a form.
type part struct{ name, file, body string }

// upload posts a form with files.
func (p *person) upload(path string, parts ...part) webtest.Reply {
	p.g.t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for _, one := range parts {
		if one.file == "" {
			p.g.must(form.WriteField(one.name, one.body))
			continue
		}
		w, err := form.CreateFormFile(one.name, one.file)
		p.g.must(err)
		_, err = w.Write([]byte(one.body))
		p.g.must(err)
	}
	p.g.must(form.Close())
	return p.raw("POST", path, form.FormDataContentType(), b.Bytes(), "")
}

// raw sends a body as it is, under a key.
func (p *person) raw(method, path, kind string, body []byte, key string) webtest.Reply {
	p.g.t.Helper()
	r, err := http.NewRequestWithContext(p.g.t.Context(), method, p.g.url+path, bytes.NewReader(body))
	p.g.must(err)
	for k, v := range p.Header {
		r.Header[k] = v
	}
	r.Header.Set("Content-Type", kind)
	if kind != "" && !strings.HasPrefix(kind, "multipart/") {
		r.Header.Set("Accept", "application/json")
		r.Header.Set("Idempotency-Key", key)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	w, err := client.Do(r)
	p.g.must(err)
	defer w.Body.Close()
	var out bytes.Buffer
	_, err = out.ReadFrom(w.Body)
	p.g.must(err)
	return webtest.Reply{Status: w.StatusCode, Header: w.Header, Location: w.Header.Get("Location"), Body: out.Bytes(), Text: out.String()}
}

func (g *rig) visitsTo() []curate.Visit {
	g.t.Helper()
	all, err := g.Curate.Visits(g.t.Context(), g.operator.Session, g.ours.ID)
	g.must(err)
	return all
}

// A visit comes as a plain form: with all that was seen, once however often it
// is sent, and its pictures without the place they were taken at.
func TestAVisitWithoutScript(t *testing.T) {
	g := newRig(t)
	at := visitPath(g.ours.ID)
	page := g.operator.get(at)
	shows(t, page, "老张面馆", "福州路 20 号", "九折", "怎么去", "会员权益照给", "拍照", `capture="environment"`)
	key := regexp.MustCompile(`name="idem" value="([^"]+)"`).FindStringSubmatch(page)
	if key == nil {
		t.Fatal("the form has no key")
	}
	picture := string(locatedPhoto(t, 900, 600))
	if !strings.Contains(picture, "GPS 31.2304") {
		t.Fatal("the picture tells no place")
	}
	sent := []part{{name: "idem", body: key[1]}, {name: "check_open", body: "yes"}, {name: "check_terms", body: "no"}, {name: "check_menu"},
		{name: "price", body: "38.50"}, {name: "mark", body: "4"}, {name: "terms", body: "店员说九折"}, {name: "remark", body: "汤头很好"},
		{"camera", `../..\x`, picture}, {"photo", "CON", picture}, {"photo", "empty.jpg", ""}}
	for range 2 {
		if got := g.operator.upload(at, sent...); got.Status != http.StatusSeeOther || got.Location != visitsPath {
			t.Fatalf("answers %d %s: %.2000s", got.Status, got.Location, got.Text)
		}
	}
	all := g.visitsTo()
	if len(all) != 1 || len(all[0].Photos) != 2 {
		t.Fatalf("kept %+v", all)
	}
	v := all[0]
	if v.Value != 4 || v.Seen.Price != 3850 || v.Seen.Terms != "店员说九折" || v.Seen.Remark != "汤头很好" || v.Point != nil ||
		fmt.Sprint(v.Seen.Yes, v.Seen.No) != "[open] [terms]" {
		t.Errorf("kept %+v", v)
	}
	shows(t, g.operator.get(visitsPath), "老张面馆", "4 分", "汤头很好", "1 项是，1 项否", string(v.Photos[0]))

	for _, size := range []string{"whole", "thumb", "huge"} {
		got := g.auditor.Do(t, "GET /console/curation/photos/"+string(v.Photos[0])+"?size="+size)
		h := got.Header
		if got.Status != 200 || h.Get("Content-Type") != "image/jpeg" || h.Get("X-Content-Type-Options") != "nosniff" ||
			h.Get("Cache-Control") != "private, no-cache" || h.Get("ETag") == "" {
			t.Errorf("%s: %d %v", size, got.Status, h)
		}
		if bytes.Contains(got.Body, []byte("GPS")) || bytes.Contains(got.Body, []byte("Exif")) || !bytes.HasPrefix(got.Body, []byte("\xff\xd8")) {
			t.Errorf("%s still tells the place", size)
		}
		g.auditor.Header.Set("If-None-Match", h.Get("ETag"))
		if again := g.auditor.Do(t, "GET /console/curation/photos/"+string(v.Photos[0])+"?size="+size); again.Status != http.StatusNotModified {
			t.Errorf("%s again: %d", size, again.Status)
		}
		g.auditor.Header.Del("If-None-Match")
	}
}

// What is wrong comes back beside its field with all that was written, and
// nothing is kept of it: no visit without its pictures.
func TestAVisitThatIsRefused(t *testing.T) {
	g := newRig(t)
	at := visitPath(g.ours.ID)
	picture := string(locatedPhoto(t, 90, 60))
	large := picture + strings.Repeat("\x00", 8_000_001-len(picture))
	var ten []part
	for range 10 {
		ten = append(ten, part{"photo", "a.jpg", picture})
	}
	for _, c := range []struct {
		name, sentence string
		status         int
		parts          []part
	}{
		{"a price in words", "请填写金额", 422, []part{{name: "price", body: "三十"}}},
		{"a mark above five", "自己的评分是 1 到 5", 422, []part{{name: "mark", body: "6"}}},
		{"a long remark", "最多", 422, []part{{name: "remark", body: strings.Repeat("长", 1001)}}},
		{"a place not on Earth", "人均或清单不对", 422, []part{{name: "lat", body: "NaN"}, {name: "lng", body: "5"}}},
		{"ten photos", "最多 9 张照片", 413, ten},
		{"an SVG called PNG", "SVG", 415, []part{{"photo", "a.png", `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`}}},
		{"a page called PNG", "HTML", 415, []part{{"photo", "a.png", "<!DOCTYPE html><html><script>alert(1)</script>"}}},
		{"8 MB and a byte", "照片太大了，最多 8 MB", 413, []part{{"photo", "a.jpg", large}}},
		{"half a picture", "坏了或者没传完整", 422, []part{{"photo", "a.jpg", picture[:400]}}},
		{"no key", "缺少自己的编号", 422, []part{{name: "idem"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			sent := append([]part{{name: "terms", body: "写过的不丢"}, {name: "check_clean", body: "no"}}, c.parts...)
			if c.name != "no key" {
				sent = append(sent, part{name: "idem", body: g.key()})
			}
			got := g.operator.upload(at, sent...)
			if got.Status != c.status {
				t.Errorf("answers %d, want %d", got.Status, c.status)
			}
			shows(t, got.Text, c.sentence, "写过的不丢")
			if n := len(g.visitsTo()); n != 0 {
				t.Errorf("%d visits were kept", n)
			}
		})
	}
}

// body is a visit as the page's script sends it.
func (g *rig) body(change map[string]any) []byte {
	g.t.Helper()
	v := map[string]any{"key": g.key(), "by": string(g.operator.Person), "shop": string(g.ours.ID), "visited": g.clock.Now().Format("2006-01-02T15:04:05Z07:00"),
		"mark": "5", "yes": []string{"open"}, "no": []string{}, "price": "38", "terms": "", "remark": "", "point": map[string]float64{"lat": 31.23, "lng": 121.47}}
	for name, value := range change {
		v[name] = value
	}
	b, err := json.Marshal(v)
	g.must(err)
	return b
}

// A phone sends what it kept: the visit, then each picture, each under its own
// key, so that what was lost on the way may be sent again.
func TestAPhoneSendsWhatItKept(t *testing.T) {
	g := newRig(t)
	body := g.body(nil)
	var first struct{ Visit, Photos string }
	for i := range 2 {
		got := g.operator.raw("POST", visitsPath, "application/json", body, "")
		var kept struct{ Visit, Photos string }
		if err := json.Unmarshal(got.Body, &kept); err != nil || got.Status != 200 || i > 0 && kept != first {
			t.Fatalf("answers %d: %s", got.Status, got.Body)
		}
		first = kept
	}
	picture := locatedPhoto(t, 900, 600)
	for i := range 9 {
		for range 2 {
			if got := g.operator.raw("POST", first.Photos, "image/jpeg", picture, fmt.Sprint("photo-", i)); got.Status != 200 {
				t.Fatalf("photo %d answers %d: %s", i, got.Status, got.Body)
			}
		}
	}
	if all := g.visitsTo(); len(all) != 1 || len(all[0].Photos) != 9 || all[0].Point == nil || all[0].Value != 5 {
		t.Fatalf("kept %+v", all)
	}
	other := g.enter("13900000012", "另一位", account.Grant{Role: account.Operator}, account.ConsoleApp)
	for _, c := range []struct {
		name   string
		as     *person
		path   string
		kind   string
		body   []byte
		key    string
		status int
		code   string
	}{
		{"a tenth photo", g.operator, first.Photos, "image/jpeg", picture, "tenth", 413, "curate.photos"},
		{"a photo without a key", g.operator, first.Photos, "image/jpeg", picture, "", 400, "curate.visit_key"},
		{"an SVG", g.operator, first.Photos, "image/png", []byte("<svg xmlns='http://www.w3.org/2000/svg'/>"), "svg", 415, "photo.kind"},
		{"8 MB and a byte", g.operator, first.Photos, "image/jpeg", append(bytes.Clone(picture), make([]byte, 8_000_001-len(picture))...), "large", 413, "photo.large"},
		{"far more", g.operator, first.Photos, "image/jpeg", append(bytes.Clone(picture), make([]byte, 12_000_000)...), "huge", 413, "photo.large"},
		{"a photo of another's visit", other, first.Photos, "image/jpeg", picture, "theirs", 404, "curate.visit"},
		{"a photo of no visit", g.operator, visitsPath + "/vis_00000000000000000000000000/photos", "image/jpeg", picture, "none", 404, "curate.visit"},
		{"another's visit on this phone", other, visitsPath, "application/json", g.body(nil), "", 409, "console.visit_by"},
		{"an old visit", g.operator, visitsPath, "application/json", g.body(map[string]any{"visited": "2026-01-01T12:00:00+08:00"}), "", 400, "curate.visited"},
		{"a visit of tomorrow", g.operator, visitsPath, "application/json", g.body(map[string]any{"visited": g.clock.Now().AddDate(0, 0, 1)}), "", 400, "curate.visited"},
		{"a shop that is not there", g.operator, visitsPath, "application/json", g.body(map[string]any{"shop": "shp_00000000000000000000000000"}), "", 404, "shop.unknown"},
		{"a point told twice", g.operator, visitsPath, "application/json", g.body(map[string]any{"no": []string{"open"}}), "", 400, "curate.seen"},
		{"a member that is not ours", g.operator, visitsPath, "application/json", g.body(map[string]any{"reviewer": "x"}), "", 400, "web.json_member"},
		{"a form", g.operator, visitsPath, "application/x-www-form-urlencoded", []byte("key=1"), "", 415, "web.media"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := c.as.raw("POST", c.path, c.kind, c.body, c.key)
			if got.Status != c.status || !strings.Contains(got.Text, `"code":"`+c.code+`"`) {
				t.Errorf("answers %d, want %d %s: %.500s", got.Status, c.status, c.code, got.Text)
			}
		})
	}
	if all := g.visitsTo(); len(all) != 1 || len(all[0].Photos) != 9 {
		t.Errorf("refusals left %+v", all)
	}
	key := "the-same-number-0001"
	g.operator.raw("POST", visitsPath, "application/json", g.body(map[string]any{"key": key}), "")
	if got := g.operator.raw("POST", visitsPath, "application/json", g.body(map[string]any{"key": key, "shop": string(g.theirs.ID)}), ""); got.Status != 422 {
		t.Errorf("a number for two visits answers %d: %s", got.Status, got.Text)
	}
}

// Who may not review may not visit, and sees no picture either.
func TestVisitsAreForReviewers(t *testing.T) {
	g := newRig(t)
	v, err := g.Curate.Record(t.Context(), g.operator.Session, curate.Visit{Key: g.key(), Shop: g.ours.ID, Visited: g.clock.Now()})
	g.must(err)
	pic, err := g.Curate.AddPhoto(t.Context(), g.operator.Session, v.ID, "one", bytes.NewReader(locatedPhoto(t, 90, 60)))
	g.must(err)
	photo := "/console/curation/photos/" + string(pic)
	stranger := webtest.NewClient(t, g.url)
	partner := g.enter("13900000013", "兼职", account.Grant{Role: account.Operator}, account.ConsoleApp)
	_, err = g.Account.Appoint(t.Context(), "13900000013", "兼职", account.Grant{Role: account.Merchant, Merchant: string(g.ours.Merchant)})
	g.must(err)
	foreign := g.enter("13900000014", "别处", account.Grant{Role: account.Operator}, account.ConsoleApp)
	foreign.Header.Set("Sec-Fetch-Site", "cross-site")
	webtest.Run(t,
		webtest.Scenario{Name: "the auditor's form", As: g.auditor.Client, Do: "GET " + visitPath(g.ours.ID), Status: 403},
		webtest.Scenario{Name: "the merchant's form", As: g.merchant.Client, Do: "GET " + visitPath(g.ours.ID), Status: 403},
		webtest.Scenario{Name: "the auditor's list", As: g.auditor.Client, Do: "GET " + visitsPath, Status: 403},
		webtest.Scenario{Name: "the auditor's visit", As: g.auditor.Client, Do: "POST " + visitPath(g.ours.ID) + " idem=" + g.key(), Status: 403},
		webtest.Scenario{Name: "the merchant's photo", As: g.merchant.Client, Do: "GET " + photo, Status: 403},
		webtest.Scenario{Name: "a stranger's photo", As: stranger, Do: "GET " + photo, Status: 303, Shows: []string{"/console/signin"}},
		webtest.Scenario{Name: "no such photo", As: g.auditor.Client, Do: "GET /console/curation/photos/pho_00000000000000000000000000", Status: 404},
		webtest.Scenario{Name: "no photo's name", As: g.auditor.Client, Do: "GET /console/curation/photos/..%2f..%2fx", Status: 404},
		webtest.Scenario{Name: "no such shop", As: g.operator.Client, Do: "GET " + visitPath("shp_00000000000000000000000000"), Status: 404},
		webtest.Scenario{Name: "one's own shop", As: partner.Client, Do: "POST " + visitPath(g.ours.ID) + " idem=" + g.key(), Status: 403, Shows: []string{"你在这家商家任职"}},
		webtest.Scenario{Name: "another site's form", As: foreign.Client, Do: "POST " + visitsPath + " {}", Status: 403, Shows: []string{"来自别的网站"}},
		webtest.Scenario{Name: "the worker", As: stranger, Do: "GET /console/curation/worker.js", Status: 200},
	)
}
