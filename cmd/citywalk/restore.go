package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"citywalk/account"
	"citywalk/db"
)

// RestoreCmd puts a backup in the place of the database, as a new and closed
// life of it: until citywalk reopen has asked the payment provider what the
// backup does not know, nobody is served. What was there is kept.
type RestoreCmd struct {
	Tool   `embed:""`
	From   string `arg:"" type:"existingfile" help:"Backup file; its manifest stands beside it."`
	DryRun bool   `help:"Only check the backup."`
}

// Help says what the flags do not.
func (*RestoreCmd) Help() string {
	return "Stop the server first. The backup is restored beside the database, compared with its manifest and proved, and only then exchanged with it; what was there is kept under another name. " +
		"On PostgreSQL the role needs CREATEDB, and servers that still run are cut off and write nothing more. Cut off at any moment, run it again.\n\n" +
		"Nobody is served until citywalk reopen has asked the payment provider what came after the backup."
}

func (c *RestoreCmd) Run(ctx context.Context, s *Streams) error {
	if same(c.From, c.DB) {
		return fmt.Errorf("%s is the database itself; name a backup", c.From)
	}
	m, err := c.manifest(ctx, s)
	if err != nil {
		return c.refused(err)
	}
	place, err := placeOf(c.DB)
	if err != nil {
		return err
	}
	if err := c.free(ctx); err != nil {
		return err
	}
	defer place.leave(context.WithoutCancel(ctx))
	if err := place.fill(ctx, c.From); err != nil {
		return c.refused(err)
	}
	held, err := verify(ctx, place.scratch(), m)
	if err == nil {
		err = c.ours(ctx, held)
	}
	if err != nil {
		return c.refused(err)
	}
	if c.DryRun {
		says := "it holds what its manifest says, its pages and its books hold"
		if m == nil {
			says = "its pages and its books hold; without a manifest nothing says whether all of it is there"
		}
		fmt.Fprintf(s.Out, "%s is whole: %s. Nothing was changed.\n", c.From, says)
		return nil
	}
	since, err := c.newLife(ctx, place, held, m)
	if err != nil {
		return err
	}
	kept, err := place.swap(ctx)
	if err != nil {
		return err
	}
	c.report(s, since, kept)
	return nil
}

func (c *RestoreCmd) refused(err error) error {
	return fmt.Errorf("%s is not restored: %w", c.From, err)
}

func (c *RestoreCmd) report(s *Streams, since, kept string) {
	fmt.Fprintf(s.Out, "%s is restored from %s.\n", redact(c.DB), c.From)
	if kept != "" {
		fmt.Fprintf(s.Out, "What was there is kept as %s.\n", kept)
	}
	fmt.Fprintf(s.Out, "It is closed: what came after %s may be lost. Start the server, which tells everybody so, and run:\n  citywalk reopen --dry-run --db %s\n  citywalk reopen --db %s\n",
		since, redact(c.DB), redact(c.DB))
}

// manifest reads what must be in the backup, and checks that it is the file
// that was written. Without one, which an operator's own dump has not, the
// copy itself is all there is to look at.
func (c *RestoreCmd) manifest(ctx context.Context, s *Streams) (*Manifest, error) {
	m, err := readManifest(c.From)
	if err != nil {
		return nil, err
	}
	if m == nil {
		fmt.Fprintf(s.Err, "No manifest stands beside %s: whether all of it is there cannot be told.\n", c.From)
		return nil, nil
	}
	if postgres := strings.Contains(c.DB, "://"); postgres != (m.Engine == db.Postgres) {
		return nil, fmt.Errorf("it is of a %s database, and --db %s names another kind", m.Engine, redact(c.DB))
	}
	return m, m.untouched(ctx, c.From)
}

// ours refuses the backup of another installation's database.
func (c *RestoreCmd) ours(ctx context.Context, held Contents) error {
	e, err := epochAt(ctx, c.DB)
	if err != nil || e.Name == "" || e.Name == held.Database { // What cannot be read is what a backup is for.
		return nil
	}
	return fmt.Errorf("it is of the database %s, and at %s is %s; move that away first, or name another place with --db", held.Database, redact(c.DB), e.Name)
}

// free refuses early what swap would refuse after all the work.
func (c *RestoreCmd) free(ctx context.Context) error {
	if c.DryRun || strings.Contains(c.DB, "://") || present(c.DB) != nil {
		return nil
	}
	if err := db.Alone(ctx, c.DB); errors.Is(err, db.ErrOpen) {
		return inUse(c.DB)
	}
	return nil
}

func inUse(path string) error { return fmt.Errorf("%s is in use: stop the server first", path) }

// verify brings a copy to this program's schema if it is older, and checks it:
// against its manifest, its pages and its books.
func verify(ctx context.Context, url string, m *Manifest) (Contents, error) {
	if err := renew(ctx, url, m); err != nil {
		return Contents{}, err
	}
	held, err := contents(ctx, url)
	if err == nil {
		err = held.sound()
	}
	if err == nil && m != nil && held.Schema == m.Schema {
		if what := m.differs(held); what != "" {
			err = errors.New(what)
		}
	}
	return held, err
}

// renew brings a copy to this program's schema.
func renew(ctx context.Context, url string, m *Manifest) error {
	d, err := db.Open(ctx, url, db.Options{})
	if err != nil {
		return fmt.Errorf("it cannot be opened: %s", why(err))
	}
	last, err := lastStep(ctx, d)
	switch {
	case err != nil:
	case last == "":
		err = errors.New("it holds no database of Citywalk's")
	case m != nil && last != m.Schema:
		err = fmt.Errorf("its schema is %q, the manifest says %q", last, m.Schema)
	default:
		_, err = d.Migrate(ctx, db.Schema())
	}
	return errors.Join(err, d.Close())
}

// newLife raises the copy's epoch above all that was ever seen of the
// database, and closes it.
func (c *RestoreCmd) newLife(ctx context.Context, place place, held Contents, m *Manifest) (since string, err error) {
	over := held.Epoch
	if seen, known, err := readSeen(c.config().seenFolder(), held.Database); err != nil {
		return "", err
	} else if known {
		over = max(over, seen.Epoch)
	}
	if e, err := epochAt(ctx, c.DB); err == nil && e.Name == held.Database {
		over = max(over, e.Epoch)
	}
	d, err := existing(ctx, place.scratch())
	if err != nil {
		return "", err
	}
	since = "an unknown moment"
	err = d.Update(ctx, func(tx *db.Tx) error {
		e, err := db.EpochOf(tx)
		if err != nil {
			return err
		}
		at := e.Beaten
		if at.IsZero() && m != nil {
			at = m.At
		}
		if !at.IsZero() {
			since = at.Local().Format("2006-01-02 15:04:05")
		}
		if err := db.Raise(tx, over, whyRestored, at); err != nil {
			return err
		}
		return account.Audit(tx, "", "restore.begin", held.Database, map[string]any{"from": filepath.Base(c.From), "epoch": over + 1})
	})
	return since, errors.Join(err, d.Close())
}

// epochAt reads the epoch of the database that is to be replaced, if it can
// still be read. It is looked at and not touched.
func epochAt(ctx context.Context, url string) (e db.Epoch, err error) {
	if err := present(url); err != nil {
		return e, err
	}
	d, err := db.Open(ctx, url, db.Options{})
	if err != nil {
		return e, err
	}
	defer d.Close()
	return d.Epoch(ctx)
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

// A place is where a copy is made ready and put into use. On SQLite that is a
// file beside the database, on PostgreSQL a database beside it.
type place interface {
	scratch() string                          // What db.Open takes for the copy.
	fill(ctx context.Context, f string) error // Reads a backup into it.
	swap(ctx context.Context) (kept string, err error)
	leave(ctx context.Context) error // Throws away what was not put into use.
}

func placeOf(url string) (place, error) {
	if strings.Contains(url, "://") {
		return newServerPlace(url)
	}
	return filePlace{url}, os.MkdirAll(filepath.Dir(url), 0o700)
}

// A filePlace is of a SQLite file.
type filePlace struct{ path string }

func (p filePlace) scratch() string { return p.path + ".part" }

func (p filePlace) fill(ctx context.Context, from string) error {
	if err := p.leave(ctx); err != nil { // What an earlier run left.
		return err
	}
	return copyFile(p.scratch(), from)
}

// swap keeps what is there under another name and then renames the copy over
// it, so that there is no moment without a database in which a server would
// start with an empty one.
func (p filePlace) swap(ctx context.Context) (kept string, err error) {
	if err := db.Alone(ctx, p.scratch()); err != nil {
		return "", err
	}
	if kept, err = setAside(ctx, p.path); err != nil {
		return "", err
	}
	if err := os.Rename(p.scratch(), p.path); err != nil {
		return kept, err
	}
	folder, err := os.Open(filepath.Dir(p.path))
	if err != nil {
		return kept, err
	}
	return kept, errors.Join(folder.Sync(), folder.Close())
}

func (p filePlace) leave(context.Context) error {
	for _, end := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(p.scratch() + end); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// setAside gives a database that is there and that nobody has open another
// name besides, and returns it. A file that is no database any more is what a
// backup is for, so only its journal moves away.
func setAside(ctx context.Context, path string) (string, error) {
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	err := db.Alone(ctx, path)
	if errors.Is(err, db.ErrOpen) {
		return "", inUse(path)
	}
	kept := path + ".before-" + time.Now().UTC().Format("20060102T150405.000Z")
	if err != nil {
		for _, end := range []string{"-wal", "-shm"} {
			if err := os.Rename(path+end, kept+end); err != nil && !errors.Is(err, os.ErrNotExist) {
				return "", err
			}
		}
	}
	if err := os.Link(path, kept); err == nil {
		return kept, nil
	}
	return kept, copyFile(kept, path) // On a file system without links.
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
