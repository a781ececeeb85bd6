-- Metres on a plane that touches the ellipsoid in the middle of the city.
DELETE FROM spatial_ref_sys WHERE srid = ${srid};
INSERT INTO spatial_ref_sys (srid, proj4text)
VALUES (${srid}, '+proj=tmerc +lat_0=${lat} +lon_0=${lon} +ellps=GRS80 +units=m +no_defs');
INSERT INTO spatial_ref_sys (srid, proj4text)
SELECT ${srid} + 1, '+proj=longlat +ellps=GRS80 +no_defs';

CREATE TABLE feature AS
SELECT *, CASE WHEN kind IN ('linear', 'asset')
    THEN ST_Transform(ST_SetSRID(geometry, ${srid} + 1), ${srid}) END AS plane
FROM feature_row;
ALTER TABLE feature ADD PRIMARY KEY (id);
CREATE INDEX ON feature (kind, code);
