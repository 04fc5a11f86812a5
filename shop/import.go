package shop

import (
	"context"
	"io"

	"citywalk/account"
	"citywalk/geo"
)

// An Import says what a source file is.
type Import struct {
	City     string
	District string
	Source   string            // Names the source; with the row's id it is the identity of a shop.
	System   geo.System        // Coordinates of the file.
	Format   string            // "csv" or "geojson".
	Map      map[string]string // Our field -> the file's column: id name lat lng price category opens closes dishes address district.
	DryRun   bool
	Progress func(done int)
}

// A Problem is a row that was not imported.
type Problem struct {
	Line   int
	Field  string
	Reason string // For the operator, in English.
	Zh     string
}

// A Report says what an import did.
type Report struct {
	Rows, Added, Changed, Same int
	Problems                   []Problem
}

// Import reads shops in bounded memory. Bad rows are named and the rest goes
// in; a second run changes nothing.
func (s *Service) Import(ctx context.Context, who account.ID, r io.Reader, i Import) (Report, error) {
	panic("not built")
}
