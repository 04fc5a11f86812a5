package simulate

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// A weather is how bad things are in a seed's world, in chances out of a
// hundred (of a thousand where it says so). It is drawn once, so that some
// worlds are calm and in some everything goes wrong, and each fault is for
// itself in some and together with others in others.
type weather struct {
	// Messages between phones and nodes.
	lost, deaf, twice, slow int // Request lost, answer lost, delivered twice, delivered late.
	// Calls of the provider.
	unheard, unanswered, late, creeping, broken int // Not arrived; done, not answered; charged later; arrives after the answer was given up; refused with 500.
	refundSlow                                  int
	// Callbacks.
	noteLost, noteAgain, noteFailed int
	copies                          int // How often the provider sends each by itself.
	// Nodes.
	deaths int              // Of a thousand commands, those in which the node is killed.
	busy   int              // Chance that others act while a message is under way.
	people int              // Members that there are.
	wrong  int              // Chance that somebody does what makes no sense.
	hurry  int              // Steps between longer waits.
	skew   [3]time.Duration // Of the nodes and the provider.
}

// level draws how likely a fault is: mostly not at all, then up to most.
func level(d *rand.Rand, most int) int {
	if d.IntN(100) < 45 {
		return 0
	}
	return 1 + d.IntN(most)
}

func draw(d *rand.Rand) weather {
	w := weather{
		lost: level(d, 20), deaf: level(d, 20), twice: level(d, 20), slow: level(d, 15),
		unheard: level(d, 30), unanswered: level(d, 30), late: level(d, 20), creeping: level(d, 20), broken: level(d, 20),
		refundSlow: level(d, 40),
		noteLost:   level(d, 50), noteAgain: level(d, 40), noteFailed: level(d, 30), copies: 1,
		deaths: level(d, 20), busy: level(d, 30),
		people: 2 + d.IntN(cityMembers-1), wrong: level(d, 20), hurry: 12 + d.IntN(48),
	}
	if d.IntN(100) < 30 {
		w.copies = 2 + d.IntN(7)
	}
	for i := range w.skew {
		// Whole steps of the clock and one millisecond for each party, so that no
		// two of them ever tell the same time.
		w.skew[i] = time.Duration(d.IntN(451)-225)*tick + time.Duration(i+1)*time.Millisecond
	}
	if d.IntN(100) < 10 { // A calm world.
		w = weather{copies: 1, people: w.people, hurry: w.hurry}
	}
	return w
}

func (w weather) String() string {
	return fmt.Sprintf("%d people; commands lost %d%% unanswered %d%% twice %d%% late %d%%; provider unheard %d%% unanswered %d%% late %d%% creeping %d%% broken %d%% slow refunds %d%%; callbacks lost %d%% again %d%% failed %d%% copies %d; deaths %d‰; busy %d%%; wrong %d%%; clocks %v",
		w.people, w.lost, w.deaf, w.twice, w.slow, w.unheard, w.unanswered, w.late, w.creeping, w.broken, w.refundSlow,
		w.noteLost, w.noteAgain, w.noteFailed, w.copies, w.deaths, w.busy, w.wrong, w.skew)
}
