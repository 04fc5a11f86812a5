package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"citywalk/opinion"
)

// TestCurateTrain: an operator goes on from the embedded model with notes of
// his own; a wrong line is named, and a file that is there is kept.
func TestCurateTrain(t *testing.T) {
	dir := t.TempDir()
	notes, out := filepath.Join(dir, "own.jsonl"), filepath.Join(dir, "own.model")
	var file strings.Builder
	for i := range 60 {
		fmt.Fprintf(&file, "{\"text\":\"来了%d次，呱呱脆\",\"stars\":5,\"shop\":\"a%d\"}\n{\"text\":\"来了%d次，唧唧软\",\"stars\":1.5,\"shop\":\"b%d\"}\n", i, i%7, i, i%7)
	}
	train := func(text string, args ...string) (string, error) {
		if err := os.WriteFile(notes, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var said, errs bytes.Buffer
		err := run(context.Background(), append([]string{"curate", "train", "--notes", notes, "--out", out}, args...), &said, &errs)
		return said.String(), err
	}
	if _, err := train(file.String() + "{\"text\":\"好\",\"stars\":9}\n"); err == nil || !strings.Contains(err.Error(), "own.jsonl: line 121: stars 9") {
		t.Errorf("a wrong line: %v", err)
	}
	if _, err := train(file.String()+"{\"text\":\"好\"}\n", "--starred"); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := opinion.Read(f)
	if err != nil || m.Polarity("呱呱脆") < 0.6 || m.Polarity("很好吃") < 0.6 || m.Polarity("太难吃了") > 0.4 {
		t.Errorf("the model did not learn, or forgot: %v", err)
	}
	if _, err := train(file.String()); err == nil || !strings.Contains(err.Error(), "is there already") {
		t.Errorf("a file that is there: %v", err)
	}
}
