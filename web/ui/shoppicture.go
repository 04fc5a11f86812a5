package ui

import (
	"io"
	"strings"

	"github.com/a-h/templ"
)

// A trade is what a shop's picture shows in its window.
type trade string

const (
	cafe    trade = "cafe"
	tea     trade = "tea"
	noodle  trade = "noodle"
	hotpot  trade = "hotpot"
	bakery  trade = "bakery"
	books   trade = "books"
	museum  trade = "museum"
	park    trade = "park"
	bar     trade = "bar"
	seafood trade = "seafood"
	western trade = "western"
	store   trade = "store"
)

// trades maps parts of category names, in either language, to a trade. The
// first that matches counts.
var trades = []struct {
	parts string
	trade trade
}{
	{"咖啡 cafe coffee", cafe},
	{"茶 tea", tea},
	{"火锅 hotpot 烧烤 烤", hotpot},
	{"面包 甜品 西点 糕 bakery dessert 冰淇淋", bakery},
	{"书 book", books},
	{"博物 美术 纪念 museum 展 文化 历史 古迹 寺 庙 文物 人文", museum},
	{"公园 park 自然 山 湖 garden 园", park},
	{"酒吧 bar 清吧", bar},
	{"海鲜 鱼 seafood 日本 日料 寿司 japanese", seafood},
	{"西餐 法 意 牛排 western pizza 快餐 汉堡 美国 墨西哥 东南亚", western},
	{"面 粉 noodle 小吃 中餐 菜 餐 restaurant 饭", noodle},
}

// tradeOf returns the trade of a category as importers and operators write it.
func tradeOf(category string) trade {
	category = strings.ToLower(category)
	for _, t := range trades {
		for _, part := range strings.Fields(t.parts) {
			if strings.Contains(category, part) {
				return t.trade
			}
		}
	}
	return store
}

// ShopPicture is the picture of a shop that has no photograph: a shopfront of
// its own colours with what it sells in the window. It is decoration; the
// shop's name stands beside it.
func ShopPicture(category, seed string) templ.Component {
	return component(func(w io.Writer) error {
		_, err := io.WriteString(w, shopfront(category, seed))
		return err
	})
}

// fronts are walls with the awning and the sky that go with them.
var fronts = []struct{ sky, wall, awning, trim string }{
	{"#F6DFC3", "#FBF3E6", "#C8401A", "#6B3A28"},
	{"#D5E4DF", "#F4EEDF", "#2F6F5E", "#29463E"},
	{"#E5DDCB", "#EAD3AE", "#8C4A2F", "#4B3226"},
	{"#D9E2EA", "#F3EDE2", "#3F5B7A", "#2B3C50"},
	{"#F2D9CB", "#F8E7D8", "#A63D40", "#572A2C"},
	{"#E9E3C4", "#F7F1DA", "#B98A2E", "#5F4A1E"},
	{"#DDD9E4", "#F1ECEA", "#6B5876", "#3D3345"},
}

// shopfront draws on a grid of 96.
func shopfront(category, seed string) string {
	d := draw(seed)
	kind := tradeOf(category)
	f := fronts[d.rand.IntN(len(fronts))]
	d.rect(0, 0, 96, 96, f.sky)
	d.circle(d.between(62, 82), d.between(12, 20), d.between(7, 10), "#FBF3DE")
	switch kind {
	case park:
		d.garden()
		return d.svg("shop-picture", 96, 96, "")
	case museum:
		d.hall(f.wall, f.trim)
		return d.svg("shop-picture", 96, 96, "")
	}
	d.rect(12, 22, 72, 62, f.wall)
	switch d.rand.IntN(3) {
	case 0:
		d.rect(9, 18, 78, 6, f.trim)
	case 1:
		d.shape(f.trim, "M7 24 48 6l41 18z")
	default:
		d.shape(f.trim, "M5 25q10-3 13-13h60q3 10 13 13z")
	}
	d.rect(18, 46, 42, 30, "#FFF9EC")
	d.goods(kind, f.awning)
	d.rect(18, 74, 42, 3, f.trim)
	d.shape(f.trim, "M65 84V54a7 7 0 0 1 14 0v30z")
	d.rect(67, 55, 10, 12, "#FFE9B8")
	for i := range 6 {
		fill := f.awning
		if i%2 == 1 {
			fill = "#FFF9EC"
		}
		d.shape(fill, "M%d 32h12v9a6 6 0 0 1-12 0z", 12+i*12)
	}
	d.rect(11, 29, 74, 4, f.awning)
	d.rect(0, 84, 96, 12, "#CDB89C")
	if d.chance(60) {
		d.shape("#5F8F62", "M6 78q-6-10 3-16q9 6 3 16z")
		d.rect(4, 77, 9, 8, "#A4563A")
	}
	return d.svg("shop-picture", 96, 96, "")
}

// goods draws what stands in the window, 18..60 by 46..74.
func (d *drawing) goods(t trade, colour string) {
	switch t {
	case cafe:
		d.shape("#5B3A2E", "M28 58h18v8a7 7 0 0 1-7 7h-4a7 7 0 0 1-7-7z")
		d.line("#5B3A2E", 2, "M46 60q7 0 6 4t-7 4")
		d.line("#B9A48E", 2, "M33 54q-2-3 0-5M40 54q-2-3 0-5")
	case tea:
		d.shape("#2F6F5E", "M27 62a11 9 0 0 1 22 0q0 10-11 10t-11-10z")
		d.line("#2F6F5E", 2, "M49 62q6-1 6-6M27 60q-6 1-5 6t7 4")
		d.circle(38, 52, 2, "#2F6F5E")
	case noodle:
		d.line("#8C4A2F", 2, "M41 48 32 62M47 48 37 62")
		d.shape(colour, "M24 60h30q-1 13-11 13h-8q-10 0-11-13z")
		d.line("#F2C879", 2, "M28 60q2-4 5 0t5 0 5 0 5 0")
	case hotpot:
		d.shape("#8C2F1E", "M22 60h34q0 13-12 13H34q-12 0-12-13z")
		d.shape("#E4572E", "M24 60q15-8 30 0z")
		d.line("#B9A48E", 2, "M32 54q-2-3 0-6M39 53q-2-3 0-6M46 54q-2-3 0-6")
	case bakery:
		d.shape("#D9954A", "M23 72q-3-16 16-16t16 16z")
		d.line("#FBEBD0", 2, "M32 60l2 6M39 59v7M46 60l-2 6")
	case books:
		for i, c := range []string{"#C8401A", "#2F6F5E", "#B98A2E", "#3F5B7A", "#8C4A2F"} {
			h := 17 + (i*5)%7
			d.rect(22+i*7, 73-h, 6, h, c)
		}
	case bar:
		d.shape("#B98A2E", "M29 51h18l-9 12z")
		d.line("#5B4A42", 2, "M38 62v9M33 72h10")
		d.circle(44, 51, 2, "#C8401A")
	case seafood:
		d.shape("#3F6E7A", "M22 63q10-11 22 0q-12 11-22 0z")
		d.shape("#3F6E7A", "M42 63l10-8v16z")
		d.circle(28, 62, 1, "#fff")
	case western:
		d.circle(39, 62, 11, "#E9DFCF")
		d.circle(39, 62, 7, "#fff")
		d.line("#5B4A42", 2, "M24 52v20M55 52v20M52 52v6h6v-6")
	default:
		d.shape("#B98A2E", "M26 58h11v14H26z")
		d.shape(colour, "M40 54h12v18H40z")
		d.line(colour, 2, "M43 54q0-5 3-5t3 5")
	}
}

// hall is a museum: steps, columns and a wide roof.
func (d *drawing) hall(wall, trim string) {
	d.shape(trim, "M6 36q14-4 18-16h48q4 12 18 16z")
	d.rect(38, 12, 20, 9, wall)
	d.shape(trim, "M30 14q8-2 10-8h16q2 6 10 8z")
	d.rect(14, 36, 68, 40, wall)
	for i := range 4 {
		d.rect(18+i*18, 38, 6, 38, "#A63D40")
	}
	d.shape("#4B3226", "M42 76V58a6 6 0 0 1 12 0v18z")
	d.rect(8, 76, 80, 5, "#D9CBB2")
	d.rect(2, 81, 92, 15, "#CDB89C")
}

// garden is a park: hills, a path, trees and a pavilion.
func (d *drawing) garden() {
	d.shape("#B5CBB4", "M0 56q24-24 48-6t48-10v56H0z")
	d.shape("#8FB08A", "M0 68q30-14 56-2t40-6v36H0z")
	d.shape("#E8DABD", "M40 96q2-16 14-20t6-14q10 8 2 18t6 16z")
	x := d.between(14, 26)
	d.rect(x-1, 56, 3, 20, "#6B4A36")
	d.circle(x, 50, 12, "#5F8F62")
	d.circle(x+9, 57, 8, "#6E9C6A")
	d.rect(68, 56, 2, 14, "#8C3B22")
	d.rect(82, 56, 2, 14, "#8C3B22")
	d.shape("#5B4A42", "M60 57q8-2 12-11h8q4 9 12 11z")
}
