#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# survival.sh [ROUNDS]
#
# What is left when a system call fails, or a process is killed in the middle of one: runs the
# rules of survival.c with tests/survival/inject.c, and kills programs at random moments.
# Ends with a line "N passed, N failed[, N skipped]".  Uses WINEPREFIX, or a prefix of its own.

top=$(cd "$(dirname "$0")/.." && pwd -P) || exit 1
rounds=${1:-12}
wine=$top/tools/wine-mapview
test=$top/tests/mapview_test.exe
tmp=$(mktemp -d "${TMPDIR:-/tmp}/mapview-survival.XXXXXX") || exit 1
bystander=
forgers=
old_pages=
pool=/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages
finish() {
    cd /
    # shellcheck disable=SC2086
    kill $forgers $bystander 2>/dev/null
    [ -z "$old_pages" ] || echo "$old_pages" > "$pool"
    [ -z "$own" ] || wineserver -k
    rm -rf "$tmp"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

own=
[ -n "${WINEPREFIX-}" ] || { WINEPREFIX=$tmp/prefix own=yes; }
WINEDEBUG=${WINEDEBUG--all,err+mapview}
WINEDLLOVERRIDES=${WINEDLLOVERRIDES-mscoree,mshtml=}
export WINEPREFIX WINEDEBUG WINEDLLOVERRIDES

passed=0 failed=0 skipped=0
result() { # rule, status, text
    if [ "$2" = 0 ]; then passed=$((passed + 1)); echo "ok   $1"
    else failed=$((failed + 1)); echo "FAIL $1${3:+: $3}"; fi
}

# ---- calls that fail ----

module=$(echo "$top"/lib/wine-mapview/*-unix/kernelbase.so)

# What the module imports and inject.c leaves alone: what frees or cannot fail for what is there
# (descriptors, mappings and addresses of its own), and what is called once at the start
never_fail='NtClose NtCurrentTeb NtFreeVirtualMemory NtUnmapViewOfSection NtUnmapViewOfSectionEx
    close closedir fclose free munmap fstat fstatfs readlink stat fgets readdir
    numa_allocate_nodemask numa_available numa_bitmask_free numa_bitmask_isbitset numa_bitmask_setbit
    numa_distance numa_get_membind numa_node_size64 numa_parse_nodestring_all sched_getaffinity __sched_cpucount
    pthread_attr_destroy pthread_attr_init pthread_attr_setdetachstate pthread_attr_setstacksize
    pthread_join pthread_mutex_lock pthread_mutex_unlock pthread_once pthread_sigmask
    sem_init sem_post sem_wait
    sigaction sigaddset sigdelset sigemptyset sigfillset getenv geteuid getpid memcpy memmove memset
    snprintf sprintf vsnprintf __isoc99_sscanf strcasecmp strcmp strcspn strerror strlen strncmp strstr
    strtol strtoul strtoull __ctype_b_loc __errno_location __cxa_finalize __gmon_start__ __stack_chk_fail
    _ITM_deregisterTMCloneTable _ITM_registerTMCloneTable
    __wine_dbg_get_channel_flags __wine_dbg_header __wine_dbg_output __wine_dbg_strdup'

# inject RULE...: run them with inject.so, add up what they say
inject() {
    LD_PRELOAD=$tmp/inject.so "$wine" "$test" --timeout 300 "$@" > "$tmp/log" 2>&1 < /dev/null
    tr -d '\r' < "$tmp/log" | sed '$d'
    # shellcheck disable=SC2046
    set -- $(tr -d '\r' < "$tmp/log" |
             sed -n '$s/^\([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p') 0 1 0
    passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
}

# forge VARIABLE [UID]: a process with files that look like sections, named in the variable
forge() {
    variable=$1; shift
    "$tmp/forge" "$@" > "$tmp/$variable" &
    forgers="$forgers $!"
    for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        [ ! -s "$tmp/$variable" ] || break
        sleep 0.5
    done
    export "$variable=$(cat "$tmp/$variable")"
}

if ! ${CC:-cc} -shared -fPIC -O2 -o "$tmp/inject.so" "$top/tests/survival/inject.c" -ldl; then
    result inject.so 1 "cannot be built"
else
    missing=   # what cannot be tried here (survival/exceptions)
    head -c 8192 /dev/zero > "$tmp/inject"
    MAPVIEW_INJECT=$tmp/inject
    export MAPVIEW_INJECT
    ${CC:-cc} -O2 -o "$tmp/forge" "$top/tests/survival/forge.c"
    # a value that is there to be asked for
    "$wine" reg add 'HKCU\Software\Wine\AppDefaults\mapview_test.exe\Mapview' /v LargePages /d auto /f > "$tmp/log" 2>&1 < /dev/null
    forge MAPVIEW_FORGED
    [ "$(id -u)" != 0 ] || { chmod 711 "$tmp"; forge MAPVIEW_FORGED_BY_OTHER 65534; }
    inject survival
    ! grep -q 'no large pages' "$tmp/log" || missing="$missing no-large"
    # shellcheck disable=SC2086
    kill $forgers
    forgers=
    # the same with the pool of huge pages
    if [ "$(id -u)" = 0 ] && old_pages=$(cat "$pool" 2>/dev/null) && echo $((old_pages + 8)) > "$pool" 2>/dev/null; then
        MAPVIEW_POOL=yes WINE_MAPVIEW_LARGE_PAGES=hugetlb inject survival:survival-pool survival:survival-inject
        echo "$old_pages" > "$pool"
        old_pages=
    else
        old_pages=
        missing="$missing no-pool"
    fi
    [ "$(stat -f -c %T "$WINEPREFIX")" != tmpfs ] || missing="$missing tmpfs"
    imports=$(nm -D --undefined-only "$module" | awk '{ sub( /@.*/, "", $2 ); print $2 }')
    injected=$(nm -D --defined-only "$tmp/inject.so" | awk '{ print $3 }')
    unknown=
    for name in $imports; do
        case " "$(echo $injected $never_fail)" " in *" $name "*) ;; *) unknown="$unknown $name" ;; esac
    done
    result survival-inject-all "$([ -z "$unknown" ]; echo $?)" "never made to fail:$unknown"

    # the places of calls that can fail, and did not
    can_fail=
    for name in $imports; do
        case " "$(echo $never_fail)" " in *" $name "*) ;; *) can_fail="$can_fail $name" ;; esac
    done
    # shellcheck disable=SC2086
    "$top/tests/survival/sites.sh" "$module" "$MAPVIEW_INJECT" "$missing" $can_fail > "$tmp/sites" 2>&1
    result survival-inject-sites "$([ ! -s "$tmp/sites" ]; echo $?)" "not reached: $(tr '\n' ';' < "$tmp/sites")"
fi

# ---- processes that are killed ----

free_pages() { cat /sys/kernel/mm/hugepages/hugepages-*kB/free_hugepages 2>/dev/null | tr '\n' ' '; }
child() { "$wine" "$test" --child "$@"; }

# the sections that processes of this prefix's server have open: number of memfds of large pages
memfds() { ls -l "/proc/$(server_pid)/fd" 2>/dev/null | grep -c 'memfd:wine-mapview'; }
server_pid() {
    dir=server-$(stat -c '%D-%i' "$WINEPREFIX" | awk -F- '{ printf "%s-%x", $1, $2 }')
    for proc in /proc/[0-9]*; do
        case $(readlink "$proc/cwd") in */"$dir") ;; *) continue ;; esac
        case $(cat "$proc/comm" 2>/dev/null) in wineserver*) echo "${proc#/proc/}" ;; esac
    done 2>/dev/null | head -n 1
}

# start FILE NAME ARGUMENT: a program in the background, $started, which prints its number in Wine, $pid, into
# the file when it is at work
start() {
    : > "$1"
    "$wine" "$test" --child "$2" survival "$3" > "$1" 2>&1 < /dev/null &
    started=$!
    for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
        sleep 0.5
        pid=$(tr -d '\r' < "$1" | sed -n 's/^pid //p')
        [ -z "$pid" ] || break
    done
}

start "$tmp/bystander" survival-bystander 3600
bystander=$started
result survival-bystander "$([ -n "$pid" ]; echo $?)" "it did not start"

pages=$(free_pages)
before=$(memfds)
killed=0
n=0
while [ "$n" -lt "$rounds" ]; do
    n=$((n + 1))
    "$wine" "$test" --child survival-loop survival "$pid" > "$tmp/loop" 2>&1 < /dev/null &
    loop=$!
    # each time at another moment of its start or of its work
    sleep "$(awk -v n="$n" -v seed="$$" 'BEGIN { srand( seed + n ); printf "%.3f", 0.2 + rand() * 1.5 }')"
    if kill -9 "$loop" 2>/dev/null; then killed=$((killed + 1)); else cp "$tmp/loop" "$tmp/gone"; fi
    wait "$loop" 2>/dev/null
done
[ "$killed" = "$rounds" ]
result survival-kill "$?" "only $killed of $rounds were there to be killed: $(cat "$tmp/gone" 2>/dev/null)"

# the server takes notice of a killed process at once, the kernel frees its pages in the background
for i in 1 2 3 4 5 6 7 8 9 10; do
    child survival-name survival x > "$tmp/name" 2>&1 < /dev/null && after=$(memfds) &&
        [ "$after" = "$before" ] && break
    sleep 0.3
done
child survival-name survival x > "$tmp/name" 2>&1 < /dev/null
result survival-no-name "$?" "the named section is still there"
[ "$after" = "$before" ]
result survival-no-memfd "$?" "$after memfds are left in the server, before $before"
now=$(free_pages)
if [ "$now" != "$pages" ] && [ "${MAPVIEW_ALONE-}" ]; then result survival-no-page 1 "free huge pages: $now, before $pages"
elif [ "$now" != "$pages" ]; then echo "skip survival-no-page (others may use the pool: $now free, before $pages)"; skipped=$((skipped + 1))
else result survival-no-page 0; fi

# a process that the killed ones have mapped into goes on
kill -0 "$bystander" 2>/dev/null
result survival-not-blocked "$?" "the bystander is gone: $(cat "$tmp/bystander")"
timeout 60 "$wine" "$test" coherent:S4-one-section coherent:S4-process-by-name > "$tmp/log" 2>&1 < /dev/null
result survival-others-work "$?" "$(tail -n 3 "$tmp/log")"

# what maps into a process that is killed is told so
hung=
for n in 1 2 3 4; do
    start "$tmp/target" survival-bystander 3600
    target=$started
    start "$tmp/loop" survival-loop "$pid"
    loop=$started
    sleep "0.$n"
    kill -9 "$target" 2>/dev/null
    wait "$target" 2>/dev/null
    for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        kill -0 "$loop" 2>/dev/null || break
        sleep 0.5
    done
    kill -9 "$loop" 2>/dev/null && hung="$hung $n"
    wait "$loop" 2>/dev/null
done
result survival-target-killed "$([ -z "$hung" ]; echo $?)" "a call for a killed process did not return, in rounds$hung"

# ---- another server ----

server=$(server_pid)
kill "$bystander" 2>/dev/null
bystander=
if [ -n "$server" ] && kill -9 "$server"; then
    sleep 1
    timeout 120 "$wine" "$test" coherent:S4-process-by-name remote:1.15-remote-ordinary > "$tmp/log" 2>&1 < /dev/null
    result survival-server-killed "$?" "$(tail -n 3 "$tmp/log")"
else
    result survival-server-killed 1 "cannot find the server"
fi
wineserver -k
timeout 120 "$wine" "$test" coherent:S4-process-by-name > "$tmp/log" 2>&1 < /dev/null
result survival-server-restarted "$?" "$(tail -n 3 "$tmp/log")"

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
