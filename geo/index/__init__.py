"""The location index of a layer: built once, saved as one file, mapped by every worker."""

from pathlib import Path

from geo.kernel_cache import own_cache

with own_cache(Path(__file__).parent):
    from geo.index.answers import Assignment, Covering, Nearby, Probe
    from geo.index.chain import IndexChain
    from geo.index.location import LocationIndex

__all__ = ["Assignment", "Covering", "IndexChain", "LocationIndex", "Nearby", "Probe"]
