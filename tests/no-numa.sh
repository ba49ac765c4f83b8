#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# no-numa.sh COMMAND [ARGUMENT]... -- run a test program on a host without NUMA support
#
# What hosts lack is taken away from the command: the system calls, as in a kernel without them and
# as in a container, only those that place pages, and the list of nodes.  MAPVIEW_NODES tells the
# program how many nodes it shall see; it must pass, and nothing may be said on stderr.
# MAPVIEW_HOST names tests/numa/host.c as a program, if it is compiled already.
#
# The last line is "N passed, N failed, N skipped"; status 1 if something failed.

source=$(cd "$(dirname "$0")" && pwd -P)
tmp=$(mktemp -d "${TMPDIR:-/tmp}/no-numa.XXXXXX") || exit 2
trap 'rm -rf "$tmp"' EXIT
trap 'exit 2' HUP INT TERM

if [ -z "${MAPVIEW_HOST-}" ]; then
    MAPVIEW_HOST=$tmp/host
    ${CC:-cc} -o "$MAPVIEW_HOST" "$source/numa/host.c" || { echo "no-numa.sh: host.c was not compiled"; exit 2; }
fi

passed=0 failed=0 skipped=0

try() { # NAME COMMAND [ARGUMENT]...
    name=$1
    shift
    echo "---- $name"
    "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
    status=$?
    tr -d '\r' < "$tmp/out" > "$tmp/said"
    sed '$d' "$tmp/said"
    read -r count_passed _ count_failed _ count_skipped _ <<END
$(sed -n '${s/,//g;/^[0-9]* passed [0-9]* failed [0-9]* skipped$/p;}' "$tmp/said")
END
    if [ -s "$tmp/err" ]; then
        echo "FAIL $name: on stderr: $(head -n 1 "$tmp/err")"
        failed=$((failed + 1))
    fi
    if [ -z "$count_skipped" ] || [ "$status" -gt 1 ]; then
        echo "FAIL $name: status $status"
        failed=$((failed + 1))
    fi
    passed=$((passed + ${count_passed:-0})) failed=$((failed + ${count_failed:-0})) skipped=$((skipped + ${count_skipped:-0}))
}

WINEDEBUG=-all,err+mapview
export WINEDEBUG
try "only the calls that place pages are refused" "$MAPVIEW_HOST" set "$@"
MAPVIEW_NODES=1
export MAPVIEW_NODES
try "a kernel without NUMA" "$MAPVIEW_HOST" ENOSYS "$@"
try "a container" "$MAPVIEW_HOST" EPERM "$@"
[ "$(id -u)" = 0 ] && as_root=-m || as_root=-rm
if unshare $as_root true 2>/dev/null; then
    try "no list of nodes" unshare $as_root sh -c 'mount -t tmpfs none /sys/devices/system/node && exec "$@"' sh "$@"
else
    echo "skip no list of nodes: needs root, or user namespaces"
    skipped=$((skipped + 1))
fi

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
