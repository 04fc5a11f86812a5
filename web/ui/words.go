package ui

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"citywalk/fault"
)

// Words are an app's words in both languages, by key.
type Words map[string]Word

// A Word is one word or sentence in both languages.
type Word struct {
	Zh string `json:"zh"`
	En string `json:"en"`
}

//go:embed words.json
var own []byte

// LoadWords reads an app's words.json and adds the words that the parts of
// this package use. It panics when a file is malformed or says a word twice,
// because that is a bug found at start-up.
func LoadWords(raw []byte) Words {
	words := Words{}
	for _, b := range [][]byte{own, raw} {
		if err := words.add(json.NewDecoder(bytes.NewReader(b))); err != nil {
			panic(fmt.Sprintf("ui: words: %v", err))
		}
	}
	return words
}

// add reads one object, key by key: of a key that stands twice, decoding the
// whole would keep the last in silence.
func (w Words) add(d *json.Decoder) error {
	if _, err := d.Token(); err != nil {
		return err
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		name := fmt.Sprint(key)
		if _, taken := w[name]; taken {
			return fmt.Errorf("%s stands twice", name)
		}
		var word Word
		if err := d.Decode(&word); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		w[name] = word
	}
	_, err := d.Token()
	return err
}

// Shared returns only the words of this package.
func Shared() Words { return LoadWords([]byte("{}")) }

// Say returns the word for key in lang with its placeholders filled.
func (w Words) Say(lang fault.Lang, key string, pairs ...any) string {
	word, ok := w[key]
	if !ok {
		return key
	}
	s := word.En
	if lang == fault.Zh {
		s = word.Zh
	}
	if len(pairs) == 0 {
		return s
	}
	args := make([]string, 0, len(pairs))
	for i := 0; i+1 < len(pairs); i += 2 {
		args = append(args, "{"+fmt.Sprint(pairs[i])+"}", fmt.Sprint(pairs[i+1]))
	}
	return strings.NewReplacer(args...).Replace(s)
}

// Has reports whether there is a word for key.
func (w Words) Has(key string) bool { _, ok := w[key]; return ok }

// used finds the keys that sources use: p.T("key") and, for keys put together,
// p.T("prefix." + x); blanks are placeholders.
var (
	used     = regexp.MustCompile(`\.T\("([^"]+)"(\s*\+)?`)
	comments = regexp.MustCompile(`(?m)^\s*//.*$`)
	blanks   = regexp.MustCompile(`\{[a-z_]+\}`)
)

// CheckWords reports every key that the sources in dir use and words lack,
// words that lack a language, and sentences whose placeholders differ between
// the languages. Apps call it from a test: ui.CheckWords(t, ".", words).
func CheckWords(t interface {
	Helper()
	Errorf(format string, args ...any)
}, dir string, words Words) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Errorf("words: %v", err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		if !strings.HasSuffix(name, ".templ") && !strings.HasSuffix(name, ".go") ||
			strings.HasSuffix(name, "_templ.go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Errorf("words: %v", err)
		}
		for _, m := range used.FindAllStringSubmatch(comments.ReplaceAllString(string(source), ""), -1) {
			if key := m[1]; m[2] == "" && !words.Has(key) || m[2] != "" && !words.hasPrefix(key) {
				t.Errorf("words: %s uses %q, which words.json lacks", name, key)
			}
		}
	}
	for key, w := range words {
		if strings.TrimSpace(w.Zh) == "" || strings.TrimSpace(w.En) == "" {
			t.Errorf("words: %q lacks a language", key)
		}
		zh, en := blanks.FindAllString(w.Zh, -1), blanks.FindAllString(w.En, -1)
		if !sameSet(zh, en) {
			t.Errorf("words: %q has the placeholders %v in zh and %v in en", key, zh, en)
		}
	}
}

func (w Words) hasPrefix(prefix string) bool {
	for key := range w {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return false
}

func sameSet(a, b []string) bool {
	in := map[string]int{}
	for _, s := range a {
		in[s] |= 1
	}
	for _, s := range b {
		in[s] |= 2
	}
	for _, both := range in {
		if both != 3 {
			return false
		}
	}
	return true
}
