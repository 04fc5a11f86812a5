package community

import (
	"context"
	"errors"
	"time"

	"citywalk/account"
	"citywalk/curate"
	"citywalk/db"
	"citywalk/fault"
	"citywalk/shop"
)

// ErrAnswer refuses an answer by who has no shop there.
var ErrAnswer = fault.New(fault.NotFound, "community.answer", fault.Merchant,
	"没有找到这条写你家门店的笔记。", "There is no such note about a shop of yours.")

// An Answer is what a shop's merchant says to a note.
type Answer struct {
	ID       string // "ans_...".
	Note     curate.NoteID
	Merchant shop.MerchantID
	Text     string
	At       time.Time
	Edited   time.Time
}

// Answer writes or rewrites what the merchant of the note's shop says to it.
// There is one answer of a merchant to a note: the unique row of the two.
func (s *Service) Answer(ctx context.Context, who account.Session, id curate.NoteID, text string) (Answer, error) {
	text, err := body("text", text, AnswerMax)
	if err != nil {
		return Answer{}, err
	}
	var a Answer
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		m, at, err := mayAnswer(tx, who, id)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`
			INSERT INTO community_answers (id, note, merchant, shop, person, text, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (note, merchant) DO UPDATE SET person = excluded.person, text = excluded.text, edited = excluded.at
			WHERE community_answers.text <> excluded.text`,
			tx.ID("ans"), id, m, at, who.Person, text, tx.Now()); err != nil {
			return wrap("answer", err)
		}
		a, err = db.One[Answer](tx, `
			SELECT id, note, merchant, text, at, edited FROM community_answers WHERE note = $1 AND merchant = $2`, id, m)
		if err != nil {
			return wrap("find an answer", err)
		}
		return account.Audit(tx, who.Person, "community.answer", string(at), map[string]any{"note": id, "answer": a.ID})
	})
	return a, err
}

// Unanswer takes the merchant's answer back.
func (s *Service) Unanswer(ctx context.Context, who account.Session, id curate.NoteID) error {
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		m, at, err := mayAnswer(tx, who, id)
		if err != nil {
			return err
		}
		a, err := db.One[string](tx, `SELECT id FROM community_answers WHERE note = $1 AND merchant = $2`, id, m)
		if errors.Is(err, db.ErrNone) {
			return nil
		} else if err != nil {
			return wrap("find an answer", err)
		}
		if _, err := tx.Exec(`DELETE FROM community_answers WHERE id = $1`, a); err != nil {
			return wrap("delete an answer", err)
		}
		if err := endCase(tx, a); err != nil {
			return err
		}
		return account.Audit(tx, who.Person, "community.unanswer", string(at), map[string]any{"note": id, "answer": a})
	})
}

// mayAnswer returns the merchant in whose name the caller answers a note, and
// the shop. Operators may speak for nobody.
func mayAnswer(tx *db.Tx, who account.Session, id curate.NoteID) (shop.MerchantID, shop.ID, error) {
	at, err := seen(tx, id)
	if errors.Is(err, ErrNote) {
		return "", "", ErrAnswer
	} else if err != nil {
		return "", "", err
	}
	sh, err := shop.Find(tx, at)
	if err != nil {
		return "", "", err
	}
	for _, g := range who.Grants {
		if g.Role == account.Merchant && sh.Merchant != "" && g.Merchant == string(sh.Merchant) {
			return sh.Merchant, at, nil
		}
	}
	return "", "", ErrAnswer
}

// answerTo returns the answer of the merchant that has the note's shop now, or
// nil. One that is hidden is not there.
func answerTo(tx *db.Tx, id curate.NoteID) (*Answer, error) {
	all, err := db.All[Answer](tx, `
		SELECT a.id AS id, a.note AS note, a.merchant AS merchant, a.text AS text, a.at AS at, a.edited AS edited
		FROM community_answers a JOIN shop_shops s ON s.id = a.shop AND s.merchant = a.merchant
		WHERE a.note = $1 AND NOT EXISTS (SELECT 1 FROM community_cases c WHERE c.thing = a.id AND c.state IN ('hidden', 'appealed', 'final'))`, id)
	if err != nil || len(all) == 0 {
		return nil, wrap("answer to a note", err)
	}
	return &all[0], nil
}
