package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"citywalk/db"
	"citywalk/ledger"
)

// BackupCmd copies a running SQLite database. PostgreSQL has its own tools.
type BackupCmd struct {
	Database `embed:""`
	To       string `arg:"" optional:"" help:"File to write; default backups/citywalk-<time>.db beside the database."`
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
