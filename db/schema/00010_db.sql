-- +goose Up

-- The one row in which a database says which of its lives this is. A restore
-- begins another: it raises the epoch, and whoever wrote in an earlier one is
-- refused. See epoch.go.
CREATE TABLE db_epoch (
	one       BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
	name      TEXT   NOT NULL DEFAULT '', -- drawn when it is first served; kept by every copy
	epoch     BIGINT NOT NULL CHECK (epoch > 0),
	beat      BIGINT NOT NULL DEFAULT 0, -- grows while it is served
	beaten    BIGINT NOT NULL DEFAULT 0, -- when it last grew
	closed    TEXT   NOT NULL DEFAULT '', -- why nobody may be served; empty if everybody may
	closed_at BIGINT NOT NULL DEFAULT 0,
	since     BIGINT NOT NULL DEFAULT 0 -- what came after this moment may be lost
);
INSERT INTO db_epoch (one, epoch) VALUES (1, 1);

-- +goose Down
DROP TABLE db_epoch;
