#!/bin/sh
# Start of the container: bring the tables to this version, then serve.
# Arguments replace the second step, e.g. `docker run ... xiaqu doctor`.
set -eu

xiaqu db upgrade
if [ "$#" -gt 0 ]; then
    exec "$@"
fi
exec xiaqu serve
