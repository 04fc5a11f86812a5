-- +goose Up
-- When the shop began to take the card; 0 if it never did, or before this was
-- kept.
ALTER TABLE shop_shops ADD COLUMN opened BIGINT NOT NULL DEFAULT 0 CHECK (opened >= 0);
CREATE INDEX shop_shops_opened ON shop_shops (city, opened);
CREATE INDEX shop_terms_at ON shop_terms (at);

-- +goose Down
DROP INDEX shop_terms_at;
DROP INDEX shop_shops_opened;
ALTER TABLE shop_shops DROP COLUMN opened;
