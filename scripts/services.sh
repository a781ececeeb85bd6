#!/bin/sh
# See that PostgreSQL with PostGIS and Chromium are there for the tests; install them where allowed.
# Nothing is started here: the tests run their own private cluster in a temporary folder.
# With CI=true whatever is missing is a failure, otherwise it is said loudly.
set -eu
say() { printf 'services: %s\n' "$*" >&2; }

has_postgis() {
    for control in /usr/share/postgresql/*/extension/postgis.control \
        "$(pg_config --sharedir 2>/dev/null || echo /nowhere)/extension/postgis.control"; do
        [ -e "$control" ] || continue
        version=$(printf '%s\n' "$control" | sed -n 's|.*/postgresql/\([0-9]*\)/.*|\1|p')
        if [ -x "/usr/lib/postgresql/$version/bin/initdb" ] || command -v initdb >/dev/null 2>&1; then
            return 0
        fi
    done
    return 1
}

has_browser() {
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        if command -v "$name" >/dev/null 2>&1; then return 0; fi
    done
    return 1
}

wanted=""
has_postgis || wanted="$wanted postgresql postgresql-postgis"
has_browser || wanted="$wanted chromium"
[ -n "$wanted" ] || exit 0

as_root=""
if [ "$(id -u)" != 0 ]; then
    as_root="sudo -n"
    { command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; } || as_root="refused"
fi
if command -v apt-get >/dev/null 2>&1 && [ "$as_root" != refused ]; then
    say "installing$wanted"
    export DEBIAN_FRONTEND=noninteractive
    $as_root apt-get -qq update || say "apt-get update failed"
    for package in $wanted; do
        # Package by package: a name this release lacks must not keep the others away.
        $as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get -qq -y --no-install-recommends install "$package" >/dev/null ||
            say "apt-get could not install $package"
    done
fi

missing=0
has_postgis || { missing=1; say "NO POSTGRESQL WITH POSTGIS: the tests marked postgis WILL BE SKIPPED."; }
has_browser || { missing=1; say "NO CHROMIUM: the tests that look at pages WILL BE SKIPPED."; }
if [ "$missing" = 1 ]; then
    say "On Debian or Ubuntu, as root: apt-get install$wanted"
    if [ "${CI:-}" = true ]; then
        say "CI=true: a skip is a failure."
        exit 1
    fi
fi
