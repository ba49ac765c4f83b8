#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Tests of find-wine, configure and the launcher with other layouts of a Wine
#
# Usage: layouts.sh [BUILD_DIR]
#
# The installed Wine is copied into trees that are laid out as upstream's are.  Its loader and
# ntdll.so have the way from one to the other built in; in the copies other ways of at most the
# same length are written over it.
#
# The last line is "N passed, N failed, N skipped"; the status is 1 if something failed.

LC_ALL=C
export LC_ALL
unset WINEDLLPATH WINELOADER WINESERVER WINE_MAPVIEW_WINE WINE_MAPVIEW_MODULE
srcdir=$(cd "$(dirname "$0")/.." && pwd -P)
builddir=$(cd "${1:-$srcdir}" && pwd -P) || exit 2
[ -f "$builddir/tests/mapview_test.exe" ] || { echo "layouts.sh: $builddir is not built: run make first" >&2; exit 2; }

tmp=$(mktemp -d "${TMPDIR:-/tmp}/layouts.XXXXXX") && tmp=$(cd "$tmp" && pwd -P) || exit 2
export WINEPREFIX="$tmp/prefix" XDG_CACHE_HOME="$tmp/cache" WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml='
trap 'wineserver -k 2>/dev/null; cd /; rm -rf "$tmp"' EXIT
trap 'exit 2' HUP INT TERM

passed=0 failed=0 skipped=0
skip() { skipped=$((skipped + 1)); echo "skip $1: $2"; }
check()  # NAME GOT WANT
{
    if [ "$2" = "$3" ]; then
        passed=$((passed + 1)); echo "ok   $1"
    else
        failed=$((failed + 1)); echo "FAIL $1: got '$2', want '$3'"
    fi
}

found=$("$srcdir/tools/find-wine") || exit 2
eval "$found"
loader=$WINE_LOADER unixdir=$WINE_UNIXDIR pedir=$WINE_PEDIR cpu=$WINE_CPU
server=$(readlink -f "$WINE_SERVER")
# Debian's is a script that starts one of these
for file in "$server" "${server}64" "${server}32"; do
    [ "$(head -c 4 "$file" 2>/dev/null | tail -c 3)" = ELF ] && { server=$file; break; }
done
share=$WINE_ROOT/share/wine
[ -d "$share" ] || { echo "layouts.sh: no share/wine beside $loader" >&2; exit 2; }

#
# A tree: where the loader and the DLLs are in it
#

relative()  # FROM TO: the way between two directories below the tree
{
    from=$1 way=
    while [ -n "$from" ] && [ "$from" != . ]; do way=../$way; from=$(dirname "$from"); done
    echo "$way$2"
}

# write a string over another, where that stands alone
overwrite()  # FILE OLD NEW
{
    [ ${#3} -le ${#2} ] || return 1
    perl -0777 -pi -e '
        BEGIN { $old = shift @ARGV; $new = shift @ARGV; }
        $n = s/\0\Q$old\E\0/"\0" . $new . "\0" x (length( $old ) - length( $new ) + 1)/ge;
        END { exit !$n }' "$2" "$3" "$1"
}

has() { grep -qaF -- "$2" "$1"; }

# the tree's own ways instead of the installed one's
rewire()  # TREE BIN DLLS NAME
{
    new=$1/$2/$4 so=$1/$3/$cpu-unix/ntdll.so
    down=$(relative "$2" "$3")
    old=$(strings "$new" | sed -n "s,^\(\.\./.*\)/$cpu-unix/ntdll\.so\$,\1,p")
    if [ "$old" ]; then     # one way down, two ways up, all relative (8.0)
        overwrite "$new" "$old/$cpu-unix/ntdll.so" "$down/$cpu-unix/ntdll.so" &&
        overwrite "$so" "$(realpath --relative-to="$(dirname "$unixdir")" "$(dirname "$loader")")" "$(relative "$3" "$2")" &&
        overwrite "$so" "$(realpath --relative-to="$(dirname "$loader")" "$share")" "$(relative "$2" share/wine)"
    else                    # two places, the ways are made of them (10.0)
        for file in "$new" "$so"; do
            overwrite "$file" "$(dirname "$unixdir")" "/$3" && overwrite "$file" "$(dirname "$loader")" "/$2" || return
        done
        overwrite "$so" "$share" /share/wine
    fi
}

make_tree()  # TREE BIN DLLS NAME
{
    mkdir -p "$1/$2" "$1/$3/$cpu-unix" "$1/$3/$cpu-windows" "$1/share"
    cp -L "$loader" "$1/$2/$4"
    cp -L "$server" "$1/$2/wineserver"
    ln -s "$share" "$1/share/wine"
    ln -s "$unixdir"/*.so "$1/$3/$cpu-unix"
    ln -s "$pedir"/* "$1/$3/$cpu-windows"
    rm "$1/$3/$cpu-unix/ntdll.so" "$1/$3/$cpu-windows/kernelbase.dll"
    cp "$unixdir/ntdll.so" "$1/$3/$cpu-unix"
    cp "$pedir/kernelbase.dll" "$1/$3/$cpu-windows"
    rewire "$1" "$2" "$3" "$4"
}

#
# What must hold in each
#

test_find()  # NAME WINE TREE BIN DLLS LOADER
{
    found=$("$srcdir/tools/find-wine" "$2" 2>&1) || { check "$1: find-wine" "$found" "a Wine"; return 1; }
    eval "$found"
    check "$1: the loader" "$WINE_LOADER" "$3/$4/$6"
    check "$1: the Unix libraries" "$WINE_UNIXDIR" "$3/$5/$cpu-unix"
    check "$1: the DLLs" "$WINE_PEDIR" "$3/$5/$cpu-windows"
    check "$1: the server" "$(readlink -f "$WINE_SERVER")" "$3/$4/wineserver"
}

# the module that was built for the installed Wine: the DLL is the same
test_launch()  # NAME WINE TREE
{
    like=$(timeout 120 "$builddir/tools/wine-mapview" --wine="$2" "$builddir/tests/mapview_test.exe" exports 2>&1 |
           tr -d '\r' | tail -n 1)
    check "$1: our functions are there" "$(echo "$like" | sed 's/^[1-9][0-9]* passed, 0 failed.*/all/')" all
    status=$("$builddir/tools/wine-mapview" --wine="$2" --status 2>&1 | sed -n 's/^Wine:* *\([^,]*\),.*/\1/p')
    check "$1: with the Wine of the tree" "$status" "$3/$4"
    wineserver -k 2>/dev/null
}

# built against it from nothing, and used by the launcher of that build
test_build()  # NAME WINE
{
    mkdir -p "$tmp/build $1"
    (cd "$tmp/build $1" && "$configure/configure" --with-wine="$2" && make modules) >"$tmp/log" 2>&1 &&
        check "$1: configure and make" ok ok || {
        tail -n 5 "$tmp/log"
        check "$1: configure and make" failed ok
        return
    }
    check "$1: configure took its DLLs" "$(sed -n 's/^wine_pedir_$(WINE_CPU) *= *//p' "$tmp/build $1/Makefile")" "$WINE_PEDIR"
    check "$1: no warning" "$(grep -c 'warning:' "$tmp/log")" 0
}

configure=$srcdir
if ! [ -x "$srcdir/configure" ]; then
    configure=$tmp/source
    cp -R "$srcdir" "$configure" && (cd "$configure" && autoreconf) >"$tmp/log" 2>&1
fi

# all of it
layout()  # NAME BIN DLLS LOADER-NAME
{
    tree=$tmp/$1
    make_tree "$tree" "$2" "$3" "$4" || { skip "$1" "the installed Wine cannot be moved to $2 and $3"; return 1; }
    test_find "$1" "$tree" "$tree" "$2" "$3" "$4" || return
    test_launch "$1" "$tree" "$tree" "$2/$4"
}

wine wineboot -i >/dev/null 2>&1
wineserver -w

# WineHQ's packages: /opt/wine-stable
if layout opt bin lib/wine wine; then
    test_build opt "$tmp/opt"
    # found through PATH by a link, as /usr/bin/wine may be one, and by the loader itself
    mkdir "$tmp/path"
    ln -s "$tmp/opt/bin/wine" "$tmp/path/wine"
    test_find "link in PATH" "$tmp/path/wine" "$tmp/opt" bin lib/wine wine
    (PATH="$tmp/path:$PATH"; test_find "link in PATH" "" "$tmp/opt" bin lib/wine wine; echo "$passed $failed" >"$tmp/count")
    read -r passed failed <"$tmp/count"
    # a script in its place
    printf '#!/bin/sh\nexport WINEDEBUG="${WINEDEBUG-fixme-all}"\nexec "%s/opt/bin/wine" "$@"\n' "$tmp" >"$tmp/path/script"
    chmod 755 "$tmp/path/script"
    test_find "a script" "$tmp/path/script" "$tmp/opt" bin lib/wine wine
    test_launch "a script" "$tmp/path/script" "$tmp/opt" bin/wine
fi

layout lib64 bin lib64/wine wine64

# everything in one prefix below a directory with a space
layout "a dir" bin lib/wine wine64

# a preloader beside the loader: it starts that, with another program as /proc/self/exe
preloader=
for file in "$loader-preloader" "${loader%64}-preloader"; do
    [ -f "$file" ] && { preloader=$file; break; }
done
if [ -z "$preloader" ] && command -v apt-get >/dev/null && cd "$tmp" &&
   apt-get -q download wine64-preloader >"$tmp/log" 2>&1; then
    dpkg -x "$tmp"/wine64-preloader_*.deb "$tmp/deb" && preloader=$(find "$tmp/deb/usr/lib" -name 'wine64-preloader*' -type f | head -n 1)
fi
if [ -z "$preloader" ]; then
    skip preloader "the installed Wine has none (Debian: apt-get install wine64-preloader)"
elif make_tree "$tmp/preloader" bin lib/wine wine64; then
    cp "$preloader" "$tmp/preloader/bin/wine64-preloader"
    test_find preloader "$tmp/preloader" "$tmp/preloader" bin lib/wine wine64
    test_launch preloader "$tmp/preloader" "$tmp/preloader" bin/wine64
    check "preloader: it is in the overlay" \
        "$(find "$XDG_CACHE_HOME" -path '*/bin/wine64-preloader' | wc -l | tr -d ' ')" 1
else
    skip preloader "the installed Wine cannot be moved"
fi

# a build directory, which starts its own programs: nothing has to be rewired
make_build()  # TREE
{
    mkdir -p "$1/loader" "$1/server" "$1/dlls" "$1/programs" || return
    cp -L "$loader" "$1/loader/wine64"
    cp -L "$server" "$1/server/wineserver"
    for dir in nls fonts; do ln -s "$share/$dir" "$1/$dir" || return; done
    ln -s "$share/wine.inf" "$1/loader/wine.inf"
    for file in "$pedir"/*.*; do
        name=${file##*/}
        case $name in
        *.exe) dir=$1/programs/${name%.exe} ;;
        *.dll) dir=$1/dlls/${name%.dll} ;;
        *.a)   continue ;;
        *)     dir=$1/dlls/$name ;;
        esac
        echo "$dir/$cpu-windows $file"
    done >"$tmp/links"
    sed 's/ .*//' "$tmp/links" | xargs mkdir -p
    while read -r dir file; do ln -s "$file" "$dir"; done <"$tmp/links"
    for file in "$unixdir"/*.so; do
        name=${file##*/}
        mkdir -p "$1/dlls/${name%.so}" && ln -s "$file" "$1/dlls/${name%.so}"
    done
    for file in "$unixdir/ntdll.so" "$pedir/kernelbase.dll"; do
        name=${file##*/}
        dir=$1/dlls/${name%.*}
        case $name in *.dll) dir=$dir/$cpu-windows ;; esac
        rm "$dir/$name"
        cp "$file" "$dir"
    done
}

if [ "$(basename "$share")" = wine ] && [ -d "$share/nls" ]; then
    tree=$tmp/a-build
    make_build "$tree"
    found=$("$srcdir/tools/find-wine" "$tree" 2>&1)
    eval "$found"
    check "build: the loader" "$WINE_LOADER" "$tree/loader/wine64"
    check "build: ntdll.so" "$WINE_UNIXDIR" "$tree/dlls/ntdll"
    check "build: the DLL" "$WINE_PEDIR" "$tree/dlls/kernelbase/$cpu-windows"
    check "build: the server" "$WINE_SERVER" "$tree/server/wineserver"
    check "build: the CPU" "$WINE_CPU" "$cpu"
    test_launch build "$tree" "$tree" loader/wine64
    test_build build "$tree"
else
    skip build "no $share/nls"
fi

echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
