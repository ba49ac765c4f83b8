#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# numa-vm.sh [FILE | FILE:RULE]... -- run the tests of NUMA placement on machines with several nodes
#
# Two machines are emulated by tools/numa-vm, at the same time: one with two nodes, and one
# with four, whose numbers have a gap on the host, one without memory, one without processors and
# small.  Everything runs with Wine's temporary files in memory (tmpfs) and, what is about placement,
# on a disk (ext4), too: the pages of either are placed by other means.  The first
# also takes NUMA support away from programs, on the second the system calls of views are counted.
#
# The last line is "N passed, N failed, N skipped"; status 1 if something failed, 77 if no such
# machine can be had here, 2 if the tests could not be run.

top=$(cd "$(dirname "$0")/.." && pwd -P) || exit 2

# ---- inside a machine ----

# Put a file system on the directory of temporary files.  What is needed of the old one stays visible.
mount_temporary() { # tmpfs | ext4
    mkdir -p /run/tmp-before
    mountpoint -q /run/tmp-before || mount --bind /tmp /run/tmp-before
    case $1 in
    tmpfs) mount -t tmpfs -o mode=1777 tmpfs /tmp ;;
    ext4)
        truncate -s 256M /run/disk
        mkfs.ext4 -q -F -O ^has_journal /run/disk && mount -o loop /run/disk /tmp && chmod 1777 /tmp ;;
    esac || { echo "FAIL cannot mount $1"; return 1; }
    for keep in "$top" "$WINEPREFIX" "$overlay"; do
        case $keep in
        /tmp/*)
            keep=${keep#/tmp/}
            keep=${keep%%/*}
            [ -d "/tmp/$keep" ] || { mkdir "/tmp/$keep" && mount --bind "/run/tmp-before/$keep" "/tmp/$keep"; } ;;
        esac
    done

    # Windows' temporary files; the prefix may be that of another user
    cd "$WINEPREFIX/drive_c/users" || return
    [ -d root ] || for home in *; do [ "$home" = Public ] || ln -sfn "$home" root; done
    mkdir /tmp/files
    for dir in root/Temp root/AppData/Local/Temp; do [ ! -d $dir ] || mount --bind /tmp/files $dir; done
    cd /
    unset MAPVIEW_FILES_ON_DISK
    [ "$1" = tmpfs ] || export MAPVIEW_FILES_ON_DISK=1
}

# To a file: Wine's background processes hold on to their output.
run_tests_by() { # COMMAND [ARGUMENT]...
    "$@" > /run/output 2>&1
    tr -d '\r' < /run/output
}

run_tests() { # FILE...
    run_tests_by "$wm_exec" mapview_test.exe --timeout 300 "$@"
}

# Large pages that are transparent ones, and hosts that let nobody know of nodes.
run_on_other_hosts() {
    echo "---- transparent large pages"
    echo advise > /sys/kernel/mm/transparent_hugepage/shmem_enabled
    run_tests_by env WINE_MAPVIEW_LARGE_PAGES=thp "$wm_exec" mapview_test.exe numa:1.13-large
    echo "---- without NUMA support"
    run_tests_by ./no-numa.sh "$wm_exec" mapview_test.exe --timeout 300 topology
}

# What a view with a node costs the thread that maps it: no more than two system calls, and none that
# is about nodes without one.
count_calls() {
    echo "---- system calls"
    command -v strace >/dev/null || { printf '%s\n' "skip there is no strace" "0 passed, 0 failed, 1 skipped"; return; }
    count=20
    strace -o /run/calls "$wm_exec" mapview_test.exe --child numa-views numa:1.13-cost 1 $count > /run/output 2>&1
    tr -d '\r' < /run/output
    awk -v count=$count '
        /mapview-mark/ {
            sub( /.*mapview-mark /, "" )
            kind = $1; node = $2
            if (node == "none") kinds[++n] = kind
            next
        }
        { calls[kind, node]++ }
        /^(mbind|[sg]et_mempolicy|move_pages|migrate_pages|madvise)\(/ { policy[kind, node]++ }
        END {
            for (i = 1; i <= n; i++)
            {
                none = calls[kinds[i], "none"]
                more = calls[kinds[i], "node"] - none
                bad = more > 2 * count + 10 || policy[kinds[i], "none"]
                printf "%s cost of %d views, %s: %d calls, with a node %d more (%d are about nodes without one)\n",
                       bad ? "FAIL" : "ok  ", count, kinds[i], none, more, policy[kinds[i], "none"]
                failed += bad
            }
            if (n != 4) { print "FAIL cost: " n + 0 " kinds of views"; failed++ }
            printf "%d passed, %d failed, 0 skipped\n", n - failed, failed
        }' /run/calls
}

# let this shell and its children use the memory of that node only
may_use_node_0() {
    mkdir -p /run/cgroup && mount -t cgroup2 none /run/cgroup && mkdir /run/cgroup/part &&
        echo +cpuset > /run/cgroup/cgroup.subtree_control && echo 0 > /run/cgroup/part/cpuset.mems &&
        echo $$ > /run/cgroup/part/cgroup.procs
}

# Programs that may use the memory of node 0 only, by their policy and by their cpuset; the latter
# is that of this shell, too.
run_restricted() {
    MAPVIEW_ALLOWED_NODE=0
    export MAPVIEW_ALLOWED_NODE
    echo "---- a policy for node 0"
    run_tests_by "$MAPVIEW_HOST" bind "$wm_exec" mapview_test.exe numa:1.13-restricted
    may_use_node_0 || return
    echo "---- a cpuset with node 0"
    run_tests numa:1.13-restricted
}

# The launcher would build its overlay anew here, where no file has the number that it had.
run_in_guest() { # FILE...
    . "$overlay/overlay.sh"
    WINEDLLPATH=$wm_dlldirs WINESERVER=$wm_server
    export WINEDLLPATH WINESERVER
    for fs in tmpfs ext4; do
        mount_temporary $fs || continue
        echo "---- /tmp on $fs"
        cd "$top/tests" || exit
        "$wm_server" -p  # until it is told to end
        case $#,$fs in
        0,tmpfs) run_tests numa topology node ;;
        0,*)     run_tests numa ;;
        *)       run_tests "$@" ;;
        esac
        [ $#,$fs,$MAPVIEW_NODES != 0,tmpfs,2 ] || run_on_other_hosts
        [ $#,$fs,$MAPVIEW_NODES != 0,ext4,4 ] || count_calls
        [ $fs = tmpfs ] || run_restricted
        "$wm_server" -k
        "$wm_server" -w
        cd /
        umount -R /tmp  # with the mounts on it
    done
}

if [ "${1-}" = --guest ]; then
    shift
    run_in_guest "$@"
    exit 0
fi

# ---- on this machine ----

give_up() { echo "numa-vm.sh: $*" >&2; exit 2; }

tmp=$(mktemp -d "${TMPDIR:-/tmp}/mapview-numa.XXXXXX") || exit 2
trap 'cd /; rm -rf "$tmp"' EXIT
trap 'exit 2' HUP INT TERM

# no services, no desktop: they take longer to start than all tests
WINEPREFIX=$tmp/prefix WINEDEBUG=-all,err+mapview WINEDLLOVERRIDES='mscoree,mshtml,services.exe,explorer.exe='
export WINEPREFIX WINEDEBUG WINEDLLOVERRIDES
overlay=$("$top/tools/wine-mapview" --overlay) || exit 2
export overlay

"$top/tools/numa-vm" -s || { echo "numa-vm.sh: no machine with several nodes can be made"; exit 77; }
"$top/tools/wine-mapview" wineboot -i </dev/null >"$tmp/log" 2>&1 || give_up "no prefix: $(tail -n 3 "$tmp/log")"
. "$overlay/overlay.sh"
"$wm_server" -w
MAPVIEW_HOST=$tmp/host
export MAPVIEW_HOST
${CC:-cc} -o "$MAPVIEW_HOST" "$top/tests/numa/host.c" || give_up "host.c was not compiled"

# each with a prefix of its own
machine() { # NODES OPTION...
    MAPVIEW_NODES=$1
    export MAPVIEW_NODES
    log=$tmp/log-$1
    cp -a "$WINEPREFIX" "$WINEPREFIX-$1"
    WINEPREFIX=$WINEPREFIX-$1
    shift
    start=$(date +%s)
    "$top/tools/numa-vm" -t 900 -m "loop ext4" -e WINEPREFIX -e WINEDEBUG -e WINEDLLOVERRIDES -e overlay -e MAPVIEW_HOST -e MAPVIEW_NODES \
        -e MAPVIEW_NODE_WITHOUT_MEMORY "$@" >"$log" 2>&1
    status=$?
    [ $status = 0 ] || printf '%s\n' "FAIL numa-vm ended with status $status" "0 passed, 1 failed, 0 skipped" >> "$log"
    echo "==== $MAPVIEW_NODES nodes: $(($(date +%s) - start)) s" >> "$log"
}

machine 2 -n 1:640,1:640 -p 4 "$0" --guest "$@" &
# the host calls them 0, 1, 2 and 4: first those with processors
MAPVIEW_NODE_WITHOUT_MEMORY=2:1
export MAPVIEW_NODE_WITHOUT_MEMORY
machine 4 -n 1:640,1:512,1:0,0:0,0:240 -p 4 -d 0,1,21 -d 0,2,31 -d 1,2,12 "$0" --guest "$@"
wait

# four on each, two more on the first, one more on the second
runs=11
[ $# = 0 ] || runs=8
cat "$tmp"/log-*
awk -v expected=$runs '
     /^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$/ { passed += $1; failed += $3; skipped += $5; runs++ }
     END { if (runs != expected) { print "FAIL not all tests were run"; failed++ }
           printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped; exit failed > 0 }' "$tmp"/log-*
