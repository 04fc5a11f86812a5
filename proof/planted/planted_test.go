package planted

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What make mutants sets. Without it the bugs are only planted on paper.
var (
	hunt = flag.Bool("hunt", false, "plant each bug in a copy and run what must catch it")
	only = flag.String("only", "", "hunt the bugs whose name this expression matches")
)

const root = "../.."

// TestBugsAreCaught plants each bug of testdata and runs what must catch it.
// The ordinary tests only see that each still fits what it is planted in, and
// that its catcher is there.
func TestBugsAreCaught(t *testing.T) {
	bugs, err := Read("testdata")
	if err != nil {
		t.Fatal(err)
	}
	seeds := 0
	for _, b := range bugs {
		if _, err := b.Plant(root); err != nil {
			t.Error(err)
		}
		if b.Seeds > 0 {
			seeds++
		} else if !there(t, b) {
			t.Errorf("%s: there is no %s", b.Name, b.Catcher())
		}
		if b.Seeds > 2000 {
			t.Errorf("%s: a bug that takes more than 2000 seeds is as good as not caught", b.Name)
		}
	}
	if len(bugs) < 24 || seeds < 10 {
		t.Errorf("%d bugs, %d of them for the simulator; want 24 and 10", len(bugs), seeds)
	}
	if *hunt && !t.Failed() {
		caught(t, bugs)
	}
}

// there reports whether the test that must catch b is there.
func there(t *testing.T, b Bug) bool {
	files, err := filepath.Glob(filepath.Join(root, b.In, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(data), "\nfunc "+b.By+"(") {
			return true
		}
	}
	return false
}

func caught(t *testing.T, bugs []Bug) {
	h, err := NewHunt(root, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile(*only)
	var all []Catch
	for i, b := range bugs {
		if !names.MatchString(b.Name) {
			continue
		}
		fmt.Printf("%2d/%d %s: %s: ", i+1, len(bugs), b.Name, b.Catcher())
		c, err := h.Try(t.Context(), b)
		switch {
		case err != nil:
			fmt.Println("no answer")
			t.Error(err)
			continue
		case c.Caught == "":
			fmt.Println("SURVIVED")
			t.Errorf("%s survived %s: %s", b.Name, b.Catcher(), b.Plants)
		default:
			fmt.Printf("caught by %s in %v: %s\n", c.Caught, c.Took.Round(1e9), c.Said)
		}
		all = append(all, c)
	}
	fmt.Println(Table(all))
}
