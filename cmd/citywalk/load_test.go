package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"
	"time"

	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/web"
)

// TestOverloadLosesNothing offers a server in a process of its own three times
// what it can do. Figures are for a quiet machine and a long run; here counts
// that every refusal is 503 or 429 and says when to come back, that nothing
// else goes wrong, that all that was answered as done is there and the books
// prove, and that the server lets go of what it took.
func TestOverloadLosesNothing(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			if engine == db.Postgres {
				dbtest.Skip(t, "postgres")
			}
			out, errs, code := program(t, t.TempDir(), "bench", "load", "--short", "--slots", "2", "--json", "--engines", string(engine))
			if code != 0 {
				t.Fatalf("it ended with %d\n%s\n%s", code, out, errs)
			}
			run := read[[]LoadRun](t, out)[0]
			for _, st := range run.Stages {
				if st.Good == 0 || st.Mute > 0 || len(st.Wrong) > 0 {
					t.Errorf("%s: %d done, %d refusals do not say when to come back, other answers: %s", st.Name, st.Good, st.Mute, others(st.Wrong))
				}
			}
			if run.named(overloadStage).Refused == 0 {
				t.Error("nobody was refused in overload")
			}
			if a := run.Acknowledged; a.Redemptions == 0 || a.Undone == 0 || a.Passes == 0 {
				t.Errorf("answered as done were only %+v", a)
			}
			if b, a := run.Before, run.Afterwards; a.Goroutines > b.Goroutines+spareGoroutines || a.Database > b.Database+spareDB {
				t.Errorf("before %+v, afterwards %+v", b, a)
			}
			if run.RSS > rssMax {
				t.Errorf("it took %d MB", run.RSS>>20)
			}
		})
	}
}

// TestTimesCountFromWhenDue sends what was due a second ago: that second is
// the server's, which kept the generator waiting.
func TestTimesCountFromWhenDue(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	g := &generator{address: server.Listener.Addr().String()}
	r := &results{began: time.Now(), kinds: map[string]*Kind{}, stage: Stage{Wrong: map[int]int{}}}
	look := kind{"look", web.Browse, 100, 1, func(ctx context.Context, w *wire, s *step) {
		s.ask(ctx, w, ask{method: http.MethodGet, path: "/"})
	}}
	due := make(chan arrival, 2)
	due <- arrival{look, 1, time.Now().Add(-behind / 2)}
	due <- arrival{look, 2, time.Now().Add(-2 * behind)}
	close(due)
	g.serve(t.Context(), r, due)
	st := r.sum(time.Second)
	if st.Sent != 1 || st.P50 < behind/2 {
		t.Errorf("%d were sent, in %v", st.Sent, st.P50)
	}
	if st.Late != 1 {
		t.Errorf("%d fell behind", st.Late)
	}
}

// TestLoadKnowsItself reads what the generator reads of the server: of this
// very process.
func TestLoadKnowsItself(t *testing.T) {
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	s := &subject{cmd: &exec.Cmd{Process: self}}
	if s.rss() < 1<<20 {
		t.Errorf("%d bytes of memory", s.rss())
	}
	for began := time.Now(); s.processor() == 0 && time.Since(began) < time.Minute; {
	}
	if s.processor() == 0 {
		t.Error("no processor time")
	}
}
