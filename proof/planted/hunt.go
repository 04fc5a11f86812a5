package planted

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// A Hunt tries bugs in a copy of a tree.
type Hunt struct {
	root, copy, bin string
}

// NewHunt copies the tree at root into dir.
func NewHunt(root, dir string) (*Hunt, error) {
	h := &Hunt{root, filepath.Join(dir, "tree"), filepath.Join(dir, "citywalk")}
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		} else if e.IsDir() && e.Name() == ".git" {
			return fs.SkipDir
		}
		name, err := filepath.Rel(root, path)
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return h.write(name, data)
	})
	return h, err
}

func (h *Hunt) write(name string, data []byte) error {
	to := filepath.Join(h.copy, name)
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o600)
}

// A Catch is what became of a bug.
type Catch struct {
	Bug
	Caught string // By what; "" if it survived.
	Said   string // What the catcher said first.
	Took   time.Duration
}

// Try plants a bug, asks its catcher and takes the bug out again. An error says
// that there is no answer: the bug does not apply or does not compile.
func (h *Hunt) Try(ctx context.Context, b Bug) (c Catch, err error) {
	began := time.Now()
	files, err := b.Plant(h.root)
	if err != nil {
		return c, err
	}
	for name, data := range files {
		if err := h.write(name, data); err != nil {
			return c, err
		}
		defer func() {
			data, e := os.ReadFile(filepath.Join(h.root, name))
			if e == nil {
				e = h.write(name, data)
			}
			err = errors.Join(err, e)
		}()
	}
	c.Bug = b
	if b.Seeds > 0 {
		err = h.bySeeds(ctx, &c)
	} else {
		err = h.byTest(ctx, &c)
	}
	c.Took = time.Since(began)
	return c, err
}

// run runs a command in the copy. Paths are trimmed, so that what was compiled
// in another place need not be compiled again.
func (h *Hunt) run(ctx context.Context, name string, args ...string) (string, error) {
	var out bytes.Buffer
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = h.copy, &out, &out
	cmd.Env = append(os.Environ(), "GOFLAGS=-trimpath")
	err := cmd.Run()
	return out.String(), err
}

var seedFailed = regexp.MustCompile(`(?m)^seed (\d+) failed at step (\d+): (.*)$`)

func (h *Hunt) bySeeds(ctx context.Context, c *Catch) error {
	if out, err := h.run(ctx, "go", "build", "-ldflags=-s -w", "-o", h.bin, "./cmd/citywalk"); err != nil {
		return fmt.Errorf("%s does not compile: %w\n%s", c.Name, err, out)
	}
	out, err := h.run(ctx, h.bin, "simulate", "--seeds", fmt.Sprint(c.Seeds), "--stop")
	m := seedFailed.FindStringSubmatch(out)
	switch {
	case m != nil:
		c.Caught, c.Said = fmt.Sprintf("seed %s, step %s", m[1], m[2]), m[3]
	case err != nil:
		return fmt.Errorf("%s: simulate: %w\n%s", c.Name, err, tail(out))
	}
	return nil
}

var (
	testFailed = regexp.MustCompile(`(?m)^ *--- FAIL: (\S+)`)
	testSaid   = regexp.MustCompile(`(?m)^ +\w+\.go:\d+: (.*)$`)
)

func (h *Hunt) byTest(ctx context.Context, c *Catch) error {
	out, err := h.run(ctx, "go", "test", "-count=1", "-vet=off", "-timeout=10m", "-run", "^"+c.By+"$", c.In)
	if err == nil {
		return nil
	}
	for _, m := range testFailed.FindAllStringSubmatch(out, -1) {
		c.Caught = strings.TrimSpace(c.Caught + " " + m[1])
	}
	if m := testSaid.FindStringSubmatch(out); m != nil {
		c.Said = m[1]
	}
	if c.Caught == "" && strings.Contains(out, "panic: ") {
		c.Caught, c.Said = c.By, "panic"
	}
	if c.Caught == "" {
		return fmt.Errorf("%s: go test: %w\n%s", c.Name, err, tail(out))
	}
	return nil
}

func tail(out string) string {
	lines := strings.Split(strings.TrimSpace(out), "\n")
	return strings.Join(lines[max(0, len(lines)-30):], "\n")
}

// Table is the catches in Markdown.
func Table(all []Catch) string {
	var t strings.Builder
	t.WriteString("| planted bug | where | caught by | after |\n|---|---|---|---|\n")
	for _, c := range all {
		caught := c.Caught
		if caught == "" {
			caught = "**nothing** (" + c.Catcher() + ")"
		}
		fmt.Fprintf(&t, "| %s | %s | %s | %v |\n", c.Plants, c.Where(), caught, c.Took.Round(time.Second))
	}
	return t.String()
}
