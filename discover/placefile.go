package discover

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"citywalk/fault"
	"citywalk/geo"
	"citywalk/sheet"
)

// Refusals of a whole file; nothing of it is imported.
var (
	ErrImport   = fault.New(fault.Invalid, "discover.import", fault.Operator, "导入设置不对：{zh}。", "The import is not set up right: {en}.")
	ErrColumn   = fault.New(fault.Invalid, "discover.import_column", fault.Operator, "文件里没有（或不止一个）「{column}」列，它对应 {field}。", "The file has no column {column} for {field}, or has it more than once.")
	ErrEncoding = fault.New(fault.Unsupported, "discover.import_encoding", fault.Operator, "文件不是 UTF-8 编码，请另存为 UTF-8 再导入。", "The file is not UTF-8. Save it as UTF-8 and import it again.")
	ErrBroken   = fault.New(fault.Invalid, "discover.import_broken", fault.Operator, "文件在第 {line} 行损坏，没有导入：{zh}。", "The file is broken at line {line} and was not imported: {en}.")
	ErrRows     = fault.New(fault.TooLarge, "discover.import_rows", fault.Operator, "文件超过 {max} 行，没有导入，请分成几个文件。", "The file has more than {max} rows and was not imported. Split it.")
)

// An Import says what a file of places or areas is.
//
// A field that is not in Map is read from the column of its own name, if there
// is one. A row's id is its id column; without one it is made from city and
// name. Positions and shapes are converted and checked; in a GeoJSON file they
// are the feature's geometry and the columns are its properties.
//
// A second import of the same file changes nothing, and one of a newer file
// updates what it says; what it no longer has stays.
type Import struct {
	City   string
	Source string            // Names the source; with the row's id it is the identity.
	System geo.System        // Coordinates of the file.
	Format string            // "csv" or "geojson".
	Map    map[string]string // Our field -> the file's column.
	DryRun bool              // Tell what would happen and write nothing.
}

// A Problem is a row that was not imported.
type Problem struct {
	Line   int // Physical line of the file, from 1.
	Row    int // Place among the file's rows, from 1.
	Field  string
	Reason string // For the operator, in English.
	Zh     string
}

// A Report says what an import did, or would do.
type Report struct {
	Rows, Added, Changed, Same int       // Rows of the file; places or areas, of which several rows may make one.
	Problems                   []Problem // Rows that were not imported; the first 1,000.
	Refused                    int       // How many there were.
}

// Formats of Import.
const (
	CSV     = "csv"
	GeoJSON = "geojson"
)

const (
	rowsMax     = 200_000 // Rows of a file.
	problemsMax = 1_000
	batchMax    = 500 // Places or areas of a transaction.
	cityMax     = 40
	sourceMax   = 100
	idMax       = 100
	nameMax     = 60
	enMax       = 120
)

// recordMax is how many bytes one row of a file may take: a district's shape is
// long.
var recordMax = map[string]int{CSV: 64 << 10, GeoJSON: 8 << 20}

// Fields that Map may name.
var (
	placeFields = []string{"id", "name", "en", "lat", "lng", "line", "colour"}
	areaFields  = []string{"id", "name", "en", "colour"}
)

// A row is one row of the file.
type row struct{ sheet.Row }

// tidy checks that the import is set up right.
func (i Import) tidy(fields []string) (Import, error) {
	wrong := func(field, zh, en string) error { return ErrImport.With("zh", zh, "en", en).In(field) }
	i.City, i.Source = sheet.OneLine(i.City), sheet.OneLine(i.Source)
	switch {
	case i.City == "" || sheet.Readable(i.City, cityMax) != nil:
		return i, wrong("city", "城市名是空的、太长或读不懂", "the name of the city is empty, too long or unreadable")
	case i.Source == "" || sheet.Readable(i.Source, sourceMax) != nil:
		return i, wrong("source", "来源名是空的、太长或读不懂", "the name of the source is empty, too long or unreadable")
	case !i.System.Known():
		return i, wrong("crs", "坐标系应是 wgs84、gcj02 或 bd09", "the coordinate system is wgs84, gcj02 or bd09")
	case i.Format != CSV && i.Format != GeoJSON:
		return i, wrong("format", "格式应是 csv 或 geojson", "the format is csv or geojson")
	}
	for field := range i.Map {
		if !slices.Contains(fields, field) {
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

// columns says where the fields are. In a GeoJSON file the position is the
// geometry.
func (i Import) columns(fields []string) (all []sheet.Column) {
	for _, field := range fields {
		name, asked := i.column(field)
		all = append(all, sheet.Column{Field: field, Name: name, Needed: asked || field == "name" || field == "lat" || field == "lng"})
	}
	return all
}

// read calls take with every row of the file and counts and lists in the report
// what take finds wrong.
func (i Import) read(r io.Reader, fields []string, report *Report, take func(row) *sheet.Flaw) error {
	rows, err := sheet.Open(r, sheet.Options{Format: sheet.Format(i.Format), Columns: i.columns(fields), RecordMax: recordMax[i.Format]})
	if err != nil {
		return refusal(err)
	}
	for {
		got, err := rows.Next()
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return refusal(err)
		}
		if report.Rows == rowsMax {
			return ErrRows.With("max", rowsMax)
		}
		report.Rows++
		bad := got.Bad
		if bad == nil {
			bad = take(row{got})
		}
		if bad == nil {
			continue
		}
		report.Refused++
		if len(report.Problems) < problemsMax {
			report.Problems = append(report.Problems, Problem{Line: got.Line, Row: report.Rows, Field: bad.Field, Reason: bad.En, Zh: bad.Zh})
		}
	}
}

// texts reads the texts of a row into their places.
func (r row) texts(id, name, en *string) *sheet.Flaw {
	for _, f := range []struct {
		field string
		into  *string
		max   int
	}{{"id", id, idMax}, {"name", name, nameMax}, {"en", en, enMax}} {
		s := sheet.OneLine(r.Fields[f.field])
		if bad := sheet.Readable(s, f.max); bad != nil {
			bad.Field = f.field
			return bad
		}
		*f.into = s
	}
	if *name == "" {
		return &sheet.Flaw{Field: "name", Zh: "没有名称", En: "there is no name"}
	}
	return nil
}

var colourForm = regexp.MustCompile(`^#?[0-9A-Fa-f]{6}$`)

// colour reads a colour, "E3002A" or "#e3002a"; nothing is unknown.
func (r row) colour() (string, *sheet.Flaw) {
	s := strings.TrimSpace(r.Fields["colour"])
	switch {
	case s == "":
		return "", nil
	case !colourForm.MatchString(s):
		return "", &sheet.Flaw{Field: "colour", Zh: "颜色应是六位十六进制数", En: "a colour is six hexadecimal digits"}
	}
	return "#" + strings.ToUpper(strings.TrimPrefix(s, "#")), nil
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
	case err == nil:
		return nil
	}
	return fmt.Errorf("discover: read the file: %w", err)
}
