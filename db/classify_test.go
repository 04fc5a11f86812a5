package db

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

func TestClasses(t *testing.T) {
	pg := func(code string) error { return fmt.Errorf("query: %w", &pgconn.PgError{Code: code}) }
	for _, c := range []struct {
		name              string
		err               error
		statement, commit error
		again             bool
	}{
		{"nothing", nil, nil, nil, false},
		{"a unique key that is taken", pg("23505"), ErrUnique, ErrUnique, false},
		{"a check that fails", pg("23514"), nil, nil, false},
		{"a serialization failure", pg("40001"), nil, nil, true},
		{"a deadlock", pg("40P01"), nil, nil, true},
		{"a lock that is not to be had", pg("55P03"), ErrBusy, ErrUnknown, false},
		{"a statement that took too long", pg("57014"), ErrBusy, ErrUnknown, false},
		{"a server that is being stopped", pg("57P01"), ErrUnavailable, ErrUnknown, false},
		{"too many connections", pg("53300"), ErrUnavailable, ErrUnknown, false},
		{"a standby, which takes no writes", pg("25006"), ErrUnavailable, ErrUnknown, false},
		{"a server that cannot be reached", &net.OpError{Op: "dial", Err: errors.New("refused")}, ErrUnavailable, ErrUnknown, false},
		{"a line that was cut", io.ErrUnexpectedEOF, ErrUnavailable, ErrUnknown, false},
		{"a caller that went away", context.Canceled, context.Canceled, ErrUnknown, false},
		{"a commit that became a rollback", pgx.ErrTxCommitRollback, nil, nil, false},
		{"a statement overtaken by a migration", &pgconn.PgError{Code: "0A000", Message: "cached plan must not change result type"}, nil, ErrUnknown, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			is(t, "a statement", classify(c.err), c.err, c.statement)
			is(t, "a commit", classifyCommit(c.err), c.err, c.commit)
			if got := retryable(c.err); got != c.again {
				t.Errorf("retryable is %v", got)
			}
		})
	}
}

// is wants err to be of the class, or of none, and the cause to be in its chain.
func is(t *testing.T, what string, err, cause, class error) {
	t.Helper()
	if !errors.Is(err, cause) {
		t.Errorf("%s: %v lost its cause", what, err)
	}
	for _, c := range []error{ErrUnique, ErrBusy, ErrUnavailable, ErrUnknown} {
		if errors.Is(err, c) != (c == class) {
			t.Errorf("%s: %v, want %v", what, err, class)
		}
	}
}

// TestServerClock asks a server that is an hour ahead and takes 200 ms to
// answer, and reads it again only when the reading is a minute old.
func TestServerClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked, silent := 0, false
		c := &serverClock{ask: func(context.Context) (time.Time, error) {
			asked++
			time.Sleep(100 * time.Millisecond)
			there := time.Now().Add(time.Hour)
			time.Sleep(100 * time.Millisecond)
			if silent {
				return time.Time{}, io.EOF
			}
			return there.Round(0), nil
		}}
		d := &DB{server: c}
		if err := c.read(t.Context()); err != nil {
			t.Fatal(err)
		}
		check := func(want int) {
			t.Helper()
			d.refresh(t.Context())
			if asked != want || d.Skew() != time.Hour {
				t.Errorf("asked %d times, want %d; the skew is %v", asked, want, d.Skew())
			}
		}
		check(1)
		time.Sleep(59 * time.Second)
		check(1)
		time.Sleep(2 * time.Second)
		check(2)
		check(2)
		silent = true
		time.Sleep(2 * time.Minute)
		check(3)
	})
}

func TestColumnNames(t *testing.T) {
	for field, want := range map[string]string{
		"ID": "id", "PaidAt": "paid_at", "ShopID": "shop_id", "HTTPStatus": "http_status", "A": "a", "N2": "n2",
	} {
		if got := snake(field); got != want {
			t.Errorf("%s is column %s, want %s", field, got, want)
		}
	}
}
