package farm

import (
	"math"

	"citywalk/esteem"
)

// people makes the honest members and lets them live.
func (k *maker) people() {
	quarters := make([]spot, 25)
	for i := range quarters {
		quarters[i] = k.around(spot{cityKm / 2, cityKm / 2}, 5)
	}
	group := int32(0)
	for left := 0; len(k.homes) < k.Members; left-- {
		home := k.around(quarters[k.r.IntN(len(quarters))], 1.2)
		m := esteem.Member{Joined: firstDay - 200 + int32(k.r.IntN(k.Days+150)), Credit: 1}
		if k.r.Float64() < k.Tourists {
			k.tourist(m)
			continue
		}
		if left <= 0 && k.r.Float64() < 0.04 { // A family on one device.
			left, group = 2+k.r.IntN(2), group+1
		}
		if left > 0 {
			m.Group = group
		}
		if k.r.Float64() < 0.5 {
			m.Home = k.point(home)
		}
		k.live(k.join(m, math.Exp(2.5+1.3*k.r.NormFloat64()), home), home)
	}
}

// A liking is what a member thinks of a shop that he knows.
type liking struct {
	shop   int32
	weight float64
}

// live lets a member of the city go out for as long as he has the card.
func (k *maker) live(member int32, home spot) {
	m := &k.city.Input.Members[member]
	from := max(m.Joined, firstDay)
	days := float64(firstDay + int32(k.Days) - from)
	busy := k.Visits * math.Exp(0.9*k.r.NormFloat64()-0.4) * days / float64(k.Days) * 1.15
	work, hasWork := k.around(spot{cityKm / 2, cityKm / 2}, 3), k.r.Float64() < 0.4
	roams := 0.15 + 0.25*k.r.Float64() // How often he crosses the city.
	stays := 0.25 + 0.4*k.r.Float64()  // How often he goes where he was.
	bias := 0.5 * k.r.NormFloat64()
	var known []liking
	for range int(busy + k.r.Float64()) {
		day := from + int32(k.r.Float64()*days)
		noon := hasWork && day%7 < 5 && k.r.Float64() < 0.35
		at := home
		if noon {
			at = work
		}
		var shop int32
		switch u := k.r.Float64(); {
		case len(known) > 0 && u < stays:
			shop = k.again(known)
		case !noon && k.r.Float64() < roams:
			shop = k.pick(k.wide[k.cell(at)], day)
		default:
			shop = k.pick(k.near[k.cell(at)], day)
		}
		if day < k.opened[shop] {
			continue
		}
		taste := k.city.Truth[shop] + 0.9*k.r.NormFloat64()
		known = k.meet(known, shop, taste, at)
		k.visit(member, shop, day, noon)
		if k.r.Float64() < 0.06 {
			k.write(member, shop, day, taste+bias+0.8*k.r.NormFloat64())
		}
	}
}

// again draws a shop that a member knows.
func (k *maker) again(known []liking) int32 {
	sum := 0.0
	for _, l := range known {
		sum += l.weight
	}
	u := k.r.Float64() * sum
	for _, l := range known {
		if u -= l.weight; u <= 0 {
			return l.shop
		}
	}
	return known[len(known)-1].shop
}

// meet remembers a shop: whether one goes back is a matter of taste, of habit
// and of how far it is.
func (k *maker) meet(known []liking, shop int32, taste float64, at spot) []liking {
	for i := range known {
		if known[i].shop == shop {
			return known
		}
	}
	d := math.Hypot(k.at[shop].x-at.x, k.at[shop].y-at.y)
	w := math.Exp(taste + k.habit[k.city.Input.Shops[shop].Category] - d/6 + 0.5*k.r.NormFloat64())
	return append(known, liking{shop, w})
}

// tourist stays for some days and goes where many go.
func (k *maker) tourist(m esteem.Member) {
	start := firstDay + int32(k.r.IntN(k.Days-5))
	m.Joined = start - int32(k.r.IntN(10))
	hotel := k.around(spot{cityKm / 2, cityKm / 2}, 2.5)
	member := k.join(m, math.Exp(2.5+1.3*k.r.NormFloat64()), spot{-200, 0})
	for range 2 + k.r.IntN(6) {
		day := start + int32(k.r.IntN(4))
		sums := k.near[k.cell(hotel)]
		if k.r.Float64() < 0.6 {
			sums = k.wide[k.cell(hotel)]
		}
		shop := k.pick(sums, day)
		k.visit(member, shop, day, false)
		if k.r.Float64() < 0.08 {
			k.write(member, shop, day, k.city.Truth[shop]+1.2*k.r.NormFloat64())
		}
	}
}

// canteens are shops to which the people of an office go because there is
// nothing else, or, one in three, because they always did.
func (k *maker) canteens() {
	member := 0
	for range offices {
		shop := int32(k.r.IntN(k.Shops))
		for habit := k.r.IntN(3) == 0; !habit && k.beside(shop) >= 5; {
			shop = int32(k.r.IntN(k.Shops))
		}
		for range officers {
			for member++; member < k.Members-1 && k.homes[member].x < 0; member++ {
			}
			if member >= k.Members-1 {
				return
			}
			from := max(k.city.Input.Members[member].Joined, firstDay, k.opened[shop])
			for day := from; day < firstDay+int32(k.Days); day++ {
				if day%7 < 5 && k.r.Float64() < 0.03 {
					k.visit(int32(member), shop, day, true)
				}
			}
		}
	}
}

// beside counts the shops within 500 m of one.
func (k *maker) beside(shop int32) (n int) {
	for s := range k.at {
		if d := math.Hypot(k.at[s].x-k.at[shop].x, k.at[s].y-k.at[shop].y); d < 0.5 && int32(s) != shop {
			n++
		}
	}
	return n
}

// farms lets some shops buy a place on the lists.
func (k *maker) farms() {
	group := int32(1 << 20)
	for left := k.Farms; left > 0; {
		shop := int32(k.r.IntN(k.Shops))
		if k.city.Farmed[shop] || k.city.Truth[shop] > 0.5 || k.opened[shop] > firstDay {
			continue
		}
		k.city.Farmed[shop] = true
		left--
		careful, sharing := k.r.Float64() < k.Careful, k.r.Float64() < k.Sharing
		start := firstDay + int32(k.Days) - 170 + int32(k.r.IntN(60))
		for i := range k.Fewest + k.r.IntN(k.Most-k.Fewest+1) {
			if i%6 == 0 {
				group++
			}
			m := esteem.Member{Joined: start - int32(k.r.IntN(30)), Credit: 1}
			if careful {
				m.Joined -= 300
			}
			if sharing {
				m.Group = group
			}
			k.puppet(m, shop, start, careful)
		}
	}
}

// puppet lives for a shop that pays him.
func (k *maker) puppet(m esteem.Member, shop, start int32, careful bool) {
	home := k.somewhere()
	for math.Hypot(home.x-k.at[shop].x, home.y-k.at[shop].y) < 8 {
		home = k.somewhere()
	}
	m.Home = k.point(home)
	others := home
	if !careful {
		others = k.around(k.at[shop], 1.5) // He lives near in truth, and is seen there.
	}
	member := k.join(m, math.Exp(1.5+k.r.NormFloat64()), home)
	last := firstDay + int32(k.Days) - start
	for range 5 + k.r.IntN(12) {
		k.visit(member, shop, start+int32(k.r.IntN(int(last))), false)
	}
	for range k.r.IntN(k.Elsewhere + 1) {
		day := start + int32(k.r.IntN(int(last)))
		k.visit(member, k.pick(k.near[k.cell(others)], day), day, false)
	}
	if k.r.Float64() < 0.5 {
		k.write(member, shop, start+int32(k.r.IntN(int(last))), 3)
	}
}
