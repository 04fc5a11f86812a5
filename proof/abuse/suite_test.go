package abuse

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"citywalk/db"
	"citywalk/proof"
)

func TestMain(m *testing.M) { os.Exit(proof.Main(m)) }

// A Case is one way to do harm.
type Case struct {
	ID   string
	Says string // What must come of it.

	both func(*town)      // Plays it in a town on SQLite and in one on PostgreSQL.
	one  func(*town)      // Plays it on SQLite: the database has no part in it.
	real func(*testing.T) // Plays it with the real binary, on the engines that it chooses.
	at   string           // The test that holds it, or more of it: "web/api.TestRetryAfter".
	none string           // Why there is nothing to play.
}

// asked are the ids of the catalogue that concern what exists or may soon.
const asked = `A1 A2 A5 A6 A7 A8 A9 A10 A11
	B7 B8 B9 B12 B15 B19 B20
	C1 C2 C8 C9 C12 C13
	D1 D2 D3 D4 D7 D8 D9 D11
	G1 G2 G3 G4 G5 G6 G7 G8 G9 G16 G17
	H1 H2 H4 H5 H6
	I1
	J1 J2 J3 J5 J6
	K1 K2`

func TestInput(t *testing.T)      { play(t, input) }
func TestMoney(t *testing.T)      { play(t, money) }
func TestCodes(t *testing.T)      { play(t, codes) }
func TestAccess(t *testing.T)     { play(t, access) }
func TestPages(t *testing.T)      { play(t, pages) }
func TestSignIn(t *testing.T)     { play(t, signIn) }
func TestPrivacy(t *testing.T)    { play(t, privacy) }
func TestOverload(t *testing.T)   { play(t, overload) }
func TestOperations(t *testing.T) { play(t, operations) }

// all are the sections in their order.
func all() []Case {
	return slices.Concat(input, money, codes, access, pages, signIn, privacy, overload, operations)
}

// play plays a section.
func play(t *testing.T, section []Case) {
	for _, c := range section {
		if c.both == nil && c.one == nil && c.real == nil {
			continue
		}
		t.Run(c.ID+" "+c.Says, func(t *testing.T) {
			if c.both != nil {
				for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
					t.Run(string(engine), func(t *testing.T) { c.both(newTown(t, engine)) })
				}
			}
			if c.one != nil {
				c.one(newTown(t, db.SQLite))
			}
			if c.real != nil {
				c.real(t)
			}
		})
	}
}

// TestEveryCaseHasItsPlace holds the tables to the catalogue: each id stands in
// them once, and is played, held by a test that is there, or said to be none.
func TestEveryCaseHasItsPlace(t *testing.T) {
	var have []string
	for _, c := range all() {
		have = append(have, c.ID)
		played := c.both != nil || c.one != nil || c.real != nil
		switch {
		case c.Says == "":
			t.Errorf("%s does not say what must come of it", c.ID)
		case !played && c.at == "" && c.none == "":
			t.Errorf("%s is neither played nor said to be none", c.ID)
		case c.none != "" && (played || c.at != ""):
			t.Errorf("%s is played and said to be none", c.ID)
		}
		for _, at := range strings.Fields(c.at) {
			if err := exists(at); err != nil {
				t.Errorf("%s: %v", c.ID, err)
			}
		}
	}
	if want := strings.Fields(asked); !slices.Equal(have, want) {
		t.Errorf("the tables have\n%v, the catalogue\n%v", have, want)
	}
}

// exists finds a test that is named by its package's folder and its name.
func exists(at string) error {
	dot := strings.LastIndex(at, ".")
	if dot < 0 {
		return fmt.Errorf("%s names no test", at)
	}
	declared := regexp.MustCompile(`(?m)^func ` + regexp.QuoteMeta(at[dot+1:]) + `\(`)
	files, err := filepath.Glob(filepath.Join("..", "..", at[:dot], "*_test.go"))
	if err != nil {
		return err
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if declared.Match(text) {
			return nil
		}
	}
	return fmt.Errorf("there is no test %s", at)
}
