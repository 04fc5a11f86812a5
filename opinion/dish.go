package opinion

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// dishMost is how many units the longest dish of a dictionary has.
const dishMost = 8

// dishes are the dictionary: keys of names. There is no text in it.
type dishes map[uint64]struct{}

// dishKey brings the hash of a name to the 40 bits that a model holds.
func dishKey(h uint64, n int) uint64 { return mix(h+uint64(n)) & (1<<40 - 1) }

// Dishes returns where the text names dishes of the dictionary, the longest
// name at each place. Groceries (土豆) and kinds of restaurants (火锅) are no
// dishes.
func (m *Model) Dishes(text string) []Span {
	var found []Span
	var units []unit
	var u unit
	for s := scan(text); s.next(&u); {
		units = append(units, u)
	}
	for i := 0; i < len(units); {
		n := m.dishes.longest(units[i:])
		if n == 0 {
			i++
			continue
		}
		found = append(found, Span{units[i].from, units[i+n-1].to})
		i += n
	}
	return found
}

// longest returns of how many units the longest name at the start is; 0 if none.
func (d dishes) longest(units []unit) int {
	best := 0
	var h uint64
	for n, u := range units[:min(dishMost, len(units))] {
		if u.kind == mark || u.kind == line {
			break
		}
		h = join(h, u.hash)
		if _, ok := d[dishKey(h, n+1)]; ok {
			best = n + 1
		}
	}
	return best
}

// newDishes makes a dictionary of those names of a list that are dishes, and of
// the staples of this package.
func newDishes(names []string) dishes {
	d := dishes{}
	for _, name := range append(slices.DeleteFunc(slices.Clone(names), func(n string) bool { return !isDish(n) }), strings.Fields(staples)...) {
		var u unit
		var h uint64
		n := 0
		for s := scan(strings.ReplaceAll(name, "_", " ")); s.next(&u); n++ {
			h = join(h, u.hash)
		}
		if n > 0 && n <= dishMost {
			d[dishKey(h, n)] = struct{}{}
		}
	}
	return d
}

// isDish says whether a name out of a list of food words is something that is
// ordered at a table: three characters or more, with a character that says how
// it is cooked or a last one that dishes end with, and nothing of a grocery or a
// chemist's.
func isDish(name string) bool {
	if utf8.RuneCountInString(name) < 3 || strings.ContainsAny(name, chemistry) {
		return false
	}
	last, _ := utf8.DecodeLastRuneInString(name)
	return strings.ContainsAny(name, cooking) || strings.ContainsRune(heads, last) && !slices.ContainsFunc(groceries, func(g string) bool { return strings.HasSuffix(name, g) })
}

const (
	cooking   = "烤炒煎炸蒸煮炖烧焖卤拌涮炝煲烩焗熏腌炕扒烙煸熘烹醉酿焯"
	chemistry = "钠钾钙剂酶醇酯烯铵镁磷苯氢氯硫胺酮酚腈楼厂牌店庄"
)

// groceries are ends of names that are bought rather than ordered.
var groceries = []string{"饮料", "饮用水", "纯净水", "矿泉水", "果汁", "面粉", "淀粉", "胡椒粉", "辣椒粉", "奶粉", "豆粉", "罐头", "饼干", "方便面", "酱油",
	"白酒", "啤酒", "葡萄酒", "毛尖", "云雾茶", "龙井茶", "普洱茶", "家常菜", "西兰花", "胡萝卜", "巧克力", "猕猴桃", "金针菇", "水果", "蔬菜", "海鲜", "干酪", "调味汁"}

// staples are dishes of two characters, of cities that lists forget, and of
// English menus. Underscores join words.
const staples = `
烧卖 烧麦 锅贴 肠粉 凉皮 米线 油条 馄饨 抄手 云吞 煎饼 春卷 汤圆 粽子 寿司 刺身 拉面 冷面 凉粉 豆花 布丁 泡芙 牛排 羊排 扣肉 鱼丸 虾饺
生煎 锅盔 豆皮 面窝 凤爪 烤鱼 烧鹅 乳鸽 毛肚 虾滑 肥牛 脑花 串串 钵钵鸡 冒菜 米粉 河粉 螺蛳粉 酸辣粉 热干面 牛肉粉 牛肉面 担担面 小面 炒面 拌面 炒饭 盖饭
煲仔饭 卤肉饭 石锅拌饭 蛋包饭 鳗鱼饭 咖喱饭 猪排饭 小龙虾 油焖大虾 蒜蓉虾 避风塘炒蟹 大闸蟹 酸菜鱼 水煮鱼 水煮牛肉 毛血旺 辣子鸡 口水鸡 白切鸡 三杯鸡 盐水鸭 烤鸭 叫花鸡 大盘鸡 宫保鸡丁
鱼香肉丝 回锅肉 红烧肉 东坡肉 糖醋里脊 糖醋排骨 锅包肉 梅菜扣肉 小炒肉 小酥肉 蒜泥白肉 夫妻肺片 麻婆豆腐 臭豆腐 地三鲜 干煸豆角 手撕包菜 拍黄瓜 皮蛋豆腐 蚂蚁上树 松鼠鳜鱼 西湖醋鱼 龙井虾仁
小笼包 灌汤包 生煎包 叉烧包 流沙包 奶黄包 蟹黄包 肉夹馍 羊肉泡馍 胡辣汤 豆腐脑 双皮奶 杨枝甘露 红豆沙 绿豆沙 芋圆 仙草 烧仙草 提拉米苏 慕斯 芝士蛋糕 巴斯克 千层蛋糕 蛋挞 菠萝包 冰激凌 冰淇淋
拿铁 美式 冰美式 澳白 摩卡 卡布奇诺 抹茶拿铁 生椰拿铁 气泡水 珍珠奶茶 柠檬茶 酸梅汤 羊肉串 烤羊排 烤全羊 烤羊腿 鸡翅 烤翅 烤茄子 烤生蚝 生蚝 扇贝 蒜蓉粉丝虾 佛跳墙 豆腐煲 排骨汤 莲藕排骨汤 老鸭汤 番茄汤 椰子鸡
寿喜烧 天妇罗 大阪烧 章鱼烧 部队锅 参鸡汤 炸鸡 韩式炸鸡 辣炒年糕 冬阴功 咖喱蟹 菠萝饭 意面 披萨 汉堡 薯条 沙拉 凯撒沙拉 惠灵顿牛排 战斧牛排 牛油果吐司 班尼迪克蛋 松饼 华夫饼 可丽饼 可颂 贝果 三明治
pad_thai fried_rice dim_sum spring_rolls egg_rolls fish_and_chips mac_and_cheese hash_browns eggs_benedict french_toast french_fries pulled_pork caesar_salad greek_salad clam_chowder lobster_roll lobster_bisque
crab_cakes fish_tacos chicken_tikka_masala tikka_masala butter_chicken palak_paneer chicken_wings buffalo_wings onion_rings nachos guacamole quesadilla enchiladas carnitas burrito pho banh_mi ramen udon tempura sashimi
bibimbap bulgogi risotto lasagna gnocchi carbonara bolognese tiramisu creme_brulee cheesecake key_lime_pie ice_cream gelato affogato prime_rib filet_mignon ribeye brisket baby_back_ribs pork_belly duck_confit foie_gras
beef_tartare steak_tartare oysters mussels calamari ceviche paella gazpacho falafel shawarma gyro hummus baklava pancakes waffles omelette bagel croissant bruschetta minestrone margherita_pizza pepperoni_pizza soup_dumplings
xiao_long_bao kung_pao_chicken mapo_tofu orange_chicken general_tso's_chicken sweet_and_sour_pork wonton_soup hot_and_sour_soup miso_soup tom_yum green_curry red_curry yellow_curry massaman_curry papaya_salad mango_sticky_rice
`
