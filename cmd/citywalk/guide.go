package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
)

// guide keeps the cities in memory and follows the database until ctx ends.
// Snapshots stand beside the keys, where they do not travel with the database.
func (a *parts) guide(ctx context.Context) error {
	name, err := build()
	if err != nil {
		slog.Warn("search keeps no snapshots", "error", err.Error())
	} else {
		a.discover.Program, a.discover.Folder = name, filepath.Join(filepath.Dir(a.cfg.secretsPath()), "index")
	}
	a.discover.OnError = func(err error) { slog.Warn("search", "error", err.Error()) }
	return a.discover.Run(ctx)
}

// build names this build. Its version is not enough: a program that was
// changed and not committed has the same.
func build() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", err
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	return hex.EncodeToString(sum.Sum(nil)[:16]), nil
}
