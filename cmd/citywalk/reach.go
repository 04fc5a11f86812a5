package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"citywalk/db"
)

// reach opens a database. If it cannot be opened, the error says in plain
// words which one, why and what to do. A new SQLite file is for this user only.
func reach(ctx context.Context, url string, o db.Options) (*db.DB, error) {
	if !strings.Contains(url, "://") {
		os.MkdirAll(filepath.Dir(url), 0o700) // If this fails, Open says why.
		if f, err := os.OpenFile(url, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600); err == nil {
			f.Close()
		}
	}
	d, err := db.Open(ctx, url, o)
	if err == nil {
		return d, nil
	}
	return nil, fmt.Errorf("the database %s cannot be opened: %s; %s", redact(url), why(err), remedy(url, err))
}

// why is what the engine said, on one line and without our own prefixes.
func why(err error) string {
	said := strings.Join(strings.Fields(err.Error()), " ")
	for _, prefix := range []string{"db: open: ", "db: unavailable: "} {
		said = strings.TrimPrefix(said, prefix)
	}
	return said
}

// remedy is what whoever typed the command can do.
func remedy(url string, err error) string {
	if strings.Contains(url, "://") {
		if errors.Is(err, db.ErrUnavailable) {
			return "is the server running, and does --db name it?"
		}
		return "want --db postgres://user:password@host:5432/name, or the path of a SQLite file"
	}
	info, statErr := os.Stat(url)
	switch {
	case errors.Is(statErr, fs.ErrNotExist):
		return "name a place that this user may write to with --db"
	case statErr == nil && info.IsDir():
		return "it is a folder; name a file in it with --db"
	}
	return "name a SQLite file that this user may read and write with --db"
}

// present reports in plain words that a file that must be there is not.
func present(path string) error {
	if strings.Contains(path, "://") {
		return nil
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is not there; run citywalk serve or citywalk migrate first, or name another with --db", path)
	} else if err != nil {
		return err
	}
	return nil
}
