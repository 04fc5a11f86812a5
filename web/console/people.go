package console

import (
	"errors"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/ledger"
	"citywalk/redeem"
	"citywalk/web/ui"
)

// called is what a person is called in a list: the name, else the masked
// number; "" for the programme itself and for who is no longer there.
func called(tx *db.Tx, id account.ID) (string, error) {
	if id == "" {
		return "", nil
	}
	p, err := account.Find(tx, id)
	if errors.Is(err, account.ErrPerson) {
		return "", nil
	}
	return personName(p), err
}

func personName(p account.Person) string {
	if p.Name == "" {
		return p.Masked
	}
	return p.Name
}

// beside is the masked number that stands beside a name; without a name it
// already stands in its place.
func beside(p account.Person) string {
	if p.Name == "" {
		return ""
	}
	return p.Masked
}

// under finds the entries that stand under keys; those that are not there are
// left out.
func under(tx *db.Tx, keys ...string) (all []ledger.Written, err error) {
	for _, key := range keys {
		e, err := ledger.Find(tx, key)
		if errors.Is(err, db.ErrNone) {
			continue
		} else if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, nil
}

// happened is when a redemption was paid, else when it began.
func (a *App) happened(r redeem.Redemption) time.Time {
	if r.Committed.IsZero() {
		return r.Created
	}
	return r.Committed
}

// roles are a person's roles, in words.
func roles(p ui.Page, who account.Person) (all []string) {
	seen := map[account.Role]bool{}
	for _, g := range who.Grants {
		if !seen[g.Role] {
			all = append(all, p.T("role."+string(g.Role)))
		}
		seen[g.Role] = true
	}
	return all
}
