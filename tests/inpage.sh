#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# inpage.sh MAPVIEW_TEST.EXE -- the tests that need a file whose device fails, and a directory
# whose files cannot be executed.
#
# $WINE_RUN is the command that runs Windows programs ("wine" when unset; it may have arguments).
# Both need a mount, and with it the superuser; what cannot be had is skipped, with the reason.

WINEDEBUG=${WINEDEBUG--all}
export WINEDEBUG
if [ $# != 1 ] || ! [ -f "$1" ]; then
    echo "usage: [WINE_RUN=command] $0 mapview_test.exe" >&2
    exit 2
fi
run=${WINE_RUN:-wine}
here=$(cd "$(dirname "$0")" && pwd -P)

tmp=$(mktemp -d "${TMPDIR:-/tmp}/mapview-inpage.XXXXXX") || exit 2
mkdir "$tmp/fail" "$tmp/noexec" || exit 2
server=
cleanup() {
    umount "$tmp/fail" 2>/dev/null
    umount "$tmp/noexec" 2>/dev/null
    [ -z "$server" ] || wait "$server"
    rm -rf "$tmp"
}
trap cleanup EXIT
trap 'exit 2' HUP INT TERM

passed=0 failed=0 skipped=0
skip() { skipped=$((skipped + 1)); echo "skip $*"; }

# the rules of a file, or one of them; their lines and numbers
rules() {
    # shellcheck disable=SC2086
    $run "$exe" "$1" >"$tmp/log" 2>&1 </dev/null
    tr -d '\r' <"$tmp/log" | sed '$d'
    # shellcheck disable=SC2046
    set -- $(tr -d '\r' <"$tmp/log" | sed -n '$s/^\([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p')
    passed=$((passed + ${1:-0})) failed=$((failed + ${2:-1})) skipped=$((skipped + ${3:-0}))
}
exe=$1

# a device that fails: a file system of our own
if ! [ -e /dev/fuse ]; then
    skip "failing device: there is no /dev/fuse"
elif ! ${CC:-cc} -o "$tmp/failfs" "$here/inpage/failfs.c" 2>"$tmp/log"; then
    skip "failing device: $(head -n 1 "$tmp/log")"
else
    "$tmp/failfs" "$tmp/fail" 2>"$tmp/err" & server=$!
    n=0
    while ! [ -f "$tmp/fail/file" ] && kill -0 $server 2>/dev/null && [ $n -lt 50 ]; do sleep 0.1; n=$((n + 1)); done
    if [ -f "$tmp/fail/file" ]; then
        MAPVIEW_FAILING_FILE="\\\\?\\unix$tmp/fail/file"
        export MAPVIEW_FAILING_FILE
        rules inpage:B8-device
    else
        skip "failing device: $(head -n 1 "$tmp/err")"
    fi
fi

if mount -t tmpfs -o noexec,size=16M none "$tmp/noexec" 2>"$tmp/err"; then
    MAPVIEW_NOEXEC_DIR="Z:$(printf %s "$tmp/noexec" | tr / '\\')"
    export MAPVIEW_NOEXEC_DIR
    rules noexec
else
    skip "files that cannot be executed: $(head -n 1 "$tmp/err")"
fi

echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
