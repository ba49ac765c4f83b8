#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# build.sh -- check the build: out of tree and in it, installation, cleaning, what configure says
#
# Works on a copy of the source in a temporary directory.

LC_ALL=C
export LC_ALL
unset WINEDEBUG WINE_MAPVIEW_WINE WINE_MAPVIEW_MODULE MAKEFLAGS DESTDIR

source=$(cd "$(dirname "$0")/.." && pwd -P)
tmp=$(mktemp -d "${TMPDIR:-/tmp}/mapview-build.XXXXXX") && tmp=$(cd "$tmp" && pwd -P) || exit 2
WINEPREFIX=$tmp/prefix
XDG_CACHE_HOME=$tmp/cache
WINEDLLOVERRIDES='mscoree,mshtml='
export WINEPREFIX XDG_CACHE_HOME WINEDLLOVERRIDES
trap 'wineserver -k 2>/dev/null; cd /; rm -rf "$tmp"' EXIT
trap 'exit 2' HUP INT TERM

. "$source/tests/results.sh"

# a step with its output in a log: status, or the errors
step() {
    "$@" >"$tmp/log" 2>&1 && echo 0 && return
    echo "status $?: $(grep -i 'error\|\*\*\*' "$tmp/log" | head -n 5)"
}
warnings() { grep -i 'warning' "$tmp/log" | head -n 5; }
files()    { (cd "$1" && find . -type f -o -type l) | sort; }
program()  { WINEDEBUG=-all "$@" cmd /c exit 37 >/dev/null 2>&1 </dev/null; echo $?; }

# the source without what a build leaves in it
copy_source() {
    mkdir "$1"
    tar -C "$source" -cf - --exclude='*.o' --exclude='*.exe' --exclude=.git --exclude=./lib \
        --exclude=./autom4te.cache --exclude='./configure*~' --exclude=./configure --exclude='./config.*' \
        --exclude=./Makefile --exclude='./dlls/*/stub' --exclude='./dlls/*/i386' --exclude='./include/config.h*' \
        --exclude=./aclocal.m4 . 2>/dev/null | tar -C "$1" -xf -
    cp "$source/configure.ac" "$1"
}

jobs=$(nproc 2>/dev/null || echo 2)
src=$tmp/source out=$tmp/out
copy_source "$src"
cd "$src" || exit 2

# ---- out of the tree ----

check autoreconf "$(step autoreconf)" 0
check autoreconf-warnings "$(warnings)" ""
mkdir "$out"
cd "$out" || exit 2
files "$src" > "$tmp/before"
check configure "$(step ../source/configure --prefix=/usr)" 0
check make "$(step make -j"$jobs")" 0
check make-warnings "$(warnings)" ""
files "$src" > "$tmp/after"
check source-untouched "$(diff "$tmp/before" "$tmp/after")" ""
cpu=$(sed -n 's/^WINE_CPU *= //p' Makefile)
for file in "x86_64-windows/kernelbase.dll" "x86_64-windows/kernelbase.from" "x86_64-unix/kernelbase.so" \
            "x86_64-windows/kernel32.dll" "x86_64-windows/kernel32.from"; do
    file=lib/wine-mapview/$cpu${file#x86_64}
    check "made-${file##*/}" "$(ls "$file" 2>/dev/null)" "$file"
done
check made-programs "$(ls tests/mapview_test.exe samples/mapsum.exe 2>&1)" "samples/mapsum.exe
tests/mapview_test.exe"
check builtin "$(dd if="lib/wine-mapview/$cpu-windows/kernelbase.dll" bs=1 skip=64 count=16 2>/dev/null)" "Wine builtin DLL"

if grep -q '^WINE32_CPU *= i386' Makefile; then
    for file in "i386-windows/kernelbase.dll" "i386-windows/kernelbase.from" "i386-unix/kernelbase.so" "i386-windows/kernel32.dll"; do
        check "made-32-bit-${file##*/}" "$(ls "lib/wine-mapview/$file" 2>/dev/null)" "lib/wine-mapview/$file"
    done
    check made-32-bit-programs "$(ls tests/mapview_test32.exe tests/mapview_test32_4g.exe 2>&1)" "tests/mapview_test32.exe
tests/mapview_test32_4g.exe"
else
    skip made-32-bit "the packages of the other architecture are not installed"
fi

check make-again "$(step make; grep -c 'gcc\|winebuild' "$tmp/log")" "0
0"
dll=lib/wine-mapview/$cpu-windows/kernelbase.dll so=lib/wine-mapview/$cpu-unix/kernelbase.so
echo "1 2 /another/kernelbase.dll" > dlls/kernelbase/stub/kernelbase.from
touch "$tmp/now"
check make-for-another-wine "$(step make -j"$jobs"; find $dll $so -newer "$tmp/now" | wc -l | tr -d ' ')" "0
2"
check program "$(program tools/wine-mapview)" 37
check program-module "$(sed -n 's/^wm_recorded=.*|//p' "$(tools/wine-mapview --overlay)/overlay.sh")" "$out/lib/wine-mapview'"

# ---- installation ----

dest=$tmp/dest
check install "$(step make install DESTDIR="$dest")" 0
for file in bin/wine-mapview share/man/man1/wine-mapview.1 lib/wine-mapview/find-wine lib/wine-mapview/mapview-views "$dll" "${dll%.dll}.from" "$so"; do
    check "installed-${file##*/}" "$(find "$dest/usr/$file" 2>/dev/null)" "$dest/usr/$file"
done
check installed-all "$(cd "$dest/usr/lib/wine-mapview" && find . -name '*.dll' -o -name '*.so' | sort)" \
    "$(cd lib/wine-mapview && find . -name '*.dll' -o -name '*.so' | sort)"
check installed-without-links "$(find "$dest" -type l)" ""
check installed-program "$(cd / && PATH="$dest/usr/bin:$PATH" && program wine-mapview)" 37
check installed-module "$(sed -n 's/^wm_recorded=.*|//p' "$("$dest/usr/bin/wine-mapview" --overlay)/overlay.sh")" \
    "$dest/usr/lib/wine-mapview'"
check uninstall "$(step make uninstall DESTDIR="$dest"; find "$dest" -type f)" 0

check clean "$(step make clean; find . -name '*.o' -o -name '*.dll' -o -name '*.so' -o -name '*.exe' -o -name '*.spec' -o -name '*.a')" 0
check make-after-clean "$(step make modules)" 0

# ---- in the tree ----

cd "$src" || exit 2
check in-tree-configure "$(step ./configure)" 0
check in-tree-make "$(step make -j"$jobs")" 0
check in-tree-warnings "$(warnings)" ""
check in-tree-program "$(program tools/wine-mapview)" 37
check in-tree-clean "$(step make clean; find . -name '*.o' -o -name '*.dll' -o -name '*.so' -o -name '*.exe' -o -name '*.a')" 0

# ---- what configure says when something is missing ----

mkdir "$tmp/try" "$tmp/bin"
cd "$tmp/try" || exit 2

# all programs but those named
without() {
    rm -rf "$tmp/bin"
    mkdir "$tmp/bin"
    echo "$PATH" | tr : '\n' | while read -r dir; do
        [ ! -d "$dir" ] || find "$dir/" -maxdepth 1 ! -type d -exec ln -s -t "$tmp/bin" {} + 2>/dev/null
    done
    for name; do rm -f "$tmp/bin"/$name; done
}
configure() { "$@" "$src/configure" $options 2>&1 >/dev/null; echo "status $?"; }
lacking() {
    want=$1
    shift
    without "$@"
    PATH=$tmp/bin configure env
}

options=
like no-wine "$(lacking wine wine wine64 'wine-*' 'wine64-*')" "*no 'wine' in PATH*apt-get install wine*status 1"
like no-winegcc "$(lacking - 'winegcc*')" "*winegcc was not found*apt-get*status 1"
like no-winebuild "$(lacking - 'winebuild*')" "*winebuild was not found*apt-get*status 1"
like no-winedump "$(lacking - 'winedump*')" "*winedump was not found*apt-get*status 1"
like no-mingw "$(lacking - '*mingw32*')" "*mingw*apt-get install gcc-mingw-w64*status 1"
like no-gcc "$(lacking - 'gcc*' 'cc' 'c89*' 'c99*' 'cl' 'cl.exe' 'clang*' 'x86_64-linux-gnu-gcc*')" "*compiler*status [1-9]*"
like no-numa-header "$(configure env ac_cv_header_numa_h=no)" "*numa.h was not found*apt-get install libnuma-dev*status 1"
like no-numa-library "$(configure env ac_cv_lib_numa_numa_available=no)" "*libnuma was not found*apt-get install libnuma-dev*status 1"
options=--enable-win32
like no-win32 "$(lacking - '*i686*')" "*--enable-win32: there is no *apt-get install*status 1"
options=--disable-win32
check without-win32 "$(configure env; sed -n 's/^WINE32_CPU *= *//p' Makefile)" "status 0"
options=--with-wine=$tmp/none
like no-such-wine "$(configure env)" "*$tmp/none*status 1"
options=--without-wine
like without-wine "$(configure env)" "*--with-wine needs a directory*status 1"
options=--with-mingw=no-such-compiler
like no-such-mingw "$(configure env)" "*status 1"

finish
