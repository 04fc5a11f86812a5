package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"citywalk/db"
)

// RestoreCmd puts a backup in the place of the database. The server must not
// be running; the database that was there is kept beside it.
type RestoreCmd struct {
	Database `embed:""`
	From     string `arg:"" type:"existingfile" help:"Backup file."`
	DryRun   bool   `help:"Only check the backup."`
}

func (c *RestoreCmd) Run(ctx context.Context, s *Streams) error {
	if err := sqliteOnly(c.DB); err != nil {
		return err
	}
	if same(c.From, c.DB) {
		return fmt.Errorf("%s is the database itself; name a backup", c.From)
	}
	if err := proveFile(ctx, c.From); err != nil {
		return fmt.Errorf("%s is not restored: %w", c.From, err)
	}
	if c.DryRun {
		fmt.Fprintf(s.Out, "%s is whole: its pages and its books hold. Nothing was changed.\n", c.From)
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(c.DB), 0o700); err != nil {
		return err
	}
	// The copy is whole and on disk before anything that was there moves.
	part := c.DB + ".part"
	defer os.Remove(part)
	if err := copyFile(part, c.From); err != nil {
		return err
	}
	if err := proveFile(ctx, part); err != nil {
		return fmt.Errorf("the copy of %s does not hold: %w", c.From, err)
	}
	kept, err := setAside(ctx, c.DB)
	if err != nil {
		return err
	}
	if err := os.Rename(part, c.DB); err != nil {
		return err
	}
	fmt.Fprintf(s.Out, "%s is restored from %s.\n", c.DB, c.From)
	if kept != "" {
		fmt.Fprintf(s.Out, "What was there is kept as %s.\n", kept)
	}
	return nil
}

// same reports whether two names are of one file.
func same(a, b string) bool {
	first, err := os.Stat(a)
	if err != nil {
		return false
	}
	second, err := os.Stat(b)
	return err == nil && os.SameFile(first, second)
}

// setAside renames a database that is there and that nobody has open, and
// returns its new name. A file that is no database any more is what a backup
// is for, so it only moves.
func setAside(ctx context.Context, path string) (string, error) {
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	err := db.Alone(ctx, path)
	if errors.Is(err, db.ErrOpen) {
		return "", fmt.Errorf("%s is in use: stop the server first", path)
	}
	kept := path + ".before-" + time.Now().UTC().Format("20060102T150405Z")
	if err != nil {
		for _, end := range []string{"-wal", "-shm"} {
			if err := os.Rename(path+end, kept+end); err != nil && !errors.Is(err, os.ErrNotExist) {
				return "", err
			}
		}
	}
	return kept, os.Rename(path, kept)
}

// copyFile copies to a new file, or over what an earlier try left.
func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		return errors.Join(err, out.Close())
	}
	return errors.Join(out.Sync(), out.Close())
}
