package shop

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"

	"citywalk/account"
	"citywalk/db"
	"citywalk/fault"
	"citywalk/geo"
	"citywalk/sheet"
)

// Refusals of a whole file. What stood before the fault is imported.
var (
	ErrImport   = fault.New(fault.Invalid, "shop.import", fault.Operator, "导入设置不对：{zh}。", "The import is not set up right: {en}.")
	ErrColumn   = fault.New(fault.Invalid, "shop.import_column", fault.Operator, "文件里没有（或不止一个）「{column}」列，它对应 {field}。", "The file has no column {column} for {field}, or has it more than once.")
	ErrEncoding = fault.New(fault.Unsupported, "shop.import_encoding", fault.Operator, "文件不是 UTF-8 编码，请另存为 UTF-8 再导入。", "The file is not UTF-8. Save it as UTF-8 and import it again.")
	ErrBroken   = fault.New(fault.Invalid, "shop.import_broken", fault.Operator, "文件在第 {line} 行损坏，后面的没有读：{why}", "The file is broken at line {line} and nothing after it was read: {why}")
	ErrRows     = fault.New(fault.TooLarge, "shop.import_rows", fault.Operator, "文件超过 {max} 行，后面的没有导入，请分成几个文件。", "The file has more than {max} rows; those after are not imported. Split it.")
)

// An Import says what a source file is.
//
// A field that is not in Map is read from the column of its own name, if there
// is one. A row's id is its id column; without one it is made from name and
// position. Text and position are trimmed, converted and checked; a price of
// 0, an empty price and an empty hour are unknown. A price, an hour or dishes
// that cannot be read are unknown too, and warned of. In a GeoJSON file the
// position is the feature's geometry and the columns are its properties.
//
// A second import updates what the file says of a shop: a field that the file
// has follows it, also to unknown; one that it has not stays. State, merchant,
// terms, offers and number are never touched.
type Import struct {
	City     string
	District string            // Of rows without one.
	Source   string            // Names the source; with the row's id it is the identity of a shop.
	System   geo.System        // Coordinates of the file.
	Format   string            // "csv" or "geojson".
	Map      map[string]string // Our field -> the file's column: id name lat lng price category opens closes dishes address district.
	DryRun   bool              // Tell what would happen and write nothing.
	Progress func(done int)    // Told after each batch how many rows were read.
}

// A Problem is a row that was not imported, or a field of one that was
// imported without it.
type Problem struct {
	Line   int // Physical line of the file, from 1.
	Row    int // Place among the file's shops, from 1.
	Field  string
	Reason string // For the operator, in English.
	Zh     string
}

// A Report says what an import did, or would do.
type Report struct {
	Rows, Added, Changed, Same int
	Problems                   []Problem // Rows that were not imported; the first 1,000.
	Warnings                   []Problem // Fields that were left unknown; the first 1,000.
	Refused, Warned            int       // How many there were of each.
}

// Formats of Import.
const (
	CSV     = "csv"
	GeoJSON = "geojson"
)

const (
	importMax   = 1_000_000 // Rows of a file.
	importBatch = 200       // Rows of a transaction.
	problemsMax = 1_000
	sourceMax   = 100
	sourceIDMax = 100
)

// recordMax is how many bytes one row of a file may take.
var recordMax = map[string]int{CSV: 64 << 10, GeoJSON: 1 << 20}

// importFields are the fields that Map may name.
var importFields = []string{"id", "name", "lat", "lng", "price", "category", "opens", "closes", "dishes", "address", "district"}

// tidy checks that the import is set up right.
func (i Import) tidy() (Import, error) {
	wrong := func(field, zh, en string) error { return ErrImport.With("zh", zh, "en", en).In(field) }
	var err error
	if i.City, err = needed("city", i.City, cityMax); err != nil {
		return i, err
	}
	if i.District, err = text("district", i.District, districtMax); err != nil {
		return i, err
	}
	if i.Source, err = needed("source", i.Source, sourceMax); err != nil {
		return i, err
	}
	switch {
	case i.Source == HandSource:
		return i, wrong("source", "来源名 "+HandSource+" 留给手工添加的门店", "the source "+HandSource+" is kept for shops added by hand")
	case !i.System.Known():
		return i, wrong("crs", "坐标系应是 wgs84、gcj02 或 bd09", "the coordinate system is wgs84, gcj02 or bd09")
	case i.Format != CSV && i.Format != GeoJSON:
		return i, wrong("format", "格式应是 csv 或 geojson", "the format is csv or geojson")
	}
	for field := range i.Map {
		if !slices.Contains(importFields, field) {
			return i, wrong("map", "没有「"+field+"」这个字段", "there is no field "+field)
		}
		if i.Format == GeoJSON && (field == "lat" || field == "lng") {
			return i, wrong("map", "GeoJSON 的位置取自几何，不能另外对应", "a GeoJSON position is the geometry and cannot be mapped")
		}
	}
	return i, nil
}

// column returns the file's name of a field, and whether Map asks for it.
func (i Import) column(field string) (name string, asked bool) {
	if c, ok := i.Map[field]; ok {
		return c, true
	}
	return field, false
}

// A source is the rows of a file.
type source struct{ rows *sheet.Reader }

func (i Import) open(r io.Reader) (source, error) {
	var columns []sheet.Column
	for _, field := range importFields {
		name, asked := i.column(field)
		columns = append(columns, sheet.Column{Field: field, Name: name, Needed: asked || field == "name" || field == "lat" || field == "lng"})
	}
	rows, err := sheet.Open(r, sheet.Options{Format: sheet.Format(i.Format), Columns: columns, RecordMax: recordMax[i.Format]})
	return source{rows}, refusal(err)
}

// next returns the next record, and io.EOF after the last.
func (s source) next() (record, error) {
	row, err := s.rows.Next()
	return record{Row: row}, refusal(err)
}

// refusal says for people why a whole file is refused.
func refusal(err error) error {
	var broken sheet.Broken
	var missing sheet.Missing
	switch {
	case errors.Is(err, sheet.ErrEncoding):
		return ErrEncoding
	case errors.As(err, &broken):
		return ErrBroken.With("line", broken.Line, "why", broken.En)
	case errors.As(err, &missing):
		return ErrColumn.With("column", missing.Name, "field", missing.Field).In("map")
	}
	return err
}

// Import reads shops in bounded memory and writes them in batches, each in a
// transaction of its own. Bad rows are named and the rest goes in; a second run
// changes nothing. If the file is broken half-way, the report tells what was
// done before.
func (s *Service) Import(ctx context.Context, who account.ID, r io.Reader, i Import) (Report, error) {
	var report Report
	i, err := i.tidy()
	if err != nil {
		return report, err
	}
	src, err := i.open(r)
	if err != nil {
		return report, err
	}
	var batch []imported
	flush := func() error {
		if err := s.write(ctx, who, i, batch, &report); err != nil {
			return err
		}
		batch = batch[:0]
		if i.Progress != nil {
			i.Progress(report.Rows)
		}
		return nil
	}
	seen := map[[16]byte]int{} // Of ids: the line that had it first.
	for {
		rec, err := src.next()
		if errors.Is(err, io.EOF) {
			return report, flush()
		}
		if err == nil && report.Rows == importMax {
			err = ErrRows.With("max", importMax)
		}
		if err != nil {
			return report, errors.Join(flush(), err)
		}
		report.Rows++
		rec.row = report.Rows
		if sh, ok := i.take(rec, seen, &report); ok {
			batch = append(batch, sh)
		}
		if len(batch) == importBatch || rec.row%10_000 == 0 {
			if err := flush(); err != nil {
				return report, err
			}
		}
	}
}

// take reads a record and reports what is wrong with it; ok is false if it
// cannot be imported.
func (i Import) take(rec record, seen map[[16]byte]int, report *Report) (imported, bool) {
	sh, warnings, bad := i.read(rec)
	if bad == nil {
		var key [16]byte
		sum := sha256.Sum256([]byte(sh.SourceID))
		copy(key[:], sum[:])
		if first, twice := seen[key]; twice {
			bad = &sheet.Flaw{Field: "id", Zh: fmt.Sprintf("编号和第 %d 行相同", first), En: fmt.Sprintf("the same id as in line %d", first)}
		} else {
			seen[key] = rec.Line
		}
	}
	if bad != nil {
		report.Refused++
		report.Problems = list(report.Problems, rec, *bad)
		return imported{}, false
	}
	for _, w := range warnings {
		report.Warned++
		report.Warnings = list(report.Warnings, rec, w)
	}
	return sh, true
}

func list(all []Problem, rec record, f sheet.Flaw) []Problem {
	if len(all) == problemsMax {
		return all
	}
	return append(all, Problem{Line: rec.Line, Row: rec.row, Field: f.Field, Reason: f.En, Zh: f.Zh})
}

// write brings a batch into the database and counts what it did.
func (s *Service) write(ctx context.Context, who account.ID, i Import, batch []imported, report *Report) error {
	if len(batch) == 0 {
		return ctx.Err()
	}
	run := s.DB.Update
	if i.DryRun {
		run = s.DB.View
	}
	var added, changed, same int
	err := run(ctx, func(tx *db.Tx) error {
		added, changed, same = 0, 0, 0
		for _, sh := range batch {
			old, err := findSource(tx, i.Source, sh.SourceID)
			switch {
			case errors.Is(err, ErrUnknown):
				added++
				if err = nil; !i.DryRun {
					sh.ID, sh.State = ID(tx.ID("shp")), Draft
					_, err = insert(tx, sh.Shop)
				}
			case err == nil && sh.over(old).saysAs(old):
				same++
			case err == nil:
				changed++
				if !i.DryRun {
					err = describe(tx, sh.over(old))
				}
			}
			if err != nil {
				return err
			}
		}
		if i.DryRun || added+changed == 0 {
			return nil
		}
		return account.Audit(tx, who, "shop.import", i.Source, map[string]any{"added": added, "changed": changed})
	})
	if err != nil {
		return err
	}
	report.Added += added
	report.Changed += changed
	report.Same += same
	return nil
}
