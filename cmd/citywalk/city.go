package main

import (
	"fmt"
	"math/rand/v2"
	"time"

	"citywalk/geo"
	"citywalk/money"
	"citywalk/shop"
)

// demoCity is the city of the demo. It does not exist: it stands in the sea,
// its districts, shops and people are made from a seed, and every page of the
// demo says so.
const demoCity = "临汀（虚构）"

// demoSeed makes every demo the same city.
const demoSeed = 20260922

// demoShops is how many shops the city has.
const demoShops = 300

// A district of the demo city: its name and where its middle lies, in metres
// east and north of the city's middle.
type district struct {
	name, en    string
	east, north float64
	spread      float64
}

var demoDistricts = []district{
	{"渡口区", "Dukou", 0, 0, 900},
	{"青石区", "Qingshi", 2100, 600, 1000},
	{"南塘区", "Nantang", 300, -2300, 1100},
	{"北山区", "Beishan", -700, 2600, 1200},
	{"盐仓区", "Yancang", -2500, -500, 1000},
	{"灯塔湾", "Lighthouse Bay", 3300, -2100, 900},
}

// A trade is a kind of shop: how such shops are called, what they sell and for
// how much a head.
type trade struct {
	category string
	names    []string
	dishes   []string
	low      int // Price per head in yuan.
	high     int
	opens    int // Minutes of day.
	closes   int
}

var demoTrades = []trade{
	{"咖啡", []string{"咖啡", "咖啡馆", "烘豆所"}, []string{"手冲", "燕麦拿铁", "巴斯克", "橙皮美式"}, 28, 52, 8 * 60, 21 * 60},
	{"面馆", []string{"面馆", "小面", "拉面"}, []string{"葱油拌面", "黄鱼面", "辣肉面", "三虾面"}, 22, 58, 7 * 60, 21*60 + 30},
	{"本地菜", []string{"小馆", "食堂", "饭铺", "私房菜"}, []string{"糖醋排骨", "响油鳝丝", "蟹粉豆腐", "酒香草头"}, 68, 190, 11 * 60, 22 * 60},
	{"烘焙", []string{"面包房", "烘焙", "点心铺"}, []string{"碱水结", "肉桂卷", "蝴蝶酥", "海盐卷"}, 18, 46, 8 * 60, 20 * 60},
	{"茶铺", []string{"茶铺", "茶室", "茶事"}, []string{"岩茶", "桂花乌龙", "冷泡绿茶", "陈皮白茶"}, 36, 98, 10 * 60, 22 * 60},
	{"小酒馆", []string{"小酒馆", "酒铺", "精酿"}, []string{"白桃酸啤", "梅子嗨棒", "卤味拼盘", "烤秋刀鱼"}, 88, 220, 17 * 60, 26 * 60},
	{"书店", []string{"书店", "旧书铺", "诗歌书房"}, []string{"签名本", "手账", "旧海报"}, 35, 90, 10 * 60, 21 * 60},
	{"花店", []string{"花店", "花房"}, []string{"当季花束", "一支洋牡丹", "苔藓瓶"}, 39, 160, 9 * 60, 20 * 60},
	{"手作", []string{"陶艺", "木作", "皮具"}, []string{"拉坯体验", "木勺课", "卡包课"}, 98, 260, 10 * 60, 20 * 60},
	{"糖水", []string{"糖水铺", "豆花", "冰室"}, []string{"杨枝甘露", "姜撞奶", "红豆沙", "桂花酒酿"}, 18, 42, 11 * 60, 23 * 60},
}

var demoFirst = []string{"巷口", "半亩", "青石", "渡口", "阿婆", "南风", "拾光", "小满", "白鹭", "石榴", "旧灯", "三更", "橘子", "云边", "海盐", "木槿", "十二月", "老樟树", "一只鹤", "西窗", "梧桐里", "潮汐", "月台", "豆蔻", "鹿与", "山海", "听雨", "蓝门", "对岸", "麦田", "铁皮", "有间", "不远", "慢慢", "春水", "五分钟", "隔壁", "好天气", "午后", "萤火"}

// demoPoint is the city's middle, in the East China Sea.
var demoPoint = geo.Point{Lat: 30.05, Lng: 123.60}

// cityShops makes the shops of the city. The same seed makes the same shops.
func cityShops(seed uint64) []shop.Shop {
	r := rand.New(rand.NewPCG(seed, 1))
	seen := map[string]bool{}
	shops := make([]shop.Shop, 0, demoShops)
	for len(shops) < demoShops {
		t := demoTrades[r.IntN(len(demoTrades))]
		name := demoFirst[r.IntN(len(demoFirst))] + t.names[r.IntN(len(t.names))]
		if seen[name] {
			continue
		}
		seen[name] = true
		d := demoDistricts[r.IntN(len(demoDistricts))]
		street, number := demoFirst[r.IntN(len(demoFirst))], 1+r.IntN(280)
		dishes := pick(r, t.dishes, 2+r.IntN(2))
		east, north := d.east+r.NormFloat64()*d.spread/2, d.north+r.NormFloat64()*d.spread/2
		d = districtAt(east, north)
		shops = append(shops, shop.Shop{
			City: demoCity, District: d.name, Name: name, Category: t.category,
			Address: fmt.Sprintf("%s%s路 %d 号", d.name, street, number), Dishes: dishes,
			Point: offset(demoPoint, east, north),
			Price: money.Amount(t.low+r.IntN(t.high-t.low)) * money.Yuan,
			Opens: t.opens, Closes: t.closes,
		})
	}
	return shops
}

// offset moves a point by metres east and north.
func offset(p geo.Point, east, north float64) geo.Point {
	const metresPerDegree = 111_195
	const cosLat = 0.8656 // Of the city's latitude.
	return geo.Point{Lat: p.Lat + north/metresPerDegree, Lng: p.Lng + east/(metresPerDegree*cosLat)}
}

// pick returns n of the words, in their order.
func pick(r *rand.Rand, words []string, n int) []string {
	n = min(n, len(words))
	at := r.Perm(len(words))[:n]
	out := make([]string, n)
	for i, k := range at {
		out[i] = words[k]
	}
	return out
}

// cityTerms makes the terms of the i-th shop: most give ten percent, some
// more, some a fixed sum or a gift, and some not at all hours.
func cityTerms(r *rand.Rand, i int) shop.Terms {
	switch i % 10 {
	case 0:
		return shop.Terms{Kind: shop.Percent, Percent: 15, Cap: 60 * money.Yuan}
	case 1:
		return shop.Terms{Kind: shop.Fixed, Off: 8 * money.Yuan, Floor: 50 * money.Yuan}
	case 2:
		return shop.Terms{Kind: shop.Gift, Gift: "当日小食一份", Floor: 30 * money.Yuan}
	case 3:
		return shop.Terms{Kind: shop.Percent, Percent: 12, Floor: 40 * money.Yuan, Excluded: "酒水"}
	case 4:
		return shop.Terms{Kind: shop.Percent, Percent: 20, Cap: 40 * money.Yuan, Budget: 400 * money.Yuan}
	case 5:
		return shop.Terms{Kind: shop.Percent, Percent: 12, Hours: []shop.Hours{
			{Days: []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}, From: 11 * 60, Until: 21 * 60}}}
	}
	return shop.Terms{Kind: shop.Percent, Percent: 10, PerDay: 1 + r.IntN(2)}
}

// cityOffers makes the i-th shop's own offers; one shop in three has one.
func cityOffers(i int) []shop.Offer {
	switch i % 6 {
	case 1:
		return []shop.Offer{{Title: "满 100 减 12", Kind: shop.Fixed, Off: 12 * money.Yuan, Floor: 100 * money.Yuan}}
	case 4:
		return []shop.Offer{{Title: "下午茶时段九二折", Kind: shop.Percent, Percent: 8,
			Hours: []shop.Hours{{From: 14 * 60, Until: 17 * 60}}}}
	}
	return nil
}
