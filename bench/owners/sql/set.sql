-- All candidates of all steps, then the first of each place by a window.
WITH ${site},
found AS (
    SELECT s.id, 1 AS step, rf.rule, rf.word, rf.name, rf.body, rf.feature,
        ST_Distance(a.plane, s.plane) AS second, rf.reach_m
    FROM site s
    JOIN category_step cs ON cs.category = s.category AND cs.step = 1
    JOIN category_class cc ON cc.category = s.category
    JOIN asset a ON a.box && s.plane AND a.class = cc.class
        AND ST_DWithin(a.plane, s.plane, a.reach_m)
    JOIN rule_feature rf ON rf.feature = a.id
    UNION ALL
    SELECT s.id, 2, rf.rule, rf.word, rf.name, rf.body, rf.feature,
        ST_Distance(l.plane, s.plane), rf.reach_m
    FROM site s
    JOIN category_step cs ON cs.category = s.category AND cs.step = 2
    JOIN line l ON l.box && s.plane AND ST_DWithin(l.plane, s.plane, l.reach_m)
    JOIN rule_feature rf ON rf.feature = l.id
    UNION ALL
    SELECT s.id, 3, rf.rule, rf.word, rf.name, rf.body, rf.feature, o.precedence, NULL
    FROM site s
    JOIN category_step cs ON cs.category = s.category AND cs.step = 3
    JOIN overlay o ON ST_Covers(o.geometry, s.geometry)
    JOIN rule_feature rf ON rf.feature = o.id
    UNION ALL
    SELECT s.id, 4, rf.rule, rf.word, rf.name, rf.body, s.district, 0, NULL
    FROM site s
    JOIN category_step cs ON cs.category = s.category AND cs.step = 4
    LEFT JOIN feature d ON d.id = s.district
    JOIN rule_function rf ON rf.areas = '{}' OR d.code = ANY (rf.areas)
    UNION ALL
    SELECT s.id, part.step, rf.rule, rf.word, rf.name, rf.body, rf.feature, 0, NULL
    FROM site s
    CROSS JOIN LATERAL (
        VALUES (5, s.grid), (6, s.community), (7, s.township), (8, s.district)
    ) part (step, feature)
    JOIN category_step cs ON cs.category = s.category AND cs.step = part.step
    JOIN rule_feature rf ON rf.feature = part.feature
),
able AS (
    SELECT f.id, f.step, f.second, f.feature, r.precedence, r.code AS rule, b.code AS body
    FROM found f
    JOIN site s ON s.id = f.id
    JOIN rule r ON r.ordinal = f.rule
    JOIN rule_category rc ON rc.rule = f.rule AND rc.category = s.category
    CROSS JOIN rule_day day
    JOIN body b ON b.ordinal = ${body}
    WHERE (f.reach_m IS NULL OR f.second <= f.reach_m)
    AND (r.caller = 0 OR r.caller = s.caller)
    AND (r.valid_from IS NULL OR r.valid_from <= day.at)
    AND (r.valid_to IS NULL OR day.at < r.valid_to)
    AND (b.valid_from IS NULL OR b.valid_from <= day.at)
    AND (b.valid_to IS NULL OR day.at < b.valid_to)
),
ranked AS (
    SELECT id, step, rule, body, row_number() OVER (
        PARTITION BY id ORDER BY step, precedence, second, rule, feature
    ) AS place
    FROM able
)
SELECT id, step, rule, body FROM ranked WHERE place = 1
