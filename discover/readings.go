package discover

import (
	"strings"
	"sync"

	"citywalk/parlance"
)

// Bounds of what is kept of one town: words that many people ask for are short.
const (
	readingsMost = 2000
	readingBytes = 60
	looserMost   = 200 // Of which it is kept how they may be taken less strictly, which is far longer.
)

// Readings are how words were understood that somebody asked for, as long as
// the town and its language are what they were.
type readings struct {
	mu     sync.RWMutex
	of     map[string]*parlance.Reading
	looser map[string][]parlance.Ask // Of words that found nothing as they were.
}

// read understands words.
func (t *town) read(text string) *parlance.Reading {
	kept := t.readings.Load() // Before the town is looked at: if it changes meanwhile, this is not kept.
	if kept == nil {
		kept = new(readings)
		t.readings.CompareAndSwap(nil, kept)
	}
	kept.mu.RLock()
	r := kept.of[text]
	kept.mu.RUnlock()
	if r != nil {
		return r
	}
	if len(text) > readingBytes {
		long := t.words.Load().Read(text)
		return &long
	}
	text = strings.Clone(text) // Not a part of a whole request.
	fresh := t.words.Load().Read(text)
	kept.mu.Lock()
	defer kept.mu.Unlock()
	if kept.of == nil || len(kept.of) >= readingsMost {
		kept.of, kept.looser = map[string]*parlance.Reading{}, nil
	}
	kept.of[text] = &fresh
	return &fresh
}

// looser is what to ask in turn where words found nothing as they were read. To
// think of all slips is most of the work of a reading.
func (t *town) looser(text string, r *parlance.Reading) []parlance.Ask {
	kept := t.readings.Load()
	if kept == nil {
		return r.Looser()
	}
	kept.mu.RLock()
	asks, ok := kept.looser[text]
	current := kept.of[text] == r
	kept.mu.RUnlock()
	if ok && current {
		return asks
	}
	asks = r.Looser()
	kept.mu.Lock()
	defer kept.mu.Unlock()
	if kept.of[text] == r { // Not of a town that has changed, nor too long.
		if kept.looser == nil || len(kept.looser) >= looserMost {
			kept.looser = map[string][]parlance.Ask{}
		}
		kept.looser[text] = asks
	}
	return asks
}

// forget lets go of the readings, because the town has changed.
func (t *town) forget() { t.readings.Store(nil) }
