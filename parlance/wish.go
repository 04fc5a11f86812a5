package parlance

import (
	"strings"
	"sync"
)

// Wishes are what is asked for beyond words and place.
type Wishes uint16

const (
	NearMe     Wishes = 1 << iota // Near the asker.
	OpenNow                       // Open at this moment.
	CardNow                       // The card works at this moment.
	Curated                       // On the curated list.
	Verified                      // With notes after a paid visit.
	PercentOff                    // A percentage off with the card.
	FixedOff                      // A sum off with the card.
	Gift                          // A gift with the card.
	NewShop                       // New here.
	Cheap                         // Not more than what is cheap here.
	Dear                          // Not less than what is upscale here.
	Nearest                       // Sorted by distance.
)

// Has reports whether all of some wishes are among them.
func (w Wishes) Has(some Wishes) bool { return w&some == some }

// wishWords are what is said for each, and what says nothing (filler), stands
// after a spot (there), or makes a station of it (stop).
var wishWords = map[string]string{
	"near":     "附近 身边 周边 周围 旁边 我附近 在我附近 我身边 我周围 离我近 离我近的 离我不远 附近的 就近 边上 旁边的 跟前 近处,near me,nearby,around me,close to me,around here,close by,near by,near here",
	"nearest":  "离我最近 离我最近的 最近的 距离最近,closest,nearest,nearest to me,closest to me",
	"open":     "现在营业 营业中 正在营业 现在开门 现在还开门 现在还开着 还开着 还开着的 还在营业 还营业 现在开着 现在开着的 开门的 还开门 还开 现在还营业 在营业 现在营业的 现在有开 没打烊 没关门,open now,still open,currently open,open,open late now,opened",
	"card":     "会员卡可用 能用卡 可用卡 刷卡 能刷卡 用卡 卡可用 现在能用卡 可以用卡 可刷卡 能用会员卡 会员卡 用会员卡 卡能用 现在可用卡 支持会员卡,card works now,card works,accepts card,takes card,take card,with card,card accepted,card now,member card,pass works,use my card",
	"curated":  "精选 严选 甄选 上榜 精选店 榜单,curated,handpicked,hand picked,selected",
	"verified": "到店实付 实付 真实评价 真实笔记 实付笔记 核销过,verified,verified notes,verified visits,verified reviews",
	"percent":  "打折 折扣 有折扣 九折 八折 七折 八八折 九五折 八五折 六折 五折 有打折 优惠 有优惠,discount,discounts,percent off,on sale,off,deals",
	"fixed":    "满减 立减 减免 有满减,money off,cash off",
	"gift":     "赠品 有赠品 赠送 有赠送 送礼品 送礼 送小食 送饮料 送甜品 送菜 有送,gift,gifts,free gift,freebie",
	"new":      "新店 新开 新开的 新开业,new,newly opened,new opening",
	"cheap":    "便宜 便宜的 实惠 实惠的 平价 性价比高 不贵 不贵的 省钱 价格低 经济实惠 平民 不要太贵 不要太贵的 不太贵 不太贵的 别太贵 别太贵的,cheap,budget,inexpensive,affordable,cheap eats,low price",
	"dear":     "高档 高端 豪华 上档次 高级,upscale,fancy,fine dining,high end,luxury,posh",
	"filler":   "的 有 有没有 有什么 有哪些 哪里有 哪里 哪儿 哪家 哪些 什么 推荐 求推荐 找 想找 帮我找 想去 我想 我想去 我要 一家 请问 一个人 两个人 三个人 四个人 多人 全家人 去 在 在哪 在哪里 地方 比较好 好吃 好喝 好的 不错的 最好的 最好 好一点的 现在 可以 吗 呢 啊 呀 怎么走,the,a,an,in,at,of,for,some,find,me,please,good,best,nice,to,with,and,place,places,where,is,are,any,want,i,on,by,show,can,get,my,food,there,that,which,around,from,here,now,looking,anything,something,somewhere,anywhere,great,top,recommend,recommended,recommendations,popular,you,we,us,like,go,have,or,our,it,do,what,should,could,would,tell,get me,take me",
	"there":    "附近 附近的 旁边 旁边的 周边 周围 一带 边上 那边 那里 跟前 门口 附近有,area,nearby,around",
	"near to":  "离,near,near to,close to,next to,around,by,beside",
	"stop":     "站 地铁站 地铁口 站附近 车站 地铁 地铁站附近 号口,station,metro,metro station,subway,subway station,stop",
}

var wishBits = map[string]Wishes{
	"near": NearMe, "nearest": NearMe | Nearest, "open": OpenNow, "card": CardNow, "curated": Curated, "verified": Verified,
	"percent": PercentOff, "fixed": FixedOff, "gift": Gift, "new": NewShop, "cheap": Cheap, "dear": Dear,
}

// A phrasebook knows the words of wishes.
type phrasebook struct {
	words map[string][]string // Folded words to what they are.
	most  map[string]int      // By its first unit: units of the longest word.
}

var phrases = sync.OnceValue(func() phrasebook {
	p := phrasebook{words: map[string][]string{}, most: map[string]int{}}
	for kind, list := range wishWords {
		zh, en, _ := strings.Cut(list, ",")
		for _, w := range append(strings.Fields(zh), strings.Split(en, ",")...) {
			units := split(w, 16)
			k := keyOf(units)
			p.words[k] = append(p.words[k], kind)
			p.most[units[0].text] = max(p.most[units[0].text], len(units))
		}
	}
	return p
})

// longestOf returns the kind of the longest word of one of the wanted kinds that
// begins at unit i, and how many units it has.
func (p phrasebook) longestOf(l *line, i int, wanted func(kind string) bool) (kind string, n int) {
	for n = min(p.most[l.units[i].text], l.until[i]-i); n > 0; n-- {
		best := ""
		for _, k := range p.words[l.key(i, n)] {
			// Where a word is of two kinds, the same one always wins.
			if wanted(k) && (best == "" || k < best) {
				best = k
			}
		}
		if best != "" {
			return best, n
		}
	}
	return "", 0
}
