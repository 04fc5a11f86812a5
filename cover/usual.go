package cover

import "strings"

// Usual returns what a member is out for on a usual week, as needs whose
// shares add up to one. They are the categories of Group at the hours at which
// people go there: a guess to begin with, until an operator's redemptions tell
// better.
func Usual() []Need {
	const breakfast, lunch, tea, dinner, late = 7 * 60, 11 * 60, 14 * 60, 17*60 + 30, 21 * 60
	return []Need{
		{"chinese", lunch, lunch + 150, 0.12}, {"chinese", dinner, dinner + 180, 0.16},
		{"foreign", lunch, lunch + 150, 0.06}, {"foreign", dinner, dinner + 180, 0.10},
		{"hotpot", dinner, dinner + 180, 0.08}, {"hotpot", late, late + 150, 0.03},
		{"snack", breakfast, breakfast + 150, 0.05}, {"snack", lunch, lunch + 150, 0.08}, {"snack", dinner, dinner + 180, 0.04},
		{"coffee", breakfast, breakfast + 150, 0.04}, {"coffee", tea, tea + 180, 0.10},
		{"bakery", breakfast, breakfast + 150, 0.02}, {"bakery", tea, tea + 180, 0.06},
		{"bar", late, late + 150, 0.06},
	}
}

// groups are words that tell a group, the first that is met.
var groups = []struct {
	group string
	words []string
}{
	{"coffee", []string{"咖啡", "茶", "coffee", "cafe", "café", "tea"}},
	{"bakery", []string{"面包", "甜", "烘焙", "蛋糕", "bakery", "dessert"}},
	{"bar", []string{"酒吧", "酒馆", "啤酒", "bar", "pub"}},
	{"hotpot", []string{"火锅", "烧烤", "烤肉", "串", "hotpot", "barbecue"}},
	{"snack", []string{"小吃", "快餐", "简餐", "面馆", "粉", "粥", "snack", "noodle"}},
	{"foreign", []string{"西餐", "日本", "日料", "韩国", "东南亚", "亚洲", "拉美", "中东", "法国", "意大利", "泰国", "印度", "寿司", "融合", "创意", "western", "japanese", "korean", "italian", "french", "thai"}},
	{"chinese", []string{"菜", "海鲜", "素食", "自助", "中餐", "餐", "饭", "chinese", "restaurant"}},
}

// Group returns the group that a shop's category, as people write it, belongs
// to, and "other" for what nobody's usual week holds.
func Group(category string) string {
	category = strings.ToLower(category)
	for _, g := range groups {
		for _, w := range g.words {
			if strings.Contains(category, w) {
				return g.group
			}
		}
	}
	return "other"
}
