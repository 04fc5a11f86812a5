-- +goose Up
CREATE TABLE sandbox_charges (
	no        TEXT   NOT NULL PRIMARY KEY,
	content   TEXT   NOT NULL, -- hash of what was asked for
	amount    BIGINT NOT NULL CHECK (amount > 0),
	currency  TEXT   NOT NULL,
	subject   TEXT   NOT NULL,
	payer     TEXT   NOT NULL,
	agreement TEXT   NOT NULL,
	return_to TEXT   NOT NULL,
	notify    TEXT   NOT NULL,
	expires   BIGINT NOT NULL,
	status    TEXT   NOT NULL CHECK (status IN ('pending', 'open', 'paid', 'closed')),
	due       BIGINT NOT NULL DEFAULT 0, -- when a pending charge takes effect
	trade     TEXT   NOT NULL DEFAULT '',
	granted   TEXT   NOT NULL DEFAULT '', -- agreement granted when it was paid
	refunded  BIGINT NOT NULL DEFAULT 0 CHECK (refunded >= 0 AND refunded <= amount),
	created   BIGINT NOT NULL,
	paid_at   BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX sandbox_charges_due ON sandbox_charges (status, due);

CREATE TABLE sandbox_refunds (
	no      TEXT   NOT NULL PRIMARY KEY,
	content TEXT   NOT NULL,
	payment TEXT   NOT NULL REFERENCES sandbox_charges (no),
	amount  BIGINT NOT NULL CHECK (amount > 0),
	notify  TEXT   NOT NULL,
	status  TEXT   NOT NULL CHECK (status IN ('processing', 'refunded', 'failed')),
	due     BIGINT NOT NULL DEFAULT 0, -- when a refund in process is through
	created BIGINT NOT NULL
);
CREATE INDEX sandbox_refunds_due ON sandbox_refunds (status, due);

CREATE TABLE sandbox_agreements (
	token   TEXT   NOT NULL PRIMARY KEY,
	payer   TEXT   NOT NULL UNIQUE,
	granted BIGINT NOT NULL
);

CREATE TABLE sandbox_notices (
	id    TEXT   NOT NULL PRIMARY KEY,
	url   TEXT   NOT NULL,
	body  TEXT   NOT NULL,
	state TEXT   NOT NULL CHECK (state IN ('waiting', 'sent', 'given_up')),
	tries BIGINT NOT NULL DEFAULT 0,
	due   BIGINT NOT NULL
);
CREATE INDEX sandbox_notices_due ON sandbox_notices (state, due);

-- Scripted faults, and those of a mix, which are thrown by the seed's dice.
CREATE TABLE sandbox_faults (
	id      TEXT   NOT NULL PRIMARY KEY,
	no      TEXT   NOT NULL, -- of this charge or refund only; empty for any
	call    TEXT   NOT NULL,
	kind    TEXT   NOT NULL,
	times   BIGINT NOT NULL, -- how often it still happens
	delay   BIGINT NOT NULL,
	copies  BIGINT NOT NULL,
	percent BIGINT NOT NULL, -- of a mix; 0 for a scripted one
	seed    BIGINT NOT NULL
);

-- A call of a number throws the dice of a mix once.
CREATE TABLE sandbox_dice (
	no   TEXT NOT NULL,
	call TEXT NOT NULL,
	PRIMARY KEY (no, call)
);

-- +goose Down
DROP TABLE sandbox_dice;
DROP TABLE sandbox_faults;
DROP TABLE sandbox_notices;
DROP TABLE sandbox_agreements;
DROP TABLE sandbox_refunds;
DROP TABLE sandbox_charges;
