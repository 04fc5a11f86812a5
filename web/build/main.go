// Command build makes the web files that are generated and committed: the Go
// code of every *.templ below web, and the scripts and stylesheets of web/ui
// as the browser gets them, in web/ui/dist.
//
//	go run ./web/build          write what is not as it should be
//	go run ./web/build -check   write nothing, name what is stale, exit 1
//
// Every web/ui/script/*.ts is an entry point: a module that a page loads by
// name ("till.js"). Files that only entry points import stand in a folder
// below script. Every web/ui/style/*.css is a stylesheet. An import of a .wasm,
// .svg or .woff2 file is the address of that file under /assets/; an
// import("...") becomes a chunk of its own that loads when it is run. Files of
// web/ui/vendor that are not imported are copied.
//
// All names in dist carry a hash of their content, so browsers may keep them
// for ever; dist/manifest.json gives the name for each plain name.
//
// The output depends on the sources and on nothing else, neither the machine
// nor the hour, so the tidy test can ask whether it is fresh. Building needs
// no Node: templ and esbuild are Go libraries.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	check := flag.Bool("check", false, "write nothing, fail if a generated file is stale")
	root := flag.String("root", "", "the module's folder; found above the working folder if not given")
	flag.Parse()
	if err := run(*root, *check); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(root string, check bool) error {
	if root == "" {
		var err error
		if root, err = moduleRoot(); err != nil {
			return err
		}
	}
	root, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	want, broken := generate(root)
	have, err := generated(root)
	if err != nil {
		return err
	}
	changes := compare(have, want)
	if check {
		if broken == nil && len(changes) > 0 {
			return fmt.Errorf("stale generated files, run `make gen`:\n  %s", strings.Join(changes, "\n  "))
		}
		return broken
	}
	for _, name := range changes {
		if _, ok := want[name]; !ok && broken != nil {
			continue // It may be what the broken source makes.
		}
		if err := put(root, name, want); err != nil {
			return err
		}
		fmt.Println(name)
	}
	return broken
}

// files maps a slash-separated path below the root to what the file holds.
type files map[string][]byte

// generate returns every generated file as it should be. With an error it
// returns those whose sources are sound, so that one broken page does not hold
// up the others.
func generate(root string) (files, error) {
	all, broken := templates(root)
	bundles, err := assets(root)
	maps.Copy(all, bundles)
	return all, errors.Join(broken, err)
}

// generated returns the generated files that are there, whether or not their
// sources still are.
func generated(root string) (files, error) {
	have := files{}
	err := walk(root, "web", func(name string) error {
		if !strings.HasSuffix(name, "_templ.go") && !strings.HasPrefix(name, dist+"/") {
			return nil
		}
		data, err := os.ReadFile(filepath.Join(root, name))
		have[name] = data
		return err
	})
	return have, err
}

// compare returns the names of the files that are missing, different or left
// over, in order.
func compare(have, want files) []string {
	var names []string
	for name, data := range want {
		if old, ok := have[name]; !ok || !bytes.Equal(old, data) {
			names = append(names, name)
		}
	}
	for name := range have {
		if _, ok := want[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// put makes one file be as want has it, which may be not at all.
func put(root, name string, want files) error {
	path := filepath.Join(root, filepath.FromSlash(name))
	data, ok := want[name]
	if !ok {
		return os.Remove(path)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o644)
}

// walk calls fn with the slash-separated path of every file below a folder of
// root. A folder that is not there has no files.
func walk(root, folder string, fn func(name string) error) error {
	return filepath.WalkDir(filepath.Join(root, folder), func(path string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case d.IsDir():
			return nil
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		return fn(filepath.ToSlash(name))
	})
}

// moduleRoot finds the nearest folder with a go.mod, from the working folder
// upwards.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("build: no go.mod here or above; run it inside the repository")
		}
		dir = up
	}
}
