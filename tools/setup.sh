# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
#
# What tools/run and tools/check have in common: packages and the build.  To be sourced; the
# caller has set $top to the directory of the source.  Everything is said on stderr.

packages="wine wine64 wine64-tools libwine-dev gcc-mingw-w64-x86-64 autoconf automake
          libnuma-dev gcc make libc6-dev"

say() { printf '%s\n' "$*" >&2; }
give_up() { say "${0##*/}: $*"; exit 1; }

# run a command; show what it says only if it fails
quietly() {
    log=$(mktemp "${TMPDIR:-/tmp}/mapview-log.XXXXXX") || exit 1
    if "$@" >"$log" 2>&1; then
        rm -f "$log"
        return 0
    fi
    tail -n 40 "$log" >&2
    rm -f "$log"
    give_up "this failed: $*"
}

# ---- packages ----

missing_packages() {
    for package; do
        state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)
        [ "$state" = installed ] || printf '%s ' "$package"
    done
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# install_packages NAME...: those that are missing; other systems than Debian's are left alone,
# configure tells what it needs
install_packages() {
    command -v dpkg-query >/dev/null && command -v apt-get >/dev/null || return 0
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
        give_up "packages are missing; as root: apt-get install $missing"
    fi
    say "Installing packages: $missing"
    quietly as_root apt-get update
    # shellcheck disable=SC2086
    quietly as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing
}

# winegcc wants a C++ compiler (a cross-compiler or clang) to be there, even though it is not used.
winegcc_wants_cxx() {
    winegcc -b x86_64-w64-mingw32 -mno-cygwin -c -o /dev/null -x c /dev/null 2>&1 | grep -q 'Could not find g++'
}

setup_packages() {
    # shellcheck disable=SC2086
    install_packages $packages "$@"
    ! winegcc_wants_cxx || install_packages g++-mingw-w64-x86-64
}

# ---- the build ----

newer() { [ ! -e "$2" ] || [ "$1" -nt "$2" ]; }

# something to tell before it takes a while
changed_sources() {
    for dll in lib/wine-mapview/*-windows/*.dll; do
        [ -f "$dll" ] || return 0
        [ -z "$(find dlls include tests samples Makefile.in -name '*.[ch]*' -newer "$dll")" ] || return 0
    done
    return 1
}

# shellcheck disable=SC2154
setup_build() (
    cd "$top" || exit 1
    if newer configure.ac configure; then
        say "Making configure"
        quietly autoreconf
    fi
    if newer configure config.status || [ ! -f Makefile ]; then
        say "Configuring"
        quietly ./configure
    fi
    ! changed_sources || say "Building"
    quietly make
)
