"""Answer for whole files: every row of a table gets the areas that hold its place."""

from xiaqu.assignment.addresses import AddressOptions
from xiaqu.assignment.assign import assign_file
from xiaqu.assignment.geocoding import geocode_file
from xiaqu.assignment.options import AssignmentOptions, AssignmentSummary

__all__ = [
    "AddressOptions",
    "AssignmentOptions",
    "AssignmentSummary",
    "assign_file",
    "geocode_file",
]
