#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# launcher.sh [BUILD_DIR] -- check tools/wine-mapview
#
# BUILD_DIR holds tools/wine-mapview and lib/wine-mapview (default: the directory above this
# script).  $CROSSCC compiles the test program (default: x86_64-w64-mingw32-gcc).  Everything is
# done in a temporary directory with a space in its name; the user's prefix and cache are left
# alone.

LC_ALL=C
export LC_ALL
unset WINEDEBUG WINEDLLPATH WINELOADER WINESERVER WINE_MAPVIEW_WINE WINE_MAPVIEW_MODULE

source=$(cd "$(dirname "$0")/.." && pwd -P)
build=$(cd "${1:-$source}" && pwd -P) || exit 2
for file in tools/wine-mapview lib/wine-mapview; do
    [ -e "$build/$file" ] || { echo "launcher.sh: $build/$file is missing: run make first" >&2; exit 2; }
done

tmp=$(mktemp -d "${TMPDIR:-/tmp}/launcher test.XXXXXX") && tmp=$(cd "$tmp" && pwd -P) || exit 2
place="$tmp/the place"
module="$place/lib/wine-mapview"
stock_prefix="$tmp/stock prefix"
our_prefix="$tmp/our prefix"
XDG_CACHE_HOME="$tmp/a cache"
cache="$XDG_CACHE_HOME/wine-mapview"
WINEPREFIX=$stock_prefix
WINEDLLOVERRIDES='mscoree,mshtml='
export XDG_CACHE_HOME WINEPREFIX WINEDLLOVERRIDES

stop() { [ ! -d "$1" ] || WINEPREFIX=$1 wineserver -k 2>/dev/null; }
trap 'stop "$stock_prefix"; stop "$our_prefix"; cd /; rm -rf "$tmp"' EXIT
trap 'exit 2' HUP INT TERM

. "$source/tests/results.sh"

same() { cmp "$1" "$2" 2>&1; }

run="$place/tools/wine-mapview"
# ours COMMAND...: the test program on our Wine, without its messages; stock: on the installed one
ours()  { WINEDEBUG=-all "$run" "$tmp/child.exe" "$@" 2>/dev/null; }
stock() { WINEDEBUG=-all wine "$tmp/child.exe" "$@" 2>/dev/null; }

# wait until a command succeeds, at most 20 seconds
await() {
    n=0
    until "$@" || [ $n = 200 ]; do sleep 0.1; n=$((n + 1)); done
}

# serve NAME COMMAND...: a program that stays; it is told on the pipe NAME.in what to do
serve() {
    name=$1
    shift
    mkfifo "$tmp/$name.in"
    : > "$tmp/$name.out"
    "$@" serve < "$tmp/$name.in" > "$tmp/$name.out" 2>"$tmp/$name.err" &
}
answered() { [ "$(wc -l < "$tmp/$1.out")" -ge "$2" ]; }
maps() { awk '{ sub( /^([^ ]+ +){5}/, "" ); print }' "/proc/$1/maps" 2>/dev/null | sort -u; }
mapped() { maps "$1" | grep -F "$2" >/dev/null && echo yes || echo no; }
trees() { find "$cache" -mindepth 1 -maxdepth 1 -name 'wine-*' -type d | wc -l | tr -d ' '; }
tree()  { readlink -f "$cache"/current-* | tail -n 1; }

milliseconds() { echo $(($(date +%s%N) / 1000000)); }

# ---- what all the tests need ----

${CROSSCC:-x86_64-w64-mingw32-gcc} -O2 -municode -o "$tmp/child.exe" "$source/tests/launcher/child.c" || exit 2
mkdir -p "$place/tools" "$place/lib"
cp -L "$build/tools/wine-mapview" "$run"
cp "$source/tools/find-wine" "$source/tools/large-pages-status" "$source/tools/numa-status" "$place/tools"
cp -a "$build/lib/wine-mapview" "$module"
eval "$("$source/tools/find-wine")" || exit 2
dll=$WINE_PEDIR/kernelbase.dll
own=$module/$WINE_CPU-windows/kernelbase.dll
sys=drive_c/windows/system32

# ---- the command line ----

like help "$("$run" --help; echo " $?")" "Usage: wine-mapview*--status* 0"
check version "$("$run" --version; echo $?)" "wine-mapview $(sed -n 's/^AC_INIT([^,]*,\[\([^]]*\)\].*/\1/p' "$source/configure.ac")
0"
like unknown-option "$("$run" --nonsense 2>&1; echo $?)" "wine-mapview: unknown option: --nonsense*2"
like no-program "$("$run" 2>&1; echo $?)" "wine-mapview: no program*2"
like no-such-wine "$("$run" --wine="$tmp/none" cmd 2>&1; echo $?)" "wine-mapview: no Wine at $tmp/none?1"
like not-a-wine "$("$run" --wine=/bin/true cmd 2>&1; echo $?)" "*does not start Wine*1"
like no-module "$(WINE_MAPVIEW_MODULE=$tmp "$run" cmd 2>&1; echo $?)" "*the module is not built*make*1"
: > "$tmp/file"
like no-cache "$(XDG_CACHE_HOME=$tmp/file "$run" cmd 2>&1; echo $?)" "*cannot write to the cache directory $tmp/file*1"

mkdir "$tmp/no wine" "$tmp/itself"
for file in cksum readlink stat sh; do ln -s "$(command -v $file)" "$tmp/no wine"; done
like no-wine "$(PATH="$tmp/no wine" "$run" cmd 2>&1; echo $?)" "*no 'wine' in PATH*apt-get*1"
ln -s "$run" "$tmp/itself/wine"
check wine-is-ourselves "$(PATH="$tmp/itself:$PATH" timeout 20 "$run" cmd >/dev/null 2>&1; echo $?)" 1

# ---- an existing prefix, made by the installed Wine; the first launches ----

wine wineboot >/dev/null 2>&1
wineserver -w
check stock-prefix "$(ls "$stock_prefix/$sys/wkernelbase.dll" 2>&1 | grep -c cannot)" 1

ours exit 37 & first=$!
ours exit 38 & second=$!
wait $first; first=$?
wait $second; second=$?
check two-first-launches "$first $second" "37 38"
check one-tree "$(trees)" 1
check nothing-left "$(find "$cache" -maxdepth 1 -name '.*' | wc -l)" 0
check companion "$(same "$stock_prefix/$sys/wkernelbase.dll" "$dll")" ""
check companion-is-a-copy "$(find "$stock_prefix/$sys" -name wkernelbase.dll -type f -links 1 | wc -l)" 1
check stock-after-us "$(stock exit 36; echo $?)" 36

# ---- what the program gets ----

serve session "$run" "$tmp/child.exe"     # or each of the following would start a session
exec 8> "$tmp/session.in"
await answered session 1

# the same words, whatever they are
check arguments "$(ours args one 'two words' '' 'a"b' '\' 'c:\d e\' '*' --status)" \
    "$(stock args one 'two words' '' 'a"b' '\' 'c:\d e\' '*' --status)"
check arguments-text "$(ours args 'two words' '' | tr -d '\n')" "[two words][]"
check double-dash "$(WINEDEBUG=-all "$run" -- "$tmp/child.exe" args -- --help 2>/dev/null | tr -d '\n')" "[--][--help]"
check environment "$(WORDS='some  words' ours env WORDS)" "[some  words]"
check debug-default "$("$run" "$tmp/child.exe" env WINEDEBUG 2>/dev/null)" "$(wine "$tmp/child.exe" env WINEDEBUG 2>/dev/null)"
check debug-kept "$(WINEDEBUG=err+all "$run" "$tmp/child.exe" env WINEDEBUG 2>/dev/null)" "[err+all]"
like dll-path-kept "$(WINEDLLPATH="/some where:/else" ours env WINEDLLPATH)" "\[${WINE_UNIXDIR%/*}*:/some where:/else\]"
check names-not-taken "$(env WINE_VERSION=mine wm_tree=too "$run" "$tmp/child.exe" env WINE_VERSION 2>/dev/null)" "[mine]"
head -c 300000 /dev/urandom > "$tmp/bytes"
check bytes "$(ours cat < "$tmp/bytes" > "$tmp/bytes.out"; echo "$?, $(same "$tmp/bytes" "$tmp/bytes.out")")" "0, "
check relative-path "$(cd "$tmp" && WINEDEBUG=-all "$run" child.exe exit 39 2>/dev/null; echo $?)" 39
check builtin-program "$(WINEDEBUG=-all "$run" cmd /c exit 40 2>/dev/null; echo $?)" 40
check quiet "$("$run" "$tmp/child.exe" exit 2>&1 | grep -v ':\(err\|fixme\):')" ""

# ---- what is loaded ----

serve loaded "$run" "$tmp/child.exe"
pid=$!
exec 7> "$tmp/loaded.in"
await answered loaded 1
old=$(tree)
check same-process "$(readlink "/proc/$pid/exe" | grep -c -F "$old/")" 1
check our-dll "$(mapped $pid "$old${WINE_PEDIR#"$WINE_ROOT"}/kernelbase.dll")" yes
check our-so "$(mapped $pid "$old${WINE_UNIXDIR#"$WINE_ROOT"}/kernelbase.so")" yes
check original-dll "$(mapped $pid "$old${WINE_PEDIR#"$WINE_ROOT"}/wkernelbase.dll")" yes
check nothing-of-stock "$(mapped $pid "$dll")" no

# the installed Wine in the same session: neither is disturbed, whoever comes first
# (where the command is the 32-bit loader it has another process run a 64-bit program)
serve stock env WINEDEBUG=-all "$WINE_LOADER" "$tmp/child.exe"
pid2=$!
exec 6> "$tmp/stock.in"
await answered stock 1
check stock-dll "$(mapped $pid2 "$dll")" yes
check stock-has-none-of-ours "$(mapped $pid2 "$cache")" no
echo 41 >&6
echo 42 >&7
await answered stock 2
await answered loaded 2
check stock-child "$(tail -n 1 "$tmp/stock.out")" 41
check our-child "$(tail -n 1 "$tmp/loaded.out")" 42
check both-again "$(ours exit 43; echo $?) $(stock exit 44; echo $?) $(ours exit 45; echo $?)" "43 44 45"

# ---- a rebuild while programs run ----

cp "$own" "$tmp/rebuilt.dll"
mv "$tmp/rebuilt.dll" "$own"
for n in 1 2 3 4 5 6; do
    ours exit 5$n &
    eval "launch$n=\$!"
done
statuses=
for n in 1 2 3 4 5 6; do
    eval "wait \$launch$n"
    statuses="$statuses $?"
done
check launches-with-refresh "$statuses" " 51 52 53 54 55 56"
new=$(tree)
check refreshed "$([ "$old" != "$new" ] && echo yes)" yes
check two-trees "$(trees)" 2
check old-tree-in-use "$(mapped $pid "$old/")" yes
echo 46 >&7
await answered loaded 3
check child-in-old-tree "$(tail -n 1 "$tmp/loaded.out")" 46
"$run" --refresh && "$run" --refresh
check used-tree-kept "$([ -d "$old" ] && echo yes)" yes
exec 6>&- 7>&- 8>&-
wait
wineserver -w       # services.exe and its like, which the first launch started in the old tree
check ended "$(tail -n 1 "$tmp/loaded.out")" 46
mkdir "$cache/.new"
"$run" --refresh && "$run" --refresh
check old-trees-removed "$([ ! -e "$old" ] && echo yes) $(trees)" "yes 2"
check overlay "$("$run" --overlay)" "$(tree)"
touch -r /etc/passwd "$own"
check overlay-is-fresh "$("$run" --overlay; trees)" "$(tree)
2"

# ---- the module and Wine do not fit; the Unix half is broken ----

rm -rf "$tmp/other"; cp -a "$module" "$tmp/other"
for file in "$tmp/other"/*-windows; do echo "1 2 /somewhere/kernelbase.dll" > "$file/kernelbase.from"; done
like other-wine "$(WINE_MAPVIEW_MODULE=$tmp/other "$run" cmd 2>&1; echo $?)" "*built for another Wine*/somewhere/kernelbase.dll*make*1"

serve session2 env WINEDEBUG=-all "$run" "$tmp/child.exe"
exec 8> "$tmp/session2.in"
await answered session2 1
rm -rf "$tmp/other"; cp -a "$module" "$tmp/other"
for file in "$tmp/other"/*-unix/kernelbase.so; do head -c 5000 "$file" > "$tmp/broken"; cp "$tmp/broken" "$file"; done
check broken-unix-half "$(WINE_MAPVIEW_MODULE=$tmp/other "$run" "$tmp/child.exe" exit 47 2>"$tmp/err"; echo $?)" 47
check one-message "$(grep -c err:mapview "$tmp/err")" 1
like status-broken "$(WINE_MAPVIEW_MODULE=$tmp/other "$run" --status; echo $?)" "*Unix half: not loaded*1"
like status "$("$run" --status; echo $?)" "*$WINE_LOADER*$WINE_VERSION*$module*current*complete*Unix half: loaded*0"
like status-nodes "$("$run" --status)" "*Unix half: loaded*NUMA: *[0-9] node*"
touch "$own"
rm "$stock_prefix/$sys/wkernelbase.dll"
like status-stale "$("$run" --status; echo $?)" "*stale*wkernelbase.dll*Unix half: loaded*0"
rm -rf "$tmp/other"

# ---- what --status says of NUMA nodes ----

# four nodes: a gap in the host's numbers, one without memory, one without processors
nodes=$tmp/nodes
mkdir -p "$nodes/self"
echo 0-2,4 > "$nodes/online"
echo 0-1,4 > "$nodes/has_memory"
echo 0-2 > "$nodes/has_cpu"
for node in 0 1 2 4; do
    mkdir "$nodes/node$node"
    echo 31 12 10 20 > "$nodes/node$node/distance"
    printf 'Node %s MemTotal: 655360 kB\nNode %s MemFree: %s kB\n' $node $node $((102400 * (node + 1))) > "$nodes/node$node/meminfo"
done
printf 'Name:\tsh\nMems_allowed_list:\t0-7\n' > "$nodes/self/status"
numa_status() { MAPVIEW_SYSFS_NODE=$nodes MAPVIEW_PROC_SELF=$nodes/self "$source/tools/numa-status" "$@"; }

check nodes "$(numa_status)" "NUMA:      4 nodes
 node 0:   host node 0, 100 of 640 MiB free
 node 1:   host node 1, 200 of 640 MiB free
 node 2:   host node 2, no memory, node 1 is the nearest
 node 3:   host node 4, 500 of 640 MiB free, no processors
 programs: may use the memory of 0, 1, 2, 3"
printf 'Mems_allowed_list:\t1-4\n' > "$nodes/self/status"
like nodes-cpuset "$(numa_status)" "*may use the memory of 1, 2, 3"
printf '7ff0 default stack\n7ff1 bind:0,4 stack\n' > "$nodes/self/numa_maps"
like nodes-policy "$(numa_status)" "*may use the memory of 3"
printf '0048:trace:mapview:init_nodes 1 nodes\n' > "$nodes/log"
check nodes-refused "$(numa_status "$nodes/log")" "NUMA:      1 node (the host has 4, and refuses the calls that are about them)"
rm -r "$nodes/has_memory" "$nodes/has_cpu"
check nodes-none "$(numa_status)" "NUMA:      1 node"

# ---- another Wine, and another place for the script ----

# the installed one under another name, which is a Wine of its own for all that it knows
other="$tmp/another wine"
copy() { mkdir -p "$other${1%/*}"; cp -L "$WINE_ROOT$1" "$other$1"; }
loader=${WINE_LOADER#"$WINE_ROOT"}
unixdir=${WINE_UNIXDIR#"$WINE_ROOT"} pedir=${WINE_PEDIR#"$WINE_ROOT"}
copy "$loader"
[ ! -f "$WINE_LOADER-preloader" ] || copy "$loader-preloader"
copy "$unixdir/ntdll.so"
copy "$pedir/kernelbase.dll"
for file in "$WINE_UNIXDIR"/*.so "$WINE_PEDIR"/*.*; do
    [ -e "$other${file#"$WINE_ROOT"}" ] || ln -s "$file" "$other${file#"$WINE_ROOT"}"
done
ln -s "$WINE_SERVER" "$other${loader%/*}/wineserver"
[ ! -d "$WINE_ROOT/share/wine" ] || { mkdir "$other/share"; ln -s "$WINE_ROOT/share/wine" "$other/share"; }

check another-wine "$(WINEDEBUG=-all "$run" --wine="$other$loader" "$tmp/child.exe" exit 48 2>/dev/null; echo $?)" 48
like another-wine-status "$(WINE_MAPVIEW_WINE=$other$loader "$run" --status; echo $?)" "*$other$loader*current*Unix half: loaded*0"
first=$("$run" --wine="$other$loader" --overlay)
cp "$other$unixdir/ntdll.so" "$tmp/upgraded" && mv "$tmp/upgraded" "$other$unixdir/ntdll.so"
second=$("$run" --wine="$other$loader" --overlay)
check upgraded-wine "$([ "$first" != "$second" ] && same "$other$unixdir/ntdll.so" "$second$unixdir/ntdll.so")" ""
echo >> "$other$pedir/kernelbase.dll"
if [ -f "${own%.dll}.from" ]; then
    like upgraded-kernelbase "$("$run" --wine="$other$loader" cmd 2>&1; echo $?)" "*built for another Wine*make*1"
else
    skip upgraded-kernelbase "the module does not tell what it was built from"
fi

mkdir -p "$tmp/a build/tools" "$tmp/a build/lib" "$tmp/installed/bin" "$tmp/installed/lib" "$tmp/links"
ln -s "$run" "$tmp/a build/tools/wine-mapview"
cp -a "$module" "$tmp/a build/lib/wine-mapview"
cp -L "$run" "$tmp/installed/bin/wine-mapview"
cp -a "$module" "$tmp/installed/lib/wine-mapview"
cp "$source/tools/find-wine" "$tmp/installed/lib/wine-mapview"
ln -s "$tmp/installed/bin/wine-mapview" "$tmp/links/wine-mapview"
like build-directory "$("$tmp/a build/tools/wine-mapview" --status; echo $?)" "*module: *$tmp/a build/lib/wine-mapview*loaded*0"
like installed "$(PATH="$tmp/installed/bin:$PATH"; cd / && wine-mapview --status; echo $?)" \
    "*module: *$tmp/installed/lib/wine-mapview*loaded*0"
like linked "$(PATH="$tmp/links:$PATH"; cd / && wine-mapview --status; echo $?)" \
    "*module: *$tmp/installed/lib/wine-mapview*loaded*0"
rm -rf "$tmp/a build"
"$tmp/installed/bin/wine-mapview" --refresh
check lost-build-forgotten "$(grep -l "$tmp/a build" "$cache"/*/overlay.sh | wc -l | tr -d ' ')" 0

# ---- what it costs ----

# without a look at each file by a command of its own
mkdir "$tmp/none of these"
for file in stat cksum; do
    printf '#!/bin/sh\necho "$0" >> "%s/called"\nexit 1\n' "$tmp" > "$tmp/none of these/$file"
    chmod +x "$tmp/none of these/$file"
done
ours exit
check quick-start "$(PATH="$tmp/none of these:$PATH"; ours exit 54; echo $?; cat "$tmp/called" 2>&1 | grep -c none)" "54
0"
check slow-start "$(PATH="$tmp/none of these:$PATH"; "$run" --wine="$(command -v wine)" cmd >/dev/null 2>&1; [ ! -s "$tmp/called" ] || echo yes)" yes

# the fastest of some runs of each, taken in turn
fastest() {
    start=$(milliseconds)
    "$@" >/dev/null 2>&1 </dev/null
    took=$(($(milliseconds) - start))
    [ "$took" -ge "$best" ] || best=$took
}
ours exit
our_best=100000 stock_best=100000
for n in 1 2 3 4 5 6 7 8 9 10; do
    best=$stock_best; fastest env WINEDEBUG=-all wine "$tmp/child.exe" exit; stock_best=$best
    best=$our_best; fastest env WINEDEBUG=-all "$run" "$tmp/child.exe" exit; our_best=$best
done
echo "start of a program: wine $stock_best ms, wine-mapview $our_best ms"
check cost "$([ $((our_best - stock_best)) -le 50 ] && echo 'at most 50 ms' || echo "$our_best ms, wine $stock_best ms")" "at most 50 ms"
exec 8>&-
wait

# ---- a prefix that does not exist ----

stop "$stock_prefix"
WINEPREFIX=$our_prefix
check new-prefix "$(ours exit 49; echo $?)" 49
check new-prefix-companion "$(same "$our_prefix/$sys/wkernelbase.dll" "$dll")" ""
check new-prefix-dll "$(same "$our_prefix/$sys/kernelbase.dll" "$own")" ""
check new-prefix-again "$(ours exit 50; echo $?)" 50
check new-prefix-stock "$(stock exit 51; echo $?)" 51

finish
