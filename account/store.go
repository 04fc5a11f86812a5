package account

import (
	"fmt"
	"strings"
	"time"

	"citywalk/db"
)

// personRow is a person with one of its grants; who has several comes in
// several rows, who has none in one with an empty role.
type personRow struct {
	Person
	Role     Role
	Merchant string
	Shop     string
}

// fold joins the rows of each person, in the order of first appearance.
func fold(rows []personRow) []Person {
	var all []Person
	at := map[ID]int{}
	for _, r := range rows {
		i, ok := at[r.ID]
		if !ok {
			i = len(all)
			at[r.ID] = i
			all = append(all, r.Person)
		}
		if r.Role != "" {
			all[i].Grants = append(all[i].Grants, Grant{r.Role, r.Merchant, r.Shop})
		}
	}
	return all
}

// one returns the only person of rows, or ErrNone.
func one(rows []personRow, err error) (Person, error) {
	if err != nil {
		return Person{}, err
	}
	if len(rows) == 0 {
		return Person{}, db.ErrNone
	}
	return fold(rows)[0], nil
}

func findPerson(tx *db.Tx, id ID) (Person, error) {
	return one(db.All[personRow](tx, `
		SELECT p.id, p.name, p.masked, p.created, g.role, g.merchant, g.shop
		FROM account_people p LEFT JOIN account_grants g ON g.person = p.id
		WHERE p.id = $1 ORDER BY g.since, g.role, g.merchant, g.shop`, id))
}

func findByIndex(tx *db.Tx, index string) (Person, error) {
	return one(db.All[personRow](tx, `
		SELECT p.id, p.name, p.masked, p.created, g.role, g.merchant, g.shop
		FROM account_people p LEFT JOIN account_grants g ON g.person = p.id
		WHERE p.phone_index = $1 ORDER BY g.since, g.role, g.merchant, g.shop`, index))
}

// likeEscape makes a LIKE pattern's special characters plain.
var likeEscape = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

func people(tx *db.Tx, name, index, after string, limit int) ([]Person, error) {
	pattern := ""
	if name != "" {
		pattern = "%" + likeEscape.Replace(name) + "%"
	}
	rows, err := db.All[personRow](tx, `
		SELECT p.id, p.name, p.masked, p.created, g.role, g.merchant, g.shop
		FROM (
			SELECT id, name, masked, created FROM account_people
			WHERE (CAST($1 AS TEXT) = '' OR phone_index = $1)
				AND (CAST($2 AS TEXT) = '' OR name_folded LIKE $2 ESCAPE '!')
				AND (CAST($3 AS TEXT) = '' OR id < $3)
			ORDER BY id DESC LIMIT CAST($4 AS BIGINT)
		) p LEFT JOIN account_grants g ON g.person = p.id
		ORDER BY p.id DESC, g.since, g.role, g.merchant, g.shop`, index, pattern, after, limit)
	if err != nil {
		return nil, fmt.Errorf("account: list people: %w", err)
	}
	return fold(rows), nil
}

func team(tx *db.Tx, merchant, shop string) ([]Person, error) {
	rows, err := db.All[personRow](tx, `
		SELECT p.id, p.name, p.masked, p.created, g.role, g.merchant, g.shop
		FROM account_grants g JOIN account_people p ON p.id = g.person
		WHERE g.merchant = $1 AND (CAST($2 AS TEXT) = '' OR g.shop = $2)
		ORDER BY g.since, p.id, g.role, g.shop`, merchant, shop)
	if err != nil {
		return nil, fmt.Errorf("account: list team: %w", err)
	}
	return fold(rows), nil
}

func sealedPhones(tx *db.Tx, limit int) ([]sealedPhone, error) {
	return db.All[sealedPhone](tx, `SELECT id, phone, phone_index FROM account_people ORDER BY id DESC LIMIT CAST($1 AS BIGINT)`, limit)
}

func addPerson(tx *db.Tx, id ID, sealed, index, masked string) error {
	_, err := tx.Exec(`
		INSERT INTO account_people (id, phone, phone_index, masked, created)
		VALUES ($1, $2, $3, $4, $5)`, id, sealed, index, masked, tx.Now())
	if err != nil {
		return fmt.Errorf("account: add person: %w", err)
	}
	return nil
}

func setName(tx *db.Tx, id ID, name string) error {
	return tx.Change(`UPDATE account_people SET name = $2, name_folded = $3 WHERE id = $1`, id, name, strings.ToLower(name))
}

func holds(tx *db.Tx, person ID, g Grant) (bool, error) {
	n, err := db.One[int](tx, `
		SELECT COUNT(*) FROM account_grants WHERE person = $1 AND role = $2 AND merchant = $3 AND shop = $4`,
		person, g.Role, g.Merchant, g.Shop)
	if err != nil {
		return false, fmt.Errorf("account: find grant: %w", err)
	}
	return n > 0, nil
}

func addGrant(tx *db.Tx, person ID, g Grant, by ID) error {
	_, err := tx.Exec(`
		INSERT INTO account_grants (person, role, merchant, shop, by_person, since)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`, person, g.Role, g.Merchant, g.Shop, by, tx.Now())
	if err != nil {
		return fmt.Errorf("account: add grant: %w", err)
	}
	return nil
}

func dropGrant(tx *db.Tx, person ID, g Grant) error {
	return tx.Change(`
		DELETE FROM account_grants WHERE person = $1 AND role = $2 AND merchant = $3 AND shop = $4`,
		person, g.Role, g.Merchant, g.Shop)
}

func findChallenge(tx *db.Tx, id string) (challenge, error) {
	return db.One[challenge](tx, `
		SELECT id, phone, phone_index, code, state, tries, expires, held FROM account_challenges WHERE id = $1`, id)
}

func killChallenges(tx *db.Tx, index string) error {
	_, err := tx.Exec(`UPDATE account_challenges SET state = 'dead' WHERE phone_index = $1 AND state = 'open'`, index)
	if err != nil {
		return fmt.Errorf("account: end older challenge: %w", err)
	}
	return nil
}

func addChallenge(tx *db.Tx, c challenge) error {
	_, err := tx.Exec(`
		INSERT INTO account_challenges (id, phone, phone_index, code, state, created, expires, held)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, c.ID, c.Phone, c.PhoneIndex, c.Code, c.State, tx.Now(), c.Expires, c.Held)
	if err != nil {
		return fmt.Errorf("account: add challenge: %w", err)
	}
	return nil
}

// tryChallenge counts a try and returns how many there were; ErrNone says that
// there may be no more.
func tryChallenge(tx *db.Tx, c challenge) (int, error) {
	return db.One[int](tx, `
		UPDATE account_challenges SET tries = tries + 1 WHERE id = $1 AND state = 'open' AND tries < $2
		RETURNING tries`, c.ID, codeTries)
}

// endChallenge kills one that was tried too often.
func endChallenge(tx *db.Tx, c challenge) error {
	err := tx.Change(`UPDATE account_challenges SET state = 'dead' WHERE id = $1 AND state = 'open'`, c.ID)
	if err != nil {
		return fmt.Errorf("account: end challenge: %w", err)
	}
	return nil
}

// meetChallenge ends an open challenge; ErrNone says that somebody was faster.
func meetChallenge(tx *db.Tx, c challenge) error {
	return tx.Change(`UPDATE account_challenges SET state = 'met' WHERE id = $1 AND state = 'open'`, c.ID)
}

// count adds one under the key unless the window is full; until is when the
// window ends. A window begins with the first that is counted in it.
func count(tx *db.Tx, key string, most int, window time.Duration) (until time.Time, ok bool, err error) {
	n, err := tx.Exec(`
		INSERT INTO account_limits (key, n, until) VALUES ($1, 1, $2)
		ON CONFLICT (key) DO UPDATE SET
			n = CASE WHEN account_limits.until <= $3 THEN 1 ELSE account_limits.n + 1 END,
			until = CASE WHEN account_limits.until <= $3 THEN excluded.until ELSE account_limits.until END
		WHERE account_limits.until <= $3 OR account_limits.n < $4`, key, tx.Now().Add(window), tx.Now(), most)
	if err != nil {
		return until, false, fmt.Errorf("account: count against limit: %w", err)
	}
	if n > 0 {
		return until, true, nil
	}
	until, err = db.One[time.Time](tx, `SELECT until FROM account_limits WHERE key = $1`, key)
	if err != nil {
		return until, false, fmt.Errorf("account: find limit: %w", err)
	}
	return until, false, nil
}

func addSession(tx *db.Tx, r sessionRow, hash string) error {
	_, err := tx.Exec(`
		INSERT INTO account_sessions (id, token, person, app, device, created, seen, idle, ends)
		VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8)`, r.ID, hash, r.Person, r.App, r.Device, tx.Now(), r.Idle, r.Ends)
	if err != nil {
		return fmt.Errorf("account: add session: %w", err)
	}
	return nil
}

// findSession returns the open session of a token's hash, with its grants
// unless it is a member's, in one statement; or ErrNone.
func findSession(tx *db.Tx, hash string, app App) (sessionRow, error) {
	type granted struct {
		sessionRow
		Grant
	}
	all, err := db.All[granted](tx, `
		SELECT s.id, s.person, s.app, p.name, p.masked, s.device, s.created, s.seen, s.idle, s.ends, g.role, g.merchant, g.shop
		FROM account_sessions s JOIN account_people p ON p.id = s.person
			LEFT JOIN account_grants g ON g.person = s.person AND s.app <> $4
		WHERE s.token = $1 AND s.app = $2 AND s.ended = 0 AND s.ends > $3 AND s.seen + s.idle > $3
		ORDER BY g.since, g.role, g.merchant, g.shop`, hash, app, tx.Now(), MemberApp)
	if err != nil {
		return sessionRow{}, err
	} else if len(all) == 0 {
		return sessionRow{}, db.ErrNone
	}
	row := all[0].sessionRow
	for _, r := range all {
		if r.Role != "" {
			row.Grants = append(row.Grants, r.Grant)
		}
	}
	return row, nil
}

func openSessions(tx *db.Tx, person ID) ([]sessionRow, error) {
	return db.All[sessionRow](tx, `
		SELECT s.id, s.person, s.app, p.name, p.masked, s.device, s.created, s.seen, s.idle, s.ends
		FROM account_sessions s JOIN account_people p ON p.id = s.person
		WHERE s.person = $1 AND s.ended = 0 AND s.ends > $2 AND s.seen + s.idle > $2
		ORDER BY s.id DESC`, person, tx.Now())
}

// seeSession notes that the session is in use, unless that was noted already.
func seeSession(tx *db.Tx, id string) error {
	_, err := tx.Exec(`
		UPDATE account_sessions SET seen = $2 WHERE id = $1 AND ended = 0 AND seen <= $3`,
		id, tx.Now(), tx.Now().Add(-seenEvery))
	return err
}

func endSession(tx *db.Tx, person ID, id string) error {
	return tx.Change(`
		UPDATE account_sessions SET ended = $3 WHERE id = $1 AND person = $2 AND ended = 0`, id, person, tx.Now())
}

func endWorkSessions(tx *db.Tx, person ID) error {
	_, err := tx.Exec(`
		UPDATE account_sessions SET ended = $2 WHERE person = $1 AND app <> 'member' AND ended = 0`, person, tx.Now())
	if err != nil {
		return fmt.Errorf("account: end sessions: %w", err)
	}
	return nil
}

func addInvitation(tx *db.Tx, in Invitation, hash string) error {
	_, err := tx.Exec(`
		INSERT INTO account_invitations (id, token, role, merchant, shop, by_person, created, expires)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		in.ID, hash, in.Grant.Role, in.Grant.Merchant, in.Grant.Shop, in.By, tx.Now(), in.Expires)
	if err != nil {
		return fmt.Errorf("account: add invitation: %w", err)
	}
	return nil
}

func invitationOf(tx *db.Tx, hash string) (invitationRow, error) {
	return db.One[invitationRow](tx, `
		SELECT id, role, merchant, shop, by_person AS by, expires, used, used_by
		FROM account_invitations WHERE token = $1`, hash)
}

// useInvitation marks an open invitation used; ErrNone says that somebody was
// faster.
func useInvitation(tx *db.Tx, id string, by ID) error {
	return tx.Change(`
		UPDATE account_invitations SET used = $2, used_by = $3 WHERE id = $1 AND used = 0 AND expires > $2`, id, tx.Now(), by)
}

func endInvitations(tx *db.Tx, by ID) error {
	_, err := tx.Exec(`
		UPDATE account_invitations SET expires = $2 WHERE by_person = $1 AND used = 0 AND expires > $2`, by, tx.Now())
	if err != nil {
		return fmt.Errorf("account: end invitations: %w", err)
	}
	return nil
}

func forget(tx *db.Tx, challenges, sessions, invitations time.Time) (int64, error) {
	a, err := tx.Exec(`DELETE FROM account_challenges WHERE expires < $1`, challenges)
	if err != nil {
		return 0, err
	}
	b, err := tx.Exec(`DELETE FROM account_limits WHERE until < $1`, tx.Now())
	if err != nil {
		return 0, err
	}
	c, err := tx.Exec(`DELETE FROM account_sessions WHERE ends < $1`, sessions)
	if err != nil {
		return 0, err
	}
	d, err := tx.Exec(`DELETE FROM account_invitations WHERE expires < $1`, invitations)
	return a + b + c + d, err
}
