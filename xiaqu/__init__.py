"""Settings, composition root, command line, demo city."""
