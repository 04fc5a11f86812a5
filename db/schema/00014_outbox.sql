-- +goose Up
-- What changed of things that nodes keep in memory: only that, and not how.
CREATE TABLE outbox_items (
	id    TEXT   NOT NULL PRIMARY KEY,
	topic TEXT   NOT NULL,
	key   TEXT   NOT NULL,
	at    BIGINT NOT NULL
);
CREATE INDEX outbox_items_topic ON outbox_items (topic, at);

-- +goose Down
DROP TABLE outbox_items;
