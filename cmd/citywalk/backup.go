package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"citywalk/db"
	"citywalk/ledger"
)

// BackupCmd copies a running SQLite database. PostgreSQL has its own tools.
type BackupCmd struct {
	Config `embed:""`
	To     string `arg:"" optional:"" help:"File to write; default backups/citywalk-<time>.db beside the database."`
}

func (c *BackupCmd) Run(ctx context.Context, s *Streams) error {
	if err := sqliteOnly(c.DB); err != nil {
		return err
	}
	d, err := existing(ctx, c.DB)
	if err != nil {
		return err
	}
	defer d.Close()
	to := c.To
	if to == "" {
		to = filepath.Join(backupDir(c.DB), "citywalk-"+time.Now().UTC().Format("20060102T150405Z")+".db")
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	if err := d.Backup(ctx, to); err != nil {
		return err
	}
	if err := proveFile(ctx, to); err != nil {
		return fmt.Errorf("the copy was written but does not prove: %w", err)
	}
	fmt.Fprintf(s.Out, "%s is a whole copy: its pages and its books hold.\n", to)
	return nil
}

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
	if err := proveFile(ctx, c.From); err != nil {
		return fmt.Errorf("%s is not restored: %w", c.From, err)
	}
	if c.DryRun {
		fmt.Fprintf(s.Out, "%s is whole: its pages and its books hold. Nothing was changed.\n", c.From)
		return nil
	}
	if _, err := os.Stat(c.DB + "-wal"); err == nil {
		return fmt.Errorf("%s-wal is there: stop the server first; if it crashed, start and stop it once, or move the database and its -wal away", c.DB)
	}
	kept, err := setAside(c.DB)
	if err != nil {
		return err
	}
	if err := copyFile(c.DB, c.From); err != nil {
		return err
	}
	if err := proveFile(ctx, c.DB); err != nil {
		return err
	}
	fmt.Fprintf(s.Out, "%s is restored from %s.\n", c.DB, c.From)
	if kept != "" {
		fmt.Fprintf(s.Out, "What was there is kept as %s.\n", kept)
	}
	return nil
}

// proveFile checks the pages of a SQLite file and the books in it.
func proveFile(ctx context.Context, path string) error {
	d, err := existing(ctx, path)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Check(ctx); err != nil {
		return err
	}
	return d.View(ctx, func(tx *db.Tx) error {
		found, err := ledger.Prove(tx)
		if err == nil && len(found) > 0 {
			err = fmt.Errorf("its books do not prove: %s %s", found[0].Rule, found[0].What)
		}
		return err
	})
}

func backupDir(path string) string { return filepath.Join(filepath.Dir(path), "backups") }

func sqliteOnly(url string) error {
	if strings.Contains(url, "://") {
		return errors.New("this is for SQLite; back PostgreSQL up with pg_basebackup and pg_verifybackup")
	}
	return nil
}

// setAside renames a file that is there, out of the way, and returns its new
// name.
func setAside(path string) (string, error) {
	kept := path + ".before-" + time.Now().UTC().Format("20060102T150405Z")
	err := os.Rename(path, kept)
	if errors.Is(err, fs.ErrNotExist) {
		return "", os.MkdirAll(filepath.Dir(path), 0o700)
	}
	return kept, err
}

func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		return errors.Join(err, out.Close())
	}
	return errors.Join(out.Sync(), out.Close())
}
