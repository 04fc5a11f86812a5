package main

import (
	"bytes"
	"errors"
	"fmt"
	"go/format"
	"os"
	"path/filepath"
	"strings"

	"github.com/a-h/templ/generator"
	"github.com/a-h/templ/parser/v2"
)

// templates returns the Go code of every *.templ below web. What templ only
// warns of is an error here, because nobody reads a warning of a generator.
func templates(root string) (files, error) {
	out := files{}
	var broken []error
	err := walk(root, "web", func(name string) error {
		if !strings.HasSuffix(name, ".templ") {
			return nil
		}
		code, err := template(root, name)
		if err != nil {
			broken = append(broken, fmt.Errorf("build: %s: %w", name, err))
			return nil
		}
		out[strings.TrimSuffix(name, ".templ")+"_templ.go"] = code
		return nil
	})
	return out, errors.Join(append(broken, err)...)
}

func template(root, name string) ([]byte, error) {
	source, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		return nil, err
	}
	file, err := parser.ParseString(string(source))
	if err != nil {
		return nil, err
	}
	warnings, err := parser.Diagnose(file)
	if err != nil {
		return nil, err
	}
	for _, w := range warnings {
		return nil, fmt.Errorf("line %d: %s", w.Range.From.Line+1, w.Message)
	}
	var code bytes.Buffer
	// The name goes into runtime errors: relative, so that no machine shows.
	if _, err := generator.Generate(file, &code, generator.WithFileName(name)); err != nil {
		return nil, err
	}
	return format.Source(code.Bytes())
}
