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
)

// Readings are how words were understood that somebody asked for, as long as
// the town and its language are what they were.
type readings struct {
	mu sync.RWMutex
	of map[string]*parlance.Reading
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
		kept.of = map[string]*parlance.Reading{}
	}
	kept.of[text] = &fresh
	return &fresh
}

// forget lets go of the readings, because the town has changed.
func (t *town) forget() { t.readings.Store(nil) }
