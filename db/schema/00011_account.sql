-- +goose Up

-- Why one-time codes are held back now; see brake.go. A row that is over is
-- kept until the look that says so.
CREATE TABLE account_brakes (
	name  TEXT   NOT NULL PRIMARY KEY,
	since BIGINT NOT NULL CHECK (since > 0),
	until BIGINT NOT NULL CHECK (until > since),
	sent  BIGINT NOT NULL DEFAULT 0, -- codes in the hour before
	met   BIGINT NOT NULL DEFAULT 0  -- of which somebody signed in with
);

-- Whether the code was asked for while codes went only to people who are known.
ALTER TABLE account_challenges ADD COLUMN held BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE account_challenges DROP COLUMN held;
DROP TABLE account_brakes;
