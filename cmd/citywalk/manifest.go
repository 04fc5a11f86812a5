package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/ledger"
)

// A Manifest stands beside a backup and says what must be in it, so that a
// copy that was cut short, changed or mixed up is not restored.
type Manifest struct {
	File    string    `json:"file"`
	At      time.Time `json:"at"`
	Engine  db.Engine `json:"engine"`
	Program string    `json:"program"`
	Size    int64     `json:"size"`
	SHA256  string    `json:"sha256"`
	Contents
}

// Contents is what a database holds.
type Contents struct {
	Database string           `json:"database"` // Its name, which every copy keeps.
	Epoch    int64            `json:"epoch"`
	Beat     int64            `json:"beat"`
	Schema   string           `json:"schema"`
	Entry    string           `json:"ledger_entry"` // The newest of the books.
	Anchor   string           `json:"audit_anchor"` // For: citywalk audit verify --anchor; empty if nothing is sealed yet.
	Rows     map[string]int64 `json:"rows"`
	Finding  string           `json:"finding,omitempty"` // Why its books do not prove; empty if they do.
}

// describe reads what a database holds.
func describe(tx *db.Tx, schema string) (c Contents, err error) {
	e, err := db.EpochOf(tx)
	if err != nil {
		return c, err
	}
	c = Contents{Database: e.Name, Epoch: e.Epoch, Beat: e.Beat, Schema: schema}
	if c.Rows, err = db.Rows(tx); err != nil {
		return c, err
	}
	last, err := ledger.Entries(tx, "", "", "", 1)
	if err != nil {
		return c, err
	}
	if len(last) > 0 {
		c.Entry = last[0].ID
	}
	head, err := account.Head(tx)
	if err != nil {
		return c, err
	}
	if head.Seq > 0 {
		c.Anchor = head.String()
	}
	found, err := ledger.Prove(tx)
	if err == nil && len(found) > 0 {
		c.Finding = found[0].Rule + ": " + found[0].What
	}
	return c, err
}

// sound refuses a copy whose books do not prove.
func (c Contents) sound() error {
	if c.Finding != "" {
		return errors.New("its books do not prove: " + c.Finding)
	}
	return nil
}

// differs names the first thing that is otherwise than the manifest says.
func (c Contents) differs(now Contents) string {
	for _, d := range []struct{ what, want, is string }{
		{"the database's name", c.Database, now.Database}, {"the schema", c.Schema, now.Schema},
		{"the newest entry of the books", c.Entry, now.Entry}, {"the end of the audit", c.Anchor, now.Anchor},
		{"the epoch", fmt.Sprint(c.Epoch), fmt.Sprint(now.Epoch)}, {"the beat", fmt.Sprint(c.Beat), fmt.Sprint(now.Beat)},
	} {
		if d.want != d.is {
			return fmt.Sprintf("%s is %q, the manifest says %q", d.what, d.is, d.want)
		}
	}
	for _, table := range slices.Sorted(maps.Keys(c.Rows)) {
		if n, ok := now.Rows[table]; !ok || n != c.Rows[table] {
			return fmt.Sprintf("%s has %d rows, the manifest says %d", table, n, c.Rows[table])
		}
	}
	if len(now.Rows) != len(c.Rows) {
		return fmt.Sprintf("there are %d tables, the manifest says %d", len(now.Rows), len(c.Rows))
	}
	return ""
}

const manifestEnd = ".json"

// readManifest returns the manifest beside a backup; nil if there is none.
func readManifest(path string) (*Manifest, error) {
	b, err := os.ReadFile(path + manifestEnd)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	var m Manifest
	if err := json.Unmarshal(b, &m); err != nil || m.SHA256 == "" || m.Rows == nil {
		return nil, fmt.Errorf("%s is not a manifest of a backup", path+manifestEnd)
	}
	return &m, nil
}

// write puts the manifest beside its backup.
func (m Manifest) write(path string) error {
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return writeWhole(path+manifestEnd, append(b, '\n'))
}

// writeWhole writes a file that is whole or not there.
func writeWhole(path string, b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".part-")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if _, err := f.Write(b); err != nil {
		return errors.Join(err, f.Close())
	}
	return errors.Join(f.Sync(), f.Close(), os.Rename(f.Name(), path))
}

// fingerprint is the size and the SHA-256 of a file.
func fingerprint(ctx context.Context, path string) (size int64, sum string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, "", err
	}
	defer f.Close()
	h := sha256.New()
	size, err = io.Copy(h, &patient{ctx, f})
	return size, hex.EncodeToString(h.Sum(nil)), err
}

// patient reads until the context ends: a large file takes long.
type patient struct {
	ctx context.Context
	r   io.Reader
}

func (p *patient) Read(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	return p.r.Read(b)
}

// untouched checks that a backup is the file that its manifest describes.
func (m *Manifest) untouched(ctx context.Context, path string) error {
	size, sum, err := fingerprint(ctx, path)
	switch {
	case err != nil:
		return err
	case size != m.Size:
		return fmt.Errorf("%s has %d bytes, its manifest says %d: it was cut short or changed", path, size, m.Size)
	case sum != m.SHA256:
		return fmt.Errorf("%s is not the file that its manifest describes: it was changed", path)
	}
	return nil
}

// backups lists the manifests of a folder, the newest first.
func backups(folder string) (all []Manifest, err error) {
	files, err := filepath.Glob(filepath.Join(folder, "*"+manifestEnd))
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if filepath.Base(f) == drillFile {
			continue
		}
		m, err := readManifest(strings.TrimSuffix(f, manifestEnd))
		if err != nil {
			return nil, err
		}
		if m != nil {
			all = append(all, *m)
		}
	}
	slices.SortFunc(all, func(a, b Manifest) int { return b.At.Compare(a.At) })
	return all, nil
}
