package curate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"citywalk/account"
	"citywalk/db"
	"citywalk/fault"
	"citywalk/geo"
	"citywalk/sheet"
	"citywalk/shop"
)

// Refusals of a whole file. What stood before the fault is imported.
var (
	ErrImport   = fault.New(fault.Invalid, "curate.import", fault.Operator, "导入设置不对：{zh}。", "The import is not set up right: {en}.")
	ErrColumn   = fault.New(fault.Invalid, "curate.import_column", fault.Operator, "文件里没有（或不止一个）「{column}」列，它对应 {field}。", "The file has no column {column} for {field}, or has it more than once.")
	ErrEncoding = fault.New(fault.Unsupported, "curate.import_encoding", fault.Operator, "文件不是 UTF-8 编码，请另存为 UTF-8 再导入。", "The file is not UTF-8. Save it as UTF-8 and import it again.")
	ErrBroken   = fault.New(fault.Invalid, "curate.import_broken", fault.Operator, "文件在第 {line} 行损坏，后面的没有读：{zh}。", "The file is broken at line {line} and nothing after it was read: {en}.")
	ErrRows     = fault.New(fault.TooLarge, "curate.import_rows", fault.Operator, "文件超过 {max} 行，后面的没有导入，请分成几个文件。", "The file has more than {max} rows; those after are not imported. Split it.")
)

// An Import says what a file of notes, or of comments on them, is.
//
// Which shop a note is of stands in its shop column: our id, the id of a shop
// at ShopsFrom, or, if that source has no shops, the number of a shop's sign.
// Without it the note is linked by what it says, and waits if that leaves a
// doubt. A cell {'$oid': 'X'} is X everywhere.
//
// A row's id is its id column; without one it is made from author, shop, time
// and text, so that an edited note is another one. A row without an author
// counts as of an author of its own. Stars, marks, likes, followers, times and
// positions that cannot be read are unknown and warned of, except for the time
// of the note itself, which it needs.
//
// A second import of the same file changes nothing; a note whose text, stars,
// marks, likes, time or author is another now follows.
type Import struct {
	Source    string
	Format    sheet.Format
	Map       map[string]string // Our field -> the file's column.
	City      string            // Of notes without a shop, and of shops that are made.
	ShopsFrom string            // Source of the file's shop ids; "" is Source.
	System    geo.System        // Of the file's positions, if it has some.
	MakeAt    *geo.Point        // Where shops are made that nobody knows; nil refuses their notes.
	DryRun    bool              // Tell what would happen and write nothing.
	Progress  func(rows int)    // Told after each batch how many rows are done.
}

// A Problem is a row that was not imported, or a field of one that was imported
// without it.
type Problem struct {
	Line   int // Physical line of the file, from 1.
	Row    int // Place among the file's rows, from 1.
	Field  string
	Reason string // For the operator, in English.
	Zh     string
}

// A Report says what an import did, or would do.
type Report struct {
	Rows, Added, Changed, Same int
	Waiting                    int       // Notes among the added and changed whose shop nobody knows yet.
	Made                       int       // Shops that were made.
	Problems                   []Problem // Rows that were not imported; the first 1,000.
	Warnings                   []Problem // Fields that were left unknown; the first 1,000.
	Refused, Warned            int       // How many there were of each.
	Cities                     []string  // Whose scores follow, in order.
}

const (
	importMax   = 10_000_000 // Rows of a file.
	problemsMax = 1_000
	recordMax   = 256 << 10 // Bytes of a row: a note of 10,000 characters, escaped.
)

// Fields that Map may name. The common ones are also read from the column of
// their own name.
var (
	commonFields  = []string{"id", "shop", "author", "text", "time", "stars", "likes", "followers", "joined"}
	noteFields    = slices.Concat(commonFields, []string{"name", "district", "address", "category", "lat", "lng", "subs"}, markFields[:])
	commentFields = []string{"id", "note", "author", "text", "time"}
)

// tidy checks that the import is set up right.
func (i Import) tidy(fields []string) (Import, error) {
	wrong := func(field, zh, en string) error { return ErrImport.With("zh", zh, "en", en).In(field) }
	var err error
	if i.Source, err = namedSource(i.Source); err != nil {
		return i, err
	}
	if i.ShopsFrom == "" {
		i.ShopsFrom = i.Source
	}
	if i.City, err = body("city", i.City, nameMax); err != nil && !errors.Is(err, ErrNoText) {
		return i, err
	}
	for field := range i.Map {
		if !slices.Contains(fields, field) {
			return i, wrong("map", "没有「"+field+"」这个字段", "there is no field "+field)
		}
	}
	_, lat := i.Map["lat"]
	_, lng := i.Map["lng"]
	switch {
	case i.Format != sheet.CSV && i.Format != sheet.JSONL:
		return i, wrong("format", "格式应是 csv 或 jsonl", "the format is csv or jsonl")
	case lat != lng:
		return i, wrong("map", "纬度和经度要一起对应", "lat and lng are mapped together")
	case lat && !i.System.Known():
		return i, wrong("crs", "坐标系应是 wgs84、gcj02 或 bd09", "the coordinate system is wgs84, gcj02 or bd09")
	case i.MakeAt != nil && i.City == "":
		return i, wrong("city", "要新建门店，请给出城市", "shops that are made need a city")
	case i.MakeAt != nil && (!i.MakeAt.Valid() || !geo.InChina(*i.MakeAt)):
		return i, wrong("at", "新建门店的位置不在中国境内", "the place of the shops that are made is not in China")
	case i.MakeAt != nil && i.ShopsFrom == shop.HandSource:
		return i, wrong("source", "来源名 "+shop.HandSource+" 留给手工添加的门店", "the source "+shop.HandSource+" is kept for shops added by hand")
	}
	return i, nil
}

// columns says where the fields are; needed ones refuse a CSV file without them.
func (i Import) columns(fields []string, needed ...string) []sheet.Column {
	var all []sheet.Column
	for _, f := range fields {
		name, asked := i.Map[f]
		switch {
		case asked:
		case slices.Contains(commonFields, f), slices.Contains(needed, f):
			name = f
		default:
			continue
		}
		all = append(all, sheet.Column{Field: f, Name: name, Needed: asked || slices.Contains(needed, f)})
	}
	return all
}

// refusal says for people why a whole file is refused.
func refusal(err error) error {
	var broken sheet.Broken
	var missing sheet.Missing
	switch {
	case errors.Is(err, sheet.ErrEncoding):
		return ErrEncoding
	case errors.As(err, &broken):
		return ErrBroken.With("line", broken.Line, "zh", broken.Zh, "en", broken.En)
	case errors.As(err, &missing):
		return ErrColumn.With("column", missing.Name, "field", missing.Field).In("map")
	}
	return err
}

// Import reads a file of notes in bounded memory and takes them in batches, each
// in a transaction of its own, while the next is read. Bad rows are named and
// the rest goes in. If the file is broken half-way or ctx ends, the report
// tells what was done before; running it again does the rest. At the end the
// cities are scored anew soon. It is for the one who runs the installation.
func (s *Service) Import(ctx context.Context, who account.ID, r io.Reader, i Import) (Report, error) {
	i, err := i.tidy(noteFields)
	if err != nil {
		return Report{}, err
	}
	rows, err := sheet.Open(r, sheet.Options{Format: i.Format, Columns: i.columns(noteFields, "text", "time"), RecordMax: recordMax})
	if err != nil {
		return Report{}, refusal(err)
	}
	n := &noteIntake{Service: s, Import: i, who: who, cities: map[string]bool{}}
	if err := n.places.begin(ctx, n); err != nil {
		return Report{}, err
	}
	in := &intake[Draft]{rows: rows, seen: map[uint64]int32{}, progress: i.Progress, read: n.read, prepare: n.prepare, write: n.write}
	err = in.run(ctx)
	report := in.report
	report.Made = n.places.made
	for city := range n.cities {
		report.Cities = append(report.Cities, city)
	}
	slices.Sort(report.Cities)
	return report, errors.Join(err, s.fitAll(ctx, report.Cities))
}

// fitAll enqueues the fits of the cities, also when ctx has ended: what was
// taken before is there.
func (s *Service) fitAll(ctx context.Context, cities []string) error {
	if len(cities) == 0 {
		return nil
	}
	return s.DB.Update(context.WithoutCancel(ctx), func(tx *db.Tx) error {
		for _, city := range cities {
			if err := FitLater(tx, city); err != nil {
				return err
			}
		}
		return nil
	})
}

// ImportComments reads a file of comments on notes of the source, as Import
// reads notes. A comment whose note is not there is refused.
func (s *Service) ImportComments(ctx context.Context, who account.ID, r io.Reader, i Import) (Report, error) {
	i, err := i.tidy(commentFields)
	if err != nil {
		return Report{}, err
	}
	rows, err := sheet.Open(r, sheet.Options{Format: i.Format, Columns: i.columns(commentFields, "note", "text", "time"), RecordMax: recordMax})
	if err != nil {
		return Report{}, refusal(err)
	}
	c := &commentIntake{Service: s, Import: i, who: who}
	in := &intake[Remark]{rows: rows, seen: map[uint64]int32{}, progress: i.Progress, read: c.read, write: c.write,
		prepare: func(context.Context, *lot[Remark]) error { return nil }}
	err = in.run(ctx)
	return in.report, err
}

// shortID is what of an id is shown in the name of a shop that was made.
func shortID(id string) string {
	const short = 6
	r := []rune(strings.TrimSpace(id))
	return string(r[max(0, len(r)-short):])
}

// madeName is the name of a shop of which only the id is known.
func madeName(id string) string { return fmt.Sprintf("匿名门店 %s", shortID(id)) }
