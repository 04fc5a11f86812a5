-- +goose Up
-- A city is read as a whole, in the order of its shops.
CREATE INDEX shop_shops_city ON shop_shops (city, id);

-- +goose Down
DROP INDEX shop_shops_city;
