-- +goose Up

-- On PostgreSQL a serializable transaction that reads through an index is in
-- conflict with every other that puts an entry on the same page of it. So
-- nothing here that many tills change at once is indexed by what changes: the
-- guards are rows that come and go, found by keys that stay. And there is room
-- on each page for what its rows will become, since a row that has to move to
-- another page is entered in every index again.

-- Codes that phones show. Only the keyed hash of the digits is kept.
CREATE TABLE redeem_codes (
	hash   TEXT   NOT NULL PRIMARY KEY,
	person TEXT   NOT NULL,
	until  BIGINT NOT NULL,          -- first instant at which it is no longer good
	used   BIGINT NOT NULL DEFAULT 0 -- when it began a redemption
);
CREATE INDEX redeem_codes_until ON redeem_codes (until);

-- A member has one live code, the last that was shown.
CREATE TABLE redeem_live (
	person TEXT NOT NULL PRIMARY KEY,
	hash   TEXT NOT NULL
);

-- Bad scans by who scanned ("person/...") and where ("shop/...").
CREATE TABLE redeem_misses (
	scope TEXT   NOT NULL PRIMARY KEY,
	since BIGINT NOT NULL, -- the first of the run
	n     BIGINT NOT NULL CHECK (n > 0)
);

CREATE TABLE redeem_redemptions (
	id          TEXT   NOT NULL PRIMARY KEY,
	door        TEXT   NOT NULL CHECK (door IN ('code', 'sign')),
	state       TEXT   NOT NULL CHECK (state IN ('presented', 'priced', 'requested', 'paying', 'reversing', 'committed',
		'voided', 'late_paid', 'late_refunded', 'refunding', 'refunded', 'stuck')),
	version     BIGINT NOT NULL CHECK (version > 0),
	shop        TEXT   NOT NULL,
	shop_name   TEXT   NOT NULL,
	merchant    TEXT   NOT NULL,
	person      TEXT   NOT NULL,
	person_name TEXT   NOT NULL, -- masked
	pass        TEXT   NOT NULL,
	staff       TEXT   NOT NULL DEFAULT '',
	match       TEXT   NOT NULL,
	code        TEXT   NOT NULL DEFAULT '', -- hash of the code that began it
	number      TEXT   NOT NULL UNIQUE,     -- of the receipt, if it comes to that
	terms       TEXT   NOT NULL, -- JSON, as they stood when it was last priced
	basis       TEXT   NOT NULL, -- hash of the terms and offers
	quote       TEXT   NOT NULL DEFAULT '', -- JSON of the last quote
	bill        BIGINT NOT NULL DEFAULT 0 CHECK (bill >= 0),
	off         BIGINT NOT NULL DEFAULT 0 CHECK (off >= 0),
	due         BIGINT NOT NULL DEFAULT 0 CHECK (due >= 0 AND due + off = bill),
	fee         BIGINT NOT NULL DEFAULT 0 CHECK (fee >= 0 AND fee <= due),
	payment     TEXT   NOT NULL DEFAULT '',
	slot_day    TEXT   NOT NULL, -- the day whose uses it takes from
	budget      BIGINT NOT NULL DEFAULT 0 CHECK (budget >= 0), -- reserved of the shop's budget
	budget_day  TEXT   NOT NULL DEFAULT '',
	day         TEXT   NOT NULL DEFAULT '', -- business day of the commit
	receipt     TEXT   NOT NULL DEFAULT '',
	why         TEXT   NOT NULL DEFAULT '',
	created     BIGINT NOT NULL,
	expires     BIGINT NOT NULL DEFAULT 0,
	committed   BIGINT NOT NULL DEFAULT 0,
	undone      BIGINT NOT NULL DEFAULT 0,
	undo_day    TEXT   NOT NULL DEFAULT '',
	CHECK ((day = '') = (committed = 0) AND (receipt = '') = (committed = 0)),
	CHECK (receipt IN ('', number)),
	CHECK ((undo_day = '') = (undone = 0))
);
-- +postgres ALTER TABLE redeem_redemptions SET (fillfactor = 30);
-- +postgres ALTER TABLE redeem_codes SET (fillfactor = 60);
-- +postgres ALTER TABLE redeem_live SET (fillfactor = 60);

-- A code begins one redemption, for ever.
CREATE UNIQUE INDEX redeem_redemptions_code ON redeem_redemptions (code) WHERE code <> '';
CREATE INDEX redeem_redemptions_person ON redeem_redemptions (person, id);
CREATE INDEX redeem_redemptions_shop ON redeem_redemptions (shop, created);
CREATE INDEX redeem_redemptions_merchant ON redeem_redemptions (merchant, id);

-- What is under way: a member has one redemption open. Two requests that wait
-- at one till never bear the same number.
CREATE TABLE redeem_open (
	person     TEXT NOT NULL PRIMARY KEY,
	redemption TEXT NOT NULL,
	request    TEXT NOT NULL -- "shop/match" of a request, empty for others
);
CREATE UNIQUE INDEX redeem_open_request ON redeem_open (request) WHERE request <> '';

-- What became of a redemption, step by step.
CREATE TABLE redeem_steps (
	redemption TEXT   NOT NULL,
	version    BIGINT NOT NULL,
	state      TEXT   NOT NULL,
	at         BIGINT NOT NULL,
	actor      TEXT   NOT NULL DEFAULT '',
	note       TEXT   NOT NULL DEFAULT '',
	PRIMARY KEY (redemption, version)
);

-- Uses that a member has taken of a day: the nth at a shop (scope is its id)
-- and the nth of all (scope is '*').
CREATE TABLE redeem_slots (
	person     TEXT   NOT NULL,
	day        TEXT   NOT NULL,
	scope      TEXT   NOT NULL,
	n          BIGINT NOT NULL,
	redemption TEXT   NOT NULL,
	PRIMARY KEY (person, day, scope, n)
);

-- What is reserved or given of a shop's daily budget. Shops without a budget
-- have no row.
CREATE TABLE redeem_budgets (
	shop     TEXT   NOT NULL,
	day      TEXT   NOT NULL,
	reserved BIGINT NOT NULL CHECK (reserved >= 0),
	PRIMARY KEY (shop, day)
);

-- +goose Down
DROP TABLE redeem_budgets;
DROP TABLE redeem_slots;
DROP TABLE redeem_steps;
DROP TABLE redeem_open;
DROP TABLE redeem_redemptions;
DROP TABLE redeem_misses;
DROP TABLE redeem_live;
DROP TABLE redeem_codes;
