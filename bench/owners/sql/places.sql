CREATE UNLOGGED TABLE place AS
SELECT id, category, caller, ST_MakePoint(lon, lat) AS geometry,
    ST_Transform(ST_SetSRID(ST_MakePoint(lon, lat), ${srid} + 1), ${srid}) AS plane
FROM place_row;
