package cover

// A Gap is what a place's members would still miss.
type Gap struct {
	Place     int   // Number in the instance.
	Weight    int64 // All its demand, in weight units.
	Covered   int64 // By the signed shops and the chosen ones, in expectation.
	Reachable int64 // Of what is missing, what some shop that is left out would cover.
}

// Missing is what stays uncovered.
func (g Gap) Missing() int64 { return g.Weight - g.Covered }

// Gaps returns for every place that has demand what a plan leaves uncovered
// there, in the order of the places.
func (in *Instance) Gaps(p *Plan) []Gap {
	miss, reached := make([]float64, len(in.Weights)), make([]bool, len(in.Weights))
	for e := range miss {
		miss[e] = 1
	}
	chosen := map[int]bool{}
	for _, s := range p.Chosen {
		chosen[s.Shop] = true
	}
	for j, s := range in.Shops {
		for _, e := range in.Covered(j) {
			switch {
			case s.Signed:
				miss[e] = 0
			case chosen[j]:
				miss[e] *= 1 - float64(s.Chance)/Certain
			default:
				reached[e] = true
			}
		}
	}
	sums := make([]Gap, len(in.Places))
	for e, el := range in.Elements {
		g := &sums[el.Place]
		missing := int64(float64(in.Weights[e]) * miss[e])
		g.Weight += in.Weights[e]
		g.Covered += in.Weights[e] - missing
		if reached[e] {
			g.Reachable += missing
		}
	}
	var gaps []Gap
	for i, g := range sums {
		if g.Weight > 0 {
			g.Place = i
			gaps = append(gaps, g)
		}
	}
	return gaps
}
