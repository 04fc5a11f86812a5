// Package opinion reads what a note says: whether its writer was content, with
// which sides of the shop, and which dishes are named. It knows no shop, no
// author, no clock and no database: the same text and the same model give the
// same answer, always.
//
// A text is folded (full width, case, traditional characters) and cut into
// units: one Chinese character, one word of Latin letters, one number, one
// emoji, one mark. Runs of one to four units are hashed; a linear model has a
// weight for each hash, so that a text is read in one pass, without a
// dictionary of segments and without memory of its own.
//
//	text ─fold─▶ units ─hash─▶ Σ weights ──▶ Polarity 0..1, Rating 1..5
//	               └─marks─▶ Clauses: aspects, polarity, negated
//	                              └──▶ Ratings per aspect, Pick of evidence
//
// The weights come from Train: log-count ratios of naive Bayes times what a
// logistic regression makes of them (Wang and Manning, Baselines and Bigrams,
// ACL 2012), on top of a prior. The prior is the lexicon of this package or a
// model trained before, so that an operator may go on from the embedded model
// with notes of his own. A negated word of the lexicon is a feature of its own
// that starts as the word's mirror image: 不难吃 is no 难吃.
//
// Offsets are always bytes of the text that was given. Any bytes are read:
// what is no UTF-8 is left out. A model holds weights and hashes and no text.
//
// What is not promised: sarcasm, comparisons ("the other shop is better"), and
// who wrote the text for which reason. A polarity is no lie detector.
package opinion

import "citywalk/fault"

// An Aspect is a side of a shop that notes speak of.
type Aspect int

// The aspects, in the order in which they are shown.
const (
	Taste       Aspect = iota // Dishes and drinks: taste, portions, freshness.
	Service                   // Staff, how fast and how friendly.
	Price                     // What is paid, and what for.
	Environment               // Room, decoration, noise, place.
	Waiting                   // Queues before one is seated (等位).
	Cleanliness               // Hygiene (卫生).
	Aspects                   // How many there are.
)

var aspectNames = [Aspects][2]string{
	{"口味", "taste"}, {"服务", "service"}, {"价格", "price"},
	{"环境", "environment"}, {"等位", "waiting"}, {"卫生", "cleanliness"},
}

// Say returns the aspect's name; anything but Zh reads English.
func (a Aspect) Say(lang fault.Lang) string {
	if a < 0 || a >= Aspects {
		return ""
	}
	if lang == fault.Zh {
		return aspectNames[a][0]
	}
	return aspectNames[a][1]
}

// A Set is a set of aspects.
type Set uint8

// Has says whether a is in the set.
func (s Set) Has(a Aspect) bool { return s&(1<<a) != 0 }

// With returns the set with a in it.
func (s Set) With(a Aspect) Set { return s | 1<<a }

// A Span is a part of a text, in bytes: text[From:To].
type Span struct{ From, To int }
