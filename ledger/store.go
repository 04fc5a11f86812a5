package ledger

import (
	"citywalk/db"
	"citywalk/money"
)

// findingsMax bounds how many broken entries one proof names.
const findingsMax = 100

// insertEntry writes an entry's heading and reports false if the key is taken.
func insertEntry(tx *db.Tx, id string, e Entry) (bool, error) {
	n, err := tx.Exec(`
		INSERT INTO ledger_entries (id, key, memo, day, at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (key) DO NOTHING`, id, e.Key, e.Memo, e.Day, tx.Now())
	return n == 1, err
}

// postingsAtOnce is how many postings one statement takes. Entries of the till
// have fewer, and one statement is one round trip.
const postingsAtOnce = 8

// insertPostings writes postings; the rows of the statement that are not
// needed have the amount zero, which no posting has.
func insertPostings(tx *db.Tx, entry string, day Day, postings []Posting) error {
	for first := 0; first < len(postings); first += postingsAtOnce {
		args := []any{entry, day, first}
		for i := first; i < first+postingsAtOnce; i++ {
			var p Posting
			if i < len(postings) {
				p = postings[i]
			}
			args = append(args, p.Account, p.Party, p.Amount)
		}
		_, err := tx.Exec(`
			INSERT INTO ledger_postings (entry, n, account, party, day, amount)
			SELECT $1, CAST($3 AS BIGINT) + v.column1, v.column2, v.column3, $2, v.column4
			FROM (VALUES
				(1, CAST($4 AS TEXT), CAST($5 AS TEXT), CAST($6 AS BIGINT)),
				(2, $7, $8, $9), (3, $10, $11, $12), (4, $13, $14, $15), (5, $16, $17, $18),
				(6, $19, $20, $21), (7, $22, $23, $24), (8, $25, $26, $27)) AS v
			WHERE v.column4 <> 0`, args...)
		if err != nil {
			return err
		}
	}
	return nil
}

func postingsUnder(tx *db.Tx, key string) ([]Posting, error) {
	return db.All[Posting](tx, `
		SELECT p.account, p.party, p.amount
		FROM ledger_entries e JOIN ledger_postings p ON p.entry = e.id
		WHERE e.key = $1`, key)
}

func selectBalance(tx *db.Tx, a Account, party string) (money.Amount, error) {
	return db.One[money.Amount](tx, `
		SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM ledger_postings
		WHERE account = $1 AND (CAST($2 AS TEXT) = '' OR party = $2)`, a, party)
}

type partyBalance struct {
	Party  string
	Amount money.Amount
}

func selectBalances(tx *db.Tx, a Account) ([]partyBalance, error) {
	return db.All[partyBalance](tx, `
		SELECT party, CAST(SUM(amount) AS BIGINT) AS amount FROM ledger_postings
		WHERE account = $1 GROUP BY party HAVING SUM(amount) <> 0`, a)
}

func selectSums(tx *db.Tx, day Day) ([]Sum, error) {
	return db.All[Sum](tx, `
		SELECT account,
			CAST(SUM(CASE WHEN day < $1 THEN amount ELSE 0 END) AS BIGINT) AS opening,
			CAST(SUM(CASE WHEN day = $1 AND amount > 0 THEN amount ELSE 0 END) AS BIGINT) AS debits,
			CAST(SUM(CASE WHEN day = $1 AND amount < 0 THEN amount ELSE 0 END) AS BIGINT) AS credits
		FROM ledger_postings WHERE day <= $1 GROUP BY account`, day)
}

func selectEntries(tx *db.Tx, day Day, a Account, after string, limit int) (all []Written, err error) {
	if day == "" {
		all, err = db.All[Written](tx, `
			SELECT id, key, memo, day, at FROM ledger_entries e
			WHERE (CAST($1 AS TEXT) = '' OR (day, at, id) < (SELECT day, at, id FROM ledger_entries WHERE id = $1))
				AND (CAST($2 AS TEXT) = '' OR EXISTS (SELECT 1 FROM ledger_postings p WHERE p.entry = e.id AND p.account = $2))
			ORDER BY day DESC, at DESC, id DESC LIMIT CAST($3 AS BIGINT)`, after, a, limit)
	} else {
		all, err = db.All[Written](tx, `
			SELECT id, key, memo, day, at FROM ledger_entries e
			WHERE day = $1 AND (CAST($2 AS TEXT) = '' OR (at, id) < (SELECT at, id FROM ledger_entries WHERE id = $2))
				AND (CAST($3 AS TEXT) = '' OR EXISTS (SELECT 1 FROM ledger_postings p WHERE p.entry = e.id AND p.account = $3))
			ORDER BY at DESC, id DESC LIMIT CAST($4 AS BIGINT)`, day, after, a, limit)
	}
	for i := 0; err == nil && i < len(all); i++ {
		all[i].Postings, err = db.All[Posting](tx, `
			SELECT account, party, amount FROM ledger_postings WHERE entry = $1 ORDER BY n`, all[i].ID)
	}
	return all, err
}

// oddEntry is an entry that does not hold, with the sum of its postings.
type oddEntry struct {
	Entry  string
	Amount money.Amount
}

func selectUnbalanced(tx *db.Tx) ([]oddEntry, error) {
	return db.All[oddEntry](tx, `
		SELECT entry, CAST(SUM(amount) AS BIGINT) AS amount FROM ledger_postings
		GROUP BY entry HAVING SUM(amount) <> 0 ORDER BY entry LIMIT CAST($1 AS BIGINT)`, findingsMax)
}

func selectTotal(tx *db.Tx) (money.Amount, error) {
	return db.One[money.Amount](tx, `SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM ledger_postings`)
}

// selectTorn finds headings without postings, postings without a heading or
// with another day than it, and gaps in an entry's numbers.
func selectTorn(tx *db.Tx) ([]oddEntry, error) {
	return db.All[oddEntry](tx, `
		SELECT e.id AS entry, CAST(0 AS BIGINT) AS amount FROM ledger_entries e
		WHERE NOT EXISTS (SELECT 1 FROM ledger_postings p WHERE p.entry = e.id)
		UNION ALL
		SELECT p.entry, CAST(SUM(p.amount) AS BIGINT)
		FROM ledger_postings p LEFT JOIN ledger_entries e ON e.id = p.entry
		GROUP BY p.entry
		HAVING COUNT(*) <> MAX(p.n) OR SUM(CASE WHEN e.day = p.day THEN 0 ELSE 1 END) > 0
		ORDER BY entry LIMIT CAST($1 AS BIGINT)`, findingsMax)
}

func selectEntry(tx *db.Tx, key string) (Written, error) {
	w, err := db.One[Written](tx, `SELECT id, key, memo, day, at FROM ledger_entries WHERE key = $1`, key)
	if err != nil {
		return Written{}, err
	}
	w.Postings, err = db.All[Posting](tx, `
		SELECT account, party, amount FROM ledger_postings WHERE entry = $1 ORDER BY n`, w.ID)
	return w, err
}
