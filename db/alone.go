package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
)

// ErrOpen says that somebody else has the SQLite file open.
var ErrOpen = errors.New("db: the file is in use")

// Alone takes what a SQLite file's journal still holds into the file and
// removes the journal, which only works when nobody else has the file open:
// else ErrOpen. A server that was killed leaves a journal and nobody. After
// this the one file is the whole database, so it can be moved.
func Alone(ctx context.Context, path string) error {
	q := url.Values{"_pragma": {"busy_timeout(0)"}}
	conn, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+q.Encode())
	if err != nil {
		return fmt.Errorf("db: alone: %w", err)
	}
	defer conn.Close()
	mode, err := texts(ctx, conn, `PRAGMA journal_mode=DELETE`)
	switch {
	case errors.Is(classify(err), ErrBusy), err == nil && (len(mode) != 1 || mode[0] != "delete"):
		return ErrOpen
	case err != nil:
		return fmt.Errorf("db: alone: %w", classify(err))
	}
	return nil
}
