-- +goose Up
-- Whether the shop stands on the curated list. curate decides it and tells
-- shop, so that a search of shops can ask for it.
ALTER TABLE shop_shops ADD COLUMN curated BIGINT NOT NULL DEFAULT 0 CHECK (curated IN (0, 1));

-- +goose Down
ALTER TABLE shop_shops DROP COLUMN curated;
