package discover

import (
	"sync"
	"time"
)

// freshMax is how many answers are kept at once.
const freshMax = 10_000

// A fresh keeps answers for a while, so that what everybody looks at is not
// asked of the database each time. The zero fresh is empty.
type fresh[K comparable, V any] struct {
	mu   sync.Mutex
	kept map[K]aged[V]
}

type aged[V any] struct {
	value V
	at    time.Time
}

// get returns the answer for k, asked for anew if the kept one is older than
// life. Two may ask at once; that is cheaper than waiting.
func (f *fresh[K, V]) get(k K, now time.Time, life time.Duration, ask func() (V, error)) (V, error) {
	f.mu.Lock()
	old, ok := f.kept[k]
	f.mu.Unlock()
	if age := now.Sub(old.at); ok && age >= 0 && age < life {
		return old.value, nil
	}
	v, err := ask()
	if err != nil {
		return v, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.kept == nil || len(f.kept) >= freshMax {
		f.kept = map[K]aged[V]{}
	}
	f.kept[k] = aged[V]{v, now}
	return v, nil
}
