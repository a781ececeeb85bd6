#!/bin/sh
# Run uv: the one on PATH, else the one in the given environment.
# usage: uv.sh VENV ARGUMENTS...
# uv does not read pip's configuration, so an intranet mirror set there is handed over.
set -eu
venv=$1
shift

python="$venv/bin/python"
pip_setting() {
    "$python" -m pip config get "global.$1" 2>/dev/null || true
}
if [ -x "$python" ] && "$python" -m pip --version >/dev/null 2>&1; then
    if [ -z "${UV_DEFAULT_INDEX:-}" ]; then
        index=${PIP_INDEX_URL:-$(pip_setting index-url)}
        [ -z "$index" ] || export UV_DEFAULT_INDEX="$index"
    fi
    if [ -z "${SSL_CERT_FILE:-}" ]; then
        certificates=${PIP_CERT:-$(pip_setting cert)}
        [ -z "$certificates" ] || export SSL_CERT_FILE="$certificates"
    fi
fi
if command -v uv >/dev/null 2>&1; then
    exec uv "$@"
fi
[ -x "$venv/bin/uv" ] || { echo "setup: uv is neither on PATH nor in $venv" >&2; exit 127; }
exec "$venv/bin/uv" "$@"
