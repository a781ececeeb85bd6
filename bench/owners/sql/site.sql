-- What holds each place: areas of the partitions, their bodies, and the department of the category.
chain AS MATERIALIZED (
    SELECT p.id, p.category, p.caller, p.geometry, p.plane, c.code AS category_code,
        c.tier, c.function, g.id AS grid, co.id AS community, co.body AS community_body,
        t.id AS township, t.body AS township_body, d.id AS district, d.body AS district_body
    FROM place p
    JOIN category c ON c.ordinal = p.category
    LEFT JOIN LATERAL (
        SELECT a.id FROM grid a WHERE ST_Covers(a.geometry, p.geometry) ORDER BY a.id LIMIT 1
    ) g ON true
    LEFT JOIN LATERAL (
        SELECT a.id, a.body FROM community a
        WHERE ST_Covers(a.geometry, p.geometry) ORDER BY a.id LIMIT 1
    ) co ON true
    LEFT JOIN LATERAL (
        SELECT a.id, a.body FROM township a
        WHERE ST_Covers(a.geometry, p.geometry) ORDER BY a.id LIMIT 1
    ) t ON true
    LEFT JOIN LATERAL (
        SELECT a.id, a.body FROM district a
        WHERE ST_Covers(a.geometry, p.geometry) ORDER BY a.id LIMIT 1
    ) d ON true
),
-- Agreements along a line: the nearest line that has one, and the area that it names.
agreed AS MATERIALIZED (
    SELECT DISTINCT ON (s.id) s.id,
        CASE WHEN g.owner IS NOT NULL THEN g.owner
            WHEN side.at_right THEN g.area_b ELSE g.area_a END AS township
    FROM chain s
    JOIN agreed_line l ON l.box && s.plane
    JOIN agreement g ON g.ordinal = l.agreement AND ST_DWithin(l.plane, s.plane, g.reach_m)
        AND s.township IN (g.area_a, g.area_b)
    JOIN rule_day day ON (g.valid_from IS NULL OR g.valid_from <= day.at)
        AND (g.valid_to IS NULL OR day.at < g.valid_to)
    JOIN LATERAL (
        SELECT (ST_X(e.b) - ST_X(e.a)) * (ST_Y(s.plane) - ST_Y(e.a))
            - (ST_Y(e.b) - ST_Y(e.a)) * (ST_X(s.plane) - ST_X(e.a)) < 0 AS at_right
        FROM (
            SELECT ST_StartPoint(piece.geom) AS a, ST_EndPoint(piece.geom) AS b, piece.geom
            FROM ST_DumpSegments(l.plane) piece
        ) e
        ORDER BY ST_Distance(e.geom, s.plane) LIMIT 1
    ) side ON true
    WHERE EXISTS (
        SELECT FROM agreement_pattern p WHERE p.agreement = g.ordinal
        AND (p.pattern = '*' OR s.category_code LIKE p.pattern || '%')
    )
    ORDER BY s.id, ST_Distance(l.plane, s.plane), g.code
),
site AS MATERIALIZED (
    SELECT s.*, fn.body AS function_body
    FROM (
        SELECT s.id, s.category, s.caller, s.geometry, s.plane, s.tier, s.function,
            CASE WHEN a.township <> s.township THEN NULL ELSE s.grid END AS grid,
            CASE WHEN a.township <> s.township THEN NULL ELSE s.community END AS community,
            s.community_body,
            coalesce(a.township, s.township) AS township,
            CASE WHEN a.id IS NULL THEN s.township_body ELSE gt.body END AS township_body,
            coalesce(up.id, s.district) AS district,
            CASE WHEN a.id IS NULL THEN s.district_body ELSE gd.body END AS district_body
        FROM chain s
        LEFT JOIN agreed a ON a.id = s.id
        LEFT JOIN governing gt ON gt.feature = a.township
        LEFT JOIN feature f ON f.id = a.township
        LEFT JOIN feature up ON up.kind = 'district' AND up.code = f.parent
        LEFT JOIN governing gd ON gd.feature = up.id
    ) s
    LEFT JOIN LATERAL (
        SELECT d.body FROM department d
        WHERE s.tier <> 'city' AND d.function = s.function AND d.district = s.district
        UNION ALL
        SELECT d.body FROM city_department d WHERE s.tier = 'city' AND d.function = s.function
    ) fn ON true
)
