// Package discover is how members find a shop: by words, on the map, in lists,
// and whether the card is of use where they are.
//
// # The index
//
// Each node keeps every city's shops in memory (package atlas) and answers from
// there alone. It reads them from the database, or from a snapshot on its disk,
// and then follows the news that are told of shops (package outbox), of each
// shop once however many notes a batch brought:
//
//	Run: read all ──▶ news every 0.3 s ──▶ put, delete
//	        ▲             │ every 10 min, after a gap, in another life of the database
//	        └── snapshot  └──────────▶ compare all, put right what differs
//
// An index is a function of the database's content: nodes that have seen the
// same changes have the same Digests, whatever came in which order. News whose
// shops could not be read are owed and taken up at the next look; a shop that
// nobody can read is said and keeps no other back. Where places or areas change,
// the shops that stand there are read again, after the news and no others. A
// snapshot is used only by the program that wrote it, for the same life of the
// same database and the same surroundings; a damaged one is left alone. Where nobody runs Run (in commands and
// tests), each question reads the news first.
//
// # A question
//
// Words are read by package parlance: some name a place, an hour or a price and
// become conditions, which are shown and can be taken away; the rest is looked
// for. The order is by match, nearness and what speaks for a shop in public
// (Best), and never personal unless the member chose it (ForMe). Every hit says
// why it is there. Where nothing is found, conditions are given up until
// something is, and the answer says which.
//
// # Coverage
//
// A card is sold where it is of use. The number at a place (Count) is how many
// shops that take the card are within a walk: 80 metres a minute, ways 1.3 times
// the straight line. Of them, those count as open whose hours are known to hold
// the hour and whose terms apply at it, on most days of a week.
//
// A gate says what must hold for a plan to be sold in a district or in a whole
// city: so many percent of its anchors find so many open shops in so many
// categories. Of several gates the district's counts before the city's, and the
// plan's own before that of all plans; trials are plans too. Where there is no
// gate, everything is sold, with the number beside the price.
//
//	new ──holds──▶ open ◀──holds── closed     SetGate with other conditions
//	 └──────────────┴──falls short──▶┘        brings open and closed back to new
//
// Only an open gate lets a sale through. pass.Service asks in the order's own
// transaction (Admit), so that no door goes round it. Gates are measured when
// they are set, within five minutes of a change to a shop, an anchor or a place
// of their city, and every night, when each district's number by the usual
// conditions is kept as well. Where there is nothing to measure from a gate
// stays as it is, and a new one shut. Whoever measures writes nothing if a later
// look has been written by then, and once a closing is told no sale that began
// before it is committed any more.
//
// Anchors are where members said that they live or work, and the metro stations
// and hotels of the city, half and half: today's members live where the card
// works already. Fewer than 15 members' anchors in an area do not count, because
// the share is public. A member's anchor is the middle of a block of some 150
// metres, kept with a consent of its own (L19), in place of the one before, and
// deleted at a tap; no address and no track is ever written down, and a position
// that is shown for a look is not kept.
//
// What a gate asked for is copied onto each pass that is sold through it. When
// that no longer holds an alarm stands, whatever the gate asks for by then, and
// ends when it holds again. An operator decides once about an alarm how many
// days (at most 90) the passes that it concerns go on for nothing; they are
// granted by a job, each pass once.
//
// Which shops to sign next is planned by package cover, in a job of any node:
//
//	queued ───▶ running ───▶ done
//	  │         ▲  │  ├────▶ failed       and says why
//	  │         └──┘  │      CancelCover:
//	  │      new node └────▶ cancelled    with the best plan until then
//	  └────────────────────▶ cancelled    without one
//
// A city has one under way. It writes down once a second how far it is, and
// sees there that somebody wants it to end. An attempt whose node went away is
// begun again from the beginning, and only the last one writes. The last plans
// of a city are kept with the files that citywalk coverage plan writes, as far
// as those are of a size for a database.
//
// # Lists
//
// Every night the lists of each city are made from the days before (package
// esteem), of half a year and of a year. Visits are redemptions that were paid
// and not undone, without those of people who work for the shop's merchant;
// homes are the anchors above; what notes say is curate's score, and a note
// after a visit has its writer's voice.
//
//	redemptions, anchors, scores ──MakeLists──▶ lists ─▶ places ─▶ regards ─▶ their day
//
// Only what is not as it was is written, each list as one row of the day, and
// the day last of all, so that nobody reads half an edition. Old days stay. Of
// the place of a shop each change is kept. What search shows of a shop
// (regards) is told through the outbox.
//
// # Places, areas and the map
//
// Metro stations, hotels and sights, and the shapes of districts and metro
// lines, come from files (ImportPlaces, ImportAreas), known by source and id. A
// station that a source has once for each line is one place. Shapes are kept in
// WGS-84, simplified to 20 metres one by one, so that neighbours may leave a
// crack between them: a point in it belongs to the nearest (AreaAt). A shop's
// district is what its position says, and nothing of it is written on the shop.
//
// A map shows shops one by one up to PinsMax, and above that crowds on squares
// that do not move with the box, until the box is small enough (Map). It is
// answered from memory (board), follows the news as the index does, and costs
// what it shows and not what there is.
//
// What is not done: nobody knows who shares a device or a payer, so that a voice
// is never shared out; walks know no rivers; who buys says himself in which
// district he will use the pass, and nobody checks it.
package discover

import (
	"context"
	"time"

	"citywalk/db"
	"citywalk/shop"
)

// Service is what the package does.
type Service struct {
	DB      *db.DB
	Zone    *time.Location
	City    string           // The programme's own, where nobody names another.
	Folder  string           // Where snapshots of the index are kept; "" keeps none.
	Program string           // Which build this is: only its own snapshots are used.
	Cores   int              // For reading a city; 0 is all.
	OnError func(error)      // Is told what went wrong while following; may be nil.
	Now     func() time.Time // What "open now" means; nil asks the database.

	wake    func() // Tells the jobs' runner of this node that one was enqueued; see awake.
	guide   guide
	honours fresh[shop.ID, Honour]
	weeks   fresh[string, Week]
	charts  fresh[ListKey, Chart]
	choices fresh[ListKey, Choice]
}

// clock returns the present moment.
func (s *Service) clock(ctx context.Context) (now time.Time, err error) {
	if s.Now != nil {
		return s.Now(), nil
	}
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		now = tx.Now()
		return nil
	})
	return now, err
}
