"""Rule book of the demo city: who answers for what there, written as a city's own files.

Bodies, documents, people and phone numbers are all invented and labelled 示范.
"""

from xiaqu.demo.rules.book import build_rules, write_rules
from xiaqu.demo.rules.packaged import read_catalogue

__all__ = ["build_rules", "read_catalogue", "write_rules"]
