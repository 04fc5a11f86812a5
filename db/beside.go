package db

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// A copy of a PostgreSQL database is read into a database of its own beside
// the one that it is to replace or to be compared with. Such a database bears
// a remark, so that nothing is ever dropped that is not ours.
const remark = "made by citywalk and thrown away by it"

// Beside makes an empty database called name on the server of url and returns
// its URL. One that an earlier run left goes first; any other is left alone.
func Beside(ctx context.Context, url, name string) (string, error) {
	err := onServer(ctx, url, func(conn *pgx.Conn) error {
		if err := dropOurs(ctx, conn, url, name); err != nil {
			return err
		}
		quoted := pgx.Identifier{name}.Sanitize()
		order, err := sorting(ctx, conn, nameOf(url))
		if err == nil {
			_, err = conn.Exec(ctx, "CREATE DATABASE "+quoted+" TEMPLATE template0 ENCODING 'UTF8'"+order)
		}
		if err == nil {
			_, err = conn.Exec(ctx, "COMMENT ON DATABASE "+quoted+" IS '"+remark+"'")
		}
		return err
	})
	if err != nil {
		return "", fmt.Errorf("db: make the database %s: %w", name, classify(err))
	}
	return namedURL(url, name), nil
}

// sorting says how a database sorts texts, so that another can do it alike.
func sorting(ctx context.Context, conn *pgx.Conn, name string) (clause string, err error) {
	err = conn.QueryRow(ctx, `
		SELECT ' LC_COLLATE ' || quote_literal(datcollate) || ' LC_CTYPE ' || quote_literal(datctype)
		FROM pg_database WHERE datname = $1 AND datlocprovider = 'c'`, name).Scan(&clause)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil // As the server does.
	}
	return clause, err
}

// DropBeside throws away what Beside made.
func DropBeside(ctx context.Context, url, name string) error {
	err := onServer(ctx, url, func(conn *pgx.Conn) error { return dropOurs(ctx, conn, url, name) })
	if err != nil {
		return fmt.Errorf("db: drop the database %s: %w", name, classify(err))
	}
	return nil
}

// dropOurs drops a database that bears the remark. One that is empty may go
// too: whoever makes one may be cut off before it is remarked upon.
func dropOurs(ctx context.Context, conn *pgx.Conn, url, name string) error {
	var says string
	err := conn.QueryRow(ctx, `SELECT COALESCE(shobj_description(oid, 'pg_database'), '') FROM pg_database WHERE datname = $1`, name).Scan(&says)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	} else if err != nil {
		return err
	}
	if says != remark && !vacant(ctx, namedURL(url, name)) {
		return fmt.Errorf("there is a database %s that we did not make; rename it or drop it", name)
	}
	_, err = conn.Exec(ctx, "DROP DATABASE "+pgx.Identifier{name}.Sanitize()+" WITH (FORCE)")
	return err
}

// vacant reports whether a database surely has nothing in it.
func vacant(ctx context.Context, url string) bool {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return false
	}
	defer conn.Close(context.WithoutCancel(ctx))
	none := false
	err = conn.QueryRow(ctx, `
		SELECT NOT EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
			WHERE n.nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema'))`).Scan(&none)
	return err == nil && none
}

// Replace puts the database called with in the place of the one that url
// names, if there is one; that is kept under the name kept. Both names change
// at once, or neither. Whoever is connected to either is cut off first.
func Replace(ctx context.Context, url, with, kept string) (there bool, err error) {
	place := nameOf(url)
	err = onServer(ctx, url, func(conn *pgx.Conn) (err error) {
		if err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)`, place).Scan(&there); err != nil {
			return err
		}
		swap := []string{
			alter(with, "RENAME TO "+pgx.Identifier{place}.Sanitize()), alter(place, "ALLOW_CONNECTIONS true"),
			"COMMENT ON DATABASE " + pgx.Identifier{place}.Sanitize() + " IS NULL",
		}
		if there {
			defer func() {
				if err != nil { // It is in its place still.
					conn.Exec(context.WithoutCancel(ctx), alter(place, "ALLOW_CONNECTIONS true"))
				}
			}()
			if err := empty(ctx, conn, place); err != nil {
				return err
			}
			swap = append([]string{alter(place, "RENAME TO "+pgx.Identifier{kept}.Sanitize()), alter(kept, "ALLOW_CONNECTIONS true")}, swap...)
		}
		if err := empty(ctx, conn, with); err != nil {
			return err
		}
		return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
			for _, sql := range swap {
				if _, err := tx.Exec(ctx, sql); err != nil {
					return err
				}
			}
			return nil
		})
	})
	if err != nil {
		return there, fmt.Errorf("db: put %s in the place of %s: %w", with, place, classify(err))
	}
	return there, nil
}

func alter(name, how string) string {
	return "ALTER DATABASE " + pgx.Identifier{name}.Sanitize() + " " + how
}

// empty lets nobody in any more and cuts off who is there.
func empty(ctx context.Context, conn *pgx.Conn, name string) error {
	if _, err := conn.Exec(ctx, alter(name, "ALLOW_CONNECTIONS false")); err != nil {
		return err
	}
	for {
		var left int
		err := conn.QueryRow(ctx, `SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = $1`, name).Scan(&left)
		if err != nil || left == 0 {
			return err
		}
		if _, err := conn.Exec(ctx, `SELECT pg_sleep(0.02)`); err != nil {
			return err
		}
	}
}

// onServer connects to the server of url, not to the database that it names:
// that may be the one that is to be renamed, or may not be there.
func onServer(ctx context.Context, url string, fn func(*pgx.Conn) error) (err error) {
	var conn *pgx.Conn
	for _, database := range []string{"postgres", "template1"} {
		if conn, err = pgx.Connect(ctx, namedURL(url, database)); err == nil {
			break
		}
	}
	if err != nil {
		return err
	}
	return errors.Join(fn(conn), conn.Close(context.WithoutCancel(ctx)))
}

// namedURL is url with another database.
func namedURL(url, database string) string {
	u := plainURL(url)
	u.Path = "/" + database
	return u.String()
}

func nameOf(url string) string { return strings.TrimPrefix(plainURL(url).Path, "/") }
