package opinion

// dishMost is how many units the longest dish of a dictionary has.
const dishMost = 8

// dishes are the dictionary: keys of names, by how many units they have. There
// is no text in it.
type dishes struct {
	keys map[uint64]struct{}
	most int
}

// dishKey brings the hash of a name to the 40 bits that a model holds.
func dishKey(h uint64, n int) uint64 { return mix(h+uint64(n)) & (1<<40 - 1) }

// Dishes returns where the text names dishes of the dictionary, the longest
// name at each place.
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
	for n, u := range units[:min(d.most, len(units))] {
		h = join(h, u.hash)
		if _, ok := d.keys[dishKey(h, n+1)]; ok {
			best = n + 1
		}
	}
	return best
}

// A Dish is a name that many notes use like a dish.
type Dish struct {
	Name  string
	Notes int     // How many of the texts name it.
	Bound float64 // How much more often its parts stand together than by chance, bits.
}

// Discover returns names of dishes that the texts use and no dictionary needs
// to know, the most frequent first.
func Discover(texts []string, least int) []Dish {
	return nil
}
