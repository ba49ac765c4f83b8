#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# sample.sh MAPSUM.EXE -- check samples/mapsum.c against sha256sum and grep.
#
# $WINE_RUN is the command that runs Windows programs ("wine" when unset; it may have
# arguments).  What needs a big file uses a sparse one; $TMPDIR should not be a tmpfs then.

LC_ALL=C WINEDEBUG=${WINEDEBUG--all}
export LC_ALL WINEDEBUG
if [ $# != 1 ] || ! [ -f "$1" ]; then
    echo "usage: [WINE_RUN=command] $0 mapsum.exe" >&2
    exit 2
fi
run=${WINE_RUN:-wine}
case $run in /*) ;; */*) run=$PWD/$run ;; esac

tmp=$(mktemp -d "${TMPDIR:-/tmp}/mapsum.XXXXXX") && cp "$1" "$tmp/mapsum.exe" || exit 2
. "$(dirname "$0")/results.sh"
cd "$tmp" || exit 2
tmp=$(pwd -P)
hold=
trap 'trap "" PIPE; [ -z "$hold" ] || { echo >&9; wait $hold; } 2>/dev/null; cd / && rm -rf "$tmp"' EXIT
trap 'exit 2' HUP INT TERM

mapsum()  { $run ./mapsum.exe "$@" 2>err; }
offsets() { mapsum find "$@" | sed -n 's/^\([0-9][0-9]*\)  .*/\1/p'; }
counted() { mapsum find "$@" | sed -n 's/^\([0-9][0-9]*\) match.*/\1/p'; }
put()     { printf %s "$2" | dd of="$1" bs=1 seek="$3" conv=notrunc 2>/dev/null; }  # FILE TEXT OFFSET
# processes started here whose command line has this text (written as a pattern that does not match itself)
pids()    { ps -A -o pid= -o stat= -o args= | awk -v dir="${tmp##*/}" '$2 !~ /^Z/ && index($0, dir) && /'"$1"'/ { print $1 }'; }
workers() { pids ' worker Loca[l]'; }

# wait until a command prints something, at most 20 seconds
await() {
    n=0
    while [ -z "$("$@")" ] && [ $n -lt 200 ]; do sleep 0.1; n=$((n + 1)); done
}
moving() { tr '\r' '\n' <"$1" | grep '[1-9][0-9]*%'; }

# something that holds the Wine session, or each run would start one anew
mkfifo hold
$run cmd /c pause <hold >/dev/null 2>&1 & hold=$!
exec 9>hold

# make
size=$((3 * 1024 * 1024 + 12345))
mapsum make data $size
check make-status $? 0
check make-size "$(wc -c <data | tr -d ' ')" $size
mapsum -w 64K -j 4 make data2 $size
check make-windows "$(cmp data data2 2>&1)" ""
mapsum make none 0
check make-empty "$?,$(wc -c <none | tr -d ' ')" 0,0
mapsum make huge 900T
check make-no-space "$?,$(ls huge 2>/dev/null)" 2,
like make-no-space-message "$(cat err)" "mapsum: huge: cannot create*112)"
mapsum make nowhere/file 1M
check make-no-directory $? 2

# hash
: >empty
printf %s 'one byte short of a block plus its length needs an extra one..' >short
sums=$(sha256sum data empty short data2)
check hash "$(mapsum hash data empty short data2)" "$sums"
check hash-status $? 0
check hash-1-worker "$(mapsum hash -j 1 -w 64K data empty short data2)" "$sums"
check hash-4-workers "$(mapsum hash -j4 -w1M data empty short data2)" "$sums"
n=55 names=
while [ $n -le 65 ]; do head -c $n data >"n$n"; names="$names n$n"; n=$((n + 1)); done
for n in 65535 65536 65537 1048576 1048577; do head -c $n data >"n$n"; names="$names n$n"; done
check hash-sizes "$(mapsum hash -w 64K $names)" "$(sha256sum $names)"
sum=$(sha256sum <data | cut -d' ' -f1)
check hash-slashes "$(mapsum hash "Z:$tmp/data")" "$sum  Z:$tmp/data"
back=$(printf %s "Z:$tmp/data" | tr / '\\')
check hash-backslashes "$(mapsum hash "$back" | cut -d' ' -f1)" "$sum"
mapsum hash data missing short >out
check missing-status $? 2
check missing-others "$(cat out)" "$(sha256sum data short)"
like missing-message "$(cat err)" "mapsum: missing: cannot open*(error 2)"
mapsum hash . >out
check directory-status "$?,$(cat out)" 2,

# find
for text in 'mapsum test line' 'line 12 ' 'M' 'zq'; do
    want=$(grep -obUaF -- "$text" data | cut -d: -f1)
    for how in "-j1 -w64K" "-j4 -w64K" "-j2 -w64M" "-j3 -w1M"; do
        check "find '$text' $how" "$(offsets -m 1000000 $how "$text" data)" "$want"
    done
    check "find '$text' count" "$(counted "$text" data)" "$(printf %s "$want" | grep -c .)"
done
text=needle-in-haystack n=0 want=
truncate -s 1300000 straddle
while [ $n -lt 18 ]; do
    n=$((n + 1))
    put straddle $text $((65536 * n - n))
    want="$want$((65536 * n - n))
"
done
for how in "-j1 -w64K" "-j4 -w64K" "-j2 -w128K" "-j2"; do
    check "find straddling $how" "$(offsets $how $text straddle)" "$(printf %s "$want")"
done
printf aaaaa >a
check find-overlapping "$(offsets aa a)" "$(printf '0\n1\n2\n3')"
check find-whole-file "$(offsets aaaaa a)" 0
check find-too-long "$(offsets aaaaaa a)" ""
check find-limit "$(offsets -m 3 -w 64K -j4 mapsum data | wc -l | tr -d ' '),$(counted -m 3 mapsum data)" \
      "3,$(grep -oaF mapsum data | wc -l | tr -d ' ')"
mapsum find mapsum data >/dev/null;      check status-match $? 0
mapsum find mapsum a data >/dev/null;    check status-one-matches $? 0
mapsum find nothing a data >/dev/null;   check status-no-match $? 1
mapsum find a empty >/dev/null;          check status-empty $? 1
mapsum find a missing a >/dev/null;      check status-missing $? 2
mapsum find a >/dev/null;                check status-usage $? 2
mapsum find -w 100000 a a >/dev/null;    check status-window $? 2
mapsum find -j 0 a a >/dev/null;         check status-workers $? 2
mapsum --help >/dev/null;                check status-help $? 0

# beyond 4 GiB
if truncate -s 4400M big 2>/dev/null; then
    end=$((4400 * 1024 * 1024))
    want=
    for n in 70000 2147483640 4294967293 4294967296 4362076155 $((end - 9)); do
        put big big-match $n
        want="$want$n
"
    done
    # 4294967293 is partly overwritten by the next one; 4362076155 lies across two windows
    want=$(printf %s "$want" | grep -v 4294967293)
    check find-4GiB "$(offsets big-match big)" "$want"
    check find-4GiB-1-worker "$(offsets -j 1 big-match big)" "$want"
    check find-4GiB-4-workers "$(offsets -j 4 -w 256M big-match big)" "$want"
    put big "---" 4294967296
    put big big-match 4294967293
    check find-across-4GiB "$(offsets -w 1G big-match big)" "$(printf '%s\n' "$want" | sed s/4294967296/4294967293/)"

    # a file that shrinks while it is read, or a worker that dies, fails alone; nobody outlives the parent
    truncate -s 20G big
    : >err
    $run ./mapsum.exe hash -p -j1 big short >out 2>err & pid=$!
    await moving err
    truncate -s 1M big
    wait $pid
    check truncated-status $? 2
    like truncated-message "$(cat err)" "*mapsum: big: *offset*"
    check truncated-others "$(cat out)" "$(sha256sum short)"

    truncate -s 20G big
    : >err
    $run ./mapsum.exe hash -p -j1 big short >out 2>err & pid=$!
    await moving err
    for n in $(workers); do kill -9 "$n"; done
    wait $pid
    check dead-worker-status $? 2
    like dead-worker-message "$(cat err)" "*mapsum: big: the worker process died*"
    check dead-worker-others "$(cat out)" "$(sha256sum short)"

    : >err
    $run ./mapsum.exe find -p -j2 "parent-${tmp##*/}" big >out 2>err & pid=$!
    await moving err
    check parent-has-workers "$(workers | wc -l | tr -d ' ')" 2
    for n in $(pids 'parent-mapsu[m]'); do kill -9 "$n"; done
    wait $pid 2>/dev/null
    n=0
    while [ -n "$(workers)" ] && [ $n -lt 30 ]; do sleep 0.1; n=$((n + 1)); done
    check dead-parent "$(workers)" ""
    rm -f big
else
    echo "skipped: no sparse files beyond 4 GiB in $tmp"
fi

# the progress bar
mapsum hash data >out;    check progress-not-console "$(cat err)" ""
mapsum -p hash data >out; like progress-forced "$(cat err)" "*MiB in * s, * MiB/s*"
if script -qc true /dev/null >/dev/null 2>&1; then
    like progress-console "$(script -qc "$run ./mapsum.exe hash data" /dev/null)" "*MiB in * s, * MiB/s*"
    case $(script -qc "$run ./mapsum.exe -q hash data" /dev/null) in
    *MiB*) bad progress-quiet "a bar in spite of -q" ;;
    *)     ok progress-quiet ;;
    esac
fi

finish
