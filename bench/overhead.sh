#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# overhead.sh [--runs N] OVERHEAD.EXE STOCK OURS -- what the module costs beside the stock Wine.
#
# STOCK and OURS are commands that run a Windows program in the same prefix.  They take turns, so
# that what else the machine does meets both; the table has the medians and their ratio, for the
# exceptions, which are quick, the smallest numbers.
# Exit status 1 when map+unmap or the start of a program costs more than 1.10 times the stock's, or
# an exception 1 us more.

runs=9
[ "$1" = --runs ] && { runs=$2; shift 2; }
[ $# = 3 ] || { echo "usage: overhead.sh [--runs N] OVERHEAD.EXE STOCK OURS" >&2; exit 2; }
exe=$1 stock=$2 ours=$3
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM

# milliseconds that a program takes that does nothing
startup() {
    start=$(date +%s%N)
    "$1" cmd /c exit </dev/null >/dev/null 2>&1 || return
    echo "start-up $(( ($(date +%s%N) - start) / 1000 ))"
}

# to a file, not a pipe: a wineserver that is started here would keep the pipe open
once() {
    "$1" "$exe" </dev/null > "$dir/out" 2>/dev/null || return
    tr -d '\r' < "$dir/out"
    for n in 1 2 3; do startup "$1"; done
}

once "$stock" >/dev/null    # the wineserver and the caches
once "$ours" >/dev/null
i=0
while [ $i -lt "$runs" ]; do
    once "$stock" >> "$dir/stock" && once "$ours" >> "$dir/ours" || exit 2
    i=$((i + 1))
done

least() { sed -n "s/^$2 //p" "$dir/$1" | sort -n | head -n 1; }
median() { sed -n "s/^$2 //p" "$dir/$1" | sort -n | awk '{ v[NR] = $1 } END { print v[int( (NR + 1) / 2 )] }'; }

status=0
printf '%-14s %12s %12s %8s\n' '' 'stock (us)' 'ours (us)' ratio
for name in map+unmap create+close query alloc+free raise fault fault-reserve start-up; do
    case $name in
    raise|fault*) a=$(least stock "$name") b=$(least ours "$name") ;;
    *)            a=$(median stock "$name") b=$(median ours "$name") ;;
    esac
    [ -n "$a" ] && [ -n "$b" ] || { echo "$name was not measured" >&2; exit 2; }
    printf '%-14s %12s %12s %8s\n' "$name" "$a" "$b" "$(echo "$b $a" | awk '{ printf "%.2f", $1 / $2 }')"
    case $name in
    map+unmap|start-up)
        echo "$b $a" | awk '{ exit $1 > 1.10 * $2 }' || status=1 ;;
    raise|fault*)
        echo "$b $a" | awk '{ exit $1 > $2 + 1 }' || status=1 ;;
    esac
done
exit $status
