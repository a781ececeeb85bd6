"""The rule book (权责规则册): bodies, catalogue, rules, agreements, posts, estates; versioned."""
