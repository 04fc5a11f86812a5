package ui

import (
	"bytes"
	"context"
	"encoding/xml"
	"image"
	"image/color"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"citywalk/fault"
)

func page(lang fault.Lang) Page {
	return Page{Lang: lang, Words: Shared(), App: Member, Base: "/", Path: "/"}
}

// TestWords proves that every word that the parts use is there in both
// languages.
func TestWords(t *testing.T) { CheckWords(t, ".", Shared()) }

// TestCheckWordsFinds proves that the check sees what it is there for.
func TestCheckWordsFinds(t *testing.T) {
	dir := t.TempDir()
	source := `package x
var _ = p.T("there") + p.T("not.there") + p.T("state." + s) + p.T("none." + s)`
	if err := os.WriteFile(filepath.Join(dir, "x.go"), []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	var seen complaints
	CheckWords(&seen, dir, Words{"there": {"在", "there"}, "state.a": {"{n}", "{m}"}, "half": {"半", ""}})
	for _, want := range []string{"not.there", "none.", "half", "state.a"} {
		if !strings.Contains(string(seen), want) {
			t.Errorf("no complaint about %s: %s", want, seen)
		}
	}
}

type complaints string

func (c *complaints) Helper() {}
func (c *complaints) Errorf(format string, args ...any) {
	*c += complaints(format)
	for _, a := range args {
		if s, ok := a.(string); ok {
			*c += complaints(s)
		}
	}
}

// TestColoursReachAA measures every pair of ink and ground that the parts use,
// in light and dark, by WCAG's formula.
func TestColoursReachAA(t *testing.T) {
	css, err := os.ReadFile("style/parts/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	light, dark, ok := strings.Cut(string(css), "@media")
	if !ok {
		t.Fatal("no dark tokens")
	}
	for name, block := range map[string]string{"light": light, "dark": dark} {
		colours := map[string]string{}
		for _, m := range regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{6})`).FindAllStringSubmatch(block, -1) {
			colours[m[1]] = m[2]
		}
		for _, pair := range [][2]string{
			{"ink", "paper"}, {"ink", "surface"}, {"ink", "line"}, {"quiet", "paper"}, {"quiet", "surface"},
			{"accent", "paper"}, {"accent", "surface"}, {"accent", "accent-wash"}, {"on-accent", "accent"},
			{"good", "surface"}, {"good", "good-wash"}, {"on-tone", "good"}, {"wait", "wait-wash"},
			{"bad", "paper"}, {"bad", "surface"}, {"bad", "bad-wash"}, {"on-tone", "bad"},
		} {
			a, b := colours[pair[0]], colours[pair[1]]
			if a == "" || b == "" {
				t.Errorf("%s: no colour for %v", name, pair)
				continue
			}
			if got := contrast(t, a, b); got < 4.5 {
				t.Errorf("%s: %s on %s has contrast %.2f, want 4.5", name, pair[0], pair[1], got)
			}
		}
	}
}

// TestCardInkReachesAA measures what is written on the card's pictures.
func TestCardInkReachesAA(t *testing.T) {
	for _, h := range hours {
		for _, ground := range []string{h.sky, h.glow} {
			if got := contrast(t, h.ink, ground); got < 4.5 {
				t.Errorf("%s on %s has contrast %.2f", h.ink, ground, got)
			}
		}
		if got := contrast(t, streetInk(h), h.street); got < 4.5 {
			t.Errorf("%s on the street %s has contrast %.2f", streetInk(h), h.street, got)
		}
	}
}

func contrast(t *testing.T, a, b string) float64 {
	la, lb := luminance(t, a), luminance(t, b)
	return (math.Max(la, lb) + 0.05) / (math.Min(la, lb) + 0.05)
}

func luminance(t *testing.T, hex string) float64 {
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

// TestPicturesFollowTheirSeed proves that a card keeps its street, that others
// have others, and that a name in it stays text.
func TestPicturesFollowTheirSeed(t *testing.T) {
	seen := map[string]bool{}
	for i := range 50 {
		c := CardView{Seed: "pas_" + strconv.Itoa(i), Plan: `<script>"全年卡`, Last: "0427", Days: 361}
		once, twice := street(page(fault.Zh), c), street(page(fault.Zh), c)
		if once != twice {
			t.Fatalf("seed %d draws two pictures", i)
		}
		if seen[once] {
			t.Errorf("seed %d draws another's picture", i)
		}
		seen[once] = true
		wellFormed(t, once)
		if strings.Contains(once, "<script") {
			t.Fatal("a plan's name became markup")
		}
	}
	for _, kind := range []string{"咖啡", "茶馆", "本帮菜", "火锅", "面包甜点", "书店", "博物馆", "公园", "酒吧", "海鲜", "西餐", "", "<b>"} {
		wellFormed(t, shopfront(kind, "shp_1"))
	}
}

func wellFormed(t *testing.T, svg string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		if _, err := d.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatalf("%v in %s", err, svg)
		}
	}
}

// TestTradesOfRealCategories proves that names as importers bring them find a
// fitting picture.
func TestTradesOfRealCategories(t *testing.T) {
	for category, want := range map[string]trade{
		"咖啡厅": cafe, "本帮江浙菜": noodle, "面包甜点": bakery, "火锅": hotpot, "日本料理": seafood, "茶馆": tea, "博物馆/纪念馆": museum,
		"Cafe": cafe, "Bookshop": books, "百货": store, "": store, "小吃快餐": western, "公园": park, "酒吧/酒馆": bar,
	} {
		if got := tradeOf(category); got != want {
			t.Errorf("%q is %s, want %s", category, got, want)
		}
	}
}

// TestQRReadsBack proves that a reader gets from the picture what was put in.
func TestQRReadsBack(t *testing.T) {
	for _, text := range []string{"770123456789012348", "https://citywalk.example/s/123455"} {
		picture := raster(t, QRImage(text, "label"))
		bitmap, err := gozxing.NewBinaryBitmapFromImage(picture)
		if err != nil {
			t.Fatal(err)
		}
		got, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
		if err != nil || got.GetText() != text {
			t.Errorf("%s reads back as %v, %v", text, got, err)
		}
	}
	if got := QRImage(strings.Repeat("x", 5000), ""); got != "" {
		t.Error("a text that is too long made a code")
	}
}

// raster paints the runs of a QR picture, eight pixels to a module.
func raster(t *testing.T, svg string) image.Image {
	t.Helper()
	m := regexp.MustCompile(`viewBox="0 0 (\d+)`).FindStringSubmatch(svg)
	if m == nil {
		t.Fatal(svg)
	}
	size, _ := strconv.Atoi(m[1])
	picture := image.NewGray(image.Rect(0, 0, size*8, size*8))
	for i := range picture.Pix {
		picture.Pix[i] = 255
	}
	for _, run := range regexp.MustCompile(`M(\d+) (\d+)h(\d+)`).FindAllStringSubmatch(svg, -1) {
		x, _ := strconv.Atoi(run[1])
		y, _ := strconv.Atoi(run[2])
		n, _ := strconv.Atoi(run[3])
		for px := x * 8; px < (x+n)*8; px++ {
			for py := y * 8; py < (y+1)*8; py++ {
				picture.SetGray(px, py, color.Gray{})
			}
		}
	}
	return picture
}

// TestPagesNeedNoException proves that no part writes inline style, inline
// script or an event handler, in any shell and either language, and that what
// people wrote stays text.
func TestPagesNeedNoException(t *testing.T) {
	forbidden := regexp.MustCompile(`(?i)\sstyle=|\son[a-z]+=|<script[^>]*>[^<]|<style|javascript:`)
	for _, lang := range []fault.Lang{fault.Zh, fault.En} {
		for _, show := range []string{"", "card", "explore", "confirm", "paid", "refused", "form", "scan", "till", "wait", "console"} {
			for _, app := range []string{Member, Till, Console} {
				p := page(lang)
				p.App, p.Tabs, p.Who, p.Demo = app, GuideTabs(app), "<img src=x onerror=alert(1)>", true
				var b bytes.Buffer
				if err := Guide(p, show).Render(context.Background(), &b); err != nil {
					t.Fatal(err)
				}
				html := b.String()
				if found := forbidden.FindString(strings.ReplaceAll(html, "&lt;img src=x onerror=alert(1)&gt;", "")); found != "" {
					t.Errorf("%s in %s: %q", show, app, found)
				}
				if n := b.Len(); show != "" && n > 60<<10 {
					t.Errorf("%s in %s weighs %d bytes", show, app, n)
				}
			}
		}
	}
}

// TestFragmentsAreBare proves that script gets the children alone.
func TestFragmentsAreBare(t *testing.T) {
	p := page(fault.En)
	p.Fragment = true
	var b bytes.Buffer
	if err := Guide(p, "confirm").Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	if html := b.String(); strings.Contains(html, "<html") || !strings.Contains(html, "115.65") {
		t.Error(html)
	}
}

// TestGroups prints codes as people read them out.
func TestGroups(t *testing.T) {
	if got := Group("770123456789012348"); got != "770123 456789 012348" {
		t.Error(got)
	}
	for seconds, want := range map[int]string{899: "14:59", 60: "1:00", 5: "0:05", -3: "0:00"} {
		if got := clock(seconds); got != want {
			t.Errorf("%d is %s, want %s", seconds, got, want)
		}
	}
}

// A word that stands twice, in one file or in two, is found at start-up.
func TestAWordStandsOnce(t *testing.T) {
	word := func(file string) (why any) {
		defer func() { why = recover() }()
		LoadWords([]byte(file))
		return nil
	}
	if why := word(`{"a.b": {"zh": "甲", "en": "A"}, "c.d": {"zh": "乙", "en": "B"}}`); why != nil {
		t.Errorf("two words: %v", why)
	}
	for _, file := range []string{`{"a.b": {"zh": "甲", "en": "A"}, "a.b": {"zh": "乙", "en": "B"}}`, `{"ui.menu": {"zh": "甲", "en": "A"}}`, `{"a.b": 1}`, `{"a.b": {}`} {
		if word(file) == nil {
			t.Errorf("%s was taken", file)
		}
	}
}
