package main

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"citywalk/account"
	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/web"
	"citywalk/web/ui"
)

// A row of the matrix.
type matrixRow struct {
	pattern, action string
	cells           []string
}

// readMatrix reads the table; each route has one row.
func readMatrix(t *testing.T) map[string]matrixRow {
	t.Helper()
	rows := map[string]matrixRow{}
	for line := range strings.Lines(matrix) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		parts := strings.Split(line, "|")
		for i := range parts {
			parts[i] = strings.Join(strings.Fields(parts[i]), " ")
		}
		if len(parts) != 3 && len(parts) != 5 {
			t.Fatalf("a row has a route, an action and one cell or three: %s", line)
		}
		if _, twice := rows[parts[0]]; twice {
			t.Errorf("%s has two rows", parts[0])
		}
		rows[parts[0]] = matrixRow{parts[0], parts[1], parts[2:]}
	}
	return rows
}

// TestEveryRouteHasARow holds the matrix against the router of the server.
func TestEveryRouteHasARow(t *testing.T) {
	g := gather(t, db.SQLite)
	rows := readMatrix(t)
	for _, r := range g.routes() {
		row, ok := rows[r.Pattern]
		switch {
		case !ok:
			t.Errorf("%s has no row: say in matrix_table_test.go who may do it to whose things, and in sent what it carries", r.Pattern)
		case row.action != string(r.Action):
			t.Errorf("%s is the action %q, and its row says %q: who is let in now?", r.Pattern, r.Action, row.action)
		}
		delete(rows, r.Pattern)
	}
	for pattern := range rows {
		t.Errorf("%s has a row and is no route: take the row out", pattern)
	}
	for _, also := range []map[string]string{sent, asked} {
		for pattern := range also {
			if _, ok := readMatrix(t)[pattern]; !ok {
				t.Errorf("%s carries something and has no row", pattern)
			}
		}
	}
}

// routes is the router's own list.
func (g *crowd) routes() []web.Route {
	g.t.Helper()
	edge, err := g.parts.edge(nil, false)
	g.must(err)
	return edge.Routes()
}

// TestMatrix calls every route as everybody, about things of their own, of a
// sibling's and of strangers'. Who may is served; who may not is refused, each
// in the right way, and has left no trace; reading changes nothing; and nobody
// is shown what is not his to see.
func TestMatrix(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			g := gather(t, engine)
			m := &stroll{crowd: g, http: g.client(), job: g.deadJob(), token: g.invitation(), key: g.entry(), code: g.code()}
			defer m.http.CloseIdleConnections()
			m.visit, m.photo = g.visit()
			m.note, m.decision, m.appeal = g.curated()
			m.gate, m.alarm = g.guarded()
			m.cover = g.planned()
			m.before = dbtest.Snap(t, g.parts.db)
			rows := readMatrix(t)
			for _, pattern := range slices.Sorted(maps.Keys(rows)) {
				m.row(t, rows[pattern])
			}
			t.Logf("%d routes, %d calls, %d served, %d refused", len(rows), m.served+m.refused, m.served, m.refused)
			if m.served < 700 || m.refused < 2000 {
				t.Errorf("the matrix is smaller than it was: %d served, %d refused", m.served, m.refused)
			}
		})
	}
}

// A stroll is one way through the matrix, call by call.
type stroll struct {
	*crowd
	http             *http.Client
	before           *dbtest.Snapshot
	job, token, code string
	key              string // Of an entry of the ledger.
	visit, photo     string // The operator's, at the first shop.

	gate, alarm, cover     string
	note, decision, appeal string // Of the first shop, proposed of the first, of the second.
	served, refused        int
}

// row calls a route as everybody about each of its things.
func (m *stroll) row(t *testing.T, row matrixRow) {
	t.Helper()
	in := strings.Fields(doors[row.action])
	for i, cell := range row.cells {
		for _, who := range strings.Fields(callers) {
			served := slices.Contains(strings.Fields(cell), who) || cell == "*" && slices.Contains(in, who)
			got := m.call(t, row.pattern, who, i)
			what := fmt.Sprintf("%s about %d as %s", row.pattern, i+1, who)
			if served {
				m.served++
				m.serves(t, what, got, strings.HasPrefix(row.pattern, "GET "))
			} else {
				m.refused++
				may := slices.Contains(in, who) && !slices.Contains(strings.Fields(cell), "!"+who)
				m.refuses(t, what, got, row, who, may)
			}
			m.shows(t, what, got, who)
		}
	}
}

// A reply is an answer, or the beginning of a stream.
type reply struct {
	asked    string // What the request said, address and body.
	status   int
	location string
	kind     string
	body     []byte
}

// call sends the route's request as somebody.
func (m *stroll) call(t *testing.T, pattern, who string, i int) reply {
	t.Helper()
	method, path, _ := strings.Cut(pattern, " ")
	body := m.fill(sent[pattern], pattern, who, i, false)
	r, err := http.NewRequestWithContext(t.Context(), method, m.base+m.fill(path+asked[pattern], pattern, who, i, true), strings.NewReader(body))
	m.must(err)
	app := appOf(path)
	r.Header.Set("Accept-Language", "zh-CN")
	if strings.HasSuffix(path, "/live") {
		r.Header.Set("Accept", "text/event-stream")
	}
	token := m.tokens[who][app]
	if app == account.APIApp {
		r.Header.Set("Idempotency-Key", m.crowd.key())
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		if body != "" {
			r.Header.Set("Content-Type", "application/json")
		}
	} else {
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		if token != "" {
			r.AddCookie(&http.Cookie{Name: string(app), Value: token})
		}
		if method != http.MethodGet {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
	}
	w, err := m.http.Do(r)
	m.must(err)
	defer w.Body.Close()
	out := reply{asked: r.URL.String() + " " + body, status: w.StatusCode, location: w.Header.Get("Location"), kind: w.Header.Get("Content-Type")}
	if strings.HasPrefix(out.kind, "text/event-stream") {
		first := make([]byte, 512)
		n, err := w.Body.Read(first)
		m.must(err)
		out.body = first[:n]
		return out
	}
	out.body, err = io.ReadAll(w.Body)
	m.must(err)
	return out
}

// fill puts the things of a cell into a path, or into what is sent.
func (m *stroll) fill(text, pattern, who string, i int, inPath bool) string {
	at := &m.things[i]
	bill := at.paid
	for _, end := range []string{"/confirm", "/decline", "/dispute", "/quotes", "/price", "/accept", "/change", "/cancel", "pay/{id}", "pay/{id}/live"} {
		if strings.HasSuffix(pattern, end) {
			bill = at.open
		}
	}
	id := string(bill.ID)
	switch {
	case strings.Contains(pattern, "/passes/"):
		id = string(at.pass)
	case strings.Contains(pattern, " /shops/"):
		id = string(at.shop.ID)
	case strings.Contains(pattern, " /notes/"):
		id = string(at.note.ID)
	case strings.Contains(pattern, "/sessions/"):
		id = at.session[appOf(pattern[strings.Index(pattern, "/"):])]
	}
	note, thing := m.note, string(at.note.ID)
	if strings.Contains(pattern, " /appeal/") || strings.Contains(pattern, "/console/reports/") || strings.Contains(pattern, "/cases/") {
		thing = string(at.comment)
	}
	if strings.HasPrefix(pattern, "POST /console/shops/") || strings.Contains(pattern, "/api/v1/notes/") {
		note = string(at.note.ID)
	}
	person := at.staff
	switch {
	case strings.Contains(pattern, "/merchants/"):
		person = at.owner
	case strings.Contains(pattern, "/members/"):
		person = m.ids[at.member]
	}
	key := m.key
	if inPath {
		key = strings.ReplaceAll(url.PathEscape(key), "%2F", "/")
	}
	return strings.NewReplacer("{$}", "", "{shop}", string(at.shop.ID), "{merchant}", string(at.merchant), "{number}", at.shop.Number,
		"{id}", id, "{redemption}", id, "{bill}", id, "{pass}", string(at.pass), "{person}", string(person), "{offer}", at.offer,
		"{day}", string(at.paid.Day), "{job}", m.job, "{token}", m.token, "{plan}", "annual", "{visit}", m.visit, "{photo}", m.photo,
		"{picture}", string(at.note.Photos[0].ID), "{comment}", string(at.comment), "{thing}", thing,
		"{note}", note, "{decision}", m.decision, "{appeal}", m.appeal, "{gate}", m.gate, "{cover}", m.cover, "{alarm}", m.alarm, "{key...}", key,
		"{name}", strings.TrimPrefix(ui.Asset("app.css"), "/assets/"), "{icon}", "192.png", "{hash}", bill.Quote.Hash, "{idem}", m.crowd.key(),
		"{code}", map[bool]string{true: "annual", false: m.code}[inPath]).Replace(text)
}

// serves checks an answer to somebody who may: he is let through to what the
// route does, whatever comes of it.
func (m *stroll) serves(t *testing.T, what string, got reply, reading bool) {
	t.Helper()
	if got.status == 401 || got.status == 403 || got.status == 404 || got.status >= 500 || strings.Contains(got.location, "signin") && !strings.Contains(what, "sign") {
		t.Errorf("%s is not served: %d %s %.300s", what, got.status, got.location, got.body)
	}
	if changed := m.before.Changed(); reading && len(changed) > 0 {
		t.Errorf("%s: reading changed %v", what, changed)
	}
	m.before.Restore()
}

// refuses checks an answer to somebody who may not.
func (m *stroll) refuses(t *testing.T, what string, got reply, row matrixRow, who string, in bool) {
	t.Helper()
	want := http.StatusForbidden
	switch {
	case m.tokens[who] == nil || who == "expired" || who == "revoked" || row.action == "":
		want = http.StatusUnauthorized
	case in:
		want = http.StatusNotFound
	}
	led := want == http.StatusUnauthorized && got.status == http.StatusSeeOther && strings.Contains(got.location, "signin")
	if got.status != want && !led {
		t.Errorf("%s: answered %d %s, want %d: %.200s", what, got.status, got.location, want, got.body)
	}
	// A key keeps its first answer, a refusal too.
	traces := slices.DeleteFunc(m.before.Changed(), func(table string) bool { return table == "once_keys" })
	if len(traces) > 0 {
		t.Errorf("%s: refused with %d, and left traces in %v", what, got.status, traces)
	}
	m.before.Restore()
}

// shows looks for what is not the caller's to see, unless he said it himself.
func (m *stroll) shows(t *testing.T, what string, got reply, who string) {
	t.Helper()
	for _, s := range m.secret {
		if bytes.Contains(got.body, []byte(s.text)) && !slices.Contains(strings.Fields(s.to), who) && !strings.Contains(got.asked, s.text) {
			t.Errorf("%s: shows a %s that only %q may see", what, s.what, s.to)
		}
	}
}
