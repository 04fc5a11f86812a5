package main

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// Every vendored browser file is listed with its checksum, and is what the
// list says.
func TestVendoredFilesAreWhatTheListSays(t *testing.T) {
	const folder = "../ui/vendor"
	readme, err := os.ReadFile(folder + "/README.md")
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]string{}
	row := regexp.MustCompile("(?m)^\\| (\\S+) \\|.*\\| `([0-9a-f]{64})` \\|$")
	for _, m := range row.FindAllStringSubmatch(string(readme), -1) {
		sums[filepath.Join(folder, m[1])] = m[2]
	}
	err = walk(folder, ".", func(name string) error {
		if path := filepath.Join(folder, name); name != "README.md" && sums[path] == "" {
			t.Errorf("%s is not in the list", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range sums {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
			continue
		}
		sum := sha256.Sum256(data)
		if got := hex.EncodeToString(sum[:]); got != want {
			t.Errorf("%s has checksum %s, the list says %s", path, got, want)
		}
	}
}
