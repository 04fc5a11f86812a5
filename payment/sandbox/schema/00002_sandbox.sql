-- +goose Up
CREATE INDEX sandbox_charges_created ON sandbox_charges (created, no);
CREATE INDEX sandbox_refunds_created ON sandbox_refunds (created, no);

-- +goose Down
DROP INDEX sandbox_refunds_created;
DROP INDEX sandbox_charges_created;
