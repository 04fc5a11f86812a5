-- +goose Up

-- No index holds what changes of a payment, and its number is drawn at random:
-- on PostgreSQL a payment then ends without an entry in any index, and looking
-- one up is in conflict with next to nobody's new one.
CREATE TABLE payment_payments (
	no        TEXT   NOT NULL PRIMARY KEY,
	purpose   TEXT   NOT NULL,
	ref       TEXT   NOT NULL,
	payer     TEXT   NOT NULL,
	amount    BIGINT NOT NULL CHECK (amount > 0),
	fee       BIGINT NOT NULL CHECK (fee >= 0 AND fee <= amount),
	subject   TEXT   NOT NULL,
	return_to TEXT   NOT NULL, -- path of ours to which the cashier sends the payer back
	direct    BIGINT NOT NULL CHECK (direct IN (0, 1)), -- charge the payer's agreement if there is one
	state     TEXT   NOT NULL CHECK (state IN ('created', 'open', 'paid', 'closing', 'closed', 'late')),
	pay_url   TEXT   NOT NULL DEFAULT '',
	trade     TEXT   NOT NULL DEFAULT '', -- the provider's number
	returned  BIGINT NOT NULL DEFAULT 0 CHECK (returned >= 0 AND returned <= amount),
	created   BIGINT NOT NULL,
	deadline  BIGINT NOT NULL,
	called    BIGINT NOT NULL,           -- when the provider was last asked to charge
	missing   BIGINT NOT NULL DEFAULT 0, -- since when the provider says it does not know the number
	ended     BIGINT NOT NULL DEFAULT 0,
	UNIQUE (purpose, ref),
	CHECK ((state IN ('paid', 'late')) = (trade <> ''))
);
-- +postgres ALTER TABLE payment_payments SET (fillfactor = 60);
CREATE INDEX payment_payments_created ON payment_payments (created, no);

-- One row for each success that a provider reported.
CREATE TABLE payment_events (
	provider TEXT   NOT NULL,
	trade    TEXT   NOT NULL,
	payment  TEXT   NOT NULL REFERENCES payment_payments (no),
	at       BIGINT NOT NULL,
	PRIMARY KEY (provider, trade)
);

CREATE TABLE payment_refunds (
	no       TEXT   NOT NULL PRIMARY KEY,
	payment  TEXT   NOT NULL REFERENCES payment_payments (no),
	key      TEXT   NOT NULL,
	amount   BIGINT NOT NULL CHECK (amount > 0),
	fee_back BIGINT NOT NULL CHECK (fee_back >= 0 AND fee_back <= amount),
	reason   TEXT   NOT NULL,
	state    TEXT   NOT NULL CHECK (state IN ('asked', 'sent', 'refunded', 'stuck')),
	created  BIGINT NOT NULL,
	tried    BIGINT NOT NULL, -- since when it is being tried; a retry by hand starts anew
	ended    BIGINT NOT NULL DEFAULT 0,
	UNIQUE (payment, key)
);
CREATE INDEX payment_refunds_state ON payment_refunds (state, no);

-- The inbox of verified callbacks.
CREATE TABLE payment_notices (
	provider TEXT   NOT NULL,
	notice   TEXT   NOT NULL, -- the provider's id of it
	said     TEXT   NOT NULL, -- JSON of the Notice
	raw      TEXT   NOT NULL, -- the body as it came
	result   TEXT   NOT NULL DEFAULT '' CHECK (result IN ('', 'done', 'doubted')),
	at       BIGINT NOT NULL,
	PRIMARY KEY (provider, notice)
);
CREATE INDEX payment_notices_at ON payment_notices (at);

-- What a provider said that cannot be true; nothing is done on it but this row.
CREATE TABLE payment_doubts (
	payment TEXT   NOT NULL,
	what    TEXT   NOT NULL,
	said    TEXT   NOT NULL, -- JSON of the Result or RefundResult
	times   BIGINT NOT NULL,
	first   BIGINT NOT NULL,
	last    BIGINT NOT NULL,
	PRIMARY KEY (payment, what, said)
);

CREATE TABLE payment_agreements (
	payer    TEXT   NOT NULL,
	provider TEXT   NOT NULL,
	token    TEXT   NOT NULL, -- sealed
	granted  BIGINT NOT NULL,
	PRIMARY KEY (payer, provider)
);

-- +goose Down
DROP TABLE payment_agreements;
DROP TABLE payment_doubts;
DROP TABLE payment_notices;
DROP TABLE payment_refunds;
DROP TABLE payment_events;
DROP TABLE payment_payments;
