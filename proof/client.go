package proof

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// A Client is somebody's program that uses the API through one node. It is
// safe for concurrent use.
type Client struct {
	Node   *Node
	Token  string
	Header http.Header // Sent with every request besides.
	HTTP   *http.Client
}

// shared keeps connections open for many callers at once.
var shared = &http.Client{Timeout: 60 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 512}}

// Client returns a client of the node with a token, "" for nobody's.
func (n *Node) Client(token string) Client { return Client{Node: n, Token: token, HTTP: shared} }

// At returns the same client at another node.
func (c Client) At(n *Node) Client { c.Node = n; return c }

var keys atomic.Int64

// Key returns an idempotency key that nobody has used.
func Key() string { return fmt.Sprintf("proof-%x-%010d", time.Now().UnixNano(), keys.Add(1)) }

// An Answer is what a node answered.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte

	// Doubted says that an earlier sending was turned away without the word that
	// nothing was done, so that a repetition may be the answer to itself.
	Doubted bool
}

// A Problem is how the API says no.
type Problem struct {
	Status int    `json:"status"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
	Field  string `json:"field"`
}

// Problem decodes a refusal; its Code is "" if the answer is none.
func (a Answer) Problem() (p Problem) {
	json.Unmarshal(a.Body, &p)
	return p
}

func (a Answer) String() string { return fmt.Sprintf("%d %.600s", a.Status, a.Body) }

// Send sends a request to a path of the API under a key ("" sends none). body
// is nil, a string that is sent as it is, or what is written as JSON. The
// error is that of the connection: the outcome is then unknown.
func (c Client) Send(ctx context.Context, method, path, key string, body any) (Answer, error) {
	raw, ok := body.(string)
	if !ok && body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return Answer{}, err
		}
		raw = string(b)
	}
	r, err := http.NewRequestWithContext(ctx, method, c.Node.Base+"/api/v1"+path, strings.NewReader(raw))
	if err != nil {
		return Answer{}, err
	}
	if c.Token != "" {
		r.Header.Set("Authorization", "Bearer "+c.Token)
	}
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	if raw != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	maps.Copy(r.Header, c.Header)
	w, err := c.HTTP.Do(r)
	if err != nil {
		return Answer{}, err
	}
	defer w.Body.Close()
	var b bytes.Buffer
	if _, err := io.Copy(&b, w.Body); err != nil {
		return Answer{}, err
	}
	return Answer{Status: w.StatusCode, Header: w.Header, Body: b.Bytes()}, nil
}

// A Refused is an answer that is not the one asked for.
type Refused struct {
	What string
	Answer
}

func (r Refused) Error() string { return r.What + ": " + r.Answer.String() }

// Call sends a request under a new key and decodes its 2xx answer; any other
// answer is a Refused.
func (c Client) Call(ctx context.Context, method, path string, body, answer any) error {
	a, err := c.Send(ctx, method, path, Key(), body)
	if err != nil {
		return err
	}
	if a.Status < 200 || a.Status > 299 {
		return Refused{method + " " + path, a}
	}
	if answer == nil || len(a.Body) == 0 {
		return nil
	}
	return json.Unmarshal(a.Body, answer)
}

// Do is Call where a refusal ends the test.
func Do[T any](c Client, method, path string, body any) (answer T) {
	t := c.Node.i.t
	t.Helper()
	if err := c.Call(context.Background(), method, path, body, &answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

// Get is Do of a GET.
func Get[T any](c Client, path string) T {
	c.Node.i.t.Helper()
	return Do[T](c, http.MethodGet, path, nil)
}

// Pay presses a button of the institution's page: pay, agree (pay, and allow
// one-tap payments from then on) or cancel.
func Pay(ctx context.Context, payURL, button string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, payURL, strings.NewReader(url.Values{"do": {button}}.Encode()))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	w, err := client.Do(r)
	if err != nil {
		return err
	}
	w.Body.Close()
	if w.StatusCode >= 400 {
		return fmt.Errorf("the cashier answered %s", w.Status)
	}
	return nil
}
