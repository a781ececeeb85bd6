"""Compile every kernel of the program: ``python -m xiaqu.warming``."""

from geo.address.warm import warm as warm_names
from geo.index.warm import warm as warm_index

if __name__ == "__main__":
    warm_index()
    warm_names()
