package ui

import (
	"sync"

	"citywalk/fault"
	"citywalk/parlance"
)

// kinds keeps the English names that were asked for: categories are few, and
// each stands on many pages. What operators write is bounded, and so is this.
var kinds = struct {
	sync.Mutex
	names map[string]string
}{names: map[string]string{}}

const kindsKept = 4096

// Kind is a category in words: on English pages its English name, where the
// thesaurus of the search knows all of it, else as it was written.
func Kind(lang fault.Lang, category string) string {
	if lang != fault.En || category == "" {
		return category
	}
	kinds.Lock()
	defer kinds.Unlock()
	name, ok := kinds.names[category]
	if !ok {
		name = parlance.English(category)
		if len(kinds.names) >= kindsKept {
			clear(kinds.names)
		}
		kinds.names[category] = name
	}
	if name == "" {
		return category
	}
	return name
}
