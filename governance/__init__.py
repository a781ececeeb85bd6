"""Who answers for a place: bodies, posts, rules, decisions, clocks; no web, no command line."""
