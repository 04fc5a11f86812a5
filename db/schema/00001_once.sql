-- +goose Up
CREATE TABLE once_keys (
	principal   TEXT   NOT NULL,
	route       TEXT   NOT NULL,
	key         TEXT   NOT NULL,
	fingerprint TEXT   NOT NULL,
	answer      TEXT   NOT NULL, -- JSON of the answer; empty for a refusal
	refusal     TEXT   NOT NULL, -- JSON of the refusal; empty for an answer
	at          BIGINT NOT NULL,
	PRIMARY KEY (principal, route, key)
);
CREATE INDEX once_keys_at ON once_keys (at);

-- +goose Down
DROP TABLE once_keys;
