#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# ring.sh RING.EXE WINE -- the sample that streams through a ring buffer of placeholders.

[ $# = 2 ] || { echo "usage: ring.sh RING.EXE WINE" >&2; exit 2; }
exe=$1 wine=$2 failed=0
out=$(mktemp) || exit 2
trap 'rm -f "$out"' EXIT
trap 'exit 2' HUP INT TERM

check() { # STATUS TEXT ARGUMENTS...
    status=$1 text=$2; shift 2
    timeout 120 "$wine" "$exe" "$@" >"$out" 2>&1 </dev/null
    ret=$?
    if [ $ret = "$status" ] && tr -d '\r' <"$out" | grep -q "$text"; then echo "ok   ring $*"
    else
        echo "FAIL ring $*: exit status $ret, expected $status and '$text':"
        cat "$out"
        failed=1
    fi
}

check 0 '^1024.00 MiB in .* every byte right$' 1G
check 0 '^1024 times around a ring of 1024 KiB, ' 1G
check 0 '^4096 times around a ring of 64 KiB, ' -r 64K 256M
check 0 '^2 times around a ring of 262144 KiB, ' -r 256M 512M
check 0 '^0 times around' 1
check 0 'every byte right$' 0
check 0 '\[####' -p 300M
check 2 'multiple of 65536' -r 65K 1
check 2 'bad size' 1X
check 2 '^Usage: ring'
check 0 '^Usage: ring' --help

# the producer is killed: the consumer notices
RING_TEST=$$ "$wine" "$exe" 100G >"$out" 2>&1 </dev/null &
pid=$!
sleep 2
for proc in /proc/[0-9]*; do
    cat "$proc/environ" 2>/dev/null | tr '\0' '\n' | grep -qx "RING_TEST=$$" || continue
    cat "$proc/cmdline" 2>/dev/null | tr '\0' ' ' | grep -q ' produce ' && kill -KILL "${proc#/proc/}"
done
wait $pid
ret=$?
if [ $ret = 2 ] && grep -q 'the producer has died' "$out"; then echo "ok   ring with a producer that is killed"
else echo "FAIL ring with a producer that is killed: exit status $ret"; cat "$out"; failed=1
fi
exit $failed
