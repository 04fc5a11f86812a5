package curate

import (
	"context"
	"errors"
	"strings"

	"citywalk/db"
	"citywalk/fault"
	"citywalk/shop"
)

// A spot is a shop as an import needs it.
type spot struct {
	id   shop.ID // Empty if there is no such shop.
	city string
}

// places knows which shop is which of a file's.
type places struct {
	known   map[string]spot // By the file's word for it.
	numbers bool            // The source has no shops: its words may be numbers of signs.
	made    int
}

const (
	placesMax = 200_000 // Words that are remembered.
	// unmade stands for shops that a trial does not make.
	unmade shop.ID = "shp_unmade"
)

func (p *places) begin(ctx context.Context, n *noteIntake) error {
	p.known = map[string]spot{}
	return n.DB.View(ctx, func(tx *db.Tx) error {
		has, err := shop.HasSource(tx, n.ShopsFrom)
		p.numbers = !has && n.MakeAt == nil
		return err
	})
}

// find gives every entry of a lot its shop; one whose shop nobody knows is
// refused.
func (p *places) find(ctx context.Context, n *noteIntake, l *lot[Draft]) error {
	if len(p.known) > placesMax {
		clear(p.known)
	}
	var fresh []string
	for _, e := range l.entries {
		if _, there := p.known[e.shop]; !there && e.shop != "" {
			p.known[e.shop] = spot{}
			fresh = append(fresh, e.shop)
		}
	}
	if err := p.look(ctx, n, fresh); err != nil {
		return err
	}
	kept := l.entries[:0]
	for _, e := range l.entries {
		if e.shop != "" {
			s := p.known[e.shop]
			if s.id == "" {
				l.refuse(e.place, *flawf("shop", "没有这家门店：%s", "there is no such shop: %s", shown(e.shop)))
				continue
			}
			e.draft.Shop, e.draft.City = s.id, s.city
		}
		kept = append(kept, e)
	}
	l.entries = kept
	return nil
}

// shown is a word of the file that is fit to be printed.
func shown(word string) string {
	word = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || deceives(r) || r == '\uFFFD' {
			return -1
		}
		return r
	}, word)
	if r := []rune(word); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return word
}

// look finds or makes the shops of words that come up for the first time.
func (p *places) look(ctx context.Context, n *noteIntake, words []string) error {
	if len(words) == 0 {
		return nil
	}
	var unknown []string
	err := n.DB.View(ctx, func(tx *db.Tx) error {
		unknown = nil
		for _, w := range words {
			s, err := p.one(tx, n, w)
			if err != nil {
				return err
			}
			if p.known[w] = s; s.id == "" {
				unknown = append(unknown, w)
			}
		}
		return nil
	})
	if err != nil || n.MakeAt == nil {
		return err
	}
	return p.build(ctx, n, unknown)
}

// one finds the shop of a word: our id, the source's, or the number of a sign.
func (p *places) one(tx *db.Tx, n *noteIntake, word string) (spot, error) {
	looks := []func() (shop.Shop, error){
		func() (shop.Shop, error) { return shop.FindSource(tx, n.ShopsFrom, word) },
	}
	if strings.HasPrefix(word, "shp_") {
		looks = append(looks, func() (shop.Shop, error) { return shop.Find(tx, shop.ID(word)) })
	}
	if p.numbers {
		looks = append(looks, func() (shop.Shop, error) { return shop.FindNumber(tx, word) })
	}
	if len(word) > 4*nameMax || strings.ContainsFunc(word, deceives) || strings.ContainsRune(word, '\uFFFD') {
		return spot{}, nil
	}
	for _, look := range looks {
		sh, err := look()
		if err == nil {
			return spot{sh.ID, sh.City}, nil
		}
		if !errors.Is(err, shop.ErrUnknown) && !errors.Is(err, shop.ErrNumber) {
			return spot{}, err
		}
	}
	return spot{}, nil
}

// build makes the shops that nobody knows, as drafts with nothing but their ids.
func (p *places) build(ctx context.Context, n *noteIntake, words []string) error {
	if n.DryRun {
		for _, w := range words {
			p.known[w] = spot{unmade, n.City}
		}
		p.made += len(words)
		return nil
	}
	for len(words) > 0 {
		made := map[string]spot{}
		batch := words[:min(100, len(words))]
		err := n.DB.Update(ctx, func(tx *db.Tx) error {
			clear(made)
			for _, w := range batch {
				sh, err := shop.AddDraft(tx, n.who, shop.Shop{City: n.City, Name: madeName(w), Point: *n.MakeAt,
					Opens: -1, Closes: -1, Source: n.ShopsFrom, SourceID: w})
				if _, refused := fault.From(err); refused {
					continue // Its notes are refused by name.
				}
				if err != nil {
					return err
				}
				made[w] = spot{sh.ID, sh.City}
			}
			return nil
		})
		if err != nil {
			return err
		}
		for w, s := range made {
			p.known[w] = s
		}
		p.made += len(made)
		words = words[len(batch):]
	}
	return nil
}
