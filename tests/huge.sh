#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# huge.sh [BUILD_DIR] -- check which memory of a program has huge pages by the setting HugePages
#
# A Windows program makes ordinary sections and memory; the kernel is asked what their pages are.
# As root it lets sections have huge pages (shmem_enabled), and puts that back; otherwise what the
# host says decides.

LC_ALL=C WINEDEBUG=-all
export LC_ALL WINEDEBUG
unset WINEDLLPATH WINELOADER WINESERVER WINE_MAPVIEW_WINE WINE_MAPVIEW_MODULE WINE_MAPVIEW_HUGE_PAGES

source=$(cd "$(dirname "$0")/.." && pwd -P)
build=$(cd "${1:-$source}" && pwd -P) || exit 2
run=$build/tools/wine-mapview
[ -e "$run" ] || { echo "huge.sh: $run is missing: run make first" >&2; exit 2; }

thp=/sys/kernel/mm/transparent_hugepage
chosen() { sed -n 's/.*\[\(.*\)\].*/\1/p' "$thp/$1" 2>/dev/null; }
old_shmem=$(chosen shmem_enabled)

tmp=$(mktemp -d "${TMPDIR:-/tmp}/huge-test.XXXXXX") || exit 2
WINEPREFIX=$tmp/prefix WINEDLLOVERRIDES='mscoree,mshtml='
export WINEPREFIX WINEDLLOVERRIDES
finish() {
    trap '' HUP INT TERM
    [ "$(chosen shmem_enabled)" = "$old_shmem" ] || echo "$old_shmem" > $thp/shmem_enabled
    { wineserver -k; wineserver -w; } 2>/dev/null
    cd /
    rm -rf "$tmp"
}
trap finish EXIT
trap 'exit 2' HUP INT TERM

. "$source/tests/results.sh"

exe="$tmp/huge holder.exe"
${CROSSCC:-x86_64-w64-mingw32-gcc} -std=gnu99 -O2 -Wall -Wextra -static -o "$exe" "$source/tests/huge/holder.c" ||
    { echo 'huge.sh: the test program was not compiled' >&2; exit 2; }
"$run" wineboot -i >/dev/null 2>&1 </dev/null

# hold NAME: start the program, wait until it holds what it has
hold() {
    rm -f "$tmp/in" "$tmp/out"
    mkfifo "$tmp/in"
    : > "$tmp/out"
    "$run" "$exe" < "$tmp/in" > "$tmp/out" 2>"$tmp/err" &
    held=$!
    exec 9> "$tmp/in"
    n=0
    until grep -q ready "$tmp/out" || [ $n = 1200 ]; do sleep 0.1; n=$((n + 1)); done
    grep -q ready "$tmp/out" || bad "$1" "the program did not start: $(cat "$tmp/out" "$tmp/err")"
    cat "/proc/$held/smaps" > "$tmp/smaps"
}
release() {
    exec 9>&-
    wait $held
}

# huge NAME: KiB in huge pages of what the program calls so
huge() {
    address=$(tr -d '\r' < "$tmp/out" | sed -n "s/^$1 //p")
    awk -v want="$(printf '%016x' "0x$address")" '
        /^[0-9a-f]+-[0-9a-f]+ / {
            split( $1, range, "-" )
            while (length( range[1] ) < 16) range[1] = "0" range[1]
            while (length( range[2] ) < 16) range[2] = "0" range[2]
            inside = range[1] <= want && want < range[2]
        }
        inside && /^(AnonHugePages|ShmemPmdMapped):/ { sum += $2 }
        END { print sum + 0 }' "$tmp/smaps"
}
# at least so many, as the first and the last part may not be whole pages: yes, or the number
has() { n=$(huge "$1"); if [ "$n" -ge "$2" ]; then echo yes; else echo "$n KiB"; fi; }

none() { for what in section odd small memory placeholder; do check "$1: $what" "$(huge $what)" 0; done; }

# some NAME: everything but the small section
some() {
    check "$1: section" "$(has section 8192)" yes
    check "$1: section that is no multiple" "$(has odd 4096)" yes
    check "$1: small section" "$(huge small)" 0
    check "$1: memory" "$(has memory 4096)" yes
    check "$1: placeholder's memory" "$(has placeholder 4096)" yes
}

if [ "$(chosen enabled)" != madvise ]; then
    skip all "memory has huge pages by itself, or never: $(chosen enabled)"
    echo "$passed passed, $failed failed, $skipped skipped"
    exit
fi
case $old_shmem in
advise|within_size|always) ;;
*) [ ! -w $thp/shmem_enabled ] || echo advise > $thp/shmem_enabled ;;
esac

hold off
none off
release
case $(chosen shmem_enabled) in
advise|within_size|always)
    WINE_MAPVIEW_HUGE_PAGES=on
    export WINE_MAPVIEW_HUGE_PAGES
    hold variable
    some variable
    release
    unset WINE_MAPVIEW_HUGE_PAGES ;;
*) skip variable "sections have none here: $(chosen shmem_enabled)" ;;
esac

# the registry: the program's key goes before the user's, the variable before both
user='HKCU\Software\Wine\Mapview'
program='HKCU\Software\Wine\AppDefaults\Huge Holder.exe\Mapview'
"$run" reg add "$user" /v HugePages /d on /f >/dev/null 2>&1
hold registry
check 'registry: memory' "$(has memory 4096)" yes
release
"$run" reg add "$program" /v HugePages /d off /f >/dev/null 2>&1
hold 'switched off for the program'
none 'switched off for the program'
release
WINE_MAPVIEW_HUGE_PAGES=on
export WINE_MAPVIEW_HUGE_PAGES
hold 'variable before the registry'
check 'variable before the registry: memory' "$(has memory 4096)" yes
release
unset WINE_MAPVIEW_HUGE_PAGES
"$run" reg delete "$user" /v HugePages /f >/dev/null 2>&1
"$run" reg add "$program" /v HugePages /d ON /f >/dev/null 2>&1
hold 'switched on for the program'
check 'switched on for the program: memory' "$(has memory 4096)" yes
release

echo
finish
