"""The gazetteer: names from files, layers and corrections, kept in the store, built into a file."""
