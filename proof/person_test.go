package proof

import (
	"testing"

	"citywalk/db"
)

// spellings are one phone number as people and address books write it.
var spellings = []string{
	"13812345678", "138 1234 5678", "138-1234-5678", "+8613812345678", "+86 138 1234 5678", "8613812345678", "86 138-1234-5678",
	"008613812345678", "0086 138 1234 5678", "＋８６１３８１２３４５６７８", "１３８１２３４５６７８", "138　1234　5678", "138–1234–5678",
}

// TestOneTrialAPersonAtTwoNodes is the trial, once a person for ever: however
// the number is spelled it is one person's. Asked for at once by every
// spelling, one code is sent; signed in by five of them, the person wants the
// trial forty times at once and gets it once; after its last day, never again.
func TestOneTrialAPersonAtTwoNodes(t *testing.T) {
	races(t, func(r *race) {
		before := r.rows()
		var ask, take []shot
		for i, phone := range spellings {
			ask = append(ask, shot{Client: r.node(i).Client(""), path: "/challenges", body: Object{"phone": phone}})
		}
		r.answered("codes", r.volley(ask), map[string]int{"200": 1, "429 account.soon": len(spellings) - 1})
		r.SMS.Code(spellings[0])
		for i := 0; i < len(spellings); i += 3 {
			r.exec(func(tx *db.Tx) error { // As if a day had passed.
				_, err := tx.Exec(`DELETE FROM account_limits`)
				return err
			})
			person := r.signIn(i, spellings[i], spellings[0])
			take = append(take, r.times(8, shot{Client: person, path: "/passes", body: Object{"plan": "trial"}})...)
		}
		r.grew("sign-in", before, map[string]int{"people": 1, "sessions": len(take) / 8})
		before = r.rows()
		r.answered("trials", r.volley(take), map[string]int{"200": 1, "409 pass.trial_taken": len(take) - 1})
		r.changed("trials", before, map[string]int{"passes": 1, "audits": 1, "keys": len(take)})
		r.exec(func(tx *db.Tx) error {
			_, err := tx.Exec(`UPDATE pass_passes SET first = '2020-01-01', until = '2020-01-15', state = 'lapsed' WHERE trial = 1`)
			return err
		})
		r.answered("trials, later", r.volley(take), map[string]int{"409 pass.trial_taken": len(take)})
	})
}

// signIn signs a number in that is spelled in one way and reached in another.
func (r *race) signIn(node int, phone, reached string) Client {
	r.t.Helper()
	nobody := r.node(node).Client("")
	var asked struct{ Challenge string }
	r.must(nobody.Call(r.t.Context(), "POST", "/challenges", Object{"phone": phone}, &asked))
	var got struct{ Token string }
	r.must(nobody.Call(r.t.Context(), "POST", "/sessions", Object{"challenge": asked.Challenge, "code": r.SMS.Code(reached)}, &got))
	nobody.Token = got.Token
	return nobody
}

// TestOneSessionACodeAtTwoNodes uses one one-time code forty times at once: one
// session is opened.
func TestOneSessionACodeAtTwoNodes(t *testing.T) {
	races(t, func(r *race) {
		nobody := r.nodes[0].Client("")
		var asked struct{ Challenge string }
		r.must(nobody.Call(t.Context(), "POST", "/challenges", Object{"phone": spellings[0]}, &asked))
		before := r.rows()
		met := shot{Client: nobody, path: "/sessions", body: Object{"challenge": asked.Challenge, "code": r.SMS.Code(spellings[0])}}
		r.answered("sessions", r.volley(r.times(40, met)), map[string]int{"200": 1, "410 account.code_over": 39})
		r.changed("sessions", before, map[string]int{"people": 1, "sessions": 1, "audits": 1})
		r.oneGrant()
	})
}

// oneGrant has eight people accept one invitation, five times each, at once:
// one becomes staff, and is told so each time.
func (r *race) oneGrant() {
	r.t.Helper()
	var invitation struct{ Token string }
	r.must(r.city.Operator.Call(r.t.Context(), "POST", "/invitations", Object{"role": "staff", "shop": r.city.Shop}, &invitation))
	var accept []shot
	people := make([]Client, 8)
	r.each(len(people), func(i int) (err error) {
		people[i], err = r.nodes[0].SignIn(r.t.Context(), MemberPhone(500+i))
		return err
	})
	for _, p := range people {
		accept = append(accept, r.times(5, shot{Client: p, path: "/invitations/accept", body: Object{"token": invitation.Token}})...)
	}
	before := r.rows()
	r.answered("invitation", r.volley(accept), map[string]int{"200": 5, "410 account.invitation": 35})
	r.changed("invitation", before, map[string]int{"grants": 1, "audits": 1})
}
