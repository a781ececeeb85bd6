"""Addresses: from the words of a ticket to a place, offline, refusing what is not known."""
