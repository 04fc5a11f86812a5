package settle

import (
	"citywalk/db"
	"citywalk/ledger"
	"citywalk/money"
	"citywalk/shop"
)

// selectLast returns the day of the newest statement, "" if there is none.
func selectLast(tx *db.Tx) (ledger.Day, error) {
	return db.One[ledger.Day](tx, `SELECT COALESCE(MAX(day), '') FROM settle_statements`)
}

func countStatements(tx *db.Tx, m shop.MerchantID, day ledger.Day) (int, error) {
	return db.One[int](tx, `SELECT COUNT(*) FROM settle_statements WHERE merchant = $1 AND day = $2`, m, day)
}

// selectGroups adds up the lines of a window that stand on no statement, of
// one merchant or of all, by merchant and day.
func selectGroups(tx *db.Tx, m shop.MerchantID, from window) ([]group, error) {
	return db.All[group](tx, `
		SELECT g.merchant, COALESCE(MAX(m.name), '') AS name, g.day,
			CAST(SUM(g.count) AS BIGINT) AS count, CAST(SUM(g.undone) AS BIGINT) AS undone,
			CAST(SUM(g.paid) AS BIGINT) AS paid, CAST(SUM(g.fee) AS BIGINT) AS fee,
			CASE WHEN EXISTS (SELECT 1 FROM settle_statements s WHERE s.merchant = g.merchant AND s.day = g.day) THEN 1 ELSE 0 END AS late
		FROM (
			SELECT r.merchant, r.day, 1 AS count, 0 AS undone, r.due AS paid, r.fee
			FROM redeem_redemptions r
			WHERE r.day <> '' AND r.day >= $2 AND r.id >= $3 AND (CAST($1 AS TEXT) = '' OR r.merchant = $1)
				AND NOT EXISTS (SELECT 1 FROM settle_lines l WHERE l.redemption = r.id AND l.undo = 0)
			UNION ALL
			SELECT r.merchant, r.undo_day, 0, 1, -r.due, -r.fee
			FROM redeem_redemptions r
			WHERE r.undo_day <> '' AND r.undo_day >= $2 AND r.id >= $3 AND (CAST($1 AS TEXT) = '' OR r.merchant = $1)
				AND NOT EXISTS (SELECT 1 FROM settle_lines l WHERE l.redemption = r.id AND l.undo = 1)
		) g LEFT JOIN shop_merchants m ON m.id = g.merchant
		GROUP BY g.merchant, g.day
		ORDER BY g.merchant, g.day`, m, from.day, from.id)
}

// selectSum adds up the lines of a merchant that claim would put on the
// statement of the day.
func selectSum(tx *db.Tx, m shop.MerchantID, day ledger.Day, from window) (group, error) {
	return db.One[group](tx, `
		SELECT CAST(COALESCE(SUM(g.count), 0) AS BIGINT) AS count, CAST(COALESCE(SUM(g.undone), 0) AS BIGINT) AS undone,
			CAST(COALESCE(SUM(g.paid), 0) AS BIGINT) AS paid, CAST(COALESCE(SUM(g.fee), 0) AS BIGINT) AS fee
		FROM (
			SELECT 1 AS count, 0 AS undone, r.due AS paid, r.fee
			FROM redeem_redemptions r
			WHERE r.merchant = $1 AND r.day <> '' AND r.day BETWEEN $2 AND $3 AND r.id >= $4
				AND NOT EXISTS (SELECT 1 FROM settle_lines l WHERE l.redemption = r.id AND l.undo = 0)
			UNION ALL
			SELECT 0, 1, -r.due, -r.fee
			FROM redeem_redemptions r
			WHERE r.merchant = $1 AND r.undo_day <> '' AND r.undo_day BETWEEN $2 AND $3 AND r.id >= $4
				AND NOT EXISTS (SELECT 1 FROM settle_lines l WHERE l.redemption = r.id AND l.undo = 1)
		) g`, m, from.day, day, from.id)
}

// insert writes a closed statement and reports false if the merchant's day has
// one.
func insert(tx *db.Tx, s Statement) (bool, error) {
	n, err := tx.Exec(`
		INSERT INTO settle_statements (id, merchant, name, day, count, undone, paid, fee, net, closed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (merchant, day) DO NOTHING`,
		s.ID, s.Merchant, s.Name, s.Day, s.Count, s.Undone, s.Paid, s.Fee, s.Net, s.Closed)
	return n == 1, err
}

// claim puts the merchant's open lines up to the statement's day on it and
// returns how many they were.
func claim(tx *db.Tx, s Statement, from window) (int64, error) {
	return tx.Exec(`
		INSERT INTO settle_lines (redemption, undo, statement)
		SELECT r.id, 0, CAST($1 AS TEXT) FROM redeem_redemptions r
		WHERE r.merchant = $2 AND r.day <> '' AND r.day BETWEEN $3 AND $4 AND r.id >= $5
			AND NOT EXISTS (SELECT 1 FROM settle_lines l WHERE l.redemption = r.id AND l.undo = 0)
		UNION ALL
		SELECT r.id, 1, CAST($1 AS TEXT) FROM redeem_redemptions r
		WHERE r.merchant = $2 AND r.undo_day <> '' AND r.undo_day BETWEEN $3 AND $4 AND r.id >= $5
			AND NOT EXISTS (SELECT 1 FROM settle_lines l WHERE l.redemption = r.id AND l.undo = 1)`,
		s.ID, s.Merchant, from.day, s.Day, from.id)
}

func selectStatement(tx *db.Tx, m shop.MerchantID, day ledger.Day) (Statement, error) {
	return db.One[Statement](tx, `
		SELECT id, merchant, name, day, count, undone, paid, fee, net, closed
		FROM settle_statements WHERE merchant = $1 AND day = $2`, m, day)
}

// selectStatements returns at least limit closed statements before a day, in
// whole days.
func selectStatements(tx *db.Tx, m shop.MerchantID, before ledger.Day, limit int) ([]Statement, error) {
	return db.All[Statement](tx, `
		SELECT id, merchant, name, day, count, undone, paid, fee, net, closed
		FROM settle_statements
		WHERE (CAST($1 AS TEXT) = '' OR merchant = $1) AND (CAST($2 AS TEXT) = '' OR day < $2)
			AND day >= COALESCE((
				SELECT day FROM settle_statements
				WHERE (CAST($1 AS TEXT) = '' OR merchant = $1) AND (CAST($2 AS TEXT) = '' OR day < $2)
				ORDER BY day DESC LIMIT 1 OFFSET CAST($3 AS BIGINT)), '')
		ORDER BY day DESC, merchant`, m, before, limit)
}

// selectLines returns the lines of a closed statement in the order in which
// they happened.
func selectLines(tx *db.Tx, statement string) ([]Line, error) {
	return db.All[Line](tx, `
		SELECT r.id AS redemption, r.receipt, r.shop_name AS shop, l.undo,
			CASE WHEN l.undo = 1 THEN r.undone ELSE r.committed END AS at,
			(1 - 2 * l.undo) * r.bill AS bill, (1 - 2 * l.undo) * r.off AS off,
			(1 - 2 * l.undo) * r.due AS paid, (1 - 2 * l.undo) * r.fee AS fee,
			(1 - 2 * l.undo) * (r.due - r.fee) AS net
		FROM settle_lines l JOIN redeem_redemptions r ON r.id = l.redemption
		WHERE l.statement = $1
		ORDER BY at, r.id, l.undo`, statement)
}

// An openLine is a line that stands on no statement yet.
type openLine struct {
	Line
	Day  ledger.Day
	Late bool // The day has a statement already.
}

func selectOpenLines(tx *db.Tx, m shop.MerchantID, from window) ([]openLine, error) {
	return db.All[openLine](tx, `
		SELECT r.id AS redemption, r.receipt, r.shop_name AS shop, 0 AS undo, r.committed AS at,
			r.bill, r.off, r.due AS paid, r.fee, r.due - r.fee AS net, r.day,
			CASE WHEN EXISTS (SELECT 1 FROM settle_statements s WHERE s.merchant = r.merchant AND s.day = r.day) THEN 1 ELSE 0 END AS late
		FROM redeem_redemptions r
		WHERE r.merchant = $1 AND r.day <> '' AND r.day >= $2 AND r.id >= $3
			AND NOT EXISTS (SELECT 1 FROM settle_lines l WHERE l.redemption = r.id AND l.undo = 0)
		UNION ALL
		SELECT r.id, r.receipt, r.shop_name, 1, r.undone,
			-r.bill, -r.off, -r.due, -r.fee, r.fee - r.due, r.undo_day,
			CASE WHEN EXISTS (SELECT 1 FROM settle_statements s WHERE s.merchant = r.merchant AND s.day = r.undo_day) THEN 1 ELSE 0 END
		FROM redeem_redemptions r
		WHERE r.merchant = $1 AND r.undo_day <> '' AND r.undo_day >= $2 AND r.id >= $3
			AND NOT EXISTS (SELECT 1 FROM settle_lines l WHERE l.redemption = r.id AND l.undo = 1)
		ORDER BY at, redemption, undo`, m, from.day, from.id)
}

// A merchantNet is what all of a merchant's closed statements add up to.
type merchantNet struct {
	Merchant shop.MerchantID
	Net      money.Amount
}

func selectNets(tx *db.Tx) ([]merchantNet, error) {
	return db.All[merchantNet](tx, `
		SELECT merchant, CAST(SUM(net) AS BIGINT) AS net FROM settle_statements GROUP BY merchant`)
}
