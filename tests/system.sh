#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Tests of wine-mapview --install-system and --uninstall-system
#
# Usage: system.sh [BUILD_DIR]
#
# All of it happens in an overlay over this machine's root file system, in mount and process
# namespaces of its own: the installed Wine and dpkg's database stay as they are.
#
# The last line is "N passed, N failed, N skipped"; exit status 1 if something failed, 77 if it
# cannot be done here (the reason is told).

export LC_ALL=C
srcdir=$(cd "$(dirname "$0")/.." && pwd -P)
skip_all() { printf 'system.sh: skipped: %s\n' "$*" >&2; exit 77; }

#
# Outside
#

if [ "$1" != --inside ]; then
    builddir=$(cd "${1:-$srcdir}" && pwd -P) || exit 2
    [ -f "$builddir/tests/mapview_test.exe" ] || { echo "system.sh: $builddir is not built: run make first" >&2; exit 2; }
    [ "$(id -u)" = 0 ] || skip_all "only root can make an overlay"
    tmp=$(mktemp -d "${TMPDIR:-/tmp}/system.XXXXXX") || exit 2
    trap 'rm -rf --one-file-system "$tmp"' EXIT
    trap 'exit 2' HUP INT TERM
    mkdir "$tmp/upper" "$tmp/work" "$tmp/root"
    unshare --mount --propagation private --pid --fork --kill-child sh -c '
        mount -t overlay overlay -o lowerdir=/,upperdir="$1/upper",workdir="$1/work" "$1/root" 2>/dev/null || exit 77
        mount -t proc proc "$1/root/proc" && mount --rbind /sys "$1/root/sys" && mount --rbind /dev "$1/root/dev" &&
        mount -t tmpfs tmpfs "$1/root/mnt" && mkdir "$1/root/mnt/build" "$1/root/mnt/source" &&
        mount --bind "$2" "$1/root/mnt/build" && mount --bind "$3" "$1/root/mnt/source" || exit 77
        exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C \
            chroot "$1/root" /mnt/source/tests/system.sh --inside' sh "$tmp" "$builddir" "$srcdir"
    status=$?
    [ $status != 77 ] || skip_all "this root may not mount an overlay"
    exit $status
fi

#
# Inside
#

passed=0 failed=0 skipped=0
check()  # NAME GOT WANT
{
    # shellcheck disable=SC2254
    case $2 in
    $3) passed=$((passed + 1)); echo "ok   $1" ;;
    *)  failed=$((failed + 1)); echo "FAIL $1: got '$2', want '$3'" ;;
    esac
}
skip() { skipped=$((skipped + 1)); echo "skip $1: $2"; }

cd /mnt/build || exit 2
module=/mnt/module
export WINE_MAPVIEW_MODULE=$module WINEDEBUG=-all WINEPREFIX=/mnt/prefix WINEDLLOVERRIDES='mscoree,mshtml='
cp -R lib/wine-mapview $module
cp /mnt/source/tools/find-wine /mnt/source/tools/install-system $module
eval "$(/mnt/source/tools/find-wine)"
run=/mnt/source/tools/wine-mapview

# where it runs 32-bit programs, too, that part is changed with it
wine32_dirs=
[ ! -d $module/i386-windows ] ||
    wine32_dirs=$(eval "$(/mnt/source/tools/find-wine --exact "${WINE_LOADER%64}")"; echo "$WINE_PEDIR $WINE_UNIXDIR")

# shellcheck disable=SC2086
picture() { (cd / && find "$WINE_PEDIR" "$WINE_UNIXDIR" $wine32_dirs -type f -name '*[wk]*ern*' -exec cksum {} + | sort; dpkg-divert --list '*kernel*'); }
# how many rules of the module's exports a Wine command passes: all of them only with the module
suite_of() { program=$1; shift; timeout 300 "$@" "tests/$program" exports 2>&1 | tr -d '\r' | tail -n 1; }
suite() { suite_of mapview_test.exe "$@"; }
stop() { wineserver -k 2>/dev/null; wineserver -w 2>/dev/null; }

picture >/mnt/before
wine wineboot -i >/dev/null 2>&1
stop
check "the stock Wine does not have our functions" "$(suite wine)" "*passed, [1-9]* failed*"
check "nothing to take out" "$("$run" --uninstall-system 2>&1; echo $?)" "*is not installed in*1"
stop

# ---- refusals ----

sed 's/^[0-9]*/1/' $module/$WINE_CPU-windows/kernelbase.from >/mnt/from
cp $module/$WINE_CPU-windows/kernelbase.from /mnt/right-from
cp /mnt/from $module/$WINE_CPU-windows/kernelbase.from
check "a module for another Wine is refused" "$("$run" --install-system 2>&1; echo $?)" "*built for another Wine*1"
cp /mnt/right-from $module/$WINE_CPU-windows/kernelbase.from
touch "$WINE_PEDIR/wkernelbase.dll"
check "a file of the new name is not overwritten" "$("$run" --install-system 2>&1; echo $?)" "*there is a *wkernelbase.dll already*1"
rm "$WINE_PEDIR/wkernelbase.dll"
check "a user is refused" "$(setpriv --reuid=65534 --clear-groups "$run" --install-system 2>&1; echo $?)" "*is for root*1"
check "nothing has changed" "$(picture | diff /mnt/before -)" ""

# ---- in ----

check "installs" "$("$run" --install-system 2>&1; echo $?)" "*runs all programs with the module now*0"
check "the DLL is diverted" "$(dpkg-divert --truename "$WINE_PEDIR/kernelbase.dll")" "$WINE_PEDIR/wkernelbase.dll"
check "the installed Wine has our functions, with a prefix from before" "$(suite wine)" "*passed, 0 failed*"
[ -z "$wine32_dirs" ] ||
    check "32-bit programs have them, too" "$(suite_of mapview_test32.exe wine)" "*passed, 0 failed*"
stop
WINEPREFIX=/mnt/prefix2
check "and with a new prefix" "$(wine wineboot -i >/dev/null 2>&1; suite wine)" "*passed, 0 failed*"
stop
WINEPREFIX=/mnt/prefix
check "the launcher runs beside it" "$(suite "$run")" "*passed, 0 failed*"
stop
picture >/mnt/in
check "installs again" "$("$run" --install-system 2>&1; echo $?)" "*runs all programs with the module now*0"
check "and nothing is different" "$(picture | diff /mnt/in -)" ""

# ---- an upgrade of Wine's package ----

# the package of the installed Wine again, with a higher version; it is configured with the old one
# again, as packages of several architectures have to be of one version for that
package=$(dpkg -S "$WINE_UNIXDIR/ntdll.so" 2>/dev/null | sed 's/: .*//;q')
deb=/var/tmp/deb
upgrade()
{
    sed -i 's/^Version: .*/&+1/' $deb/tree/DEBIAN/control
    dpkg-deb -Znone -b $deb/tree $deb/new.deb && dpkg --unpack --force-depends $deb/new.deb
} >/mnt/log 2>&1
if [ -n "$package" ] && mkdir $deb && (cd $deb && apt-get -q download "$package" && mv ./*.deb old.deb) >/mnt/log 2>&1 &&
   dpkg-deb -R $deb/old.deb $deb/tree; then
    check "an upgrade" "$(upgrade; echo $?)" 0
    check "it leaves ours in place" "$(picture | diff /mnt/in -)" ""
    check "the Wine has our functions after an upgrade" "$(suite wine)" "*passed, 0 failed*"
    stop

    # one with another DLL: ours forwards to that until it is taken out
    printf '\0' >>"$deb/tree$WINE_PEDIR/kernelbase.dll"
    sum=$(md5sum <"$deb/tree$WINE_PEDIR/kernelbase.dll")
    sed -i "s,^.*  \(${WINE_PEDIR#/}/kernelbase\.dll\)\$,${sum%% *}  \1," $deb/tree/DEBIAN/md5sums
    check "an upgrade with another DLL" "$(upgrade; echo $?)" 0
    check "it goes to the new name" "$(cmp "$deb/tree$WINE_PEDIR/kernelbase.dll" "$WINE_PEDIR/wkernelbase.dll" 2>&1)" ""
    check "the Wine has our functions still" "$(suite wine)" "*passed, 0 failed*"
    stop
    check "the module is not for that Wine" "$("$run" --install-system 2>&1; echo $?)" "*built for another Wine*1"
    check "refresh takes it out" "$($module/install-system refresh $module 2>&1; echo $?)" \
        "*does not fit any more and was taken out*0"
    check "the new DLL is in place" "$(cmp "$deb/tree$WINE_PEDIR/kernelbase.dll" "$WINE_PEDIR/kernelbase.dll" 2>&1)" ""
    check "and runs" "$(suite wine)" "*passed, [1-9]* failed*"
    stop
    check "dpkg finds nothing wrong after it" "$(dpkg --verify "$package" 2>&1 | grep -v ' c ' | grep 'kernel\|wine.inf')" ""
    check "the old package" "$(dpkg -i --force-depends $deb/old.deb >/mnt/log 2>&1; echo $?)" 0
    check "all is as before the upgrade" "$(picture | diff /mnt/before -)" ""
    "$run" --install-system >/dev/null 2>&1
else
    skip "an upgrade" "the package of the installed Wine is not to be had"
fi
rm -rf $deb

# ---- out ----

check "refresh keeps what fits" "$($module/install-system refresh $module 2>&1; picture | diff /mnt/in -)" "*runs all programs with the module now*"
check "takes out" "$("$run" --uninstall-system 2>&1; echo $?)" "*is as its own package has it*0"
check "all is as before" "$(picture | diff /mnt/before -)" ""
check "the stock Wine runs in the prefixes" "$(suite wine)" "*passed, [1-9]* failed*"
stop
check "dpkg finds nothing wrong" "$(dpkg --verify "$package" 2>&1 | grep -v ' c ' | grep 'kernel\|wine.inf')" ""

# ---- Wine has changed behind our back ----

"$run" --install-system >/dev/null 2>&1
cp /mnt/from $module/$WINE_CPU-windows/kernelbase.from
check "refresh takes out what does not fit" "$($module/install-system refresh $module 2>&1; echo $?)" "*does not fit any more and was taken out*0"
check "all is as before that" "$(picture | diff /mnt/before -)" ""
cp /mnt/right-from $module/$WINE_CPU-windows/kernelbase.from

# ---- without dpkg: renamed ----

mkdir /mnt/bin
for dir in /usr/sbin /usr/bin /sbin /bin; do
    for file in "$dir"/*; do [ -e "/mnt/bin/${file##*/}" ] || ln -s "$file" /mnt/bin; done
done
rm /mnt/bin/dpkg /mnt/bin/dpkg-divert
check "installs without dpkg" "$(PATH=/mnt/bin "$run" --install-system 2>&1; echo $?)" "*runs all programs with the module now*0"
check "nothing is diverted" "$(dpkg-divert --list '*kernel*')" ""
check "the Wine has our functions, without dpkg" "$(suite wine)" "*passed, 0 failed*"
stop
check "takes out without dpkg" "$(PATH=/mnt/bin "$run" --uninstall-system 2>&1; echo $?)" "*is as its own package has it*0"
check "all is as before without dpkg" "$(picture | diff /mnt/before -)" ""
# another package manager has put a new Wine in place
PATH=/mnt/bin "$run" --install-system >/dev/null 2>&1
cp "$WINE_PEDIR/wkernelbase.dll" /mnt/new.dll && cp /mnt/new.dll "$WINE_PEDIR/kernelbase.dll"
check "takes out over a new Wine" "$(PATH=/mnt/bin "$run" --uninstall-system 2>&1; echo $?)" "*is as its own package has it*0"
check "the new one stays" "$(picture | diff /mnt/before -)" ""

echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
