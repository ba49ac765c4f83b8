#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# unit.sh TEST... -- run the unit tests of the Unix half, built by make check-unit
#
# Each runs with the sanitizers, and without them under valgrind if that is installed.
# Ends with a line "N passed, N failed, N skipped".

dir=$(dirname "$0")
passed=0 failed=0 skipped=0
log=$(mktemp "${TMPDIR:-/tmp}/mapview-unit.XXXXXX") || exit 1
trap 'rm -f "$log"' EXIT

try() { # NAME COMMAND...
    name=$1; shift
    if "$@" > "$log" 2>&1; then
        passed=$((passed + 1))
        echo "ok   unit-$name ($(tail -n 1 "$log"))"
    else
        failed=$((failed + 1))
        cat "$log"
        echo "FAIL unit-$name"
    fi
}

for test; do
    try "$test" "tests/unit/$test"
    case $test in adopted) few=100 ;; *) few= ;; esac
    if command -v valgrind >/dev/null; then
        try "$test-valgrind" valgrind -q --error-exitcode=3 --suppressions="$dir/unit/valgrind.supp" --leak-check=full --errors-for-leak-kinds=definite \
            "tests/unit/$test-plain" $few
    else
        skipped=$((skipped + 1))
        echo "skip unit-$test-valgrind (no valgrind)"
    fi
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
