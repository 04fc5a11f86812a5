package discover

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"citywalk/atlas"
	"citywalk/db"
)

// A mark says what a snapshot was taken of. A snapshot with another mark than
// this node's is of no use, and the city is read from the database.
type mark struct {
	Program string    `json:"program"` // What made the documents.
	Life    life      `json:"life"`
	City    string    `json:"city"`
	Ground  uint64    `json:"ground"` // The stamp of the surroundings.
	At      time.Time `json:"at"`     // News from here on are not in it.
}

func (s *Service) snapshotPath(city string) string {
	sum := sha256.Sum256([]byte(city))
	return filepath.Join(s.Folder, hex.EncodeToString(sum[:8])+".atlas")
}

// recall reads a city's index from its snapshot; ok is false if there is none
// that is whole, of this program, of this life of the database and of these
// surroundings. A snapshot is never needed, so that why it cannot be read is told
// and not refused.
func (s *Service) recall(city string, ground uint64) (x *atlas.Index, at time.Time, ok bool) {
	if s.Folder == "" {
		return nil, at, false
	}
	x, m, err := s.readSnapshot(s.snapshotPath(city))
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) && s.OnError != nil {
			s.OnError(fmt.Errorf("discover: the snapshot of %s is left alone: %w", city, err))
		}
		return nil, at, false
	}
	return x, m.At, m.Program == s.Program && m.Life == s.guide.life && m.City == city && m.Ground == ground
}

func (s *Service) readSnapshot(path string) (x *atlas.Index, m mark, err error) {
	if x, err = atlas.Open(path, s.cores()); err != nil {
		return nil, m, err
	}
	return x, m, json.Unmarshal(x.Mark(), &m)
}

// Keep writes a snapshot of each city to the folder.
func (s *Service) Keep(ctx context.Context) error {
	if s.Folder == "" || s.guide.towns.Load() == nil {
		return nil
	}
	if err := os.MkdirAll(s.Folder, 0o700); err != nil {
		return fmt.Errorf("discover: snapshots: %w", err)
	}
	g := &s.guide
	g.mu.Lock() // No news come in between the moment and the mark.
	var l life
	err := s.DB.View(ctx, func(tx *db.Tx) (err error) {
		l, err = lifeOf(tx)
		return err
	})
	at, over, behind := g.news.Position(), l != g.life, len(g.owed)+len(g.moved)+len(g.stale) > 0
	ground := map[string]uint64{}
	for city, t := range *g.towns.Load() {
		ground[city] = t.around.Load().stamp
	}
	g.mu.Unlock()
	if err != nil || over || behind {
		return err // What is of a life that is over, or not of the moment, is not kept.
	}
	for city, t := range *g.towns.Load() {
		b, err := json.Marshal(mark{s.Program, l, city, ground[city], at})
		if err != nil {
			return err
		}
		if err := t.index.Apply(atlas.Batch{Mark: b}); err != nil {
			return err
		}
		if err := t.index.Save(s.snapshotPath(city)); err != nil {
			return fmt.Errorf("discover: snapshot of %s: %w", city, err)
		}
	}
	return nil
}
