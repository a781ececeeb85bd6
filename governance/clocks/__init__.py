"""Clocks: response levels, working calendars, deadlines that pause and resume."""
