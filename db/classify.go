package db

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
)

// SQLite result codes that we act on; the low byte is the primary code.
const (
	sqliteBusy       = 5
	sqliteLocked     = 6
	sqliteReadonly   = 8
	sqliteIOErr      = 10
	sqliteFull       = 13
	sqliteCantOpen   = 14
	sqlitePrimaryKey = 1555
	sqliteUnique     = 2067
)

// classify wraps a driver's error in the one that callers act on.
func classify(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	var lite *sqlite.Error
	var pg *pgconn.PgError
	switch {
	case errors.As(err, &lite):
		switch code := lite.Code(); {
		case code == sqlitePrimaryKey || code == sqliteUnique:
			return fmt.Errorf("%w: %w", ErrUnique, err)
		case code&0xff == sqliteBusy || code&0xff == sqliteLocked:
			return fmt.Errorf("%w: %w", ErrBusy, err)
		case code&0xff == sqliteFull || code&0xff == sqliteIOErr || code&0xff == sqliteReadonly || code&0xff == sqliteCantOpen:
			return fmt.Errorf("%w: %w", ErrUnavailable, err)
		}
	case errors.As(err, &pg):
		switch {
		case pg.Code == "23505":
			return fmt.Errorf("%w: %w", ErrUnique, err)
		case strings.HasPrefix(pg.Code, "08"), strings.HasPrefix(pg.Code, "53"), strings.HasPrefix(pg.Code, "57"), pg.Code == "25006":
			return fmt.Errorf("%w: %w", ErrUnavailable, err)
		}
	default:
		var connect *pgconn.ConnectError
		if errors.As(err, &connect) || pgconn.SafeToRetry(err) || strings.Contains(err.Error(), "conn closed") {
			return fmt.Errorf("%w: %w", ErrUnavailable, err)
		}
	}
	return err
}

// classifyCommit is classify for the answer to COMMIT: a broken connection
// there leaves the outcome unknown.
func classifyCommit(err error) error {
	var pg *pgconn.PgError
	if err == nil || errors.As(err, &pg) {
		return classify(err)
	}
	return fmt.Errorf("%w: %w", ErrUnknown, err)
}

// retryable says that the engine rolled back and asks to run again.
func retryable(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}
