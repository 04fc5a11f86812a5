package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	"citywalk/score"
)

// A townFile is a town that was read from files, with the ids of the files.
type townFile struct {
	score.Town
	shopIDs, authorIDs, noteIDs []int64
	shops, authors, notes       map[int64]int32 // Index of each id.
}

// lineMax is the longest line that is read, in bytes.
const lineMax = 1 << 16

// eachLine reads a file of one JSON object a line into a row that is made anew
// for each line. What is wrong is told with the file, the line and the reason.
func eachLine[T any](path string, take func(T) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	sc.Buffer(make([]byte, lineMax), lineMax)
	line := 0
	for sc.Scan() {
		line++
		if err := takeLine(sc.Bytes(), take); err != nil {
			return fmt.Errorf("%s line %d: %w", path, line, err)
		}
	}
	if err := sc.Err(); errors.Is(err, bufio.ErrTooLong) {
		return fmt.Errorf("%s line %d: longer than %d bytes", path, line+1, lineMax)
	} else if err != nil {
		return fmt.Errorf("%s line %d: %w", path, line+1, err)
	}
	return nil
}

func takeLine[T any](line []byte, take func(T) error) error {
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	var row T
	if err := d.Decode(&row); errors.Is(err, io.EOF) {
		return errors.New("empty, want a JSON object")
	} else if err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the JSON object")
	}
	return take(row)
}

// index gives an id the next index, once.
func index(of map[int64]int32, id *int64) error {
	if id == nil {
		return errors.New("id is missing")
	}
	if _, twice := of[*id]; twice {
		return fmt.Errorf("id %d stands there twice", *id)
	}
	of[*id] = int32(len(of))
	return nil
}

// known finds the index of an id that another file must have named.
func known(of map[int64]int32, what string, id *int64) (int32, error) {
	if id == nil {
		return 0, fmt.Errorf("%s is missing", what)
	}
	i, ok := of[*id]
	if !ok {
		return 0, fmt.Errorf("%s %d is not known", what, *id)
	}
	return i, nil
}

func (t *townFile) readShops(path string) error {
	t.shops = map[int64]int32{}
	type row struct {
		ID              *int64
		Category, Chain *int32
	}
	return eachLine(path, func(r row) error {
		if err := index(t.shops, r.ID); err != nil {
			return err
		}
		shop := score.Shop{Category: -1, Chain: -1}
		if r.Category != nil {
			shop.Category = *r.Category
		}
		if r.Chain != nil {
			shop.Chain = *r.Chain
		}
		if shop.Category < -1 || shop.Chain < -1 {
			return errors.New("category and chain are -1 or more")
		}
		t.Shops = append(t.Shops, shop)
		t.shopIDs = append(t.shopIDs, *r.ID)
		return nil
	})
}

func (t *townFile) readAuthors(path string) error {
	t.authors = map[int64]int32{}
	type row struct {
		ID        *int64
		Followers *float64
		Created   *float64 `json:"created_day"`
	}
	return eachLine(path, func(r row) error {
		if err := index(t.authors, r.ID); err != nil {
			return err
		}
		a := score.Author{Followers: -1, Created: math.NaN()}
		if r.Followers != nil {
			a.Followers = *r.Followers
		}
		if r.Created != nil {
			a.Created = *r.Created
		}
		t.Authors = append(t.Authors, a)
		t.authorIDs = append(t.authorIDs, *r.ID)
		return nil
	})
}

func (t *townFile) readNotes(path string) error {
	t.notes = map[int64]int32{}
	type row struct {
		ID, Author, Shop      *int64
		Day, Sentiment, Stars *float64
		Likes                 *float64
		Hash                  uint64 `json:"text_hash"`
	}
	return eachLine(path, func(r row) error {
		if err := index(t.notes, r.ID); err != nil {
			return err
		}
		author, err := known(t.authors, "author", r.Author)
		if err != nil {
			return err
		}
		shop, err := known(t.shops, "shop", r.Shop)
		if err != nil {
			return err
		}
		if r.Day == nil {
			return errors.New("day is missing")
		}
		n := score.Note{Author: author, Shop: shop, Day: *r.Day, Likes: -1, Hash: spread(r.Hash)}
		switch {
		case r.Stars != nil:
			n.Rating, n.Starred = *r.Stars, true
		case r.Sentiment != nil:
			n.Rating = *r.Sentiment
		default:
			return errors.New("neither stars nor sentiment")
		}
		if !(n.Rating >= 1 && n.Rating <= 5) || n.Starred && n.Rating != math.Trunc(n.Rating) {
			return fmt.Errorf("rating %g: stars are 1, 2, 3, 4 or 5, a sentiment is from 1 to 5", n.Rating)
		}
		if r.Likes != nil {
			n.Likes = *r.Likes
		}
		t.Notes = append(t.Notes, n)
		t.noteIDs = append(t.noteIDs, *r.ID)
		return nil
	})
}

// readLabels marks the notes that a reviewer has judged, and counts them.
func (t *townFile) readLabels(path string) (int, error) {
	type row struct {
		Note *int64
		Fake *bool
	}
	count := 0
	err := eachLine(path, func(r row) error {
		i, err := known(t.notes, "note", r.Note)
		if err != nil {
			return err
		}
		if r.Fake == nil {
			return errors.New("fake is missing")
		}
		if t.Notes[i].Label != score.Unlabelled {
			return fmt.Errorf("note %d is judged twice", *r.Note)
		}
		t.Notes[i].Label = score.Honest
		if *r.Fake {
			t.Notes[i].Label = score.Bought
		}
		count++
		return nil
	})
	return count, err
}

// spread makes a SimHash of a template's number: equal numbers are the same
// text, others are far apart. 0 is an original text. (The finalizer of
// SplitMix64, Steele, Lea and Flood 2014.)
func spread(template uint64) uint64 {
	if template == 0 {
		return 0
	}
	z := template * 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// writeLines writes a file that is not there yet, one line for each of n.
func writeLines(path string, n int, line func(i int) string) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	b := bufio.NewWriter(f)
	for i := range n {
		b.WriteString(line(i))
		b.WriteByte('\n')
	}
	return b.Flush()
}
