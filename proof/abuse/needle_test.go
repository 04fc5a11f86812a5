package abuse

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// needles are the ways in which a number could stand somewhere: as people
// write it, its bytes written otherwise, and under hashes that anybody can
// compute of all numbers.
func needles(n string) map[string][]byte {
	all := map[string][]byte{"the digits": []byte(n), "the digits backwards": []byte(backwards(n))}
	for _, gap := range []string{" ", "-", "+", "%20", "\u3000"} {
		all["the digits with "+gap] = []byte(n[:3] + gap + n[3:7] + gap + n[7:])
		all["the last eight with "+gap] = []byte(n[3:7] + gap + n[7:])
	}
	all["the digits in full width"] = []byte(strings.Map(func(r rune) rune { return r - '0' + '０' }, n))
	for _, form := range []string{n, "86" + n, "+86" + n} {
		all["the hex of "+form] = []byte(hex.EncodeToString([]byte(form)))
		for before := range 3 { // As many bytes, or three more, or six.
			b := base64.RawStdEncoding.EncodeToString([]byte("xyz"[:before] + form))
			all[fmt.Sprintf("the Base64 of %s after %d", form, before)] = []byte(b[(before*8+5)/6 : (before+len(form))*8/6])
		}
		a, b, c := md5.Sum([]byte(form)), sha1.Sum([]byte(form)), sha256.Sum256([]byte(form))
		for name, sum := range map[string][]byte{"MD5": a[:], "SHA-1": b[:], "SHA-256": c[:]} {
			all["the "+name+" of "+form] = sum
			all["the "+name+" of "+form+" in hex"] = []byte(hex.EncodeToString(sum))
			all["the "+name+" of "+form+" in Base64"] = []byte(base64.RawStdEncoding.EncodeToString(sum))
		}
	}
	return all
}

func backwards(s string) string {
	b := []byte(s)
	slices.Reverse(b)
	return string(b)
}

// A finder looks for all needles in one pass.
type finder struct {
	all    map[string][]byte
	starts [1 << 16][]string // Names of needles by their first two bytes.
}

func newFinder(all map[string][]byte) *finder {
	f := &finder{all: all}
	for name, needle := range all {
		at := int(needle[0])<<8 | int(needle[1])
		f.starts[at] = append(f.starts[at], name)
	}
	return f
}

// in names the needles that stand in a text.
func (f *finder) in(text []byte) []string {
	names := map[string]bool{}
	for i := 1; i < len(text); i++ {
		for _, name := range f.starts[int(text[i-1])<<8|int(text[i])] {
			if bytes.HasPrefix(text[i-1:], f.all[name]) {
				names[name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// searched looks for the number in all that was said and kept. The node is
// killed first, so that SQLite's journal is there as it was while it served.
// What must be found, since it is shown to everybody, is found.
func (c *canary) searched() {
	c.node.Kill()
	all := needles(canaryNumber)
	number := newFinder(all)
	for name, needle := range all {
		if got := number.in(slices.Concat([]byte("\x00\xffx"), needle, []byte("y\n"))); !slices.Contains(got, name) {
			c.Errorf("%s would not be found", name)
		}
	}
	masked := false
	for _, one := range c.told {
		masked = masked || strings.Contains(one.text, "139****7531")
		if names := number.in([]byte(one.text)); len(names) > 0 {
			c.Errorf("%s was told %v: %.300s", one.what, names, one.text)
		}
	}
	if !masked || c.failed < 2 {
		c.Error("the number was shown masked to nobody, or all messages went through")
	}
	for i, secret := range c.secrets {
		all[fmt.Sprint("token ", i)] = []byte(secret)
	}
	secret := newFinder(all)
	if names := secret.in([]byte(c.node.Log())); len(names) > 0 {
		c.Errorf("the log holds %v:\n%s", names, c.node.Log())
	}
	files, kept := 0, 0
	for _, place := range c.places() {
		c.must(filepath.WalkDir(place, func(path string, e fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) || err == nil && !e.Type().IsRegular() {
				return nil
			} else if err != nil {
				return err
			}
			text, err := os.ReadFile(path)
			if errors.Is(err, fs.ErrNotExist) { // The database's to take away.
				return nil
			}
			files++
			if bytes.Contains(text, []byte("139****7531")) {
				kept++
			}
			if names := secret.in(text); len(names) > 0 {
				c.Errorf("%s holds %v", path, names)
			}
			return err
		}))
	}
	c.Logf("told %d times, %d log lines, %d files; the mask stands in %d of them", len(c.told), strings.Count(c.node.Log(), "\n"), files, kept)
	if kept == 0 {
		c.Error("no file holds even the mask: these are not the database's")
	}
}

// places are the folders in which the installation, its database and the
// institution keep anything: of a PostgreSQL server all that it has.
func (c *canary) places() []string {
	c.Helper()
	own := filepath.Dir(c.Secrets)
	u, err := url.Parse(c.DB)
	c.must(err)
	if u.Scheme == "" {
		return []string{own, filepath.Dir(c.DB)}
	}
	return []string{own, u.Query().Get("host")}
}
