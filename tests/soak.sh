#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# soak.sh
#
# The fuzzer and the stress test at the same time for MAPVIEW_SECONDS (3600), then programs that
# are killed.  What is wrong is printed with the seed that repeats it:
#   MAPVIEW_SEED=N tools/wine-mapview tests/mapview_test.exe fuzz

top=$(cd "$(dirname "$0")/.." && pwd -P) || exit 1
test=$top/tests/mapview_test.exe
MAPVIEW_SECONDS=${MAPVIEW_SECONDS:-3600}
tmp=$(mktemp -d "${TMPDIR:-/tmp}/mapview-soak.XXXXXX") || exit 1
trap 'cd /; WINEPREFIX=$tmp/prefix wineserver -k 2>/dev/null; rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
WINEPREFIX=$tmp/prefix WINEDEBUG=-all,err+mapview WINEDLLOVERRIDES='mscoree,mshtml='
export MAPVIEW_SECONDS WINEPREFIX WINEDEBUG WINEDLLOVERRIDES

"$top/tools/wine-mapview" wineboot -i > /dev/null 2>&1 < /dev/null
status=0
"$top/tools/wine-mapview" "$test" --timeout $((MAPVIEW_SECONDS + 300)) fuzz > "$tmp/fuzz" 2>&1 < /dev/null &
fuzz=$!
"$top/tools/wine-mapview" "$test" --timeout $((MAPVIEW_SECONDS + 300)) stress > "$tmp/stress" 2>&1 < /dev/null || status=1
wait "$fuzz" || status=1
cat "$tmp/fuzz" "$tmp/stress"
"$top/tests/survival.sh" $((MAPVIEW_SECONDS / 20 + 5)) > "$tmp/survival" 2>&1 < /dev/null || status=1
cat "$tmp/survival"
exit $status
