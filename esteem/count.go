package esteem

// A tally is what the voices at one shop add up to.
type tally struct {
	members  int
	weight   float64
	back     Share
	ago      float64 // Sum of weighted days since their first visits.
	far      Share
	metres   float64 // Sum of weighted distances of those who live in reach.
	near     float64 // Their weight.
	tourists float64
	visitors int // Tourists, unweighted.
	noon     float64
	plain    mean // Of its notes, as the score weighed them.
	trusted  mean // The same with the voices of their writers.
}

// A mean is one in the making.
type mean struct{ sum, weight, squares float64 }

func (m *mean) add(v, weight float64) {
	m.sum, m.weight, m.squares = m.sum+weight*v, m.weight+weight, m.squares+weight*weight
}

// A town is what was counted of a city.
type town struct {
	flat    plane
	choices []int // Near each shop.
	shops   []tally
	homes   []home
}

// A home is where a member's voices come from.
type home struct {
	at     [2]float64
	weight float64
}

// count goes through the visits once, member by member.
func count(in Input) *town {
	t := &town{flat: newPlane(in.Shops), shops: make([]tally, len(in.Shops))}
	t.choices = choices(in, t.flat)
	visits, start := byMember(in)
	words, spoken := in.byWriter()
	r := &reader{in: &in, flat: t.flat, size: map[int32]int32{}}
	for i := range in.Members {
		r.size[in.Members[i].Group]++
	}
	r.size[0] = 1
	for m := range in.Members {
		own := visits[start[m]:start[m+1]]
		voices, at := r.read(int32(m), own)
		t.listen(words[spoken[m]:spoken[m+1]], voices)
		h := home{at: at}
		for i := range voices {
			v := &voices[i]
			v.asked = v.asked && (v.noon < 1 || t.choices[v.shop] >= Choices)
			t.shops[v.shop].hear(v, &in.Members[m])
			if v.distance == v.distance {
				h.weight += v.weight
			}
		}
		if h.weight > 0 && at[0] == at[0] {
			t.homes = append(t.homes, h)
		}
	}
	for _, w := range in.Words {
		if w.Member < 0 {
			t.shops[w.Shop].plain.add(w.Rating, w.Weight)
			t.shops[w.Shop].trusted.add(w.Rating, w.Weight)
		}
	}
	return t
}

// byMember sorts the visits of the past by member, in linear time.
func byMember(in Input) (visits []Visit, start []int32) {
	start = make([]int32, len(in.Members)+1)
	for i := range in.Visits {
		if v := &in.Visits[i]; v.Day < in.Day {
			start[v.Member+1]++
		}
	}
	for m := range in.Members {
		start[m+1] += start[m]
	}
	next := append([]int32(nil), start...)
	visits = make([]Visit, start[len(in.Members)])
	for i := range in.Visits {
		if v := &in.Visits[i]; v.Day < in.Day {
			visits[next[v.Member]] = *v
			next[v.Member]++
		}
	}
	return visits, start
}

// byWriter sorts the notes of members by member.
func (in *Input) byWriter() (words []Word, start []int32) {
	start = make([]int32, len(in.Members)+1)
	for i := range in.Words {
		if m := in.Words[i].Member; m >= 0 {
			start[m+1]++
		}
	}
	for m := range in.Members {
		start[m+1] += start[m]
	}
	next := append([]int32(nil), start...)
	words = make([]Word, start[len(in.Members)])
	for i := range in.Words {
		if m := in.Words[i].Member; m >= 0 {
			words[next[m]] = in.Words[i]
			next[m]++
		}
	}
	return words, start
}

// listen lays a member's voices on his notes.
func (t *town) listen(words []Word, voices []voice) {
	for _, w := range words {
		said := 1.0
		for i := range voices {
			if voices[i].shop == w.Shop {
				said = voices[i].weight
			}
		}
		t.shops[w.Shop].plain.add(w.Rating, w.Weight)
		t.shops[w.Shop].trusted.add(w.Rating, w.Weight*said)
	}
}

// hear adds a voice.
func (t *tally) hear(v *voice, m *Member) {
	t.members++
	t.weight += v.weight
	t.noon += v.weight * v.noon
	tourist := !v.local && nowhere(m.Home)
	if tourist && v.first {
		t.visitors++
		t.tourists += v.weight
	}
	if v.local && v.asked {
		t.back.add(v.weight, v.returned)
		t.ago += v.weight * v.ago
	}
	if v.local && v.distance == v.distance {
		t.far.add(v.weight, v.distance > FarMetres)
		t.metres, t.near = t.metres+v.weight*v.distance, t.near+v.weight
	}
}

// add counts somebody who is of the part or not.
func (s *Share) add(weight float64, part bool) {
	s.Count++
	s.Of, s.squares = s.Of+weight, s.squares+weight*weight
	if part {
		s.Part += weight
	}
}

func (t *tally) standing() Standing {
	return Standing{Members: t.members, Weight: t.weight, Back: t.back, Far: t.far, Tourists: t.visitors}
}
