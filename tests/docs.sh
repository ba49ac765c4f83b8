#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# docs.sh -- check that the documentation names what there is, and all of it

LC_ALL=C
export LC_ALL
cd "$(dirname "$0")/.." || exit 2

passed=0 failed=0
ok()   { passed=$((passed + 1)); printf 'ok %s\n' "$1"; }
bad()  { failed=$((failed + 1)); printf 'FAIL %s: %s\n' "$1" "$2"; }
skip() { printf 'skip %s: %s\n' "$1" "$2"; }
check() { if [ -z "$2" ]; then ok "$1"; else bad "$1" "$(printf %s "$2" | tr '\n' ' ')"; fi; }

# missing WORDS TEXT: those that the text does not have
missing() {
    for word in $1; do
        case $2 in *"$word"*) ;; *) echo "$word" ;; esac
    done
}

# ---- the man page ----

man=$(sed 's/\\-/-/g; s/\\e/\\/g; s/\\f.//g' docs/wine-mapview.1)

if command -v groff >/dev/null; then
    check man-warnings "$(groff -man -ww -Tascii docs/wine-mapview.1 2>&1 >/dev/null)"
else
    skip man-warnings "groff is not installed"
fi
options=$(sed -n '/^usage()/,/^}/p' tools/wine-mapview | grep -o -e '--[a-z-]*')
check man-options "$(missing "$options" "$man")"
options=$(sed -n '/^static void usage/,/^}/p' tools/mapview-views.c | grep -o -e '--[a-z-]*')
check man-views-options "$(missing "$options" "$man")"
names=$(grep -rhoE --include='*.c' --include=wine-mapview 'WINE_MAPVIEW_[A-Z_]+' dlls tools | sort -u |
    grep -v 'WINE_MAPVIEW_FINDING')    # which the launcher leaves to itself
check man-environment "$(missing "$names" "$man")"
names=$(sed -n 's/.*get_setting( "\([^"]*\)".*/\1/p' dlls/*/unix/*.c)
check man-registry "$(missing "$names" "$man")"

# ---- what the other documents name ----

rules=$(for file in tests/*.c; do
    name=$(sed -n 's/^const struct test_file file_[a-z0-9_]* = { "\([^"]*\)".*/\1/p' "$file")
    [ -z "$name" ] || sed -n 's/.*{ "\([^" ]*\)", *".*/'"$name"':\1;/p' "$file"
done)
named=$(grep -oE '[a-z0-9]+:[A-Z]?[0-9]+(\.[0-9]+)?-[a-z0-9-]+' docs/*.md README* | sed 's/^[^:]*://; s/$/;/' | sort -u)
[ "$(printf '%s\n' "$named" | wc -l)" -gt 10 ] || bad rules "the documents name hardly any"
check rules "$(missing "$named" "$rules")"

names=$(grep -ohE '[a-z0-9_/-]+\.(c|h|sh|spec)\b' docs/*.md | sort -u)
check files "$(for name in $names; do
    [ -n "$(find dlls tools tests bench include -path "*/$name" 2>/dev/null)" ] || [ -e "$name" ] || echo "$name"
done)"
names=$(grep -ohE '`[a-z_]+\(\)`' docs/architecture.md | tr -d '`()' | sort -u)
check functions "$(for name in $names; do grep -rqw "$name" dlls tools || echo "$name"; done)"

# ---- every export has a comment ----

check exports "$(for spec in dlls/*/[!w]*.spec; do
    dir=${spec%/*}
    sed -n 's/^@ stdcall \([A-Za-z0-9_]*\)([^)]*)$/\1/p' "$spec" | while read -r name; do
        grep -qi "^ \* *$name *(${dir##*/}\.@)" "$dir"/*.c || echo "$name"
    done
done)"

echo "$passed passed, $failed failed"
[ $failed = 0 ]
