package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"citywalk/opinion"
)

// BenchTextCmd measures how fast texts are read, on one core.
type BenchTextCmd struct {
	Listing `embed:""`
	Notes   string        `type:"existingfile" placeholder:"FILE" help:"Texts to read, one a line; default short notes of the program's own."`
	Time    time.Duration `default:"2s" help:"How long each is measured."`
}

// A textRate is how many texts a second something reads.
type textRate struct {
	What      string  `json:"what"`
	PerSecond float64 `json:"per_second"`
	MBSecond  float64 `json:"mb_per_second"`
	Ratio     float64 `json:"ratio"` // To the yardstick.
}

// shortNotes are of the length of takeaway reviews, 25 characters or so.
var shortNotes = []string{
	"味道不错，分量也足，就是送得有点慢，到的时候汤已经凉了。", "服务员态度很好，环境干净，下次还会带朋友来。", "等位等了一个小时，菜一般，价格还偏贵，不推荐。",
	"老板很热情，面条筋道，牛肉给得多，十几块钱很实惠！", "没有想象中那么好吃，环境倒是挺安静的😋", "肉不新鲜，有股怪味，打电话也没人接，太失望了。",
	"第二次来了，招牌的酸菜鱼还是那么好吃。", "上菜快，卫生也可以，中午人多要早点去。", "Great noodles and friendly staff, but we waited 40 minutes.", "一点都不难吃，性价比很高，學生黨可以試試。",
}

func (c *BenchTextCmd) Run(ctx context.Context, s *Streams) error {
	texts := shortNotes
	if c.Notes != "" {
		data, err := os.ReadFile(c.Notes)
		if err != nil {
			return err
		}
		texts = strings.Split(strings.TrimSpace(string(data)), "\n")
	}
	m := opinion.Default()
	var kept int // So that nothing is left out for want of use.
	work := []struct {
		what string
		read func(text string)
	}{
		{"decode the runes (yardstick)", func(text string) {
			for _, r := range text {
				kept += int(r)
			}
		}},
		{"polarity", func(text string) { kept += int(m.Polarity(text)) }},
		{"clauses with aspects", func(text string) { kept += len(m.Clauses(text)) }},
		{"dishes", func(text string) { kept += len(m.Dishes(text)) }},
		{"simhash", func(text string) { kept += int(opinion.SimHash(text) & 1) }},
	}
	var rates []textRate
	for _, w := range work {
		r := measureTexts(texts, c.Time, w.read)
		r.What, r.Ratio = w.what, 1
		if len(rates) > 0 {
			r.Ratio = r.PerSecond / rates[0].PerSecond
		}
		rates = append(rates, r)
	}
	return c.print(s, rates, []string{"ONE CORE", "TEXTS A SECOND", "MB A SECOND", "RATIO"}, func(add func(...any)) {
		for _, r := range rates {
			add(r.What, fmt.Sprintf("%.0f", r.PerSecond), fmt.Sprintf("%.1f", r.MBSecond), fmt.Sprintf("%.4f", r.Ratio))
		}
	})
}

// measureTexts reads the texts again and again until the time is over.
func measureTexts(texts []string, d time.Duration, read func(text string)) textRate {
	count, bytes := 0, 0
	began := time.Now()
	for time.Since(began) < d {
		for _, text := range texts {
			read(text)
			count++
			bytes += len(text)
		}
	}
	seconds := time.Since(began).Seconds()
	return textRate{PerSecond: float64(count) / seconds, MBSecond: float64(bytes) / 1e6 / seconds}
}
