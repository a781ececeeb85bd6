-- The rule book against the places, once: which rule holds for which category and feature, and
-- which body it names there. Everything that does not depend on the place asked is joined here,
-- so that the query that is timed need not.

CREATE INDEX ON body (code);
CREATE INDEX ON feature (layer, kind);
CREATE TABLE rule_attribute AS
SELECT rule, attribute, array_agg(value) AS allowed FROM rule_where GROUP BY rule, attribute;
CREATE INDEX ON rule_attribute (rule);
ANALYZE;

CREATE TABLE rule_category AS
SELECT DISTINCT c.ordinal AS category, r.ordinal AS rule
FROM rule r
JOIN rule_pattern p ON p.rule = r.ordinal
JOIN category c ON p.pattern = '*' OR c.code LIKE p.pattern || '%';
ALTER TABLE rule_category ADD PRIMARY KEY (rule, category);
CREATE INDEX ON rule_category (category, rule);

CREATE TABLE governing AS
SELECT f.id AS feature, min(b.ordinal) AS body
FROM feature f
JOIN body b ON b.area = f.code AND b.kind = f.layer
WHERE f.kind IN ('district', 'township', 'community')
GROUP BY f.id;
ALTER TABLE governing ADD PRIMARY KEY (feature);

CREATE TABLE department AS
SELECT b.function, f.id AS district, max(b.ordinal) AS body
FROM body b
JOIN feature f ON f.kind = 'district' AND f.code = b.area
WHERE b.kind = 'district_department'
GROUP BY b.function, f.id;
ALTER TABLE department ADD PRIMARY KEY (function, district);

CREATE TABLE city_department AS
SELECT function, max(ordinal) AS body
FROM body
WHERE function <> '' AND area = '' AND kind <> 'district_department'
GROUP BY function;
ALTER TABLE city_department ADD PRIMARY KEY (function);

-- ``word`` is 'fixed' where the feature alone tells the body, else what the place must tell.
CREATE TABLE rule_feature AS
SELECT
    f.id AS feature,
    r.ordinal AS rule,
    coalesce(r.reach_m, f.reach_m) AS reach_m,
    CASE WHEN r.reference IN ('district', 'township', 'community', 'function', 'district_function')
        THEN r.reference ELSE 'fixed' END AS word,
    r.name,
    CASE r.reference
        WHEN 'body' THEN (SELECT b.ordinal FROM body b WHERE b.code = r.name)
        WHEN 'attribute' THEN (SELECT b.ordinal FROM body b WHERE b.code = f.attributes ->> r.name)
        WHEN 'estate' THEN (
            SELECT b.ordinal FROM estate e JOIN body b ON b.code = e.property WHERE e.code = f.code
        )
        WHEN 'area' THEN (SELECT g.body FROM governing g WHERE g.feature = f.id)
        WHEN 'city' THEN (SELECT b.ordinal FROM body b WHERE b.kind = 'city' LIMIT 1)
        WHEN 'city_function' THEN (SELECT d.body FROM city_department d WHERE d.function = r.name)
    END AS body
FROM rule r
JOIN feature f ON f.layer = r.layer AND f.kind = r.step_kind
WHERE r.step <> 4
AND (r.areas = '{}' OR f.code = ANY (r.areas))
AND NOT EXISTS (
    SELECT FROM rule_attribute w
    WHERE w.rule = r.ordinal
    AND coalesce(f.attributes ->> w.attribute, '') <> ALL (w.allowed)
);
CREATE INDEX ON rule_feature (feature);

-- Rules of the step FUNCTION hold in whole districts, or everywhere.
CREATE TABLE rule_function AS
SELECT
    r.ordinal AS rule,
    r.areas,
    CASE WHEN r.reference IN ('district', 'township', 'community', 'function', 'district_function')
        THEN r.reference ELSE 'fixed' END AS word,
    r.name,
    CASE r.reference
        WHEN 'body' THEN (SELECT b.ordinal FROM body b WHERE b.code = r.name)
        WHEN 'city' THEN (SELECT b.ordinal FROM body b WHERE b.kind = 'city' LIMIT 1)
        WHEN 'city_function' THEN (SELECT d.body FROM city_department d WHERE d.function = r.name)
    END AS body
FROM rule r
WHERE r.step = 4;

CREATE TABLE line AS
SELECT f.id, f.plane, max(rf.reach_m) AS reach_m, ST_Expand(f.plane, max(rf.reach_m)) AS box
FROM feature f JOIN rule_feature rf ON rf.feature = f.id
WHERE f.kind = 'linear'
GROUP BY f.id;
CREATE INDEX ON line USING gist (box);

CREATE TABLE asset AS
SELECT f.id, f.plane, f.attributes ->> f.class_attribute AS class, max(rf.reach_m) AS reach_m,
    ST_Expand(f.plane, max(rf.reach_m)) AS box
FROM feature f JOIN rule_feature rf ON rf.feature = f.id
WHERE f.kind = 'asset'
GROUP BY f.id;
CREATE INDEX ON asset USING gist (box);

-- Lines along which an agreement holds, and their segments in order, to tell the sides apart.
CREATE TABLE agreed_line AS
SELECT g.ordinal AS agreement, f.plane, ST_Expand(f.plane, g.reach_m) AS box
FROM agreement g JOIN feature f ON f.kind = 'linear' AND f.layer = g.line_layer AND f.code = g.line;
CREATE INDEX ON agreed_line USING gist (box);

-- One table of shapes for each partition, and one for all overlays; ${geometry} is the whole shape
-- or its pieces.
CREATE TABLE grid AS SELECT id, ${geometry} AS geometry FROM feature WHERE kind = 'grid';
CREATE TABLE community AS
SELECT f.id, g.body, ${geometry} AS geometry
FROM feature f LEFT JOIN governing g ON g.feature = f.id WHERE kind = 'community';
CREATE TABLE township AS
SELECT f.id, g.body, ${geometry} AS geometry
FROM feature f LEFT JOIN governing g ON g.feature = f.id WHERE kind = 'township';
CREATE TABLE district AS
SELECT f.id, g.body, ${geometry} AS geometry
FROM feature f LEFT JOIN governing g ON g.feature = f.id WHERE kind = 'district';
CREATE TABLE overlay AS
SELECT id, precedence, ${geometry} AS geometry FROM feature WHERE kind = 'overlay';
CREATE INDEX ON grid USING gist (geometry);
CREATE INDEX ON community USING gist (geometry);
CREATE INDEX ON township USING gist (geometry);
CREATE INDEX ON district USING gist (geometry);
CREATE INDEX ON overlay USING gist (geometry);
ANALYZE;
