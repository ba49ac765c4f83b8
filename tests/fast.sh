#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# fast.sh [BUILD_DIR] -- all rules, with the setting FastViews, and the requests that it saves

LC_ALL=C WINEDEBUG=-all,err+mapview WINE_MAPVIEW_FAST_VIEWS=on
export LC_ALL WINEDEBUG WINE_MAPVIEW_FAST_VIEWS
unset WINEDLLPATH WINELOADER WINESERVER WINE_MAPVIEW_WINE WINE_MAPVIEW_MODULE

source=$(cd "$(dirname "$0")/.." && pwd -P)
build=$(cd "${1:-$source}" && pwd -P) || exit 2
run=$build/tools/wine-mapview
exe=$build/tests/mapview_test.exe
for file in "$run" "$exe"; do
    [ -e "$file" ] || { echo "fast.sh: $file is missing: run make first" >&2; exit 2; }
done

tmp=$(mktemp -d "${TMPDIR:-/tmp}/fast-test.XXXXXX") || exit 2
WINEPREFIX=$tmp/prefix WINEDLLOVERRIDES='mscoree,mshtml='
export WINEPREFIX WINEDLLOVERRIDES
trap '{ wineserver -k; wineserver -w; } 2>/dev/null; cd /; rm -rf "$tmp"' EXIT
trap 'exit 2' HUP INT TERM

. "$source/tests/results.sh"

# ---- requests ----

if ${CROSSCC:-x86_64-w64-mingw32-gcc} -std=gnu99 -O2 -static -o "$tmp/bench.exe" "$source/bench/windows.c"; then
    "$run" wineboot -i >/dev/null 2>&1 </dev/null
    "$source/bench/trips.sh" "$run" "$tmp/bench.exe" fast > "$tmp/trips"
    trips() { sed -n "s/^FastViews: $1	//p" "$tmp/trips"; }
    for item in 'map+unmap 4K' 'map+unmap 1M' 'map+unmap 1G' 'map+unmap 1M, mapped already'; do
        check "requests: $item" "$(trips "$item")" 0
    done
    # of which two are for the section; what is not known of it costs two, once
    check 'requests: create+map+close+unmap' "$(trips 'create+map+close+unmap 1M')" 4
    WINE_MAPVIEW_FAST_VIEWS=off "$source/bench/trips.sh" "$run" "$tmp/bench.exe" fast > "$tmp/trips"
    check 'requests: switched off' "$(trips 'map+unmap 1M')" 3
else
    bad requests 'the bench program was not compiled'
fi

# ---- rules ----

"$run" "$exe" > "$tmp/log" 2>&1 </dev/null
tr -d '\r' < "$tmp/log" | grep -v '^skip\|passed,'
numbers=$(tr -d '\r' < "$tmp/log" | sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed.*/\1 \2/p' | tail -n 1)
# shellcheck disable=SC2086
set -- ${numbers:-0 1}
[ -n "$numbers" ] || bad rules 'the tests did not come to their end'

echo "$((passed + $1)) passed, $((failed + $2)) failed"
[ $((failed + $2)) = 0 ]
