#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# signals.sh [RULE...]
#
# That the module allocates nothing where a signal of the wineserver's can interrupt it: the handler
# of ntdll allocates, too.  Runs the rules (default: those below) with tests/signals/alloc.c.
# Ends with a line "N passed, N failed".  Uses WINEPREFIX, or a prefix of its own.

top=$(cd "$(dirname "$0")/.." && pwd -P) || exit 1
wine=$top/tools/wine-mapview
tmp=$(mktemp -d "${TMPDIR:-/tmp}/mapview-signals.XXXXXX") || exit 1
own=
clean_up() {
    cd /
    [ -z "$own" ] || wineserver -k
    rm -rf "$tmp"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

[ -n "${WINEPREFIX-}" ] || { WINEPREFIX=$tmp/prefix own=yes; }
WINEDEBUG=${WINEDEBUG--all,err+mapview}
WINEDLLOVERRIDES=${WINEDLLOVERRIDES-mscoree,mshtml=}
export WINEPREFIX WINEDEBUG WINEDLLOVERRIDES

. "$top/tests/results.sh"

[ $# != 0 ] || set -- inpage large largemem name node numa placeholder query replaced reserve topology view

${CC:-cc} -shared -fPIC -O2 -o "$tmp/alloc.so" "$top/tests/signals/alloc.c" ||
    bad signals-build "tests/signals/alloc.c cannot be built"
MAPVIEW_SIGNALS=$tmp/log LD_PRELOAD=$tmp/alloc.so "$wine" "$top/tests/mapview_test.exe" "$@" \
    > "$tmp/out" 2>&1 < /dev/null
like signals-ran "$(tail -n 1 "$tmp/out")" '*passed, * failed*'
check signals-seen "$(grep -c '^allocates$' "$tmp/log" 2>/dev/null | sed 's/^[1-9].*/some/')" some
check signals-blocked "$(grep -v '^allocates$' "$tmp/log" 2>/dev/null | sort | uniq -c)" ''

finish
