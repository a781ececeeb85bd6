"""Layers of areas, their editions in time, import, checks, and the store that keeps them."""
