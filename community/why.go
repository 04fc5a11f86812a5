package community

import (
	"context"

	"citywalk/account"
	"citywalk/curate"
	"citywalk/db"
	"citywalk/shop"
)

// WhyHere is curate's of that name without the words of notes that are hidden:
// why a shop is here rests on them as before, but nobody reads them. One that is
// shown again is quoted again.
func (s *Service) WhyHere(ctx context.Context, id shop.ID) (p curate.Public, ok bool, err error) {
	if p, ok, err = s.Curate.WhyHere(ctx, id); err == nil && ok {
		p.Quotes, err = s.readable(ctx, p.Quotes)
	}
	return p, ok, err
}

// OwnFile is curate's Own without the words of notes that are hidden.
func (s *Service) OwnFile(ctx context.Context, who account.Session, id shop.ID) (f curate.MerchantFile, err error) {
	if f, err = s.Curate.Own(ctx, who, id); err == nil {
		f.Quotes, err = s.readable(ctx, f.Quotes)
	}
	return f, err
}

// readable are the quotes of notes that everybody may read.
func (s *Service) readable(ctx context.Context, quotes []curate.Quote) (kept []curate.Quote, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		kept = []curate.Quote{}
		for _, q := range quotes {
			n, err := db.One[int](tx, `SELECT COUNT(*) FROM curate_notes n WHERE n.id = $1`+shown, q.Note)
			if err != nil {
				return wrap("look whether a quote is shown", err)
			}
			if n > 0 {
				kept = append(kept, q)
			}
		}
		return nil
	})
	return kept, err
}
