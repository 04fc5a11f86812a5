package webtest

import (
	"bytes"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"
)

// A Scenario is one request and what must come of it. Do is one line: method,
// path and, for a POST, the form or JSON that it carries:
//
//	GET /till/
//	POST /till/scan code=770000000000000000
//	POST /api/v1/quotes {"bill": 12850}
//
// Redirects are not followed: their Location is part of what is shown. Shows
// and Hides are looked for in the answer as a person reads it, with HTML's
// escapes undone.
type Scenario struct {
	Name   string
	As     *Client
	Do     string
	Status int
	Shows  []string
	Hides  []string
}

// Run runs scenarios in order, each as a subtest.
func Run(t *testing.T, all ...Scenario) {
	t.Helper()
	for _, s := range all {
		t.Run(s.Name, func(t *testing.T) {
			t.Helper()
			s.check(t, s.As.Do(t, s.Do))
		})
	}
}

func (s Scenario) check(t testing.TB, got Reply) {
	t.Helper()
	if got.Status != s.Status {
		t.Errorf("%s: status %d, want %d", s.Do, got.Status, s.Status)
	}
	for _, words := range s.Shows {
		if !strings.Contains(got.Text, words) {
			t.Errorf("%s: does not show %q", s.Do, words)
		}
	}
	for _, words := range s.Hides {
		if strings.Contains(got.Text, words) {
			t.Errorf("%s: shows %q", s.Do, words)
		}
	}
	if t.Failed() {
		t.Logf("%s answered:\n%.3000s", s.Do, got.Text)
	}
}

// A Client is somebody's browser without script: it keeps cookies. Header is
// sent with every request.
type Client struct {
	Header http.Header
	base   string
	http   http.Client
}

// NewClient returns a client of the server at base that knows no cookies yet.
func NewClient(t testing.TB, base string) *Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &Client{
		// A browser says this of every form of ours.
		Header: http.Header{"Sec-Fetch-Site": {"same-origin"}, "Accept-Language": {"zh-CN"}},
		base:   strings.TrimSuffix(base, "/"),
		http: http.Client{
			Jar:           jar,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// A Reply is a server's answer, read to its end.
type Reply struct {
	Status   int
	Header   http.Header
	Location string
	Body     []byte
	Text     string // Location and body, with HTML's escapes undone.
}

// Do sends the request that one line describes, see Scenario.
func (c *Client) Do(t testing.TB, line string) Reply {
	t.Helper()
	method, rest, _ := strings.Cut(line, " ")
	path, body, _ := strings.Cut(rest, " ")
	kind := ""
	switch {
	case strings.HasPrefix(body, "{"):
		kind = "application/json"
	case body != "":
		kind = "application/x-www-form-urlencoded"
	}
	return c.Send(t, method+" "+path, kind, []byte(body))
}

// Send sends a body of any kind; line is the method and the path.
func (c *Client) Send(t testing.TB, line, kind string, body []byte) Reply {
	t.Helper()
	method, path, _ := strings.Cut(line, " ")
	r, err := http.NewRequestWithContext(t.Context(), method, c.base+path, bytes.NewReader(body))
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	for name, values := range c.Header {
		r.Header[name] = values
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	w, err := c.http.Do(r)
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	defer w.Body.Close()
	data, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatalf("%s: read the answer: %v", line, err)
	}
	location := w.Header.Get("Location")
	return Reply{
		Status: w.StatusCode, Header: w.Header, Location: location, Body: data,
		Text: location + "\n" + html.UnescapeString(string(data)),
	}
}
