-- +goose Up
-- Closed statements. A merchant has one for a business day, for ever.
CREATE TABLE settle_statements (
	id       TEXT   NOT NULL PRIMARY KEY,
	merchant TEXT   NOT NULL CHECK (merchant <> ''),
	name     TEXT   NOT NULL, -- the merchant's, when it was closed
	day      TEXT   NOT NULL CHECK (LENGTH(day) = 10),
	count    BIGINT NOT NULL CHECK (count >= 0),
	undone   BIGINT NOT NULL CHECK (undone >= 0),
	paid     BIGINT NOT NULL,
	fee      BIGINT NOT NULL,
	net      BIGINT NOT NULL CHECK (net = paid - fee),
	closed   BIGINT NOT NULL CHECK (closed > 0),
	CHECK (count + undone > 0),
	UNIQUE (merchant, day)
);
CREATE INDEX settle_statements_day ON settle_statements (day, merchant);

-- Which statement a redemption, and its undo, stands on: one, for ever.
CREATE TABLE settle_lines (
	redemption TEXT   NOT NULL,
	undo       BIGINT NOT NULL CHECK (undo IN (0, 1)),
	statement  TEXT   NOT NULL REFERENCES settle_statements (id),
	PRIMARY KEY (redemption, undo)
);
CREATE INDEX settle_lines_statement ON settle_lines (statement);

-- +goose Down
DROP TABLE settle_lines;
DROP TABLE settle_statements;
