-- The book and the places as they are, before anything is joined. Ordinals follow the codes.
CREATE TABLE body (
    ordinal int PRIMARY KEY, code text, kind text, area text, function text,
    valid_from date, valid_to date
);
CREATE TABLE category (ordinal int PRIMARY KEY, code text, function text, tier text);
CREATE TABLE category_step (category int, step int, PRIMARY KEY (category, step));
CREATE TABLE category_class (category int, class text, PRIMARY KEY (category, class));
CREATE TABLE rule (
    ordinal int PRIMARY KEY, code text COLLATE "C", step int, step_kind text, layer text,
    areas text[], reference text, name text, precedence int, reach_m float8, caller int,
    valid_from date, valid_to date
);
CREATE TABLE rule_pattern (rule int, pattern text);
CREATE TABLE rule_where (rule int, attribute text, value text);
CREATE TABLE estate (code text PRIMARY KEY, property text);
CREATE TABLE agreement (
    ordinal int PRIMARY KEY, code text COLLATE "C", line_layer text, line text, reach_m float8,
    area_a int, area_b int, owner int, valid_from date, valid_to date
);
CREATE TABLE agreement_pattern (agreement int, pattern text);
CREATE TABLE rule_day (at date);
CREATE TABLE feature_row (
    id int, layer text, kind text, code text, parent text, precedence int, reach_m float8,
    class_attribute text, attributes jsonb, geometry geometry
);
CREATE TABLE place_row (id int, lon float8, lat float8, category int, caller int);
