-- Step by step for each place: a step is looked at only where those before it found nobody,
-- because an Append under LIMIT 1 stops at its first row.
WITH ${site}
SELECT s.id, best.step, best.rule, best.body
FROM site s
CROSS JOIN rule_day day
CROSS JOIN LATERAL (
    ${steps}
    LIMIT 1
) best
