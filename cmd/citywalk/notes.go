package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"citywalk/account"
	"citywalk/curate"
	"citywalk/shop"
)

// demoNotes is where the demo's notes say that they come from.
const demoNotes = "临汀笔记（虚构）"

// What people in the demo city write. A note is two or three of these, about
// what its author liked and did not.
var demoGood = []string{
	"%s好吃，每次来都点", "%s很新鲜，味道清爽", "味道稳定，吃了几年没变", "%s分量足，一个人吃不完", "老板很热情，会记得熟客",
	"店员耐心，上得也快", "价格实惠，附近上班的人都来", "人均不高，性价比不错", "环境干净，灯光舒服，坐得住", "小店安静，适合一个人待着",
	"桌面和碗筷都干净", "工作日不用等位", "Nice little place, friendly staff", "带外地朋友来，都说好 👍",
}

var demoBad = []string{
	"%s偏咸，吃完一直喝水", "%s不新鲜，没吃完", "味道一般，没有说的那么好", "店员爱答不理，叫了三次才来", "上菜慢，催了也没用",
	"有点贵，不太值", "桌子油腻，地上也没扫", "太吵了，说话要喊", "周末等位一个小时，不会再来", "Overpriced for what it is",
}

// demoPraise is what bought notes say, all alike.
var demoPraise = []string{
	"宝藏店铺！%s绝绝子，姐妹们快冲", "救命，%s也太好吃了吧，必须打卡", "全城第一的%s，闭眼入，不好吃来找我",
}

// A regard is what a shop of the demo truly is, and what was done about it.
type regard struct {
	good   float64 // 1 to 5.
	later  float64 // The same, in the last sixty days.
	notes  int
	bought int
	bursts time.Time // When they were bought.
}

// regards says how each shop of the city is, from the seed.
func regards(shops []shop.Shop, today time.Time) []regard {
	r := rand.New(rand.NewPCG(demoSeed, 3))
	all := make([]regard, len(shops))
	for i := range all {
		g := min(4.9, max(2.2, 3.7+0.55*r.NormFloat64()))
		all[i] = regard{good: g, later: g, notes: 4 + int(math.Exp(2+0.7*r.NormFloat64()))}
		switch {
		case i%17 == 3: // It buys notes.
			all[i].good, all[i].later = min(g, 3.4), min(g, 3.4)
			all[i].bought = 12 + r.IntN(18)
			all[i].bursts = today.AddDate(0, 0, -90-r.IntN(200))
		case i%9 == 1:
			all[i].good, all[i].later, all[i].notes = max(g, 4.5), max(g, 4.5), 30+r.IntN(30)
		}
		if i == 10 { // Loved for long, and then the cook left.
			all[i].good, all[i].later, all[i].notes = 4.7, 2.4, 90
		}
	}
	return all
}

// drafts are the notes about all shops that were written in [from, until).
func (h *history) drafts(today, from, until time.Time) []curate.Draft {
	r := rand.New(rand.NewPCG(demoSeed, 4))
	var all []curate.Draft
	add := func(i, n int, d curate.Draft) {
		d.SourceID, d.Shop = fmt.Sprintf("%d-%d", i, n), h.shops[i].ID
		if !d.Written.Before(from) && d.Written.Before(until) {
			all = append(all, d)
		}
	}
	for i, what := range regards(h.shops, today) {
		dish := func() string { return h.shops[i].Dishes[r.IntN(len(h.shops[i].Dishes))] }
		for n := range what.notes {
			at := today.Add(-time.Duration(1+r.IntN(720*24)) * time.Hour)
			good := what.good
			if at.After(today.AddDate(0, 0, -60)) {
				good = what.later
			}
			add(i, n, honestNote(r, at, good, dish))
		}
		for n := range what.bought {
			text := fmt.Sprintf(demoPraise[r.IntN(len(demoPraise))], dish())
			add(i, 1000+n, curate.Draft{Author: fmt.Sprintf("新号%d-%d", i, n), Written: what.bursts.Add(time.Duration(r.IntN(8*24)) * time.Hour),
				Stars: 5, Likes: 20 + r.IntN(80), Followers: r.IntN(9), Joined: what.bursts.AddDate(0, 0, -r.IntN(30)), Text: text})
		}
	}
	return all
}

// honestNote is what somebody who was there might write.
func honestNote(r *rand.Rand, at time.Time, good float64, dish func() string) curate.Draft {
	stars := min(5, max(1, math.Round(good+0.8*r.NormFloat64())))
	var said []string
	for range 2 + r.IntN(2) {
		words := demoBad
		if r.Float64() < (stars-1)/4 {
			words = demoGood
		}
		s := words[r.IntN(len(words))]
		if strings.Contains(s, "%s") {
			s = fmt.Sprintf(s, dish())
		}
		said = append(said, s)
	}
	d := curate.Draft{Author: fmt.Sprintf("笔友%d", r.IntN(1_500)), Written: at, Likes: r.IntN(12), Followers: r.IntN(600),
		Joined: at.AddDate(-2, 0, -r.IntN(300)), Text: strings.Join(said, "。") + "。"}
	if r.IntN(5) < 3 {
		d.Stars = stars
	}
	return d
}

// read takes the notes of a time and fits the city.
func (h *history) read(ctx context.Context, today, from, until time.Time) error {
	all := h.drafts(today, from, until)
	for ; len(all) > 0; all = all[min(len(all), curate.BatchMax):] {
		if _, err := h.curate.Take(ctx, h.operator, demoNotes, all[:min(len(all), curate.BatchMax)]); err != nil {
			return err
		}
	}
	_, err := h.curate.FitCity(ctx, demoCity, nil)
	return err
}

// review has people decide about the shops that the notes love most, and about
// some that they do not.
func (h *history) review(ctx context.Context) error {
	id, err := h.account.Appoint(ctx, demoPhone(2), "沈评审", account.Grant{Role: account.Operator})
	if err != nil {
		return err
	}
	_, reviewer, err := h.account.Enter(ctx, id, account.ConsoleApp, account.Client{Device: "demo"})
	if err != nil {
		return err
	}
	listed, others := 0, 0
	for i, what := range regards(h.shops, h.clock.Now()) {
		r := curate.Ruling{Tie: curate.Tie{None: true}}
		switch {
		case what.good >= 4.45 && what.notes >= 12 && listed < 40:
			listed++
			r.Verdict, r.Reason = curate.Included, fmt.Sprintf("去过两次，%s是街坊常点的，味道稳定，店里干净。", h.shops[i].Dishes[0])
			if listed%12 == 5 {
				r.Days = 30 // Its review is due when the demo begins.
			}
		case what.bought > 0 && others < 8:
			others++
			r.Verdict, r.Reason = curate.Excluded, "近期评价集中出现且雷同，实地去过与笔记不符；一年后可再评。"
		default:
			continue
		}
		if _, err := h.curate.Decide(ctx, reviewer, h.shops[i].ID, r, h.key()); err != nil {
			return err
		}
	}
	return nil
}
