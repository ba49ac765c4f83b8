#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# stock.sh MAPVIEW_TEST.EXE [WINE] -- which rules the stock Wine fails.
#
# Runs the conformance tests on the Wine that is installed, without the module, in a prefix of its
# own, and prints a table of the rules that fail there.  That they fail is no error; status 1 means
# that the tests did not run.

exe=$1 wine=${2:-wine}
[ -f "$exe" ] || { echo "usage: stock.sh MAPVIEW_TEST.EXE [WINE]" >&2; exit 2; }
dir=$(mktemp -d "${TMPDIR:-/tmp}/mapview-stock.XXXXXX") || exit 1
WINEPREFIX=$dir/prefix WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml='
export WINEPREFIX WINEDEBUG WINEDLLOVERRIDES
trap 'cd /; wineserver -k 2>/dev/null; rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM

# to files, not through pipes: a wineserver that is started here would keep them open
"$wine" "$exe" --list </dev/null > "$dir/list" 2>/dev/null
"$wine" "$exe" </dev/null > "$dir/log" 2>/dev/null
total=$(tr -d '\r' < "$dir/log" | tail -n 1)
case $total in
*passed*failed*) ;;
*) echo "stock.sh: the tests did not come to their end on $wine" >&2; exit 1 ;;
esac

tr -d '\r' < "$dir/list" > "$dir/list.txt"
tr -d '\r' < "$dir/log" | sed -n 's/^FAIL \([^ ]*\) (\([0-9]* of [0-9]*\) checks)$/\1	\2/p' |
awk -F '\t' -v list="$dir/list.txt" '
    BEGIN { while ((getline line < list) > 0) { split( line, f, "\t" ); text[f[1]] = f[2] } }
    { printf "%-44s %14s  %s\n", $1, $2, text[$1] }'
echo "$("$wine" --version): $total"
