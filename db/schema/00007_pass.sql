-- +goose Up
CREATE TABLE pass_plans (
	code    TEXT   NOT NULL PRIMARY KEY CHECK (code <> ''),
	zh      TEXT   NOT NULL,
	en      TEXT   NOT NULL,
	price   BIGINT NOT NULL CHECK (price >= 0),
	days    BIGINT NOT NULL CHECK (days > 0),
	trial   BIGINT NOT NULL CHECK (trial IN (0, 1)),
	sold    BIGINT NOT NULL CHECK (sold IN (0, 1)),
	updated BIGINT NOT NULL,
	CHECK ((trial = 1) = (price = 0))
);
INSERT INTO pass_plans (code, zh, en, price, days, trial, sold, updated) VALUES
	('annual', '年卡', 'Annual pass', 16800, 365, 0, 1, 0),
	('trial', '体验卡', 'Trial pass', 0, 14, 1, 1, 0);

-- A pass carries what its plan was when it was bought.
CREATE TABLE pass_passes (
	id      TEXT   NOT NULL PRIMARY KEY,
	person  TEXT   NOT NULL CHECK (person <> ''),
	number  TEXT   NOT NULL UNIQUE CHECK (length(number) = 12),
	plan    TEXT   NOT NULL,
	zh      TEXT   NOT NULL,
	en      TEXT   NOT NULL,
	price   BIGINT NOT NULL CHECK (price >= 0),
	days    BIGINT NOT NULL CHECK (days > 0),
	trial   BIGINT NOT NULL CHECK (trial IN (0, 1)),
	state   TEXT   NOT NULL CHECK (state IN ('ordered', 'void', 'active', 'lapsed', 'refunding', 'refunded')),
	first   TEXT   NOT NULL DEFAULT '', -- business day
	until   TEXT   NOT NULL DEFAULT '', -- business day, exclusive
	bought  BIGINT NOT NULL DEFAULT 0,
	uses    BIGINT NOT NULL DEFAULT 0 CHECK (uses >= 0),
	saved   BIGINT NOT NULL DEFAULT 0 CHECK (saved >= 0),
	payment TEXT   NOT NULL DEFAULT '',
	created BIGINT NOT NULL,
	CHECK ((trial = 1) = (price = 0)),
	CHECK ((state IN ('ordered', 'void')) = (bought = 0)),
	CHECK ((bought = 0) = (first = '') AND (first = '') = (until = '')),
	CHECK (first = '' OR first < until)
);
-- Uses are counted on the pass, by the till: with room for the counted row on
-- its page, that touches no index.
-- +postgres ALTER TABLE pass_passes SET (fillfactor = 60);
-- What is scarce: one open order and one active pass per person, and one trial
-- per person for ever.
CREATE UNIQUE INDEX pass_passes_ordered ON pass_passes (person) WHERE state = 'ordered';
CREATE UNIQUE INDEX pass_passes_active ON pass_passes (person) WHERE state = 'active';
CREATE UNIQUE INDEX pass_passes_trial ON pass_passes (person) WHERE trial = 1;
CREATE INDEX pass_passes_person ON pass_passes (person, id);
CREATE INDEX pass_passes_state ON pass_passes (state, until);
CREATE INDEX pass_passes_cohort ON pass_passes (first, price, days, state);

-- A cohort is the passes of one first day, price and length. How many they are
-- is counted when it matters, so that buyers of one day share no counter.
CREATE TABLE pass_cohorts (
	first      TEXT   NOT NULL CHECK (first <> ''),
	price      BIGINT NOT NULL CHECK (price > 0),
	days       BIGINT NOT NULL CHECK (days > 0),
	last       TEXT   NOT NULL, -- last business day of validity
	recognised TEXT   NOT NULL, -- last business day whose revenue is posted; the day before first if none
	PRIMARY KEY (first, price, days),
	CHECK (recognised <= last)
);

-- +goose Down
DROP TABLE pass_cohorts;
DROP TABLE pass_passes;
DROP TABLE pass_plans;
