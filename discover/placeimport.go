package discover

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"citywalk/account"
	"citywalk/db"
	"citywalk/sheet"
)

// ImportPlaces reads places of a kind. A metro station may stand in several
// rows, one for each line; they become one place with its lines (merge).
func (s *Service) ImportPlaces(ctx context.Context, who account.ID, r io.Reader, kind Kind, i Import) (report Report, err error) {
	if i, err = i.tidy(placeFields); err != nil {
		return report, err
	}
	if !slices.Contains(Kinds, kind) {
		return report, ErrImport.With("zh", "种类应是 metro、hotel 或 sight", "en", "the kind is metro, hotel or sight").In("kind")
	}
	var all []Place
	seen := map[string]int{} // Of ids: the line that had it first.
	err = i.read(r, placeFields, &report, func(r row) *sheet.Flaw {
		p, bad := i.place(r, kind)
		if bad != nil {
			return bad
		}
		if bad = once(seen, p.SourceID, r.Line); bad != nil {
			return bad
		}
		all = append(all, p)
		return nil
	})
	if err != nil {
		return report, err
	}
	if kind == Metro {
		all = merge(all)
	}
	named := map[string]int{}
	for n := range all {
		if all[n].SourceID == "" {
			all[n].SourceID = madeID(named, i.City, all[n].Name)
		}
	}
	err = inBatches(ctx, s.DB, i, all, &report, func(tx *db.Tx, batch []Place) (int, int, error) {
		return PutPlaces(tx, who, batch)
	})
	return report, err
}

// place reads a row.
func (i Import) place(r row, kind Kind) (p Place, bad *sheet.Flaw) {
	p = Place{City: i.City, Kind: kind, Source: i.Source}
	if bad = r.texts(&p.SourceID, &p.Name, &p.En); bad != nil {
		return p, bad
	}
	if p.Point, bad = sheet.Position(i.System, r.Fields["lat"], r.Fields["lng"]); bad != nil {
		return p, bad
	}
	line := sheet.OneLine(r.Fields["line"])
	if line == "" || kind != Metro {
		return p, nil
	}
	if bad = sheet.Readable(line, nameMax); bad != nil {
		bad.Field = "line"
		return p, bad
	}
	colour, bad := r.colour()
	p.Lines = []Line{{line, colour}}
	return p, bad
}

// ImportAreas reads areas of a kind. A metro line may stand in several rows, one
// for each branch; those of one name and without an id become one area.
func (s *Service) ImportAreas(ctx context.Context, who account.ID, r io.Reader, kind AreaKind, i Import) (report Report, err error) {
	if i, err = i.tidy(areaFields); err != nil {
		return report, err
	}
	switch {
	case !slices.Contains(AreaKinds, kind):
		return report, ErrImport.With("zh", "种类应是 district、area 或 line", "en", "the kind is district, area or line").In("kind")
	case i.Format != GeoJSON:
		return report, ErrImport.With("zh", "区域只能从 GeoJSON 导入", "en", "areas are imported from GeoJSON").In("format")
	}
	var all []Area
	seen, named := map[string]int{}, map[string]int{}
	err = i.read(r, areaFields, &report, func(r row) *sheet.Flaw {
		a, bad := i.area(r, kind)
		if bad != nil {
			return bad
		}
		if at, known := named[a.Name]; known && a.SourceID == "" && kind == Track {
			all[at].Shape = ShapeOf(nil, append(all[at].Shape.Lines, a.Shape.Lines...))
			return nil
		}
		if a.SourceID == "" {
			a.SourceID = made + i.City + "/" + a.Name
			named[a.Name] = len(all)
		}
		if bad = once(seen, a.SourceID, r.Line); bad != nil {
			return bad
		}
		all = append(all, a)
		return nil
	})
	if err != nil {
		return report, err
	}
	err = inBatches(ctx, s.DB, i, all, &report, func(tx *db.Tx, batch []Area) (int, int, error) {
		return PutAreas(tx, who, batch)
	})
	return report, err
}

// area reads a row.
func (i Import) area(r row, kind AreaKind) (a Area, bad *sheet.Flaw) {
	a = Area{City: i.City, Kind: kind, Source: i.Source}
	if bad = r.texts(&a.SourceID, &a.Name, &a.En); bad != nil {
		return a, bad
	}
	if a.Colour, bad = r.colour(); bad != nil {
		return a, bad
	}
	a.Shape, bad = takeShape(kind, i.System, r.Geometry, r.At)
	return a, bad
}

// once refuses an id that a row before had; nothing is no id.
func once(seen map[string]int, id string, line int) *sheet.Flaw {
	if id == "" {
		return nil
	}
	if first, twice := seen[id]; twice {
		return &sheet.Flaw{Field: "id", Zh: fmt.Sprintf("编号和第 %d 行相同", first), En: fmt.Sprintf("the same id as in line %d", first)}
	}
	seen[id] = line
	return nil
}

// made begins the ids that sources do not have.
const made = "made:"

// madeID is the id of a place whose source has none: the city, the name and
// which of that name it is.
func madeID(named map[string]int, city, name string) string {
	named[name]++
	if n := named[name]; n > 1 {
		return fmt.Sprintf("%s%s/%s#%d", made, city, name, n)
	}
	return made + city + "/" + name
}

// errTrial ends the transaction of a dry run, so that nothing is kept of it.
var errTrial = errors.New("discover: a dry run")

// inBatches writes all in transactions of at most 500 and counts what came of
// it. A dry run writes too and takes it back.
func inBatches[T any](ctx context.Context, d *db.DB, i Import, all []T, report *Report, put func(*db.Tx, []T) (int, int, error)) error {
	for batch := range slices.Chunk(all, batchMax) {
		var added, changed int
		err := d.Update(ctx, func(tx *db.Tx) (err error) {
			added, changed, err = put(tx, batch)
			if err == nil && i.DryRun {
				err = errTrial
			}
			return err
		})
		if err != nil && !errors.Is(err, errTrial) {
			return err
		}
		report.Added += added
		report.Changed += changed
		report.Same += len(batch) - added - changed
	}
	return nil
}
