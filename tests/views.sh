#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# views.sh [BUILD_DIR] -- check what wine-mapview --views shows
#
# A Windows program maps known things, on stock Wine and on ours, and says where; that is compared
# with what is shown.  What no machine has at hand, large pages, several nodes, processes of
# others, is shown from made-up /proc directories.

LC_ALL=C
export LC_ALL
unset WINEDEBUG WINEDLLPATH WINELOADER WINESERVER WINE_MAPVIEW_WINE WINE_MAPVIEW_MODULE

source=$(cd "$(dirname "$0")/.." && pwd -P)
build=$(cd "${1:-$source}" && pwd -P) || exit 2
for file in tools/wine-mapview lib/wine-mapview/mapview-views; do
    [ -e "$build/$file" ] || { echo "views.sh: $build/$file is missing: run make first" >&2; exit 2; }
done

tmp=$(mktemp -d "${TMPDIR:-/tmp}/views test.XXXXXX") && tmp=$(cd "$tmp" && pwd -P) || exit 2
WINEPREFIX="$tmp/prefix"
XDG_CACHE_HOME="$tmp/cache"
WINEDLLOVERRIDES='mscoree,mshtml='
export WINEPREFIX XDG_CACHE_HOME WINEDLLOVERRIDES
trap '[ ! -d "$WINEPREFIX" ] || { wineserver -k; wineserver -w; } 2>/dev/null; cd /; rm -rf "$tmp"' EXIT
trap 'exit 2' HUP INT TERM

. "$source/tests/results.sh"
between() {
    if [ -n "$2" ] && [ "$2" -ge "$3" ] && [ "$2" -le "$4" ]; then ok "$1"; else bad "$1" "'$2' is not in $3..$4"; fi
}
await() {
    n=0
    until "$@" || [ $n = 1800 ]; do sleep 0.1; n=$((n + 1)); done
}

run="$build/tools/wine-mapview"
views() { "$run" --views "$@"; }

# field NAME: of the view on the line of JSON on stdin
field() { sed -n 's/.*"'"$1"'":"\{0,1\}\([^",}]*\).*/\1/p'; }
# object NAME: the same for {}
object() { sed -n 's/.*"'"$1"'":{\([^}]*\)}.*/\1/p'; }

# ---- a made-up /proc ----

fake=$tmp/proc
# process PID COMMAND: a Wine process; its mappings are on stdin, their details below them
process() {
    mkdir -p "$fake/$1"
    printf '%s\0' "$2" > "$fake/$1/cmdline"
    {
        echo '00001000-00002000 r-xp 00000000 08:01 77                         /usr/lib/wine/x86_64-unix/ntdll.so'
        cat
    } > "$fake/$1/smaps"
    cp "$fake/$1/smaps" "$fake/$1/maps"
}
# line of the view at an address; mixed-up lines give several
at() { views --json --proc="$fake" | grep -c "\"address\":\"0x$1\""; }
view() { views --json --all --proc="$fake" | grep "\"address\":\"0x$1\""; }

process 100 'C:\a dir\Big Program.exe' <<END
00100000-00110000 rw-s 00000000 08:01 10                         /tmp/.wine-0/server-1-2/tmpmap-0000000a (deleted)
Rss:                  16 kB
ShmemPmdMapped:        0 kB
KernelPageSize:        4 kB
VmFlags: rd wr sh mr mw me ms sd
00110000-00120000 r--s 00010000 08:01 10                         /tmp/.wine-0/server-1-2/tmpmap-0000000a (deleted)
Rss:                   4 kB
KernelPageSize:        4 kB
00200000-00600000 rw-s 00000000 00:0f 11                         /memfd:wine-mapview:large:node=1 (deleted)
Rss:                   0 kB
Shared_Hugetlb:     2048 kB
Private_Hugetlb:    2048 kB
KernelPageSize:     2048 kB
VmFlags: rd wr sh mr mw me ms de ht sd
00800000-00c00000 rw-s 00000000 00:01 12                         /memfd:wine-mapview:large (deleted)
Rss:                4096 kB
ShmemPmdMapped:     2048 kB
KernelPageSize:        4 kB
VmFlags: rd wr sh
00d00000-00d10000 r--s 00000000 08:01 13                         /home/a b/new\\012line
Rss:                   0 kB
00e00000-00e10000 r--s 00000000 08:01 14                         /home/gone (deleted)
Rss:                   0 kB
00f00000-00f01000 r--p 00000000 08:01 15                         /home/lib.dll
Rss:                   4 kB
00f01000-00f03000 r-xp 00001000 08:01 15                         /home/lib.dll
Rss:                   8 kB
00f03000-00f05000 rw-p 00000000 00:00 0 
Rss:                   4 kB
00f05000-00f06000 r--p 00003000 08:01 15                         /home/lib.dll
Rss:                   4 kB
01000000-01010000 rw-p 00000000 08:01 16                         /home/copied
Rss:                   8 kB
01010000-01020000 ---p 00000000 00:00 0 
Rss:                   0 kB
01021000-01022000 rw-s 00005000 08:01 17                         /home/placeholder
Rss:                   0 kB
01022000-01030000 ---p 00000000 00:00 0 
Rss:                   0 kB
7f0000100000-7f0000110000 r-xp 00000000 08:01 18                         /usr/lib/libx.so.1
Rss:                   0 kB
7f0000201000-7f0000202000 r--s 00000000 08:01 19                         /usr/share/cache
Rss:                   0 kB
7f0000300000-7f0000310000 rw-s 00000000 00:06 20                         /dev/dri/card0
Rss:                   0 kB
END
cat > "$fake/100/numa_maps" <<END
00100000 default file=/tmp/tmpmap-0000000a\\040(deleted) dirty=4 N0=1 N1=3 kernelpagesize_kB=4
00110000 default file=/tmp/tmpmap-0000000a\\040(deleted) mapped=1 N1=1 kernelpagesize_kB=4
00200000 prefer:1 file=/memfd:wine-mapview:large:node=1\\040(deleted) huge dirty=2 N1=2 kernelpagesize_kB=2048
END
process 101 other <<END
00100000-00110000 rw-s 00000000 08:01 10                         /tmp/.wine-0/server-1-2/tmpmap-0000000a (deleted)
00110000-00120000 rw-s 00010000 08:01 10                         /tmp/.wine-0/server-1-2/tmpmap-0000000a (deleted)
00400000-00410000 rw-s 00000000 08:02 10                         /tmp/.wine-0/server-1-2/tmpmap-0000000b (deleted)
END
mkdir "$fake/102" "$fake/103" "$fake/104"
# one that is no Wine process, one that has ended, one without anything
echo '00100000-00110000 rw-s 00000000 08:01 10                         /tmp/tmpmap-0 (deleted)' > "$fake/102/smaps"
cp "$fake/102/smaps" "$fake/102/maps"
: > "$fake/103/smaps"
: > "$fake/103/maps"

check processes "$(views --json --proc="$fake" | grep -c '"pid"')" 2
check of-two-parts "$(view 100000 | field size | head -n 1)" 131072
check of-two-parts-once "$(at 110000)" 0
check mixed "$(view 100000 | field mixed | head -n 1)" true
check sums "$(view 100000 | field resident | head -n 1)" 20480
check nodes "$(view 100000 | object nodes | head -n 1)" '"0":4096,"1":16384'
check sharers "$(view 100000 | field sharers)" '2
2'
check same-inode-other-disk "$(view 400000 | field sharers)" 1
check server-file "$(view 100000 | field backing | head -n 1)" 'server file'
check anonymous "$(view 100000 | field section | head -n 1)" anonymous
check hugetlb "$(view 200000 | field backing)" hugetlb
check hugetlb-resident "$(view 200000 | field resident)" 4194304
check hugetlb-large "$(view 200000 | field large)" 4194304
check hugetlb-page "$(view 200000 | field page_size)" 2097152
check hugetlb-nodes "$(view 200000 | object nodes)" '"1":4194304'
check memfd "$(view 800000 | field backing)" memfd
check memfd-large "$(view 800000 | field large)" 2097152
check memfd-nodes-unknown "$(view 800000 | object nodes)" ''
check newline-json "$(view d00000 | field section)" '/home/a b/new\u000aline'
like newline-table "$(views --proc="$fake" 100)" '*/home/a b/new\\012line*'
check deleted "$(view e00000 | field deleted)" true
check deleted-name "$(view e00000 | field section)" /home/gone
check image-hidden "$(at f00000)" 0
check image-all "$(view f00000 | field image)" true
check image-size "$(view f00000 | field size)" 24576
check image-resident "$(view f00000 | field resident)" 20480
check copied "$(view 1000000 | field protection)" WRITECOPY
check in-placeholder "$(view 1021000 | field offset)" 20480
check libraries "$(view '7f[0-9a-f]*')" ''
check totals "$(views --json --proc="$fake" 100 | grep '^ "total"' | field views)" 7
check all-totals "$(views --json --proc="$fake" | grep '^"total"' | field views)" 9
check by-number "$(views --json --proc="$fake" 101 | grep -c '"pid"')" 1
check by-name "$(views --json --proc="$fake" 'big program' | grep '"pid"' | field pid)" 100
check by-file-name-with-exe "$(views --json --proc="$fake" OTHER.EXE | grep '"pid"' | field pid)" 101
check sharers-of-one "$(views --json --proc="$fake" 101 | grep 0x100000 | field sharers)" 2
check sort "$(views --proc="$fake" --sort=size 100 | sed -n 3p | cut -c3-14)" 000000200000
check no-such-process "$(views --proc="$fake" 55555 2>&1; echo $?)" 'wine-mapview: no Wine process of that name or number
1'
check not-wine "$(views --proc="$fake" 102 2>/dev/null; echo $?)" 1
check ended "$(views --proc="$fake" 103 2>/dev/null; echo $?)" 1
check watch-count "$(views --proc="$fake" --watch=0.1 --count=3 --json | grep -c '^{"time"')" 3
if script -qc true /dev/null >/dev/null 2>&1; then
    # shellcheck disable=SC2089
    terminal() { script -qc "stty cols 90 rows 8; '$run' --views --proc='$fake' --watch=0.1 --count=1 $*" /dev/null; }
    like watch-several "$(terminal)" '* PID *VIEWS* 100 *Big Program.exe* 101 *other*'
    like watch-one "$(terminal 100)" '*ADDRESS*000000100000*(* not shown) 7 views*'
else
    skip watch-several "there is no 'script' to make a terminal"
fi
check bad-option "$(views --bad 2>/dev/null; echo $?)" 2
check bad-interval "$(views --watch=x 2>/dev/null; echo $?)" 2
if command -v jq >/dev/null; then
    check json "$(views --json --all --proc="$fake" | jq -r '[.processes[].views[]] | length')" 10
else
    skip json "jq is not installed"
fi

# somebody else's process: one that an unprivileged user may not read
printf '%s\0' 'C:\secret.exe' > "$fake/104/cmdline"
echo > "$fake/104/maps"
echo > "$fake/104/smaps"
chmod 0 "$fake/104/maps" "$fake/104/smaps"
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
    chmod 755 "$tmp" "$fake" "$fake"/*
    cp "$build/lib/wine-mapview/mapview-views" "$tmp/mapview-views"
    user() { setpriv --reuid 65534 --regid 65534 --clear-groups "$tmp/mapview-views" "$@"; }
elif [ "$(id -u)" != 0 ]; then
    user() { views "$@"; }
fi
if command -v user >/dev/null; then
    check denied "$(user --proc="$fake" 104 2>&1; echo $?)" 'wine-mapview: 1 process of others: permission denied
1'
    check denied-among-others "$(user --json --proc="$fake" 2>/dev/null | grep -c '"pid"')" 2
else
    skip denied "root may read everything, and there is no setpriv"
fi
rm -rf "$fake"

# ---- a real one, on stock Wine and on ours ----

if ! ${CROSSCC:-x86_64-w64-mingw32-gcc} -std=gnu99 -O2 -Wall -Wextra -static -o "$tmp/views holder.exe" \
     "$source/tests/views/holder.c"; then
    bad holder "the test program was not compiled"
    echo "$passed passed, $failed failed"
    exit 1
fi
yes ffffffffffffff | head -c 300000 > "$tmp/a file"

# the smaps of a process, read in another way: the resident bytes of a range
resident() {
    awk -v from="$2" -v to="$3" '
        function hex( s,  i, n ) { n = 0; for (i = 1; i <= length( s ); i++) n = n * 16 + index( "0123456789abcdef", substr( s, i, 1 ) ) - 1; return n }
        /^[0-9a-f]+-[0-9a-f]+ / { split( $1, range, "-" ); inside = hex( range[1] ) >= from && hex( range[2] ) <= to }
        /^Rss:/ && inside { sum += $2 * 1024 }
        END { print sum + 0 }' "/proc/$1/smaps"
}
backing_name() { case $1 in server) echo "server file" ;; *) echo "$1" ;; esac; }

# look WHO COMMAND...
look() {
    who=$1
    shift
    rm -f "$tmp/in"
    mkfifo "$tmp/in"
    WINEDEBUG=-all "$@" "$tmp/views holder.exe" "$tmp/a file" <"$tmp/in" >"$tmp/out" 2>"$tmp/err" &
    exec 9>"$tmp/in"
    both_ready() { [ "$(grep -c '^ready' "$tmp/out")" = 2 ]; }
    await both_ready
    if ! both_ready; then
        bad "$who-start" "$(cat "$tmp/out" "$tmp/err")"
        exec 9>&-
        return
    fi
    tr -d '\r' < "$tmp/out" > "$tmp/said"
    views --json "views holder" > "$tmp/json"
    check "$who-processes" "$(grep -c '"pid"' "$tmp/json")" 2
    while read -r name address size protection backing sharers; do
        [ "$name" != ready ] || continue
        grep "\"address\":\"0x$address\"" "$tmp/json" > "$tmp/view"
        [ "$(wc -l < "$tmp/view")" -le 1 ] ||    # both processes have something there
            grep "\"size\":$size,.*\"protection\":\"$protection\"" "$tmp/json" | grep "\"0x$address\"" > "$tmp/view"
        got="$(field size < "$tmp/view") $(field protection < "$tmp/view") $(field backing < "$tmp/view") $(field sharers < "$tmp/view")"
        check "$who-$name" "$got" "$size $protection $(backing_name "$backing") $sharers"
        case $name in
        file|copy) check "$who-$name-section" "$(field section < "$tmp/view")" "$tmp/a file" ;;
        *)         check "$who-$name-section" "$(field section < "$tmp/view")" anonymous ;;
        esac
        case $name in
        touched)   between "$who-$name-resident" "$(field resident < "$tmp/view")" 262144 "$size" ;;
        part|child) check "$who-$name-resident" "$(field resident < "$tmp/view")" 0 ;;
        file|copy) between "$who-$name-resident" "$(field resident < "$tmp/view")" 4096 "$size" ;;
        protected) check "$who-$name-mixed" "$(field mixed < "$tmp/view")" true ;;
        esac
        if [ "$name" = touched ]; then
            pid=$(sed -n "/\"pid\"/h; /\"0x$address\".*\"size\":$size,/{g;p;}" "$tmp/json" | field pid)
            from=$(printf '%d' "0x$address")
            check "$who-smaps" "$(field resident < "$tmp/view")" "$(resident "$pid" "$from" $((from + size)))"
            if [ -e /proc/self/numa_maps ]; then
                check "$who-nodes" "$(object nodes < "$tmp/view" | tr , '\n' | awk -F: '{ sum += $2 } END { print sum }')" \
                    "$(field resident < "$tmp/view")"
            else
                skip "$who-nodes" "this kernel has no numa_maps"
            fi
            check "$who-by-number" "$(views --json "$pid" | grep '"pid"' | field pid)" "$pid"
        fi
    done < "$tmp/said"
    # watched while it ends
    views --watch=0.1 --count=30 --json "views holder" > "$tmp/watched" 2>"$tmp/err" &
    watcher=$!
    saw() { grep -qs '"pid"' "$tmp/watched"; }
    await saw
    exec 9>&-
    wait $watcher
    check "$who-watch" "$(grep -c '"pid"' "$tmp/watched" | awk '{ print ($1 > 1) }') $(tail -n 3 "$tmp/watched" | grep -c '"pid"')" "1 0"
    check "$who-watch-errors" "$(cat "$tmp/err")" ''
}

if command -v wine >/dev/null; then
    WINEDEBUG=-all wine wineboot -i >/dev/null 2>&1 </dev/null
    look stock wine
else
    skip stock "no wine in PATH"
fi
look ours "$run"

finish
