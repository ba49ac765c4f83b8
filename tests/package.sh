#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# package.sh -- build the Debian package, install it, use it, remove it
#
# It changes the system that it runs in, so it does that only in a tree of tools/check-win32's.

LC_ALL=C
export LC_ALL
source=$(cd "$(dirname "$0")/.." && pwd -P)
if [ "$(id -u)" != 0 ] || ! [ -f /etc/wine-mapview-packages ]; then
    echo "package.sh: skipped: it is for the Debian tree of tools/check-win32" >&2
    exit 77
fi

tmp=$(mktemp -d "${TMPDIR:-/tmp}/mapview-package.XXXXXX") && tmp=$(cd "$tmp" && pwd -P) || exit 2
XDG_CACHE_HOME=$tmp/cache WINEPREFIX=$tmp/prefix WINEDLLOVERRIDES='mscoree,mshtml=' WINEDEBUG=-all
export XDG_CACHE_HOME WINEPREFIX WINEDLLOVERRIDES WINEDEBUG
unset WINE_MAPVIEW_WINE WINE_MAPVIEW_MODULE
stop() { { wineserver -k; wineserver -w; } 2>/dev/null; }
trap 'stop; dpkg -P wine-mapview >/dev/null 2>&1; cd /; rm -rf "$tmp"' EXIT
trap 'exit 2' HUP INT TERM

passed=0 failed=0
check()  # NAME GOT PATTERN
{
    # shellcheck disable=SC2254
    case $2 in
    $3) passed=$((passed + 1)); echo "ok $1" ;;
    *)  failed=$((failed + 1)); echo "FAIL $1: got '$(printf %s "$2" | tail -n 20)', want '$3'" ;;
    esac
}
# all of these rules pass with the module only
suite() { timeout 300 "$@" "$source/tests/mapview_test.exe" exports 2>&1 </dev/null | tr -d '\r' | tail -n 1; }
diversions() { dpkg-divert --list | grep -c wine; }
changed() { dpkg --verify "libwine:$(dpkg --print-architecture)" wine wine64 2>&1 | grep -v ' c '; }
log() { "$@" >"$tmp/log" 2>&1 && echo 0 && return; echo "status $?"; tail -n 20 "$tmp/log"; }

# ---- the package ----

mkdir "$tmp/source"
(cd "$source" && tar -cf - --exclude=.git --exclude='*.o' --exclude='*.exe' --exclude=./lib --exclude=./Makefile \
    --exclude='./config.*' --exclude=./configure --exclude=./autom4te.cache --exclude='./dlls/*/stub' \
    --exclude='./dlls/*/i386' .) | tar -C "$tmp/source" -xf - --no-same-owner
cd "$tmp/source" || exit 2
check builds "$(log dpkg-buildpackage -us -uc -b)" 0
check lintian "$(lintian --allow-root --tag-display-limit 0 "$tmp"/*.changes 2>&1)" ""
cd "$tmp" || exit 2
deb=$(echo "$tmp"/wine-mapview_*.deb)
check one-architecture "$(dpkg-deb -c "$deb" | grep -c i386)" 0

# ---- installed ----

before=$(diversions)
check installs "$(log dpkg -i "$deb")" 0
check command "$(command -v wine-mapview)" /usr/bin/wine-mapview
check program "$(suite wine-mapview)" "*passed, 0 failed*"
check manual "$(dpkg -L wine-mapview | grep -c '/man1/wine-mapview.1')" 1
stop
check stock "$(suite wine)" "*passed, [1-9]* failed*"
stop
check nothing-changed "$(changed)" ""

# ---- for all users ----

check install-system "$(log wine-mapview --install-system)" 0
check all-programs "$(suite wine)" "*passed, 0 failed*"
stop
check installs-again "$(log dpkg -i "$deb")" 0
check all-programs-again "$(suite wine)" "*passed, 0 failed*"
stop
mkdir "$tmp/deb"
if (cd "$tmp/deb" && log apt-get -q download libwine) >/dev/null && [ -f "$(echo "$tmp"/deb/*.deb)" ]; then
    check upgrade "$(log dpkg -i --force-depends "$tmp"/deb/*.deb)" 0
    check upgrade-trigger "$(grep -c 'triggers for wine-mapview' "$tmp/log")" 1
    check all-programs-after "$(suite wine)" "*passed, 0 failed*"
    stop
fi

# ---- removed ----

check removes "$(log dpkg -r wine-mapview)" 0
check no-diversions "$(diversions)" "$before"
check wine-as-before "$(changed)" ""
check stock-as-before "$(suite wine)" "*passed, [1-9]* failed*"
stop
check purges "$(log dpkg -P wine-mapview)" 0
check nothing-left "$(find /usr/lib/wine-mapview /usr/bin/wine-mapview /usr/share/doc/wine-mapview 2>/dev/null)" ""

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
