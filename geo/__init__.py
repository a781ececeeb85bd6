"""Pure computation on coordinates and shapes: no database, no web, no clock."""
