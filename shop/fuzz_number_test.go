package shop

import (
	"encoding/xml"
	"errors"
	"io"
	"net/url"
	"strings"
	"testing"

	"citywalk/geo"
)

// FuzzNumber shows that a number has one canonical form, and that the slips
// that people make with one (a wrong digit, two swapped) are no other shop.
func FuzzNumber(f *testing.F) {
	number, err := drawNumber()
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{number, number[:3] + " " + number[3:], number[:2] + "-" + number[2:], strings.Map(func(r rune) rune { return r - '0' + '０' }, number), "000000", "", "१२३४५६", "①②③④⑤⑥", "123456789", "\x00", "' OR 1=1--"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := ParseNumber(s)
		if err != nil {
			if n != "" || !errors.Is(err, ErrNumber) {
				t.Fatalf("%q is refused with %q, %v", s, n, err)
			}
			return
		}
		if len(n) != 6 || strings.Trim(n, "0123456789") != "" {
			t.Fatalf("%q is taken as %q", s, n)
		}
		if again, err := ParseNumber(n[:3] + " " + n[3:]); err != nil || again != n {
			t.Fatalf("%q is %q, and that is %q, %v", s, n, again, err)
		}
		for i := range n {
			for d := byte('0'); d <= '9'; d++ {
				if other, err := ParseNumber(n[:i] + string(d) + n[i+1:]); err == nil && other != n {
					t.Fatalf("%s and %s differ in one digit", n, other)
				}
			}
			if i > 0 && n[i] != n[i-1] {
				if other, err := ParseNumber(n[:i-1] + n[i:i+1] + n[i-1:i] + n[i+1:]); err == nil {
					t.Fatalf("%s and %s are the same but for two neighbours", n, other)
				}
			}
		}
	})
}

// FuzzSign shows that a sign's address stays on the site that it is made for,
// and that its sheet is text whatever the shop is called.
func FuzzSign(f *testing.F) {
	number, err := drawNumber()
	if err != nil {
		f.Fatal(err)
	}
	for _, base := range []string{"https://card.example", "https://card.example/", "http://127.0.0.1:8080", "https://a@b", "javascript:alert(1)", "//x", "https://card.example/%2e%2e/x", "https://card.example?x", "https://[::1]:1/a//b"} {
		f.Add(base, number, "阿娘面馆")
	}
	f.Add("https://card.example", number, `<img src=x onerror=alert(1)> "&'`)
	f.Add("https://card.example", number, "a\u202eb\x00\xff"+strings.Repeat("店", 200))
	f.Fuzz(func(t *testing.T, base, number, name string) {
		s, err := Sign(base, Shop{Number: number, Name: name})
		if err != nil {
			return
		}
		from, err := url.Parse(base)
		if err != nil {
			t.Fatal(err)
		}
		to, err := url.Parse(s.URL)
		if err != nil || to.Host != from.Host || to.Scheme != from.Scheme || to.User != nil || to.RawQuery != "" || to.Fragment != "" || !strings.HasSuffix(to.Path, "/s/"+number) {
			t.Fatalf("the sign of %q leads to %q, %v", base, s.URL, err)
		}
		var b strings.Builder
		if err := SignSVG(&b, s); err != nil {
			if len(s.URL) < 200 {
				t.Fatalf("no sheet of %+v: %v", s, err)
			}
			return
		}
		tags(t, b.String())
	})
}

// FuzzMap shows that what maps fields to a file's columns names fields of ours
// only, and that positions of GeoJSON are never mapped.
func FuzzMap(f *testing.F) {
	for _, field := range append([]string{"Name", "nAme", "", "role", "state"}, importFields...) {
		f.Add(field, "列", "id,name,lat,lng,列\n1,店,31.2,121.4,x\n", false)
		f.Add(field, "id", `{"features":[]}`, true)
	}
	f.Fuzz(func(t *testing.T, field, column, text string, isJSON bool) {
		i := Import{City: "上海", Source: "fuzz", System: geo.WGS84, Format: CSV, Map: map[string]string{field: column}}
		if isJSON {
			i.Format = GeoJSON
		}
		if _, err := i.tidy(); err != nil {
			return
		}
		if strings.ToLower(field) != field || isJSON && (field == "lat" || field == "lng") {
			t.Fatalf("%q is mapped", field)
		}
		src, err := i.open(strings.NewReader(text))
		for err == nil {
			var rec record
			if rec, err = src.next(); err == nil {
				checkRecord(t, i, rec)
			}
		}
	})
}

// tags fails if a sheet is no XML or has elements that a sheet has not.
func tags(t *testing.T, svg string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("the sheet is no XML: %v", err)
		}
		if e, ok := token.(xml.StartElement); ok && !strings.Contains(" svg title rect text path g ", " "+e.Name.Local+" ") {
			t.Fatalf("the sheet has <%s>", e.Name.Local)
		}
	}
}
