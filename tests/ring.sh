#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# ring.sh RING.EXE WINE -- the sample that streams through a ring buffer of placeholders.
#
# The last line is "N passed, N failed"; the status is 1 if something failed.

[ $# = 2 ] || { echo "usage: ring.sh RING.EXE WINE" >&2; exit 2; }
exe=$1 wine=$2 passed=0 failed=0
out=$(mktemp) || exit 2
trap 'rm -f "$out"' EXIT
trap 'exit 2' HUP INT TERM

result()  # NAME STATUS TEXT: what $ret and $out must be
{
    if [ $ret = "$2" ] && tr -d '\r' <"$out" | grep -q "$3"; then
        passed=$((passed + 1)); echo "ok   ring $1"
    else
        failed=$((failed + 1)); echo "FAIL ring $1: exit status $ret, expected $2 and '$3':"
        cat "$out"
    fi
}

check()  # STATUS TEXT ARGUMENTS...
{
    status=$1 text=$2; shift 2
    timeout 120 "$wine" "$exe" "$@" >"$out" 2>&1 </dev/null
    ret=$?
    result "$*" "$status" "$text"
}

check 0 '^1024.00 MiB in .* every byte right$' 1G
check 0 '^1024 times around a ring of 1024 KiB, ' 1G
check 0 '^4096 times around a ring of 64 KiB, ' -r 64K 256M
check 0 '^2 times around a ring of 262144 KiB, ' -r 256M 512M
check 0 '^0 times around' 1
check 0 'every byte right$' 0
check 0 '\[ *\] *0% of 300.00 MiB' -p 300M
check 2 'multiple of 65536' -r 65K 1
check 2 'bad size' 1X
check 2 '^Usage: ring'
check 0 '^Usage: ring' --help

# the producer is killed once it streams: the consumer notices
find_producer()
{
    for proc in /proc/[0-9]*; do
        tr '\0' '\n' <"$proc/environ" | grep -qx "RING_TEST=$$" &&
            tr '\0' ' ' <"$proc/cmdline" | grep -q ' produce ' && echo "${proc#/proc/}"
    done 2>/dev/null
}
RING_TEST=$$ "$wine" "$exe" -p 100G >"$out" 2>&1 </dev/null &
pid=$!
tries=0
until grep -q '[1-9]%' "$out" || [ $((tries += 1)) = 600 ]; do sleep 0.1; done
kill -KILL $(find_producer)
wait $pid
ret=$?
result "with a producer that is killed" 2 'the producer has died'

echo "$passed passed, $failed failed"
[ $failed = 0 ]
