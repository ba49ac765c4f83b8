#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# trips.sh WINE WINDOWS.EXE GROUP... -- count the requests to the wineserver of each call of a group
#
# Prints ITEM, a tab, requests a call, for the prefix in $WINEPREFIX, in which nothing else may run:
# its wineserver is started anew, to print its protocol.  Counted are the requests of the thread that
# makes the calls, and those of all threads when the call is about another process.

wine=$1 exe=$2
shift 2
requests=$(mktemp "${TMPDIR:-/tmp}/trips.XXXXXX") || exit 2
trap 'rm -f "$requests"' EXIT
trap 'exit 2' HUP INT TERM

{ wineserver -k; wineserver -w; } 2>/dev/null
wineserver -d1 -f -p >"$requests" 2>&1 </dev/null &
server=$!
sleep 1
"$wine" cmd /c exit </dev/null >/dev/null 2>&1
sleep 2    # Wine's services have started then
"$wine" "$exe" --trips "$@" </dev/null >/dev/null 2>&1
wineserver -k
wait $server
awk '
    match( $0, /open_mapping\(.*name=L"bench (begin|end|failed) / ) {
        item = substr( $0, RSTART + RLENGTH )
        sub( /" \).*/, "", item )
        if ($0 ~ /bench begin /) { count = 0; inside = 1; thread = item ~ /^remote/ ? "" : $1; next }
        if ($0 ~ /bench end /) printf "%s\t%.4g\n", item, count / 20
        inside = 0
    }
    inside && (!thread || thread == $1) && /^[0-9a-f]+: [a-z0-9_]+\(/ && !/^[0-9a-f]+: [a-z0-9_]+\(\) =/ &&
    !/open_mapping\(.*bench (begin|end)/ { count++ }' "$requests"
