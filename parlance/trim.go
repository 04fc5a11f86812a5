package parlance

import (
	"cmp"
	"slices"
	"strings"

	"citywalk/atlas"
)

// endings are what names of places end with and people leave out.
var endings = strings.Fields(`餐厅 酒家 酒楼 饭店 菜馆 面馆 火锅 烤肉 烧肉 料理 日本料理 咖啡 咖啡馆 咖啡店 西餐厅 中餐厅 茶餐厅 自助餐厅 大酒店 酒店 景区 风景区
	风景名胜区 旅游区 旅游度假区 度假区 披萨 海鲜 甜品 面包 旗舰店 总店 店 酒吧 面家 肠粉 博物馆 公园`)

// trimmed returns a name's units without the city before them and without such
// an ending, as long as two characters stay.
func trimmed(units []unit, city string) []unit {
	town := split(strings.TrimSuffix(city, "市"), 4)
	if n := len(town); n > 0 && len(units) >= n+2 && join(units[:n]) == join(town) {
		units = units[n:]
	}
	text := join(units)
	best := 0
	for _, e := range endings {
		if n := len([]rune(e)); n > best && len(units) >= n+2 && strings.HasSuffix(text, e) && allHan(units[len(units)-n:]) {
			best = n
		}
	}
	return units[:len(units)-best]
}

func allHan(units []unit) bool {
	return !slices.ContainsFunc(units, func(u unit) bool { return u.script != han })
}

// sorted orders terms, so that a place's terms are always the same.
func sorted(all []atlas.Weighted) []atlas.Weighted {
	slices.SortFunc(all, func(a, b atlas.Weighted) int { return cmp.Compare(a.Term, b.Term) })
	return all
}
