package parlance

import (
	"slices"
	"strconv"
	"strings"
	"sync"
)

// A price is a range of prices per head in whole yuan; most 0 is no end.
type price struct{ least, most int }

// A wordList is words, each as a name's key with how many units it has.
type wordList map[string]int

func listOf(words ...string) wordList {
	l := wordList{}
	for _, w := range words {
		units := split(w, 8)
		l[join(units)] = len(units)
	}
	return l
}

// Words about a price, before and after the number.
type priceWords struct{ perHead, atMost, atLeast, about, currency, between, below, above, each, afterRange wordList }

var priceBook = sync.OnceValue(func() *priceWords {
	return &priceWords{
		perHead:    listOf(strings.Fields("人均 每人 均价 价格 客单价 预算 价位 消费 一个人 单人 人均价")...),
		atMost:     listOf(strings.Fields("以内 以下 之内 之下 内 不到 以里 封顶 不超过")...),
		atLeast:    listOf(strings.Fields("以上 起 起步 之上 往上")...),
		about:      listOf(strings.Fields("左右 上下 出头")...),
		currency:   listOf(strings.Fields("元 块 块钱 圆 元钱 rmb yuan cny")...),
		between:    listOf("到", "至", "to"),
		below:      listOf("less than", "no more than", "up to", "under", "below", "within", "at most", "max", "不超过", "低于", "不到", "小于"),
		above:      listOf("more than", "at least", "over", "above", "from", "高于", "超过", "大于"),
		each:       listOf("per person", "per head", "a head", "each", "pp"),
		afterRange: listOf("之间", "以内"),
	}
})

const priceMost = 1_000_000

// priced reads a price that begins at unit i, and how many units it is. A number
// alone is no price: streets and names have numbers.
func priced(text string, l *line, i int) (p price, n int) {
	w := priceBook()
	c := counter{text: text, line: l, at: i}
	head := c.any(w.perHead)
	under := c.any(w.below)
	over := !under && c.any(w.above)
	first, ok := c.number()
	if !ok {
		return price{}, 0
	}
	coin := c.any(w.currency)
	if second, ok := c.second(); ok {
		coin = c.any(w.currency) || coin
		c.any(w.afterRange)
		if second < first {
			first, second = second, first
		}
		if head || coin || first >= 10 {
			return price{first, second}, c.at - i
		}
		return price{}, 0
	}
	switch {
	case under || c.any(w.atMost):
		p = price{0, first}
	case over || c.any(w.atLeast):
		p = price{first, 0}
	case head, coin && c.any(w.about):
		c.any(w.about)
		p = price{first * 3 / 4, first * 5 / 4}
	default:
		return price{}, 0
	}
	c.any(w.currency)
	c.any(w.each)
	return p, c.at - i
}

// A counter reads on through a line.
type counter struct {
	text string
	line *line
	at   int
}

// longestWord is how many units the longest word about a price has.
const longestWord = 3

// any passes the longest of the words that comes next, and reports whether
// there is one.
func (c *counter) any(words wordList) bool {
	for n := min(longestWord, len(c.line.units)-c.at); n > 0; n-- {
		if words[c.line.name(c.at, n)] == n {
			c.at += n
			return true
		}
	}
	return false
}

func (c *counter) number() (int, bool) {
	if c.at >= len(c.line.units) || c.line.units[c.at].script != digit || len(c.line.units[c.at].text) > 7 {
		return 0, false
	}
	n, err := strconv.Atoi(c.line.units[c.at].text)
	if err != nil || n > priceMost {
		return 0, false
	}
	c.at++
	return n, true
}

// second reads the end of a range: a dash or a word, and a number.
func (c *counter) second() (int, bool) {
	from := c.at
	if from >= len(c.line.units) {
		return 0, false
	}
	dash := strings.TrimSpace(c.text[c.line.units[from-1].to:c.line.units[from].from])
	if !slices.Contains([]string{"-", "~", "～", "—", "–", "－", "至"}, dash) && !c.any(priceBook().between) {
		return 0, false
	}
	if n, ok := c.number(); ok {
		return n, true
	}
	c.at = from
	return 0, false
}
