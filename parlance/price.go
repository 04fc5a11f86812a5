package parlance

import (
	"slices"
	"strconv"
	"strings"
)

// A price is a range of prices per head in whole yuan; most 0 is no end.
type price struct{ least, most int }

// Words about a price, before and after the number.
var (
	perHead  = strings.Fields("人均 每人 均价 价格 客单价 预算 价位 消费 一个人 单人 ¥ 人均价")
	atMost   = strings.Fields("以内 以下 之内 之下 内 不到 以里 封顶 不超过")
	atLeast  = strings.Fields("以上 起 起步 之上 往上")
	about    = strings.Fields("左右 上下 出头")
	currency = strings.Fields("元 块 块钱 圆 元钱 rmb yuan cny 元/人")
	between  = strings.Fields("到 至 to")

	below      = []string{"less than", "no more than", "up to", "under", "below", "within", "at most", "max", "不超过", "低于", "不到", "小于"}
	above      = []string{"more than", "at least", "over", "above", "from", "高于", "超过", "大于"}
	each       = []string{"per person", "per head", "a head", "each", "pp"}
	afterRange = []string{"之间", "以内"}
)

const priceMost = 1_000_000

// priced reads a price with which units begin, and how many units it is. A
// number alone is no price: streets and names have numbers.
func priced(text string, units []unit) (p price, n int) {
	c := counter{text: text, units: units}
	head := c.any(perHead)
	under := c.any(below)
	over := !under && c.any(above)
	first, ok := c.number()
	if !ok {
		return price{}, 0
	}
	coin := c.any(currency)
	if second, ok := c.second(); ok {
		coin = c.any(currency) || coin
		c.any(afterRange)
		if second < first {
			first, second = second, first
		}
		if head || coin || first >= 10 {
			return price{first, second}, c.at
		}
		return price{}, 0
	}
	switch {
	case under || c.any(atMost):
		p = price{0, first}
	case over || c.any(atLeast):
		p = price{first, 0}
	case head, coin && c.any(about):
		c.any(about)
		p = price{first * 3 / 4, first * 5 / 4}
	default:
		return price{}, 0
	}
	c.any(currency)
	c.any(each)
	return p, c.at
}

// A counter reads on through units.
type counter struct {
	text  string
	units []unit
	at    int
}

// any passes the longest of the words that comes next, and reports whether
// there is one.
func (c *counter) any(all []string) bool {
	best := 0
	for _, w := range all {
		units := split(w, 8)
		if n := len(units); n > best && c.at+n <= len(c.units) && join(c.units[c.at:c.at+n]) == join(units) {
			best = n
		}
	}
	c.at += best
	return best > 0
}

func (c *counter) number() (int, bool) {
	if c.at >= len(c.units) || c.units[c.at].script != digit || len(c.units[c.at].text) > 7 {
		return 0, false
	}
	n, err := strconv.Atoi(c.units[c.at].text)
	if err != nil || n > priceMost {
		return 0, false
	}
	c.at++
	return n, true
}

// second reads the end of a range: a dash or a word, and a number.
func (c *counter) second() (int, bool) {
	from := c.at
	if from == 0 || from >= len(c.units) {
		return 0, false
	}
	dash := strings.TrimSpace(c.text[c.units[from-1].to:c.units[from].from])
	if !slices.Contains([]string{"-", "~", "～", "—", "–", "－", "至"}, dash) && !c.any(between) {
		return 0, false
	}
	if n, ok := c.number(); ok {
		return n, true
	}
	c.at = from
	return 0, false
}
