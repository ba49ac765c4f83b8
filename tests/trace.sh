#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# trace.sh [BUILD_DIR] -- check the lines of WINEDEBUG=+mapview: one for each call

LC_ALL=C
export LC_ALL
unset WINEDLLPATH WINELOADER WINESERVER WINE_MAPVIEW_WINE WINE_MAPVIEW_MODULE

source=$(cd "$(dirname "$0")/.." && pwd -P)
build=$(cd "${1:-$source}" && pwd -P) || exit 2
run="$build/tools/wine-mapview"
tmp=$(mktemp -d "${TMPDIR:-/tmp}/trace-test.XXXXXX") || exit 2
trap 'cd /; WINEPREFIX=$tmp/prefix; [ ! -d "$WINEPREFIX" ] || { wineserver -k; wineserver -w; } 2>/dev/null; rm -rf "$tmp"' EXIT
trap 'exit 2' HUP INT TERM
if [ -z "${WINEPREFIX-}" ]; then
    WINEPREFIX=$tmp/prefix
    WINEDLLOVERRIDES='mscoree,mshtml='
    export WINEPREFIX WINEDLLOVERRIDES
    WINEDEBUG=-all "$run" wineboot -i >/dev/null 2>&1 </dev/null
fi

. "$source/tests/results.sh"

${CROSSCC:-x86_64-w64-mingw32-gcc} -std=gnu99 -O2 -Wall -Wextra -static -o "$tmp/calls.exe" "$source/tests/trace/calls.c" ||
    bad program "the test program was not compiled"
WINEDEBUG=-all,+mapview "$run" "$tmp/calls.exe" </dev/null >"$tmp/out" 2>"$tmp/err"
tr -d '\r' < "$tmp/out" > "$tmp/said"
thread=$(sed -n 's/^thread //p' "$tmp/said")
section=$(sed -n 's/^section 0*/0*/p' "$tmp/said")
view=$(sed -n 's/^view 0*/0*/p' "$tmp/said")

# line NAME FUNCTION PATTERN: there is one line of the function, of the program's thread, that is
# so; (us) stands for a time
line() {
    pattern=$(printf '%s\n' "$3" | sed 's/(us)/[0-9][0-9]*\\.[0-9] us/')
    number=$(sed -n "s/^$thread:trace:mapview:$2 //p" "$tmp/err" | grep -ci "^$pattern\$")
    [ "$number" != 1 ] || { ok "$1"; return; }
    bad "$1" "$number lines of '$pattern'; there are: $(grep "mapview:$2 " "$tmp/err" | head -n 5)"
}

none='node none parameters none'
line create CreateFileMappingW \
    "file 0\{16\} protect PAGE_EXECUTE_READWRITE flags SEC_COMMIT access 0 size 0x20000 name L\"trace test\" $none: $section, native, (us)"
line open OpenFileMappingW 'access FILE_MAP_READ|FILE_MAP_EXECUTE inherit 1 name L"trace test": [0-9a-f]*, (us)'
line open-none OpenFileMappingW \
    'access FILE_MAP_READ inherit 0 name L"no such section": FALSE, ERROR_FILE_NOT_FOUND (2), (us)'
line map MapViewOfFile \
    "section $section access FILE_MAP_READ|FILE_MAP_EXECUTE offset 0x10000 size 0x1000 base 0\{16\} node none: $view size 0x1000, native, (us)"
line protect VirtualProtect \
    "process own addr $view size 0x1000 protect PAGE_READONLY old PAGE_EXECUTE_READ: TRUE, (us)"
line flush FlushViewOfFile "base $view size 0: TRUE, (us)"
line unmap UnmapViewOfFile "process own base $view flags 0: TRUE, (us)"
line map-fails MapViewOfFileEx \
    "section $section access FILE_MAP_ALL_ACCESS offset 0x123 size 0 base 0\{16\} node none: NULL, ERROR_MAPPED_ALIGNMENT (1132), (us)"
line map-aligned MapViewOfFile3 \
    "section $section process own offset 0 base 0\{16\} size 0 type 0 protect PAGE_READWRITE node none parameters {lowest 0\{16\} highest 0\{16\} alignment 0x200000}: [0-9a-f]* size 0x20000, native at a found address, (us)"
line map-bad-array MapViewOfFile3 \
    ".* parameters 0*1234, 1 of them: NULL, ERROR_NOACCESS (998), (us)"
line placeholder VirtualAlloc2 \
    "process own addr 0\{16\} size 0x20000 type MEM_RESERVE|MEM_RESERVE_PLACEHOLDER protect PAGE_NOACCESS node none parameters none: [0-9a-f]* size 0x20000, adopted, (us)"
line split VirtualFree 'process own addr [0-9a-f]* size 0x10000 type MEM_PRESERVE_PLACEHOLDER|MEM_RELEASE: TRUE, (us)'
line replace MapViewOfFile3 \
    "section $section .* type MEM_REPLACE_PLACEHOLDER protect PAGE_READWRITE $none: [0-9a-f]* size 0x10000, adopted, (us)"
line preserve UnmapViewOfFileEx 'process own base [0-9a-f]* flags MEM_PRESERVE_PLACEHOLDER: TRUE, (us)'

WINEDEBUG=-all "$run" "$tmp/calls.exe" </dev/null >"$tmp/out" 2>"$tmp/err"
check off "$(cat "$tmp/err")" ''

finish
