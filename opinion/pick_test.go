package opinion

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"testing"
)

// TestPickShowsBothSides: the strongest negative is there, aspects and authors
// are spread, and what is hardly believed is not chosen.
func TestPickShowsBothSides(t *testing.T) {
	var all []Evidence
	for i := range 30 {
		all = append(all, Evidence{Note: i, Author: i % 10, Text: fmt.Sprint("味道好", i), Weight: 1,
			Clause: Clause{Aspects: Set(0).With(Aspect(i % 4)), Polarity: 0.9}})
	}
	all[7].Clause.Polarity, all[8].Clause.Polarity = 0.1, 0.05
	all[8].Weight = 0.1 // Bought, most likely.
	picked := Pick(all, 0.9, 100)
	if len(picked) != 6 || picked[0] != 7 || slices.Contains(picked, 8) {
		t.Fatalf("%v", picked)
	}
	var aspects Set
	authors := map[int]bool{}
	for _, i := range picked {
		aspects |= all[i].Clause.Aspects
		authors[all[i].Author] = true
	}
	if aspects != 0b1111 || len(authors) != 6 {
		t.Errorf("aspects %04b of %d authors", aspects, len(authors))
	}
	if got := Pick(all[:3], 0.5, 2); len(got) != 2 {
		t.Errorf("%v of three", got)
	}
	if got := Pick(nil, 0.5, 6); len(got) != 0 {
		t.Errorf("%v of nothing", got)
	}
}

// TestSimHashKnowsCopies: marks, width and characters make no difference, an
// edit little, another text much; too little text is not compared.
func TestSimHashKnowsCopies(t *testing.T) {
	text := "这家店的牛肉面味道很好，环境也干净，服务员特别热情，下次还会带朋友来吃。"
	copies := []string{"這家店的牛肉麵味道很好!環境也乾淨~服務員特別熱情…下次還會帶朋友來吃", strings.ReplaceAll(text, "，", "\n")}
	for _, c := range copies {
		if SimHash(c) != SimHash(text) {
			t.Errorf("%s: %d bits differ", c, bits.OnesCount64(SimHash(c)^SimHash(text)))
		}
	}
	edited := bits.OnesCount64(SimHash(text+"赞") ^ SimHash(text))
	other := bits.OnesCount64(SimHash("排队一个多小时才吃上，上菜又慢，价格还贵得离谱，再也不会来第二次了。") ^ SimHash(text))
	if edited > 8 || other < 16 {
		t.Errorf("an edit changes %d bits, another text %d", edited, other)
	}
	if SimHash("很好吃") != 0 {
		t.Error("three characters are compared")
	}
}

// TestFold: what is the same to a reader is the same.
func TestFold(t *testing.T) {
	for text, want := range map[string]string{
		"環境　很ＯＫ！":                   "环境很ok!",
		"Café  Crème\u200b is GOOD": "cafe creme is good",
		"一\r\n\r\n二 三\n":            "一\n二三",
		"\xff好":                     "好",
	} {
		if got := Fold(text); got != want || Fold(got) != got {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestDishesAreSpans: dishes of the dictionary are found where they stand,
// groceries are not.
func TestDishesAreSpans(t *testing.T) {
	text := "點了宮保雞丁和Tom Yum，土豆和牛奶一般"
	var got []string
	for _, s := range Default().Dishes(text) {
		got = append(got, text[s.From:s.To])
	}
	if want := []string{"宮保雞丁", "Tom Yum"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestTraditionalPairsUp: the table is pairs, and what they lead to leads no
// further.
func TestTraditionalPairsUp(t *testing.T) {
	runes := []rune(strings.Join(strings.Fields(traditional), ""))
	if len(runes)%2 != 0 {
		t.Fatalf("%d characters", len(runes))
	}
	for i := 0; i < len(runes); i += 2 {
		once := Fold(string(runes[i]))
		if once != Fold(string(runes[i+1])) || Fold(once) != once {
			t.Errorf("%c becomes %s, %c becomes %s", runes[i], once, runes[i+1], Fold(string(runes[i+1])))
		}
	}
}
