#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# large.sh [--runs=N] WINDOWS.EXE NATIVE STOCK OURS -- large pages beside those of a native program
#
# STOCK and OURS are commands that run a Windows program.  NATIVE does with a memfd of huge pages
# what WINDOWS.EXE does with a section of large pages.  For the first touch (from nothing to all of
# the memory there) they take turns, in another order each time; the table has the medians, and
# the best of the runs, as what else the machine does can only add to them.  Random reads are
# measured in pairs, at the same time; the table has the median of the pairs' ratios.
#
# As root it makes the pool of huge pages that it needs, and puts it back.  Exit status 1 if the
# first touch reaches less than 0.9 of the native speed, or random reads are slower (0.9, for what
# the measurement is worth); 77 if there are no huge pages.

LC_ALL=C WINEDEBUG=-all WINE_MAPVIEW_LARGE_PAGES=hugetlb
export LC_ALL WINEDEBUG WINE_MAPVIEW_LARGE_PAGES
runs=9
case $1 in --runs=*) runs=${1#*=}; shift ;; esac
[ $# = 4 ] || { echo "usage: large.sh [--runs=N] WINDOWS.EXE NATIVE STOCK OURS" >&2; exit 2; }
exe=$1 native=$2 stock=$3 ours=$4
case $native in */*) ;; *) native=./$native ;; esac

touched=256 read=512
pool=/proc/sys/vm/nr_hugepages
kb=$(sed -n 's/^Hugepagesize: *\([0-9]*\) kB/\1/p' /proc/meminfo)
[ -n "$kb" ] && [ -f $pool ] || { echo "large.sh: this kernel has no huge pages" >&2; exit 77; }
needed=$((2 * read * 1024 / kb + 8))
old=$(cat $pool)

dir=$(mktemp -d "${TMPDIR:-/tmp}/bench.XXXXXX") || exit 2
changed=
finish() {
    trap '' HUP INT TERM
    [ -z "$changed" ] || echo "$old" > $pool
    cd /
    rm -rf "$dir"
}
trap finish EXIT
trap 'exit 2' HUP INT TERM

if [ "$(sed -n 's/^HugePages_Free: *//p' /proc/meminfo)" -lt $needed ]; then
    [ -w $pool ] && [ "$(id -u)" = 0 ] || { echo "large.sh: as root: sysctl vm.nr_hugepages=$needed" >&2; exit 77; }
    changed=yes
    echo $((old + needed)) > $pool
    [ "$(cat $pool)" = $((old + needed)) ] || { echo "large.sh: the host's memory is too fragmented" >&2; exit 77; }
fi

# first_touch SIDE KIND COMMAND...: a line SIDE, touch, value
first_touch() {
    side=$1 kind=$2
    shift 2
    "$@" --memory $touched "$kind" </dev/null 2>/dev/null | tr -d '\r' |
        awk -F '\t' -v side="$side" '/^first touch/ { print side "\ttouch\t" $2 }' >> "$dir/raw"
}
touch_side() {
    case $1 in
    native) first_touch native hugetlb "$native" ;;
    ours)   first_touch ours hugetlb "$ours" "$exe" ;;
    stock)  first_touch stock memory "$stock" "$exe" ;;
    esac
}

# random_reads PROCESSOR KIND COMMAND...: the median of some measurements
random_reads() {
    on=$1 kind=$2
    shift 2
    taskset -c "$on" "$@" --ms 300 --memory $read "$kind" "$kind" "$kind" </dev/null 2>/dev/null | tr -d '\r' |
        awk -F '\t' '/^random access/ { print $2 }' | sort -n | awk '{ v[NR] = $1 } END { print v[int( (NR + 1) / 2 )] }'
}
# both at the same time, so that what else the machine does to its memory meets both alike, and
# on each other's processor the next time
read_pair() {
    random_reads $(($1 % 2)) hugetlb "$native" > "$dir/native" &
    random_reads $((1 - $1 % 2)) hugetlb "$ours" "$exe" > "$dir/ours"
    wait $!
    n=$(cat "$dir/native") o=$(cat "$dir/ours")
    [ -n "$n" ] && [ -n "$o" ] || return
    printf 'native\trandom\t%s\nours\trandom\t%s\n' "$n" "$o" >> "$dir/raw"
    awk -v n="$n" -v o="$o" 'BEGIN { printf "pair\trandom\t%.3f\n", n / o }' >> "$dir/raw"
}

"$ours" cmd /c exit >/dev/null 2>&1 </dev/null     # the wineserver and the caches
"$stock" cmd /c exit >/dev/null 2>&1 </dev/null
i=0
while [ $i -lt "$runs" ]; do
    case $((i % 3)) in
    0) order="stock ours native" ;;
    1) order="ours native stock" ;;
    2) order="native stock ours" ;;
    esac
    for name in $order; do touch_side "$name"; done
    read_pair $i
    i=$((i + 1))
done
printf 'stock\trandom\t%s\n' "$(random_reads 0 memory "$stock" "$exe")" >> "$dir/raw"

# values SIDE ITEM, sorted
values() { sed -n "s/^$1	$2	//p" "$dir/raw" | grep -v n/a | sort -n; }
best()   { values "$@" | head -n 1 | grep . || echo n/a; }
median() { values "$@" | awk '{ v[NR] = $1 } END { print NR ? v[int( (NR + 1) / 2 )] : "n/a" }'; }

status=0
# row NAME UNIT NATIVE OURS STOCK RATIO
row() {
    awk -v name="$1" -v unit="$2" -v n="$3" -v o="$4" -v s="$5" -v ratio="$6" 'BEGIN {
        printf "%-32s %-6s %9.0f %9.0f %9.0f %12.2f %12.3f\n", name, unit, n, o, s, ratio, n / s }'
}
# needs RATIO LEAST
needs() { awk -v ratio="$1" -v least="$2" 'BEGIN { exit ratio < least }' || { echo "  less than $2"; status=1; }; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { print a / b }'; }

for name in native ours stock; do
    for item in touch random; do
        [ "$(best $name $item)" != n/a ] || { echo "large.sh: $name, $item: was not measured" >&2; exit 2; }
    done
done
echo "$runs runs; load $(cut -d' ' -f1-3 /proc/loadavg) on $(getconf _NPROCESSORS_ONLN) processors"
printf '%-32s %-6s %9s %9s %9s %12s %12s\n' '' '' native ours stock native/ours native/stock
n=$(median native touch) o=$(median ours touch)
row "first touch of $touched MiB, median" ns/4K "$n" "$o" "$(median stock touch)" "$(ratio "$n" "$o")"
n=$(best native touch) o=$(best ours touch)
row "first touch of $touched MiB, best" ns/4K "$n" "$o" "$(best stock touch)" "$(ratio "$n" "$o")"
needs "$(ratio "$n" "$o")" 0.9
row "random reads of $read MiB, in pairs" ns "$(median native random)" "$(median ours random)" \
    "$(median stock random)" "$(median pair random)"
needs "$(median pair random)" 0.9
exit $status
