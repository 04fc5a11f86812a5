-- +goose Up
-- The books. Rows are only ever inserted; the checks refuse what ledger.Post
-- would never write.
CREATE TABLE ledger_entries (
	id   TEXT   NOT NULL PRIMARY KEY,
	key  TEXT   NOT NULL UNIQUE CHECK (key <> ''),
	memo TEXT   NOT NULL,
	day  TEXT   NOT NULL CHECK (length(day) = 10),
	at   BIGINT NOT NULL CHECK (at > 0)
);
CREATE INDEX ledger_entries_day ON ledger_entries (day, at, id);

CREATE TABLE ledger_postings (
	entry   TEXT   NOT NULL REFERENCES ledger_entries (id),
	n       BIGINT NOT NULL CHECK (n > 0),
	account TEXT   NOT NULL CHECK (account IN (
		'gateway.cash', 'pass.unearned', 'pass.revenue', 'merchant.pending', 'merchant.payable',
		'gateway.fee', 'platform.discounts', 'refunds', 'suspense')),
	party   TEXT   NOT NULL,
	day     TEXT   NOT NULL,
	amount  BIGINT NOT NULL CHECK (amount <> 0),
	CHECK ((party <> '') = (account IN ('pass.unearned', 'merchant.pending', 'merchant.payable', 'refunds', 'suspense'))),
	PRIMARY KEY (entry, n)
);
-- Holds all that a balance needs, so that sums never touch the table.
CREATE INDEX ledger_postings_balance ON ledger_postings (account, party, day, amount);

-- +goose Down
DROP TABLE ledger_postings;
DROP TABLE ledger_entries;
