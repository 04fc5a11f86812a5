package parlance

import (
	"strings"
	"testing"
	"unicode/utf8"

	"citywalk/atlas"
)

// FuzzRead: whatever is typed, reading ends, the index accepts what comes of
// it, and the parts lie within the query, one after the other.
func FuzzRead(f *testing.F) {
	for _, s := range []string{"", "外婆家", "coffee near me under 100", "\xff\xfe", "人均", "人均9999999999999以内", "100-", "-100-50元元元", "a'b'c", strings.Repeat("附近", 200),
		strings.Repeat("xian", 40), "’’’", "的的的", "🍜🍣", "ﷺ", "ａｂｃ", "shi shi shi shi shi shi shi shi shi", "zhuangzhuangzhuangzhuangzhuangzhuang", "人民广场站站站", "near near near"} {
		f.Add(s)
	}
	x, c := townIndex(f)
	f.Fuzz(func(t *testing.T, query string) {
		r := c.Read(query)
		at := 0
		for _, p := range r.Parts {
			if p.From < at || p.To < p.From || p.To > len(query) {
				t.Fatalf("%q: part %+v", query, p)
			}
			at = p.From
		}
		asks := append([]Ask{r.Ask}, r.Looser()...)
		if len(asks) > 40 {
			t.Fatalf("%q: %d questions", query, len(asks))
		}
		for _, a := range asks {
			if _, err := x.Search(a.Query()); err != nil {
				t.Fatalf("%q: %v", query, err)
			}
		}
	})
}

// FuzzTerms: whatever a place is called, the index takes it, and a place that
// has a name of letters at all is found by it.
func FuzzTerms(f *testing.F) {
	f.Add("外婆家(湖边店)", "江浙菜", "西湖醋鱼")
	f.Add("\xff((((", "·····", "ａ")
	f.Add(strings.Repeat("长", 500), strings.Repeat("a", 500), strings.Repeat("重庆", 100))
	f.Fuzz(func(t *testing.T, name, category, dish string) {
		p := Text{Name: name, Category: category, Dishes: []string{dish, dish}, Address: name}
		terms, says := Terms(p), Says(p)
		x := atlas.New(1)
		if err := x.Apply(atlas.Batch{Put: []atlas.Doc{{ID: "a", Terms: terms, Says: says}}}); err != nil {
			t.Fatal(err)
		}
		parts, _ := divide(name)
		if len(parts) != 1 || !utf8.ValidString(name) || len(parts[0]) > 20 || len(name) > 100 || strings.ContainsAny(name, "()（）[]【】「」·•・∙|｜/／—") {
			return
		}
		c := NewCity(Vocabulary{DF: x.DF})
		r := c.Read(name)
		if a, err := x.Search(r.Query()); err != nil || len(a.Hits) != 1 {
			t.Fatalf("%q is not found by its name: %+v %v", name, r, err)
		}
	})
}
