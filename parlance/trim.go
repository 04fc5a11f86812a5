package parlance

import (
	"slices"
	"strings"
	"sync"
)

// endings are what names of places end with and people leave out.
var endings = strings.Fields(`餐厅 酒家 酒楼 饭店 菜馆 面馆 火锅 烤肉 烧肉 料理 日本料理 咖啡 咖啡馆 咖啡店 西餐厅 中餐厅 茶餐厅 自助餐厅 大酒店 酒店 景区 风景区
	风景名胜区 旅游区 旅游度假区 度假区 披萨 海鲜 甜品 面包 旗舰店 总店 店 酒吧 面家 肠粉 博物馆 公园`)

// An ending is one of endings with the number of its characters.
type ending struct {
	text  string
	count int
}

var endingsByLast = sync.OnceValue(func() map[string][]ending {
	m := map[string][]ending{}
	for _, e := range endings {
		r := []rune(e)
		last := string(r[len(r)-1])
		m[last] = append(m[last], ending{e, len(r)})
	}
	return m
})

// trimmed returns a name's units without the city before them and without such
// an ending, as long as two characters stay.
func trimmed(units []unit, city string) []unit {
	if city = strings.TrimSuffix(city, "市"); city != "" && len(units) > 3 && strings.HasPrefix(city, units[0].text) {
		if town := split(city, 4); len(units) >= len(town)+2 && join(units[:len(town)]) == join(town) {
			units = units[len(town):]
		}
	}
	best := 0
	for _, e := range endingsByLast()[units[len(units)-1].text] {
		if n := e.count; n > best && len(units) >= n+2 && allHan(units[len(units)-n:]) && join(units[len(units)-n:]) == e.text {
			best = n
		}
	}
	return units[:len(units)-best]
}

func allHan(units []unit) bool {
	return !slices.ContainsFunc(units, func(u unit) bool { return u.script != han })
}
