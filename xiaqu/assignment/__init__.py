"""Answer for whole files: every row of a table gets the areas that hold its place."""

from xiaqu.assignment.assign import AssignmentOptions, AssignmentSummary, assign_file

__all__ = ["AssignmentOptions", "AssignmentSummary", "assign_file"]
