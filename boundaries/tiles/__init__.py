"""Tile pyramids 瓦片金字塔 for drawing: one PMTiles file for each edition of a layer."""
