package parlance

import (
	"strings"
	"testing"
)

// busy is a place with as much text as one usually has.
var busy = Text{Name: "外婆家杭帮菜(湖边银泰店)", Category: "江浙菜", City: "杭州", District: "湖滨区", Areas: []string{"湖边"}, Address: "湖边路88号湖滨银泰3楼301室",
	Dishes: []string{"西湖醋鱼", "龙井虾仁", "茶香鸡", "东坡肉", "片儿川", "桂花糯米藕"}, Stations: []string{"定安路", "龙翔桥"}}

func BenchmarkTerms(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Terms(busy)
	}
	b.ReportMetric(float64(len(Terms(busy))), "terms")
}

func BenchmarkSays(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Says(busy)
	}
}

// BenchmarkBook is the two for one place of many that are alike.
func BenchmarkBook(b *testing.B) {
	var k Book
	b.ReportAllocs()
	for b.Loop() {
		k.Terms(busy)
		k.Says(busy)
	}
}

// BenchmarkRead reads what people type and, as lost, what is made to be hard.
func BenchmarkRead(b *testing.B) {
	_, c := townIndex(b)
	for name, query := range map[string]string{
		"kind": "咖啡", "name": "外婆家", "pinyin": "waipojia", "several": "人民广场附近人均100以内现在营业的咖啡", "english": "hot pot near People's Square under 100",
		"long": strings.Repeat("附近的", 40), "letters": strings.Repeat("xian", 30),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.Read(query)
			}
		})
	}
	for name, query := range map[string]string{"slip": "waipojai", "vowels": "aeiouaeiouaeiouaeiou", "many": "qwrt zxcv bnmm plkj hgfd asdf qwer tyui"} {
		b.Run("lost/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r := c.Read(query)
				r.Looser()
			}
		})
	}
}
