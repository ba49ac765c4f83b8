#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# win32.sh [BUILD_DIR] -- the rules as 32-bit programs, and prefixes for 32-bit programs
#
# BUILD_DIR has been built for them (configure --enable-win32); otherwise the exit status is 77.
# The suite runs with an address space of 2 GiB and, large address aware, with one of 4 GiB; with that of
# 2 GiB once more with fast views.

LC_ALL=C
export LC_ALL
unset WINEDLLPATH WINELOADER WINESERVER WINEARCH WINE_MAPVIEW_WINE WINE_MAPVIEW_MODULE
source=$(cd "$(dirname "$0")/.." && pwd -P)
build=$(cd "${1:-$source}" && pwd -P) || exit 2
run=$build/tools/wine-mapview
small=$build/tests/mapview_test32.exe large=$build/tests/mapview_test32_4g.exe
if ! [ -f "$build/lib/wine-mapview/i386-windows/kernelbase.dll" ] || ! [ -f "$small" ]; then
    echo "win32.sh: skipped: not built for 32-bit programs; make check-win32 does it in a Debian tree (root)" >&2
    exit 77
fi

tmp=$(mktemp -d "${TMPDIR:-/tmp}/mapview-win32.XXXXXX") && tmp=$(cd "$tmp" && pwd -P) || exit 2
XDG_CACHE_HOME=$tmp/cache
WINEDLLOVERRIDES='mscoree,mshtml='
export XDG_CACHE_HOME WINEDLLOVERRIDES WINEPREFIX
prefixes="both win32 stock half"
trap 'for p in $prefixes; do [ ! -d "$tmp/$p" ] || WINEPREFIX=$tmp/$p wineserver -k; done 2>/dev/null; cd /; rm -rf "$tmp"' EXIT
trap 'exit 2' HUP INT TERM
cd "$tmp" || exit 2

. "$source/tests/results.sh"

suite() {
    WINEDEBUG=-all,err+mapview "$run" "$1" >"$tmp/log" 2>&1 </dev/null
    tr -d '\r' < "$tmp/log" > "$tmp/text"
    sed '$d' "$tmp/text" | grep -v '^ok \|^skip '
    # shellcheck disable=SC2046
    set -- $(sed -n '$s/^\([0-9]*\) passed, \([0-9]*\) failed\(, \([0-9]*\) skipped\)\{0,1\}$/\1 \2 \4/p' "$tmp/text")
    [ $# -ge 2 ] || set -- 0 1
    passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + ${3:-0}))
}

# ---- the rules ----

WINEPREFIX=$tmp/both
"$run" wineboot -i >"$tmp/log" 2>&1
echo "With an address space of 2 GiB:"
suite "$small"
echo "With one of 4 GiB:"
suite "$large"
echo "With one of 2 GiB, and the setting FastViews:"
WINE_MAPVIEW_FAST_VIEWS=on suite "$small"

# ---- prefixes ----

# one rule that the stock Wine does not pass
rule() { WINEDEBUG=-all "$1" "$2" view:B1-base-above-user-space >"$tmp/log" 2>&1 </dev/null; echo $?; }
companions() { (cd "$WINEPREFIX/drive_c/windows" && ls system32/wkernelbase.dll syswow64/wkernelbase.dll 2>/dev/null | xargs); }

check both-kinds "$(rule "$run" "$small") $(rule "$run" "$build/tests/mapview_test.exe")" "0 0"
check both-kinds-stock "$(rule wine "$small")" 1

WINEPREFIX=$tmp/win32
check win32-new "$(WINEARCH=win32 rule "$run" "$small")" 0
check win32-again "$(rule "$run" "$small")" 0
wineserver -k
check win32-later "$(rule "$run" "$small")" 0
check win32-companions "$(companions)" system32/wkernelbase.dll

WINEPREFIX=$tmp/stock
WINEARCH=win32 wine wineboot -i >"$tmp/log" 2>&1
wineserver -w
check stock-before "$(companions)" ""
check stock-win32 "$(rule "$run" "$small")" 0
check stock-companions "$(companions)" system32/wkernelbase.dll
check stock-status "$("$run" --status 2>&1 | sed -n 's/^Unix half: *//p')" loaded
wineserver -k
check stock-after "$(rule wine "$small")" 1

# made when there was no Wine for 32-bit programs
WINEPREFIX=$tmp/half
wine wineboot -i >"$tmp/log" 2>&1
wineserver -w
rm -rf "$WINEPREFIX/drive_c/windows/syswow64"
check half "$(rule "$run" "$build/tests/mapview_test.exe")" 0
check half-companions "$(companions)" system32/wkernelbase.dll

finish
