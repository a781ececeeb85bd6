    (SELECT ${step} AS step, r.code AS rule, b.code AS body
    FROM ${source}
    JOIN rule r ON r.ordinal = f.rule
    JOIN rule_category rc ON rc.rule = f.rule AND rc.category = s.category
    JOIN body b ON b.ordinal = ${body}
    WHERE ${when}
    AND (r.caller = 0 OR r.caller = s.caller)
    AND (r.valid_from IS NULL OR r.valid_from <= day.at)
    AND (r.valid_to IS NULL OR day.at < r.valid_to)
    AND (b.valid_from IS NULL OR b.valid_from <= day.at)
    AND (b.valid_to IS NULL OR day.at < b.valid_to)
    ORDER BY r.precedence, ${second}, r.code, ${feature}
    LIMIT 1)
