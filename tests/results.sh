# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
#
# What the tests in shell say of each check, and in the end.  To be sourced.

passed=0 failed=0 skipped=0

ok()   { passed=$((passed + 1)); printf 'ok %s\n' "$1"; }
bad()  { failed=$((failed + 1)); printf 'FAIL %s: %s\n' "$1" "$2"; }
skip() { skipped=$((skipped + 1)); printf 'skip %s: %s\n' "$1" "$2"; }

oneline() { printf %s "$1" | tr '\n' '|' | cut -c1-600; }

# check NAME GOT WANT
check() {
    if [ "$2" = "$3" ]; then ok "$1"; else bad "$1" "got '$(oneline "$2")', want '$(oneline "$3")'"; fi
}

# like NAME GOT PATTERN
like() {
    # shellcheck disable=SC2254
    case $2 in $3) ok "$1" ;; *) bad "$1" "got '$(oneline "$2")', want '$3'" ;; esac
}

# the last line, and the status of the script
finish() {
    echo "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" = 0 ]
}
