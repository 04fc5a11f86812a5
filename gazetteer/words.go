package gazetteer

import (
	"strings"
	"unicode/utf8"
)

// endings are words for kinds of places at the end of names. A name without
// them is a form of it too.
var endings = strings.Fields(`
	意大利餐厅 日本料理 自助餐厅 全日餐厅 高级餐厅 西餐厅 中餐厅 茶餐厅 旋转餐厅 餐厅酒吧 餐厅 大饭店
	饭店 大酒家 酒家 大酒楼 酒楼 大酒店 酒店 菜馆 面馆 饭馆 茶馆 茶楼 小馆 食府 食店 火锅 烤肉 烧肉
	料理 寿司 自助餐 私房菜 杭帮菜 本帮菜 上海菜 粤菜 川菜 湘菜 海鲜 咖啡馆 咖啡店 咖啡厅 咖啡 甜品
	面包 烘焙 糖水铺 小吃店 小吃 专门店 旗舰店 总店 restaurant bistro cafe coffee bar kitchen`)

// common are words that say little of which shop it is, whatever the other
// names are. Their pairs of characters count as often seen.
var common = strings.Fields(`
	餐厅 饭店 酒家 酒楼 酒店 火锅 烤肉 烧肉 料理 日本料理 日式 韩国 自助 自助餐 私房菜 海鲜 咖啡 甜品
	小吃 小馆 面馆 菜馆 食堂 食府 宾馆 大酒店 中餐厅 西餐厅 意大利 泰式 泰国 法式 铁板烧 炭火 居酒屋
	寿司 专门店 意式 传统 创意 精致 老字号 旗舰店 总店 杭帮菜 江浙菜 粤菜 川菜 上海 杭州 广州 北京 深圳
	成都 重庆 中国 香港 潮汕 顺德 牛肉 小龙虾 蛙锅 炭火蛙锅 串串香 麻辣 酸菜鱼 烧烤 美食 花园 公馆
	特色 风味 风味餐厅 点心 素菜 素食 家常菜 家宴 小炒 毛肚 和牛 烤鱼 乳鸽 手作 精品 本地 农家菜 小酒馆 酒馆
	清真 披萨 披萨店 牛排 生蚝 打边炉 云吞面 肠粉 糖水 早茶 茶点 下午茶 面包店 冰淇淋 砂锅 砂锅粥 烤鸭 牛杂 煲仔饭
	restaurant cafe coffee bar house the kitchen grill sushi brunch bistro and thai shanghai`)

// houses are words for places that hold several restaurants. A part of a name
// that ends so is where the shop is, not what it is called.
var houses = strings.Fields(`大酒店 酒店 宾馆 度假村 度假酒店 饭店 庄园 民宿 hotel`)

// grounds are words for places that are in every part of a town.
var grounds = strings.Fields(`广场 中心 大厦 酒店 公馆 花园 公园 商场 大道 步行街 购物中心 购物广场 小区 大学 天地 公寓 一楼 二楼 三楼 总店`)

// landmarks are what shops are near and what many begin their name with.
var landmarks = strings.Fields(`外滩 西湖 江边 机场 火车站 城隍庙 人民广场`)

// everyday are names of shops that people say every day and mean none.
var everyday = strings.Fields(`
	外婆家 奶奶家 姥姥家 外公家 妈妈家 我家 老家 家里 楼上 楼下 老地方 小时候 遇见 青春 味道 江南 厨房
	食堂 后院 院子 院子里 巷子 弄堂 弄堂里 胡同 隔壁 街角 转角 江边 海边 湖边 山里 老友记 朋友 家宴
	等我 很累 喜欢 幸福 幸福里 时光 那时 从前 记忆 故乡 家乡 大家 小城 四季 初见 相遇 有间 一品 绿茶
	柚子 月芽 春天 夏天 秋天 冬天 must money`)

// towns stand before and within names of shops that are mostly called without.
var towns = strings.Fields(`上海 杭州 广州 北京 深圳 成都 重庆 武汉 西安 南京 苏州 天津`)

// cityless returns a folded name without the town in it, as long as three
// characters stay.
func cityless(s string) string {
	for _, t := range towns {
		if rest := strings.Replace(s, t, "", 1); rest != s && utf8.RuneCountInString(rest) >= 3 {
			return rest
		}
	}
	return s
}

// pronouns make a relative's house of what follows.
const pronouns = "我你您他她它咱俺"

// cues stand before or behind the name of a place that somebody visited.
var cues = strings.Fields(`
	店 餐厅 饭店 打卡 探店 排队 人均 服务员 老板 点了 招牌 推荐 好吃 难吃 菜品 味道 环境 门店 分店 预约 等位
	去了 去吃 在吃 吃了 来吃 来到 请客 聚餐 品牌 连锁`)

var (
	endingSet = setOf(endings)
	kindSet   = setOf(endings, common)
)

func setOf(lists ...[]string) map[string]bool {
	set := map[string]bool{}
	for _, list := range lists {
		for _, w := range list {
			set[w] = true
		}
	}
	return set
}

// endingMost is the length of the longest of endings in bytes.
const endingMost = 15

// bare returns a folded name without what endings name, as long as two
// characters stay.
func bare(s string) string {
	for again := true; again; {
		again = false
		for n := min(endingMost, len(s)-1); n > 0; n-- {
			if !endingSet[s[len(s)-n:]] {
				continue
			}
			if rest := s[:len(s)-n]; utf8.RuneCountInString(rest) >= 2 {
				s, again = rest, true
				break
			}
		}
	}
	return s
}

// isHouse reports whether a part of a name is a house with several restaurants.
func isHouse(part string) bool {
	for _, h := range houses {
		if strings.HasSuffix(part, h) && part != h {
			return true
		}
	}
	return false
}

// isKind reports whether a part of a name is but a word for a kind of place.
func isKind(part string) bool { return kindSet[part] }

// isCommon reports whether a folded text is nothing but common words.
func isCommon(s string) bool {
	reached := make([]bool, len(s)+1)
	reached[0] = true
	for i := range s {
		for _, w := range common {
			if reached[i] && strings.HasPrefix(s[i:], w) {
				reached[i+len(w)] = true
			}
		}
	}
	return reached[len(s)] || reached[len(strings.TrimSuffix(s, "店"))]
}
