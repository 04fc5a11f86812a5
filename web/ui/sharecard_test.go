package ui

import (
	"strings"
	"testing"
)

// A name breaks between words, never loses a character but at its end, and
// keeps to its lines.
func TestNamesBreakIntoLines(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"老张面馆", "老张面馆"},
		{"梧桐里的第三家小咖啡馆永康路店", "梧桐里的第三家小咖啡馆|永康路店"},
		{"The Slow Boat to China Coffee", "The Slow Boat to China|Coffee"},
		{"一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十", "一二三四五六七八九十一|二三四五六七八九十一…"},
		{"", ""},
	} {
		got := strings.Join(lines(c.name, shareLine, 2), "|")
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		for _, line := range strings.Split(got, "|") {
			if wide(line) > 2*shareLine {
				t.Errorf("%q is too wide", line)
			}
		}
	}
}

// What a shop is called cannot break out of the picture.
func TestShareImageEscapes(t *testing.T) {
	svg := ShareImage(ShareView{Seed: "x", Name: `<script>"&`, Why: "</text>", Gives: "<b>", Curated: "<i>", Link: "https://example.org/?a=1&b=<", Product: "<p>"})
	for _, bad := range []string{"<script", "<b>", "<i>", "<p>", "b=<"} {
		if strings.Contains(svg, bad) {
			t.Errorf("%s is in the picture", bad)
		}
	}
	if got := strings.Count(svg, "</text>"); got != strings.Count(svg, "<text ") {
		t.Errorf("%d texts end, %d begin", got, strings.Count(svg, "<text "))
	}
}
