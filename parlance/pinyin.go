package parlance

import (
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/mozillazg/go-pinyin"
)

// heteronyms are characters of names that are read in more than one way, or
// not as the dictionary's first reading says. A name is indexed under each, so
// that nobody has to know which one is right. They were chosen for what stands
// on signs, maps and menus; other characters have their first reading.
const heteronyms = `
重 chong zhong|长 chang zhang|行 xing hang|乐 le yue|都 du dou|朝 chao zhao|朴 pu piao|莘 xin shen|厦 xia sha|单 dan shan|曾 zeng ceng|藏 cang zang
传 chuan zhuan|弹 dan tan|调 tiao diao|薄 bo bao|宿 su xiu|盛 sheng cheng|区 qu ou|仇 qiu chou|秘 mi bi|还 hai huan|觉 jue jiao|角 jiao jue|种 zhong chong
血 xue xie|削 xue xiao|强 qiang jiang|便 bian pian|番 fan pan|得 de dei|了 le liao|地 di de|茄 qie jia|蛤 ge ha|参 shen can|咖 ka ga|露 lu lou|落 luo lao
模 mo mu|什 shi shen|提 ti di|夹 jia ga|扁 bian pian|屏 ping bing|奇 qi ji|合 he ge|会 hui kuai|降 jiang xiang|校 xiao jiao|解 jie xie|劲 jin jing|卡 ka qia
壳 ke qiao|脉 mai mo|埋 mai man|蔓 man wan|没 mei mo|泊 bo po|雀 que qiao|塞 sai se|色 se shai|折 zhe she|省 sheng xing|似 si shi|熟 shu shou|说 shuo shui
拓 tuo ta|尾 wei yi|尉 wei yu|咽 yan ye|叶 ye xie|殷 yin yan|员 yuan yun|择 ze zhai|扎 zha za|粘 zhan nian|着 zhe zhao|绿 lv lu|率 lv shuai|焯 chao zhuo
爪 zhua zhao|荨 xun qian|炮 pao bao|膀 bang pang|臭 chou xiu|澄 cheng deng|柏 bai bo|堡 bao bu|剥 bo bao|伯 bo bai|卜 bu bo|龟 gui jun|谷 gu yu|莞 guan wan
巷 xiang hang|吓 xia he|贾 jia gu|涌 yong chong|圩 xu wei|弄 long nong|桧 gui hui|浜 bang bin|呷 ga xia|不 bu fou|石 shi dan|车 che ju|阿 a e|和 he huo|大 da dai
曲 qu qu|差 cha chai|好 hao hao|见 jian xian|佛 fo fu|伽 jia qie|仔 zai zi|女 nv nu|吕 lv lu|旅 lv lu|驴 lv lu|铝 lv lu|律 lv lu|虑 lv lu|滤 lv lu|略 lve lue|虐 nve nue
`

// A readingBook is how the characters of the basic plane are read.
type readingBook struct {
	several map[rune][]string
	one     [][]string     // Every syllable, each in a list of its own.
	first   [1 << 16]int16 // Into one; 0 is no Chinese character.
}

var readingsKnown = sync.OnceValue(func() *readingBook {
	b := &readingBook{several: map[rune][]string{}, one: [][]string{nil}}
	args, number := pinyin.NewArgs(), map[string]int16{}
	for r := range pinyin.PinyinDict {
		if r >= len(b.first) {
			continue
		}
		for _, y := range pinyin.SinglePinyin(rune(r), args) {
			if number[y] == 0 {
				number[y] = int16(len(b.one))
				b.one = append(b.one, []string{y})
			}
			b.first[r] = number[y]
		}
	}
	for _, entry := range strings.FieldsFunc(heteronyms, func(r rune) bool { return r == '|' || r == '\n' }) {
		f := strings.Fields(entry)
		b.several[[]rune(f[0])[0]] = slices.Compact(f[1:])
	}
	return b
})

// readings returns how a character may be read, without tones; nil if it is no
// Chinese character that the dictionary knows.
func readings(r rune) []string {
	b := readingsKnown()
	if known, ok := b.several[r]; ok {
		return known
	}
	if uint32(r) >= uint32(len(b.first)) {
		return nil
	}
	return b.one[b.first[r]]
}

// letters returns how units are most likely read, as letters, and the first of
// each; what is no Chinese character is as it is.
func letters(units []unit) (whole, initials string) {
	var w, i strings.Builder
	for _, u := range units {
		text := u.text
		if u.script == han {
			if known := readings(u.char()); len(known) > 0 {
				text = known[0]
			}
		}
		w.WriteString(text)
		_, size := utf8.DecodeRuneInString(text)
		i.WriteString(text[:size])
	}
	return w.String(), i.String()
}

// reading returns how a text is most likely read, one syllable a character,
// Latin letters and digits as they are.
func reading(text []rune) []string {
	all := make([]string, 0, len(text))
	for _, r := range text {
		if known := readings(r); len(known) > 0 {
			all = append(all, known[0])
		} else {
			all = append(all, string(r))
		}
	}
	return all
}

// A syllabary is all syllables of Chinese and all beginnings of them.
type syllabary struct {
	whole  map[string]bool
	prefix map[string][]string // What syllables begin so.
}

const syllableMost = 6 // Letters of the longest, such as zhuang.

var syllables = sync.OnceValue(func() syllabary {
	s := syllabary{whole: map[string]bool{}, prefix: map[string][]string{}}
	for _, y := range readingsKnown().one[1:] {
		// Rare characters have syllables that nobody types: ng, m, hng.
		if len(y[0]) <= syllableMost && strings.ContainsAny(y[0], "aeiouv") {
			s.whole[y[0]] = true
		}
	}
	for _, y := range []string{"lu", "nu", "lue", "nue", "lyu", "nyu"} {
		s.whole[y] = true
	}
	for y := range s.whole {
		for n := 1; n < len(y); n++ {
			s.prefix[y[:n]] = append(s.prefix[y[:n]], y)
		}
	}
	for _, all := range s.prefix {
		slices.Sort(all)
	}
	return s
})

// A spelling is letters cut into syllables; rest is the beginning of one more,
// as when somebody is still typing.
type spelling struct {
	whole []string
	rest  string
}

const (
	spelledMost   = 48 // Letters that are read as pinyin.
	spellingsMost = 4
)

// spell cuts letters into syllables, in at most so many ways, those with fewer
// syllables first.
func spell(letters string, most int) []spelling {
	if len(letters) < 2 || len(letters) > spelledMost {
		return nil
	}
	s := syllables()
	// Of each rest of the letters, what is the least number of syllables.
	var least [spelledMost + 1]int
	for i := len(letters) - 1; i >= 0; i-- {
		least[i] = -1
		if _, begun := s.prefix[letters[i:]]; begun {
			least[i] = 1
		}
		for n := 1; n <= min(syllableMost, len(letters)-i); n++ {
			if l := least[i+n]; s.whole[letters[i:i+n]] && l >= 0 && (least[i] < 0 || l+1 < least[i]) {
				least[i] = l + 1
			}
		}
	}
	if least[0] < 0 {
		return nil
	}
	var all []spelling
	c := cutter{letters: letters, least: least[:], most: most}
	for slack := 0; slack <= 1 && len(all) < most; slack++ {
		all = c.cut(0, least[0]+slack, make([]string, 0, least[0]+1), all)
	}
	return all
}

// A cutter cuts letters into syllables. least is of each rest of the letters how
// many syllables it has at least, or -1.
type cutter struct {
	letters string
	least   []int
	most    int
}

// cut appends the ways to cut the letters from i on into exactly n syllables.
func (c *cutter) cut(i, n int, before []string, all []spelling) []spelling {
	if len(all) == c.most || c.least[i] < 0 || c.least[i] > n {
		return all
	}
	if i == len(c.letters) {
		if n == 0 {
			all = append(all, spelling{whole: slices.Clone(before)})
		}
		return all
	}
	s := syllables()
	for l := min(syllableMost, len(c.letters)-i); l >= 1 && n > 0; l-- {
		if s.whole[c.letters[i:i+l]] {
			all = c.cut(i+l, n-1, append(before, normal(c.letters[i:i+l])), all)
		}
	}
	if _, begun := s.prefix[c.letters[i:]]; begun && n == 1 && len(all) < c.most && len(before) > 0 {
		all = append(all, spelling{whole: slices.Clone(before), rest: c.letters[i:]})
	}
	return all
}

// normal brings the ways to type ü together.
func normal(syllable string) string {
	if rest, ok := strings.CutPrefix(syllable, "lyu"); ok {
		return "lv" + rest
	}
	if rest, ok := strings.CutPrefix(syllable, "nyu"); ok {
		return "nv" + rest
	}
	return syllable
}
