-- +goose Up
-- People. The number is encrypted; the index, keyed outside the database,
-- finds it; the mask is all that is ever shown.
CREATE TABLE account_people (
	id          TEXT   NOT NULL PRIMARY KEY,
	name        TEXT   NOT NULL DEFAULT '',
	name_folded TEXT   NOT NULL DEFAULT '',
	phone       TEXT   NOT NULL CHECK (phone LIKE 'v1.%'),
	phone_index TEXT   NOT NULL UNIQUE CHECK (length(phone_index) = 64),
	masked      TEXT   NOT NULL CHECK (masked LIKE '%****%'),
	created     BIGINT NOT NULL CHECK (created > 0)
);

CREATE TABLE account_grants (
	person    TEXT   NOT NULL REFERENCES account_people (id),
	role      TEXT   NOT NULL,
	merchant  TEXT   NOT NULL DEFAULT '',
	shop      TEXT   NOT NULL DEFAULT '',
	by_person TEXT   NOT NULL DEFAULT '',
	since     BIGINT NOT NULL CHECK (since > 0),
	PRIMARY KEY (person, role, merchant, shop),
	CHECK ((role = 'staff' AND merchant <> '' AND shop <> '')
		OR (role = 'merchant' AND merchant <> '' AND shop = '')
		OR (role IN ('operator', 'auditor') AND merchant = '' AND shop = ''))
);
CREATE INDEX account_grants_merchant ON account_grants (merchant, shop);

CREATE TABLE account_challenges (
	id          TEXT   NOT NULL PRIMARY KEY,
	phone       TEXT   NOT NULL CHECK (phone LIKE 'v1.%'),
	phone_index TEXT   NOT NULL,
	code        TEXT   NOT NULL CHECK (length(code) = 64),
	state       TEXT   NOT NULL CHECK (state IN ('open', 'met', 'dead')),
	tries       BIGINT NOT NULL DEFAULT 0 CHECK (tries BETWEEN 0 AND 5),
	created     BIGINT NOT NULL CHECK (created > 0),
	expires     BIGINT NOT NULL
);
-- A number has one open challenge.
CREATE UNIQUE INDEX account_challenges_open ON account_challenges (phone_index) WHERE state = 'open';
CREATE INDEX account_challenges_expires ON account_challenges (expires);

-- How often something was sent in the window that ends at until. Keys are
-- hashes: neither numbers nor addresses stand here.
CREATE TABLE account_limits (
	key   TEXT   NOT NULL PRIMARY KEY,
	n     BIGINT NOT NULL CHECK (n > 0),
	until BIGINT NOT NULL
);
CREATE INDEX account_limits_until ON account_limits (until);

CREATE TABLE account_sessions (
	id      TEXT   NOT NULL PRIMARY KEY,
	token   TEXT   NOT NULL UNIQUE CHECK (length(token) = 64),
	person  TEXT   NOT NULL REFERENCES account_people (id),
	app     TEXT   NOT NULL CHECK (app IN ('member', 'till', 'console', 'api')),
	device  TEXT   NOT NULL DEFAULT '',
	created BIGINT NOT NULL CHECK (created > 0),
	seen    BIGINT NOT NULL,
	idle    BIGINT NOT NULL CHECK (idle > 0),
	ends    BIGINT NOT NULL,
	ended   BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX account_sessions_person ON account_sessions (person, ended, ends);
CREATE INDEX account_sessions_ends ON account_sessions (ends);

CREATE TABLE account_invitations (
	id        TEXT   NOT NULL PRIMARY KEY,
	token     TEXT   NOT NULL UNIQUE CHECK (length(token) = 64),
	role      TEXT   NOT NULL CHECK (role IN ('staff', 'merchant', 'operator', 'auditor')),
	merchant  TEXT   NOT NULL DEFAULT '',
	shop      TEXT   NOT NULL DEFAULT '',
	by_person TEXT   NOT NULL REFERENCES account_people (id),
	created   BIGINT NOT NULL CHECK (created > 0),
	expires   BIGINT NOT NULL,
	used      BIGINT NOT NULL DEFAULT 0,
	used_by   TEXT   NOT NULL DEFAULT '',
	CHECK ((used = 0) = (used_by = ''))
);
CREATE INDEX account_invitations_by ON account_invitations (by_person, used);

-- The audit. Rows are only ever inserted, each by the transaction of its act.
CREATE TABLE account_audits (
	id     TEXT   NOT NULL PRIMARY KEY,
	at     BIGINT NOT NULL CHECK (at > 0),
	actor  TEXT   NOT NULL DEFAULT '',
	action TEXT   NOT NULL CHECK (action <> ''),
	object TEXT   NOT NULL DEFAULT '',
	detail TEXT   NOT NULL DEFAULT ''
);
CREATE INDEX account_audits_object ON account_audits (object, id);

-- Rows of the audit that wait for their place in the chain.
CREATE TABLE account_unsealed (
	audit TEXT NOT NULL PRIMARY KEY
);

-- The chain over the audit. It names no foreign key: what is missing is for
-- the verification to find and to tell, not for the engine to hide.
CREATE TABLE account_seals (
	seq   BIGINT NOT NULL PRIMARY KEY CHECK (seq > 0),
	audit TEXT   NOT NULL UNIQUE,
	hash  TEXT   NOT NULL CHECK (length(hash) = 64)
);

-- Marks of the keys that the data were written with; never the keys.
CREATE TABLE account_keys (
	name TEXT NOT NULL PRIMARY KEY,
	mark TEXT NOT NULL
);

-- +goose Down
DROP TABLE account_keys;
DROP TABLE account_seals;
DROP TABLE account_unsealed;
DROP TABLE account_audits;
DROP TABLE account_invitations;
DROP TABLE account_sessions;
DROP TABLE account_limits;
DROP TABLE account_challenges;
DROP TABLE account_grants;
DROP TABLE account_people;
