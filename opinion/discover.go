package opinion

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Dish is a name that many notes use like a dish.
type Dish struct {
	Name  string  // Folded.
	Notes int     // How many of the texts name it.
	Bound float64 // How much more often its parts stand together than by chance, in bits.
}

// A Search says what Discover looks for.
type Search struct {
	Least int // In how many texts a name must stand; 3 if 0.
	Most  int // How many dishes are returned at most; all if 0.
}

// What a name must reach: parts that stand together 2^3 times as often as by
// chance, free neighbours on both sides, and a third of its places where
// dishes stand, or a last character that names food and a tenth of them.
const (
	boundLeast   = 3
	freeLeast    = 0.9
	placedLeast  = 0.34
	placedDishes = 0.08
)

// Discover returns names of dishes that the texts, notes of one shop or of one
// city, use and no dictionary needs to know; the most frequent first. A name is
// a run of two to eight Chinese characters that is bound inside (the least
// pointwise mutual information of its two parts), free outside (the branching
// entropy of its neighbours) and stands where dishes stand: after words of
// ordering, before words of taste, in lists and in quotes.
func Discover(texts []string, s Search) []Dish {
	if s.Least <= 0 {
		s.Least = 3
	}
	c := newCorpus(texts)
	var found []Dish
	for _, name := range c.frequent(s.Least) {
		if d, ok := c.judge(name); ok {
			found = append(found, d)
		}
	}
	found = outermost(found)
	slices.SortFunc(found, func(a, b Dish) int {
		return cmp.Or(cmp.Compare(b.Notes, a.Notes), strings.Compare(a.Name, b.Name))
	})
	if s.Most > 0 && len(found) > s.Most {
		found = found[:s.Most]
	}
	return found
}

// A corpus is folded texts and how often their runs of characters occur.
type corpus struct {
	texts [][]rune
	runs  map[string]*run
	total float64 // Characters.
}

// A run is a run of characters that may be a name.
type run struct {
	times, notes, last int
	left, right        map[rune]int
	placed             int
}

func newCorpus(texts []string) *corpus {
	c := &corpus{runs: map[string]*run{}}
	for _, t := range texts {
		runes := []rune(Fold(t))
		c.texts = append(c.texts, runes)
		c.total += float64(len(runes))
	}
	return c
}

// frequent counts all runs and returns those of two and more characters that
// stand in enough texts. A run is only looked at if what it begins with was
// frequent, so that memory stays in proportion to what is kept.
func (c *corpus) frequent(least int) []string {
	var names []string
	for n := 1; n <= dishMost; n++ {
		fresh := map[string]*run{}
		for i, text := range c.texts {
			for from := 0; from+n <= len(text); from++ {
				c.count(fresh, i, from, n)
			}
		}
		kept := 0
		for name, r := range fresh {
			if r.notes >= least {
				c.runs[name] = r
				kept++
				if n > 1 {
					names = append(names, name)
				}
			}
		}
		if kept == 0 {
			break
		}
	}
	slices.Sort(names)
	return names
}

// count notes one occurrence of a run.
func (c *corpus) count(fresh map[string]*run, i, from, n int) {
	text := c.texts[i]
	name := text[from : from+n]
	if !unicode.Is(unicode.Han, name[n-1]) || n == 1 && !unicode.Is(unicode.Han, name[0]) {
		return
	}
	if n > 1 && (c.runs[string(name[:n-1])] == nil || c.runs[string(name[1:])] == nil) {
		return
	}
	r := fresh[string(name)]
	if r == nil {
		r = &run{last: -1, left: map[rune]int{}, right: map[rune]int{}}
		fresh[string(name)] = r
	}
	r.times++
	if r.last != i {
		r.last = i
		r.notes++
	}
	if n == 1 {
		return
	}
	before, after := text[:from], text[from+n:]
	r.left[neighbour(before, len(before)-1)]++
	r.right[neighbour(after, 0)]++
	if placed(before, after) {
		r.placed++
	}
}

func neighbour(text []rune, i int) rune {
	if i < 0 || i >= len(text) {
		return '\n'
	}
	return text[i]
}

// orders and praises are what stands before and after names of dishes.
var (
	orders  = []string{"点了", "吃了", "喝了", "要了", "点的", "推荐", "必点", "招牌", "特色", "一份", "一碗", "一杯", "一个", "一盘", "一锅", "份", "尝了", "是", "喜欢", "爱吃", "家的", "和", "的", "还有", "[", "\"", ",", ":", "+"}
	praises = []string{"好吃", "很", "味道", "也", "不错", "真的", "都", "口感", "非常", "超", "太", "比较", "挺", "有点", "是", "和", "]", "\"", ",", "+", "里", "特别"}
)

// placed says whether a name between the two would stand like a dish. Both
// sides have to speak for it.
func placed(before, after []rune) bool {
	return slices.ContainsFunc(orders, func(w string) bool { return endsWith(before, w) }) &&
		(len(after) == 0 || after[0] == '\n' || after[0] == '.' ||
			slices.ContainsFunc(praises, func(w string) bool { return beginsWith(after, w) }))
}

func endsWith(text []rune, w string) bool {
	n := utf8.RuneCountInString(w)
	return len(text) >= n && string(text[len(text)-n:]) == w
}

func beginsWith(text []rune, w string) bool {
	n := utf8.RuneCountInString(w)
	return len(text) >= n && string(text[:n]) == w
}

// Characters with which names of dishes end, and with which none begins or
// ends; such as stand nowhere in a name.
const (
	heads   = "面粉饭汤粥饼包饺糕卷串锅煲羹茶鸡鸭鹅鱼虾蟹肉排翅肠蛋腐菜丸片丝块条干酥派挞塔布司包酪铁啡奶酱爪蹄骨肚肝腰蛙螺贝蚝蛤鱿参笋菇菌耳豆薯芋藕瓜茄椒饺馄饨馍冰糖露冻乐酒酿糍粑团圆烧麦卖汁苔芽皮筋血脑舌尾唇心胗掌柳扒沙拉披萨喱福"
	nowhere = "的了是我你他她它们这那哪都很就也不没在有吗呢吧啊哦呀嘛和跟与还要会去来说给被把让但因所为么怎些"
	edges   = nowhere + "个每次家店里外上下前后时候觉得感以能太真超最较挺蛮更已经只又再先才喜欢吃喝点推荐尝味道份位人等从到着过得地其而且或如果虽然便应该想看像用做开现今天第几两块一整非常招牌特色配铃部角件片落餐"
)

// judge says whether a run is the name of a dish.
func (c *corpus) judge(name string) (Dish, bool) {
	r := c.runs[name]
	runes := []rune(name)
	first, last := runes[0], runes[len(runes)-1]
	if strings.ContainsRune(edges, first) || strings.ContainsRune(edges, last) || strings.ContainsAny(name, nowhere) || speaks(name) {
		return Dish{}, false
	}
	least := placedLeast
	switch headed := strings.ContainsRune(heads, last); {
	case headed && (len(runes) > 2 || !slices.Contains(raw, name)):
		least = placedDishes
	case headed || len(runes) == 2 || !strings.ContainsAny(name, cooking):
		return Dish{}, false
	}
	d := Dish{Name: name, Notes: r.notes, Bound: c.bound(runes)}
	free := min(entropy(r.left), entropy(r.right))
	return d, d.Bound >= boundLeast && free >= freeLeast && float64(r.placed) >= least*float64(r.times)
}

// raw is what two characters call that is in dishes rather than one.
var raw = []string{"鸡蛋", "鸡肉", "牛肉", "羊肉", "猪肉", "鱼肉", "青椒", "青菜", "蔬菜", "小菜", "面条", "酱汁", "蘸酱", "海鲜", "水果", "面粉", "面包", "米面", "土豆", "黄瓜", "豆芽", "口水", "肉片", "大肉", "价格", "半成"}

// speaks says whether a word of the lexicon in a run says something about the
// shop rather than names food: 价格实惠 is bound as well.
func speaks(name string) bool {
	whole, n := keyOf(name)
	for r := read(name); r.next(); {
		w := r.word
		if w == nil {
			continue
		}
		if w.role != tells || w.aspects&^(1<<Taste) != 0 || w.said != 0 && w.units > 1 || w.key == whole && int(w.units) == n {
			return true
		}
	}
	return false
}

// bound is the least mutual information of any two parts of a name, in bits.
func (c *corpus) bound(name []rune) float64 {
	least := math.Inf(1)
	whole := float64(c.runs[string(name)].times)
	for i := 1; i < len(name); i++ {
		a, b := c.runs[string(name[:i])], c.runs[string(name[i:])]
		least = min(least, math.Log2(whole*c.total/(float64(a.times)*float64(b.times))))
	}
	return least
}

// entropy of a name's neighbours, in bits. A mark beside it is a new neighbour
// each time: nothing binds a name to a comma.
func entropy(beside map[rune]int) float64 {
	var counts []int
	total := 0
	for r, n := range beside {
		total += n
		if unicode.IsLetter(r) {
			counts = append(counts, n)
		} else {
			counts = append(counts, slices.Repeat([]int{1}, n)...)
		}
	}
	slices.Sort(counts) // So that the sum is the same each time.
	sum := 0.0
	for _, n := range counts {
		p := float64(n) / float64(total)
		sum -= p * math.Log2(p)
	}
	return sum
}

// outermost leaves out names that hardly ever stand outside a longer one.
func outermost(all []Dish) []Dish {
	return slices.DeleteFunc(slices.Clone(all), func(d Dish) bool {
		return slices.ContainsFunc(all, func(longer Dish) bool {
			return len(longer.Name) > len(d.Name) && strings.Contains(longer.Name, d.Name) && longer.Notes*10 >= d.Notes*6
		})
	})
}
