-- +goose Up
-- What people find their way by and where they come from: metro stations,
-- hotels, sights. They are imported and are not shops.
CREATE TABLE discover_places (
	id        TEXT   NOT NULL PRIMARY KEY,
	city      TEXT   NOT NULL,
	kind      TEXT   NOT NULL CHECK (kind IN ('metro', 'hotel', 'sight')),
	name      TEXT   NOT NULL,
	en        TEXT   NOT NULL DEFAULT '',
	metro     TEXT   NOT NULL DEFAULT '', -- JSON list of the lines that stop here: name, colour
	lat       DOUBLE PRECISION NOT NULL CHECK (lat BETWEEN -90 AND 90),
	lng       DOUBLE PRECISION NOT NULL CHECK (lng BETWEEN -180 AND 180),
	source    TEXT   NOT NULL,
	source_id TEXT   NOT NULL,
	at        BIGINT NOT NULL,
	UNIQUE (source, source_id)
);
CREATE INDEX discover_places_city ON discover_places (city, kind, id);

-- Shapes of a city: its districts, the areas that people speak of, its metro
-- lines.
CREATE TABLE discover_areas (
	id        TEXT   NOT NULL PRIMARY KEY,
	city      TEXT   NOT NULL,
	kind      TEXT   NOT NULL CHECK (kind IN ('district', 'area', 'line')),
	name      TEXT   NOT NULL,
	en        TEXT   NOT NULL DEFAULT '',
	colour    TEXT   NOT NULL DEFAULT '', -- of a line, #RRGGBB
	shape     TEXT   NOT NULL, -- GeoJSON geometry in WGS-84
	source    TEXT   NOT NULL,
	source_id TEXT   NOT NULL,
	at        BIGINT NOT NULL,
	UNIQUE (source, source_id)
);
CREATE INDEX discover_areas_city ON discover_areas (city, kind, id);

-- +goose Down
DROP TABLE discover_areas;
DROP TABLE discover_places;
