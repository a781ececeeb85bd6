#!/bin/sh
# Print the first Python that is new enough, or say what is missing.
set -eu

for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14 python; do
    path=$(command -v "$candidate" 2>/dev/null) || continue
    if "$path" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        printf '%s\n' "$path"
        exit 0
    fi
done
echo "setup: no Python 3.11 or newer found; install one, or name it: make setup PYTHON=/path" >&2
exit 1
