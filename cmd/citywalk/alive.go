package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"citywalk/db"
	"citywalk/jobs"
)

// spare is the space that a SQLite database needs for a commit to be safe.
const spare = 4 << 20

// alive is what /readyz asks: does the database answer, and could it keep what
// it is told. On SQLite a file that was moved or deleted under the server goes
// on answering, and loses everything; a full disk goes on reading.
func (a *parts) alive(ctx context.Context) error {
	if err := a.db.Ping(ctx); err != nil {
		return err
	}
	err := a.db.View(ctx, func(tx *db.Tx) error {
		_, err := jobs.List(tx, "", 1)
		return err
	})
	if err != nil || a.file == nil {
		return err
	}
	path := a.db.URL()
	now, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("the database's file: %w", err)
	}
	if !os.SameFile(a.file, now) {
		return errors.New("another file has taken the database's place; start again")
	}
	free, err := room(path)
	if err == nil && free < spare {
		err = fmt.Errorf("the database's disk has only %d KiB left", free>>10)
	}
	return err
}

// room is how many bytes may still be written to the disk of a file.
func room(path string) (uint64, error) {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(filepath.Dir(path), &disk); err != nil {
		return 0, fmt.Errorf("the disk of %s: %w", path, err)
	}
	return disk.Bavail * uint64(disk.Bsize), nil
}

// databaseFile looks at the file of a SQLite database that is open.
func databaseFile(d *db.DB) (fs.FileInfo, error) {
	if d.Engine() == db.Postgres {
		return nil, nil
	}
	return os.Stat(d.URL())
}
