#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Tests of tools/drop-in: with the source of the installed Wine
#
# Usage: drop-in.sh [--no-build] [--cache DIR] [WINE_SRC]
#
# WINE_SRC is an unpacked source of the installed Wine, which is only read; without it, that of
# Debian's package is fetched into the cache (${XDG_CACHE_HOME:-~/.cache}/wine-mapview).  The
# copy that is built stays there, too, so that the next time takes seconds.
#
# The last line is "N passed, N failed".  Exit status: 0 nothing failed, 1 something did,
# 77 it cannot be done here (the reason is told).

export LC_ALL=C
srcdir=$(cd "$(dirname "$0")/.." && pwd)
builddir=$PWD
[ -x "$builddir/tools/wine-mapview" ] || builddir=$srcdir
drop_in=$srcdir/tools/drop-in

cache=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/wine-mapview
no_build=
while :; do
    case $1 in
    --no-build) no_build=yes ;;
    --cache)    cache=$2; shift ;;
    *)          break ;;
    esac
    shift
done

skip() { printf 'drop-in.sh: skipped: %s\n' "$*" >&2; exit 77; }

passed=0 failed=0
ok()  # TEXT COMMAND...
{
    text=$1
    shift
    if "$@" >"$work/out" 2>&1; then
        passed=$((passed + 1))
        echo "ok   $text"
    else
        failed=$((failed + 1))
        echo "FAIL $text"
        tail -n 20 "$work/out" | sed 's/^/     /'
        return 1
    fi
}

#
# The source
#

find_source()
{
    if [ "$1" ]; then
        source=$(cd "$1" && pwd) || exit 1
    else
        source=$("$srcdir/tools/check-wine" --cache "$cache/wine-source" --source-only | tail -n 1)
        [ -d "$source" ] || skip "the source of the installed Wine is not to be had"
    fi
    version=$(sed 's/.* //' "$source/VERSION")
    case $(wine --version 2>/dev/null) in
    wine-"$version"|wine-"$version "*) ;;
    *) skip "the installed Wine is not $version" ;;
    esac
}

#
# In and out: only the files that matter, so that each test has a tree of its own
#

small_tree()  # NAME
{
    tree=$work/$1
    mkdir -p "$tree/dlls"
    cp -p "$source/VERSION" "$source/configure.ac" "$source/aclocal.m4" "$tree"
    cp -Rp "$source/dlls/kernelbase" "$source/dlls/kernel32" "$tree/dlls"
}

# every file and directory with its kind, mode, time and contents
picture()
{
    (cd "$1" && find . -printf '%p %y %m' \( -type f -printf ' %T@ %s\n' -o -printf '\n' \) | sort
     find . -type f | sort | xargs cksum)
}

same_picture() { picture "$tree" >"$work/now"; diff "$1" "$work/now"; }

# fails, says TEXT, and leaves all as it was
refuses()  # TEXT ARGS...
{
    want=$1
    shift
    picture "$tree" >"$work/before"
    ! "$drop_in" "$@" >"$work/said" 2>&1 && cat "$work/said" && grep -qF -- "$want" "$work/said" &&
        same_picture "$work/before"
}

# what the spec exports is defined once in all of the files
defined_once()
{
    for module in kernelbase kernel32; do
        sed -n 's/^@ stdcall \([A-Za-z0-9]*\)([a-z0-9 ]*)$/\1/p' "$srcdir/dlls/$module/$module.spec" |
        while read -r name; do
            [ "$(cd "$tree/dlls/$module" && cat *.c | grep -cE "^[A-Za-z].*[ *]$name\(.*[^;]$")" = 1 ] || echo "$name"
        done
    done >"$work/not-once"
    ! grep . "$work/not-once"
}

spec_has_ours()
{
    for module in kernelbase kernel32; do
        grep '^@' "$srcdir/dlls/$module/$module.spec" | grep -vxFf "$tree/dlls/$module/$module.spec"
        sed -n 's/^@ stdcall \(-[^ ]* \)*\([A-Za-z0-9]*\)(.*/\2/p' "$tree/dlls/$module/$module.spec" | sort | uniq -d
    done >"$work/missing"
    ! grep . "$work/missing"
}

lists_ours()
{
    for module in kernelbase kernel32; do
        for file in $(cd "$srcdir/dlls/$module" && ls *.c unix/*.c 2>/dev/null); do
            [ "$file" = main.c ] || grep -q "^	\(mapview_\)*$file\( \\\\\)*\$" "$tree/dlls/$module/Makefile.in" || {
                echo "$file"; return 1; }
        done
    done
}

test_in_and_out()
{
    small_tree plain
    picture "$tree" >"$work/plain.original"
    ok "goes in" "$drop_in" "$tree"
    ok "our functions are defined once" defined_once
    ok "the spec has our lines, none twice" spec_has_ours
    ok "Makefile.in lists our sources" lists_ours
    picture "$tree" >"$work/plain.in"
    ok "goes in again" "$drop_in" "$tree"
    cut -d' ' -f1-3,5- "$work/plain.in" >"$work/plain.in.untimed"
    picture "$tree" | cut -d' ' -f1-3,5- >"$work/now"
    ok "and nothing is different" diff "$work/plain.in.untimed" "$work/now"
    ok "comes out" "$drop_in" --undo "$tree"
    ok "and the tree is as before, byte for byte, times and modes" same_picture "$work/plain.original"
    ok "a second undo is refused" refuses "nothing was put into" --undo "$tree"
}

# as if writing had been interrupted
test_half()
{
    small_tree half
    picture "$tree" >"$work/half.original"
    "$drop_in" "$tree" >/dev/null
    rm "$tree/dlls/kernelbase/view.c"
    cp -p "$source/dlls/kernelbase/sync.c" "$tree/dlls/kernelbase"
    ok "what is half done comes out" "$drop_in" --undo "$tree"
    ok "and the tree is as before that" same_picture "$work/half.original"
}

test_update()
{
    small_tree update
    picture "$tree" >"$work/update.original"
    # an older state of this project, which had another file, and not one of today's
    mkdir -p "$work/older/tools" "$work/older/dlls"
    cp -p "$drop_in" "$work/older/tools"
    cp -Rp "$srcdir/dlls/kernelbase" "$srcdir/dlls/kernel32" "$work/older/dlls"
    mv "$work/older/dlls/kernelbase/apiset.c" "$work/older/dlls/kernelbase/was_here.c"
    sed 's/apiset\.c/was_here.c/' "$srcdir/dlls/kernelbase/Makefile.in" >"$work/older/dlls/kernelbase/Makefile.in"
    sed '/^@ stdcall FlushViewOfFile(/d' "$srcdir/dlls/kernelbase/kernelbase.spec" \
        >"$work/older/dlls/kernelbase/kernelbase.spec"
    ok "an older state goes in" "$work/older/tools/drop-in" "$tree"
    ok "its file is there" test -f "$tree/dlls/kernelbase/was_here.c"
    ok "this state goes in over it" "$drop_in" "$tree"
    ok "its file is not there any more" test ! -e "$tree/dlls/kernelbase/was_here.c"
    ok "our functions are defined once after the update" defined_once
    ok "comes out after the update" "$drop_in" --undo "$tree"
    ok "and the tree is as before the older state" same_picture "$work/update.original"
}

test_names()
{
    small_tree names
    mkdir -p "$tree/dlls/kernelbase/unix"
    echo "int wines_own;" >"$tree/dlls/kernelbase/section.c"
    rmdir "$tree/dlls/kernelbase/unix"
    picture "$tree" >"$work/names.original"
    ok "goes in where a file of Wine's has a name of ours" "$drop_in" "$tree"
    ok "Wine's stays" grep -q wines_own "$tree/dlls/kernelbase/section.c"
    ok "ours has another name" cmp "$srcdir/dlls/kernelbase/section.c" "$tree/dlls/kernelbase/mapview_section.c"
    ok "which Makefile.in has" grep -q '	mapview_section.c' "$tree/dlls/kernelbase/Makefile.in"
    ok "goes in there again" "$drop_in" "$tree"
    ok "comes out there" "$drop_in" --undo "$tree"
    ok "and Wine's file is as before" same_picture "$work/names.original"
}

edit() { sed "$2" "$tree/$1" >"$work/edited" && cp "$work/edited" "$tree/$1"; }

test_refusals()
{
    tree=$work/empty
    mkdir -p "$tree"
    ok "a directory that is no Wine source" refuses "is no Wine source tree" "$tree"
    ok "a directory that is not there" refuses "no directory" "$work/nowhere"

    small_tree refusals
    ok "nothing to undo" refuses "nothing was put into" --undo "$tree"
    edit dlls/kernelbase/memory.c 's/ FlushViewOfFile(/ FlushSomethingElse(/'
    ok "a function that is not found" refuses "definition of FlushViewOfFile was not found" "$tree"
    small_tree refusals
    printf 'BOOL WINAPI FlushViewOfFile( const void *base, SIZE_T size )\n{\n    return TRUE;\n}\n' \
        >>"$tree/dlls/kernelbase/sync.c"
    ok "a function that is defined twice" refuses "FlushViewOfFile is defined in" "$tree"
    small_tree refusals
    edit dlls/kernelbase/memory.c '/ FlushViewOfFile(/,/^}/{/^{/s/$/\n#ifdef X/;}'
    ok "a condition that ends behind the function" refuses "a condition of the preprocessor" "$tree"
    small_tree refusals
    edit dlls/kernelbase/Makefile.in '/^MODULE/s/$/\nUNIXLIB = other.so/'
    ok "a kernelbase that has a Unix library" refuses "it has a UNIXLIB line already" "$tree"
    small_tree refusals
    edit dlls/kernelbase/Makefile.in 's/^\(C_SRCS\|SOURCES\)/FILES/'
    ok "no list of sources" refuses "the list of sources" "$tree"
    small_tree refusals
    edit configure.ac '/Check for libpcap/d'
    ok "no place in configure.ac" refuses "configure.ac: the line" "$tree"
    small_tree refusals
    edit dlls/kernelbase/main.c 's/DLL_PROCESS_ATTACH/1/'
    ok "no DllMain as expected" refuses "main.c:" "$tree"

    small_tree changed
    picture "$tree" >"$work/changed.original"
    "$drop_in" "$tree" >/dev/null
    echo "/* my own */" >>"$tree/dlls/kernelbase/view.c"
    ok "a file of ours that was changed" refuses "were changed since: dlls/kernelbase/view.c" "$tree"
    ok "... is not thrown away by undo either" refuses "were changed since: dlls/kernelbase/view.c" --undo "$tree"
    ok "... but with --force" "$drop_in" --undo --force "$tree"
    ok "and the tree is as before after that" same_picture "$work/changed.original"
}

# what a Wine tree's compiler options warn of and ours do not
no_idle_channel()
{
    for file in "$srcdir"/dlls/*/*.c "$srcdir"/dlls/*/unix/*.c; do
        ! grep -q '^WINE_DEFAULT_DEBUG_CHANNEL' "$file" ||
            grep -qE '\b((TRACE|WARN|ERR|FIXME)(_ON)?|trace_start)\(' "$file" || echo "$file"
    done >"$work/idle"
    ! grep . "$work/idle"
}

#
# The build
#

# what the tree was prepared by and from
prepared() { sed -n '/^prepare_tree()/,/^}/p' "$srcdir/tests/drop-in.sh" | cksum; cksum <"$source/debian/changelog"; } 2>/dev/null

# What Debian takes out of the source because it can be generated, and what is needed of
# Wine's modules; the rest of the tree is left alone.
prepare_tree()
{
    cp -Rp "$source" "$wine.new" || return
    cd "$wine.new" || return
    for file in config.sub config.guess; do
        [ -f "tools/$file" ] || cp "/usr/share/misc/$file" tools || return
    done
    for file in server/trace server/request; do
        # what tools/make_requests of 8.0 updates must exist
        [ ! -x debian/scripts/generate ] || debian/scripts/generate $file.generated make_requests
    done
    perl tools/make_requests && perl tools/make_specfiles || return
    sed -E '/^WINE_CONFIG_MAKEFILE\(/{/\((dlls\/(kernelbase|kernel32|ntdll|winecrt0)|libs\/(uuid|winecrt0)|include|tools[a-z0-9\/]*)[],)]/!d;}' \
        "$source/configure.ac" >configure.ac
    [ -f dlls/kernelbase/kernelbase.rgs ] || : >dlls/kernelbase/kernelbase.rgs
    autoconf && autoheader && rm -rf autom4te.cache && prepared >.prepared && mv "$wine.new" "$wine"
}

# makedep wants each header that is named anywhere: an empty one will do where it was generated
run_configure()
{
    cd "$wine" || return
    "$@" && return
    for try in 1 2 3 4 5 6 7 8 9 10 11 12; do
        ./config.status >"$work/status" 2>&1 && return
        file=$(sed -n 's/.*error: open \([^ ]*\) : No such file.*/\1/p' "$work/status")
        [ "$file" ] || break
        case $file in *.h) file=include/$file ;; esac
        mkdir -p "$(dirname "$file")" && : >"$file" || return
    done
    cat "$work/status"
    return 1
}

configure_tree()
{
    [ -f "$wine/Makefile" ] && return
    without=$(sed -n 's/^AC_ARG_WITH(\([a-z0-9]*\),.*/\1/p' "$wine/configure.ac" |
              grep -vx 'mingw\|wine64\|pthread\|x\|system.*' | sed 's/^/--without-/')
    run_configure ./configure --enable-win64 --with-mingw --without-x $without
}

build_kernelbase()
{
    cd "$wine" || return
    # all the warnings, also of what was built before
    find dlls/kernelbase dlls/kernel32 -name '*.o' -delete
    rm -f dlls/kernelbase/kernelbase.so dlls/kernel*/*/kernel*.dll
    make -j2 dlls/kernelbase/all dlls/kernel32/all >"$work/make" 2>&1 || { tail -n 30 "$work/make"; return 1; }
}

no_warnings()
{
    ! grep -E 'dlls/kernel[^:]*:.*(warning|note):|debug.h:.*warning:' "$work/make"
}

make_module()
{
    cpu=$(uname -m)
    rm -rf "$work/module"
    mkdir -p "$work/module/$cpu-windows" "$work/module/$cpu-unix"
    for module in kernelbase kernel32; do
        for file in "$wine/dlls/$module/$cpu-windows/$module.dll" "$wine/dlls/$module/$module.dll"; do
            [ -f "$file" ] && break
        done
        cp "$file" "$work/module/$cpu-windows" || return
    done
    cp "$wine/dlls/kernelbase/kernelbase.so" "$work/module/$cpu-unix"
}

needs_no_other() { ! grep -aq 'wkernel\(base\|32\)' "$work/module"/*-windows/*.dll; }

launch() { WINE_MAPVIEW_MODULE=$work/module timeout 1200 "$builddir/tools/wine-mapview" "$@"; }

run_suite()
{
    cp "$builddir/tests/mapview_test.exe" "$work"
    (cd "$work" && launch mapview_test.exe) >"$work/suite" 2>&1
    status=$?
    grep '^FAIL' "$work/suite"
    tail -n 1 "$work/suite"
    return $status
}

test_build()
{
    for program in autoconf bison flex msgfmt perl; do
        command -v $program >/dev/null || { echo "skip the build: $program is missing (Debian: apt-get install autoconf autotools-dev bison flex gettext perl)"; return; }
    done
    wine=$cache/drop-in/$version
    mkdir -p "$cache/drop-in"
    exec 9>"$cache/drop-in/lock"
    flock 9
    rm -rf "$wine.new"
    [ "$(cat "$wine/.prepared" 2>/dev/null)" = "$(prepared)" ] || rm -rf "$wine"
    [ -d "$wine" ] || ok "the tree is prepared" prepare_tree || return
    ok "goes into the tree to build" "$drop_in" "$wine" || return
    ok "./configure --enable-win64" configure_tree || return
    ok "make dlls/kernelbase/all dlls/kernel32/all" build_kernelbase || return
    ok "without a warning" no_warnings
    ok "the module is there" make_module || return
    ok "it does not use the installed DLLs" needs_no_other
    export WINEPREFIX="$work/prefix" WINEDEBUG=-all XDG_CACHE_HOME="$work/xdg"
    ok "the launcher takes it" launch --status
    ok "it makes a prefix" launch wineboot -i
    ok "it passes the suite" run_suite
    tail -n 1 "$work/suite" | sed 's/^/     /'
}

work=$(mktemp -d "${TMPDIR:-/tmp}/drop-in-test.XXXXXX") || exit 1
stop()
{
    [ ! -d "$work/prefix" ] || WINEPREFIX=$work/prefix wineserver -k 2>/dev/null
    rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT TERM HUP
find_source "$1"
echo "Source of Wine $version: $source"
ok "no debug channel is defined in vain" no_idle_channel
test_in_and_out
test_half
test_update
test_names
test_refusals
if [ ! "$no_build" ]; then
    if [ -f "$builddir/tests/mapview_test.exe" ]; then (test_build; echo "$passed $failed" >"$work/count")
        read -r passed failed <"$work/count"
    else
        echo "FAIL the suite is not built (make)"
        failed=$((failed + 1))
    fi
fi
echo "$passed passed, $failed failed"
[ $failed = 0 ]
