package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
)

// stmtsMax bounds how many statements a session keeps. The product has fewer;
// the bound is there for texts that are made while it runs, as tests do.
const stmtsMax = 1000

// A session is one connection to a SQLite file with the statements that ran on
// it. SQLite takes longer to compile a short statement than to run it, and
// keeps one compiled, across changes of the schema too, for as long as the
// connection is open.
type session struct {
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

func openSession(from *sql.DB) (*session, error) {
	conn, err := from.Conn(context.Background())
	if err != nil {
		return nil, err
	}
	return &session{conn, map[string]*sql.Stmt{}}, nil
}

// close closes the connection itself, which undoes what is open on it: it does
// not go back to be used again.
func (s *session) close() {
	if s == nil {
		return
	}
	s.forget()
	s.conn.Raw(func(any) error { return driver.ErrBadConn })
	s.conn.Close()
}

func (s *session) forget() {
	for text, stmt := range s.stmts {
		stmt.Close()
		delete(s.stmts, text)
	}
}

// prepare returns the compiled statement.
func (s *session) prepare(ctx context.Context, text string) (*sql.Stmt, error) {
	if stmt, ok := s.stmts[text]; ok {
		return stmt, nil
	}
	if len(s.stmts) == stmtsMax {
		s.forget()
	}
	stmt, err := s.conn.PrepareContext(ctx, text)
	if err == nil {
		s.stmts[text] = stmt
	}
	return stmt, err
}

// do begins or ends a transaction, whoever has gone away.
func (s *session) do(text string) error {
	_, err := s.exec(context.Background(), text, nil)
	return err
}

func (s *session) exec(ctx context.Context, text string, args []any) (int64, error) {
	stmt, err := s.prepare(ctx, text)
	if err != nil {
		return 0, err
	}
	r, err := stmt.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

func (s *session) query(ctx context.Context, text string, args []any) (rows, error) {
	stmt, err := s.prepare(ctx, text)
	if err != nil {
		return nil, err
	}
	r, err := stmt.QueryContext(ctx, args...)
	if err != nil {
		return nil, err
	}
	cols, err := r.Columns()
	return sqlRows{r, cols}, err
}

type sqlRows struct {
	r    *sql.Rows
	cols []string
}

func (r sqlRows) columns() []string     { return r.cols }
func (r sqlRows) next() bool            { return r.r.Next() }
func (r sqlRows) scan(dest []any) error { return r.r.Scan(dest...) }
func (r sqlRows) close()                { r.r.Close() }
func (r sqlRows) err() error            { return r.r.Err() }
