package opinion

import "testing"

var shortNotes = []string{
	"味道不错，分量也足，就是送得有点慢，到的时候汤已经凉了。", "服务员态度很好，环境干净，下次还会带朋友来。", "等位等了一个小时，菜一般，价格还偏贵，不推荐。",
	"老板很热情，面条筋道，牛肉给得多，十几块钱很实惠！", "没有想象中那么好吃，环境倒是挺安静的😋", "第二次来了，招牌的酸菜鱼还是那么好吃。",
}

// bench reads a short note each round; the yardstick is the decoding of its
// runes.
func bench(b *testing.B, read func(text string)) {
	Default()
	bytes := 0
	for _, text := range shortNotes {
		bytes += len(text)
	}
	b.SetBytes(int64(bytes / len(shortNotes)))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		read(shortNotes[i%len(shortNotes)])
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "notes/s")
}

func BenchmarkYardstick(b *testing.B) {
	kept := 0
	bench(b, func(text string) {
		for _, r := range text {
			kept += int(r)
		}
	})
}

func BenchmarkPolarity(b *testing.B) {
	bench(b, func(text string) { Default().Polarity(text) })
}

func BenchmarkClauses(b *testing.B) {
	bench(b, func(text string) { Default().Clauses(text) })
}

func BenchmarkDishes(b *testing.B) {
	bench(b, func(text string) { Default().Dishes(text) })
}

func BenchmarkSimHash(b *testing.B) {
	bench(b, func(text string) { SimHash(text) })
}
