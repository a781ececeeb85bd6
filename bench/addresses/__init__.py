"""Addresses: how fast, how right, and how sure the geocoder is, beside jionlp and cpca."""
