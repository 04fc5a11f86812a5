package simulate

import "citywalk/fault"

// govern is the office: it changes what a shop gives, or whether it is open.
func (w *world) govern() {
	at := pick(w, w.shops)
	what, t, o := w.dice.IntN(4), pick(w, terms), pick(w, offers)
	words := []string{"terms", "offers", "pause", "resume"}[what]
	w.on(w.any(), func(n *node) {
		var err error
		switch what {
		case 0:
			_, err = n.Shop.SetTerms(w.ctx, w.office, at.ID, t)
		case 1:
			_, err = n.Shop.SetOffers(w.ctx, w.office, at.ID, o)
		case 2:
			if w.dice.IntN(4) > 0 {
				return
			}
			err = n.Shop.Pause(w.ctx, w.office, at.ID, "盘点")
		case 3:
			err = n.Shop.Resume(w.ctx, w.office, at.ID)
		}
		if _, ok := fault.From(err); err != nil && !ok {
			w.fail("office: %s of %s: %v", words, at.Name, err)
		}
		w.say("office: %s of %s", words, at.Name)
	})
}

// phoneOf returns a phone of the redemption's member.
func (w *world) phoneOf(r *record) *phone {
	start := w.dice.IntN(len(w.phones))
	for i := range w.phones {
		if p := w.phones[(start+i)%len(w.phones)]; string(p.who.Person) == r.person {
			return p
		}
	}
	w.fail("%s belongs to nobody", w.book.name(r.id))
	return nil
}

// tillOf returns a till of the redemption's shop.
func (w *world) tillOf(r *record) *till {
	start := w.dice.IntN(len(w.tills))
	for i := range w.tills {
		if t := w.tills[(start+i)%len(w.tills)]; string(t.shop) == r.shop {
			return t
		}
	}
	w.fail("%s is at no shop", w.book.name(r.id))
	return nil
}
