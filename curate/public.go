package curate

import (
	"context"
	"errors"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/opinion"
	"citywalk/score"
	"citywalk/shop"
)

// A Public is the part of a dossier that everybody may read: why a shop stands
// where it does, by which rules, since when and until when. It holds no name of
// a reviewer and nothing about authors or single notes but what is quoted.
type Public struct {
	Shop     shop.ID
	Verdict  Verdict
	Reason   string
	Rules    string
	Reviewed time.Time
	Expires  time.Time
	Expired  bool // Its next review is due.
	Notes    int  // How many notes the score rests on.
	Mean     float64
	Lo, Hi   float64 // The 90 % interval; zero if there was no score.
	Aspects  [opinion.Aspects]score.Aspect
	Quotes   []Quote
	Visits   int
}

// WhyHere returns the public part of the dossier of a shop on the list; ok is
// false for a shop that is not on it.
func (s *Service) WhyHere(ctx context.Context, id shop.ID) (p Public, ok bool, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		d, err := findDossier(tx, id)
		if errors.Is(err, db.ErrNone) || err == nil && d.Verdict != Included {
			return nil
		} else if err != nil {
			return err
		}
		ok = true
		p, err = public(tx, d)
		return err
	})
	return p, ok, err
}

func public(tx *db.Tx, d Dossier) (Public, error) {
	dec, err := findDecision(tx, d.Decision)
	if err != nil {
		return Public{}, err
	}
	p := Public{Shop: d.Shop, Verdict: d.Verdict, Reason: dec.Reason, Rules: dec.Rules, Reviewed: d.Decided,
		Expires: d.Expires, Expired: !tx.Now().Before(d.Expires), Quotes: dec.Basis.Evidence, Visits: dec.Basis.Visits}
	if sc := dec.Basis.Score; sc != nil {
		p.Notes, p.Mean, p.Lo, p.Hi, p.Aspects = sc.Notes, sc.Given.Mean, sc.Given.Lo, sc.Given.Hi, sc.Aspects
	}
	return p, nil
}

// A MerchantFile is what a merchant sees of its own shop's dossier.
type MerchantFile struct {
	Public
	Decided  bool // Whether anything was decided yet.
	Decision DecisionID
	Appeals  []Appeal
	Appealed bool // Whether the present decision was appealed against.
}

// Own returns the public part of the dossier of a shop and the appeals about
// it, for its merchant and for those who review.
func (s *Service) Own(ctx context.Context, who account.Session, id shop.ID) (f MerchantFile, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		sh, err := shop.Find(tx, id)
		if err != nil {
			return err
		}
		if !who.Reads(string(sh.Merchant)) {
			return shop.ErrUnknown
		}
		d, err := findDossier(tx, id)
		if errors.Is(err, db.ErrNone) {
			f.Public.Shop = id
			return nil
		} else if err != nil {
			return err
		}
		f.Decided, f.Decision = true, d.Decision
		if f.Public, err = public(tx, d); err != nil {
			return err
		}
		if f.Appeals, err = appealsOf(tx, id); err != nil {
			return err
		}
		for _, a := range f.Appeals {
			f.Appealed = f.Appealed || a.Decision == d.Decision
		}
		return nil
	})
	return f, err
}
