package discover

import "citywalk/parlance"

// What people call cheap and upscale, in fen per head.
const (
	cheap = 60_00
	dear  = 300_00
)

// vocabulary is what the town has names for.
func (t *town) vocabulary() parlance.Vocabulary {
	v := parlance.Vocabulary{City: t.city, Cheap: cheap, Dear: dear, DF: t.index.DF}
	_, districts, _ := t.index.Labels()
	around := t.around.Load()
	named := map[string]bool{}
	for _, a := range around.districts {
		named[a.Name] = true
		v.Spots = append(v.Spots, parlance.Spot{Kind: parlance.District, Name: a.Name, Also: also(a.En)})
	}
	for _, d := range districts {
		if !named[d.Label] {
			v.Spots = append(v.Spots, parlance.Spot{Kind: parlance.District, Name: d.Label})
		}
	}
	for _, a := range around.quarters {
		v.Spots = append(v.Spots, parlance.Spot{Kind: parlance.Area, Name: a.Name, Also: also(a.En)})
	}
	for _, p := range around.byLat {
		v.Spots = append(v.Spots, parlance.Spot{Kind: parlance.Station, Name: p.Name, Also: also(p.En), Point: p.Point})
	}
	for _, p := range around.sights {
		v.Spots = append(v.Spots, parlance.Spot{Kind: parlance.Landmark, Name: p.Name, Also: also(p.En), Point: p.Point})
	}
	return v
}

func also(en string) []string {
	if en == "" {
		return nil
	}
	return []string{en}
}
