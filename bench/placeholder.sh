#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# placeholder.sh PLACEHOLDER.EXE WINE -- what placeholders cost, with up to 100,000 views.
#
# Two mappings of the host's for each piece are more than a process may have by default: root gets
# the limit (vm.max_map_count) raised for the time of the run.  Exit status 1 when replacing and
# unmapping a placeholder costs more than half of what the installed Wine's map and unmap do.

[ $# = 2 ] || { echo "usage: placeholder.sh PLACEHOLDER.EXE WINE" >&2; exit 2; }
exe=$1 wine=$2 wanted=250000
limit=$(cat /proc/sys/vm/max_map_count)
out=$(mktemp) || exit 2
restore() { [ "$limit" -ge $wanted ] || sysctl -q -w vm.max_map_count="$limit" 2>/dev/null; rm -f "$out"; }
trap restore EXIT
trap 'exit 2' HUP INT TERM
if [ "$limit" -lt $wanted ] && ! sysctl -q -w vm.max_map_count=$wanted 2>/dev/null; then
    echo "vm.max_map_count stays $limit: 100,000 views need 'sysctl vm.max_map_count=$wanted' (as root)" >&2
fi
"$wine" "$exe" >"$out" || { cat "$out"; exit 2; }
tr -d '\r' <"$out" | tee "$out.txt"
sed -n 's/.*ratio \([0-9.]*\).*/\1/p' "$out.txt" | awk '{ if ($1 > 0.5) bad = 1 } END { exit bad || !NR }'
status=$?
rm -f "$out.txt"
exit $status
