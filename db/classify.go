package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
)

// SQLite result codes that we act on; the low byte is the primary code.
const (
	sqliteError      = 1
	sqliteBusy       = 5
	sqliteLocked     = 6
	sqliteReadonly   = 8
	sqliteIOErr      = 10
	sqliteFull       = 13
	sqliteCantOpen   = 14
	sqlitePrimaryKey = 1555
	sqliteUnique     = 2067
)

// errClosed is what a closed database says.
var errClosed = fmt.Errorf("%w: it is closed", ErrUnavailable)

// classify wraps a driver's error in the one that callers act on.
func classify(err error) error {
	if class := classOf(err); class != nil {
		return fmt.Errorf("%w: %w", class, err)
	}
	return err
}

func classOf(err error) error {
	var lite *sqlite.Error
	var pg *pgconn.PgError
	var connect *pgconn.ConnectError
	var network *net.OpError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &connect): // Before PgError, which says why a server takes no connection.
		return ErrUnavailable
	case errors.As(err, &lite):
		return sqliteClass(lite.Code())
	case errors.As(err, &pg):
		return postgresClass(pg.Code)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return nil
	case errors.As(err, &network), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		errors.Is(err, sql.ErrConnDone), pgconn.SafeToRetry(err), closed(err):
		return ErrUnavailable
	}
	return nil
}

// closed knows by their words the drivers' errors that have no other name.
func closed(err error) bool {
	for _, s := range []string{"conn closed", "closed pool", "database is closed"} {
		if strings.Contains(err.Error(), s) {
			return true
		}
	}
	return false
}

func sqliteClass(code int) error {
	switch {
	case code == sqlitePrimaryKey || code == sqliteUnique:
		return ErrUnique
	case code&0xff == sqliteBusy || code&0xff == sqliteLocked:
		return ErrBusy
	case code&0xff == sqliteFull || code&0xff == sqliteIOErr || code&0xff == sqliteReadonly || code&0xff == sqliteCantOpen:
		return ErrUnavailable
	}
	return nil
}

// postgresClass judges by SQLSTATE. Class 08 is the connection, 53 resources,
// 57 an operator's or the server's stop, of which 57014 is a statement that
// took too long.
func postgresClass(code string) error {
	switch {
	case code == "23505":
		return ErrUnique
	case code == "55P03" || code == "57014":
		return ErrBusy
	case strings.HasPrefix(code, "08"), strings.HasPrefix(code, "53"), strings.HasPrefix(code, "57"),
		code == "25006", code == "25P03":
		return ErrUnavailable
	}
	return nil
}

// classifyCommit is classify for the answer to COMMIT. Unless the engine says
// that it rolled back, the outcome is unknown: a broken connection, a server
// that is being stopped while it waits for its standby, a failed fsync.
func classifyCommit(err error) error {
	var pg *pgconn.PgError
	var lite *sqlite.Error
	switch {
	case err == nil:
		return nil
	case errors.Is(err, pgx.ErrTxCommitRollback):
		return fmt.Errorf("db: a statement failed and its error was passed over: %w", err)
	case errors.As(err, &pg) && (strings.HasPrefix(pg.Code, "40") || strings.HasPrefix(pg.Code, "23")):
		return classify(err)
	case errors.As(err, &lite) && lite.Code() == sqliteError: // There is no transaction left to commit.
		return fmt.Errorf("%w: %w", errBroke, err)
	case errors.As(err, &lite) && lite.Code()&0xff != sqliteIOErr:
		return classify(err)
	}
	return fmt.Errorf("%w: %w", ErrUnknown, err)
}

// retryable says that the engine rolled back and asks to run again. 0A000 is a
// prepared statement that a migration has overtaken.
func retryable(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01" ||
		pg.Code == "0A000" && strings.Contains(pg.Message, "cached plan"))
}
