// Package planted breaks the product on purpose, one small bug at a time, and
// asks whether a test notices. A bug that nothing catches shows a weak test.
//
// Each file of testdata is a bug: a line that says what is planted; a line that
// says what must catch it, "seeds N" for the simulator's seeds 1 to N or "test
// ./package TestName"; and the places, each as
//
//	--- path
//	text as it stands
//	+++
//	text as it is planted
//
// A text has to stand in its file exactly once. It is text and not a diff, so
// that a change of the lines around it leaves it alone, while one of the lines
// themselves makes somebody look whether the bug is still one.
package planted

import (
	"bytes"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A Bug is one of testdata.
type Bug struct {
	Name   string
	Plants string
	Seeds  int    // Of the simulator, or 0.
	In, By string // The package and the test, or "".
	Places []Place
}

// A Place is a text that is replaced.
type Place struct{ File, Old, New string }

// Where names the files.
func (b Bug) Where() string {
	var files []string
	for _, p := range b.Places {
		files = append(files, p.File)
	}
	return strings.Join(slices.Compact(files), ", ")
}

// Catcher names what must catch the bug.
func (b Bug) Catcher() string {
	if b.Seeds > 0 {
		return fmt.Sprintf("seeds 1-%d", b.Seeds)
	}
	return strings.TrimPrefix(b.In, "./") + "." + b.By
}

var (
	bySeeds = regexp.MustCompile(`^seeds ([1-9][0-9]*)$`)
	byTest  = regexp.MustCompile(`^test (\./[a-z/]+) (Test[A-Za-z]+)$`)
)

// Read reads the bugs of a folder.
func Read(dir string) (all []Bug, err error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		b, err := parse(string(data))
		if err != nil {
			return nil, fmt.Errorf("planted: %s: %w", f, err)
		}
		b.Name = strings.TrimSuffix(filepath.Base(f), ".txt")
		all = append(all, b)
	}
	return all, err
}

func parse(text string) (b Bug, err error) {
	head, rest, _ := strings.Cut(strings.TrimSuffix(text, "\n"), "\n--- ")
	plants, catcher, _ := strings.Cut(head, "\n")
	b.Plants = plants
	if m := bySeeds.FindStringSubmatch(catcher); m != nil {
		b.Seeds, err = strconv.Atoi(m[1])
	} else if m := byTest.FindStringSubmatch(catcher); m != nil {
		b.In, b.By = m[1], m[2]
	} else {
		err = fmt.Errorf("%q names nothing that can catch it", catcher)
	}
	for part := range strings.SplitSeq(rest, "\n--- ") {
		file, body, _ := strings.Cut(part, "\n")
		old, planted, ok := strings.Cut(body, "\n+++\n")
		if !ok || old == "" || old == planted {
			return b, fmt.Errorf("%q: no text, or nothing in its place", file)
		}
		b.Places = append(b.Places, Place{file, old, planted})
	}
	return b, err
}

// Plant returns the files of a tree as they are with the bug in them.
func (b Bug) Plant(root string) (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, p := range b.Places {
		data, ok := files[p.File]
		if !ok {
			var err error
			if data, err = os.ReadFile(filepath.Join(root, p.File)); err != nil {
				return nil, err
			}
		}
		if n := bytes.Count(data, []byte(p.Old)); n != 1 {
			return nil, fmt.Errorf("%s: %s has its text %d times, want once:\n%s", b.Name, p.File, n, p.Old)
		}
		files[p.File] = bytes.Replace(data, []byte(p.Old), []byte(p.New), 1)
	}
	for name, data := range files {
		if _, err := parser.ParseFile(token.NewFileSet(), name, data, parser.SkipObjectResolution); err != nil {
			return nil, fmt.Errorf("%s: %w", b.Name, err)
		}
	}
	return files, nil
}
