#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# large.sh [BUILD_DIR] -- test large pages with each kind of them that a host can have
#
# BUILD_DIR holds tools/wine-mapview, its module and tests/mapview_test.exe (default: the directory
# above this script).  As root it sets the pool of huge pages and the policy for transparent ones,
# and puts them back, also when it is interrupted; otherwise it skips what needs that.  Programs
# run in $WINEPREFIX, or in a prefix of its own.
#
# MAPVIEW_TEST_ROUNDS is the number of processes that are started and killed (default 200).

LC_ALL=C WINEDEBUG=${WINEDEBUG--all}
export LC_ALL WINEDEBUG
unset WINE_MAPVIEW_LARGE_PAGES MAPVIEW_TEST_LARGE MAPVIEW_TEST_HOLD

source=$(cd "$(dirname "$0")/.." && pwd -P)
build=$(cd "${1:-$source}" && pwd -P) || exit 2
run=$build/tools/wine-mapview
exe=$build/tests/mapview_test.exe
status=$source/tools/large-pages-status
for file in "$run" "$exe"; do
    [ -e "$file" ] || { echo "large.sh: $file is missing: run make first" >&2; exit 2; }
done

mm=/sys/kernel/mm
thp=$mm/transparent_hugepage
kb=$(($(cat $thp/hpage_pmd_size 2>/dev/null || echo 2097152) / 1024))
pool=$mm/hugepages/hugepages-${kb}kB

tmp=$(mktemp -d "${TMPDIR:-/tmp}/large-test.XXXXXX") || exit 2
own_prefix=
if [ -z "${WINEPREFIX-}" ]; then
    WINEPREFIX=$tmp/prefix WINEDLLOVERRIDES='mscoree,mshtml='
    export WINEPREFIX WINEDLLOVERRIDES
    own_prefix=yes
fi

# ---- what the host has, and back ----

old_pages=$(cat "$pool/nr_hugepages" 2>/dev/null)
old_more=$(cat "$pool/nr_overcommit_hugepages" 2>/dev/null)
old_shmem=$(sed -n 's/.*\[\(.*\)\].*/\1/p' "$thp/shmem_enabled" 2>/dev/null)
changed=

put() { [ ! -e "$1" ] || printf '%s\n' "$2" > "$1"; }
restore() {
    [ -n "$changed" ] || return 0
    put "$pool/nr_hugepages" "$old_pages"
    put "$pool/nr_overcommit_hugepages" "$old_more"
    put "$thp/shmem_enabled" "$old_shmem"
}
finish() {
    trap '' HUP INT TERM
    [ -z "$held" ] || kill -9 "$held" 2>/dev/null
    { echo >&9; } 2>/dev/null
    [ -z "$own_prefix" ] || wineserver -k 2>/dev/null
    restore
    cd /
    rm -rf "$tmp"
}
held=
trap finish EXIT
trap 'exit 2' HUP INT TERM

may_change() { [ -d "$pool" ] && [ -w "$pool/nr_hugepages" ] && [ "$(id -u)" = 0 ]; }

# set_pool PAGES: fails if the host's memory is too fragmented for that many
set_pool() {
    changed=yes
    put "$pool/nr_overcommit_hugepages" 0
    put "$pool/nr_hugepages" "$1"
    [ "$(cat "$pool/nr_hugepages")" = "$1" ]
}
set_shmem() { changed=yes; put "$thp/shmem_enabled" "$1"; }
free_pages() { echo $(($(cat "$pool/free_hugepages") - $(cat "$pool/resv_hugepages"))); }

# a process that has ended may not be gone yet
await_pages() {
    n=0
    while [ "$(free_pages)" != "$1" ] && [ $n -lt 100 ]; do sleep 0.1; n=$((n + 1)); done
    free_pages
}

# ---- results ----

. "$source/tests/results.sh"

# conformance NAME BACKING SETTING FILE...: the Windows tests, whose results are added up
conformance() {
    name=$1 MAPVIEW_TEST_LARGE=$2 WINE_MAPVIEW_LARGE_PAGES=$3
    export MAPVIEW_TEST_LARGE WINE_MAPVIEW_LARGE_PAGES
    shift 3
    echo "$name:"
    "$run" "$exe" "$@" 2>/dev/null | tr -d '\r' > "$tmp/log"
    unset MAPVIEW_TEST_LARGE WINE_MAPVIEW_LARGE_PAGES
    # some are for another backing, and one is for this script
    grep -v '^skip\|passed,' "$tmp/log"
    numbers=$(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed.*/\1 \2/p' "$tmp/log" | tail -n 1)
    # shellcheck disable=SC2086
    set -- ${numbers:-0 1}
    [ -n "$numbers" ] || bad "$name" 'the tests did not come to their end'
    passed=$((passed + $1)) failed=$((failed + $2))
}

# ---- the privilege, which needs no pages, and without any ----

# something that holds the Wine session, or each run would start one anew
mkfifo "$tmp/session"
"$run" cmd /c pause < "$tmp/session" >/dev/null 2>&1 &
exec 9> "$tmp/session"
conformance 'privilege' '' off privilege
conformance 'switched off' none off large largemem

# the registry, which the variable goes before
setting='HKCU\Software\Wine\Mapview'
"$run" reg add "$setting" /v LargePages /d off /f >/dev/null 2>&1
conformance 'switched off in the registry' none '' large:1.12-minimum large:1.12-too-much
"$run" reg delete "$setting" /v LargePages /f >/dev/null 2>&1

if ! may_change; then
    skip 'pool of huge pages' 'only root may set it'
    echo
    echo "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" = 0 ]
    exit
fi

set_pool 0
conformance 'empty pool' none hugetlb large largemem
set_shmem deny
conformance 'transparent pages of sections denied' none thp large:1.12-privilege large:1.12-too-much
set_shmem never

# ---- the pool ----

if set_pool 64; then
    conformance 'pool' hugetlb hugetlb large largemem
    check 'pool: all pages are back' "$(await_pages 64)" 64
    conformance 'pool, by itself' hugetlb auto large:1.12-create large:1.12-chess-engine largemem:1.12-alloc
    check 'pool, by itself: all pages are back' "$(await_pages 64)" 64
else
    skip pool "the host could not make 64 huge pages"
fi

# ---- transparent pages ----

set_pool 0
for policy in advise always never; do
    set_shmem $policy
    WINEDEBUG=-all,+mapview "$run" cmd /c exit 2>&1 | grep 'large pages: tried' > "$tmp/log"
    if grep 'sections get them' "$tmp/log" >/dev/null; then
        conformance "transparent, $policy" thp thp large largemem
    else
        skip "transparent, $policy" "this kernel gives none: $(tail -n 1 "$tmp/log")"
    fi
done
set_shmem advise
"$run" reg add "$setting" /v LargePages /d off /f >/dev/null 2>&1
conformance 'transparent, although off in the registry' thp thp large:1.12-create
"$run" reg delete "$setting" /v LargePages /f >/dev/null 2>&1
conformance 'transparent, as the pool is empty' thp auto large:1.12-create large:1.12-chess-engine largemem:1.12-alloc

# ---- processes that are killed ----

# hold WHAT: start a program with four large pages, by a handle (h), a view (v) or both (b)
hold() {
    mkfifo "$tmp/pipe" 2>/dev/null
    MAPVIEW_TEST_HOLD=$1 MAPVIEW_TEST_LARGE=hugetlb "$run" "$exe" --run large "$hold_rule" 1 > "$tmp/pipe" 2>&1 &
    held=$!
    while read -r said; do
        case $said in *holding*) return 0 ;; esac
    done < "$tmp/pipe"
    return 1
}
# so that it cannot do anything about it
kill_held() {
    kill -9 "$held" 2>/dev/null
    wait "$held" 2>/dev/null
    held=
}

set_shmem never
if set_pool 64; then
    hold_rule=$("$run" "$exe" --list 2>/dev/null | sed -n 's/^large://p' | grep -n '^1.12-hold' | cut -d: -f1)
    hold_rule=$((hold_rule - 1))
    rounds=${MAPVIEW_TEST_ROUNDS:-200}
    round=0 problems=0
    while [ $round -lt "$rounds" ]; do
        case $((round % 3)) in 0) what=b ;; 1) what=v ;; *) what=h ;; esac
        hold $what || { problems=$((problems + 1)); bad "killed: round $round" "did not start: $said"; break; }
        left=$(await_pages 60)
        [ "$left" = 60 ] || { problems=$((problems + 1)); bad "killed: round $round ($what)" "$left pages are free, not 60"; }
        kill_held
        left=$(await_pages 64)
        [ "$left" = 64 ] || { problems=$((problems + 1)); bad "killed: round $round ($what)" "$left pages are free, not 64"; break; }
        round=$((round + 1))
    done
    [ $problems != 0 ] || ok "killed: $rounds processes, all pages are back"
else
    skip killed "the host could not make 64 huge pages"
fi

# ---- what the launcher says ----

if [ -x "$status" ]; then
    set_pool 16
    like 'status: pool' "$("$status")" "*setting:*auto*pool:*16 of *, 16 free*programs:*get $((16 * kb / 1024)) MiB from the pool*"
    set_pool 0
    like 'status: no pool' "$(WINE_MAPVIEW_LARGE_PAGES=hugetlb "$status")" \
         '*setting:*hugetlb (WINE_MAPVIEW_LARGE_PAGES)*programs:*get none (error 1450)*change:*sysctl vm.nr_hugepages=[1-9]*'
    like 'status: off' "$(WINE_MAPVIEW_LARGE_PAGES=off "$status")" '*programs:*switched off*'
    set_shmem advise
    like 'status: transparent' "$("$status")" '*sections: advise*programs:*transparent*'
fi

echo
finish
