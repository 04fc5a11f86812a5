package db

import (
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Rows counts the rows of every table, so that a copy can be compared with
// what was copied. What the tool that migrates keeps for itself is left out.
func Rows(tx *Tx) (map[string]int64, error) {
	tables := `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'goose%'`
	if _, ok := tx.conn.(*pgConn); ok {
		tables = `SELECT CAST(tablename AS TEXT) AS name FROM pg_tables WHERE schemaname = CURRENT_SCHEMA() AND tablename NOT LIKE 'goose%'`
	}
	names, err := All[string](tx, tables)
	if err != nil {
		return nil, fmt.Errorf("db: list tables: %w", err)
	}
	rows := make(map[string]int64, len(names))
	for _, name := range names {
		if rows[name], err = One[int64](tx, `SELECT COUNT(*) FROM `+pgx.Identifier{name}.Sanitize()); err != nil {
			return nil, fmt.Errorf("db: count %s: %w", name, err)
		}
	}
	return rows, nil
}
