#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# sites.sh MODULE INJECTED WHEN FUNCTION... -- where a module calls these functions and none has failed
#
# INJECTED is the file that inject.c was told what to do by.  WHEN is a list of words: what the file
# exceptions says of these cases is left out.  Prints a line "CALLED CALLER FILE:LINE" for each place in
# the source (the compiler makes more of some).  The module must have debug information.

module=$1 injected=$2 when="always $3"
shift 3
dir=$(dirname "$0")
LC_ALL=C; export LC_ALL

# the addresses that the calls return to, and the functions.  A function that ends with a jump to one of
# them returns to where it was called itself.
list_calls() {
    objdump -d --no-show-raw-insn "$module" | awk -v names="$*" '
        BEGIN { for (i = split( names, list ); i; i--) wanted[list[i]] = 1 }
        /^[0-9a-f]+ <.*>:$/ { caller = substr( $2, 2, length( $2 ) - 3 ); next }
        /^ *[0-9a-f]+:/ {
            if (pending) { place[++count] = substr( $1, 1, length( $1 ) - 1 ); callee[count] = pending; pending = "" }
            if ($2 !~ /^(call|jmp)$/ || $4 !~ /^<[^+]*>$/) next
            target = substr( $4, 2, length( $4 ) - 2 )
            sub( /@plt$/, "", target )
            if ($2 == "call") pending = target
            else if (target != caller) jumps[++jump_count] = caller " " target
        }
        END {
            do {
                changed = 0
                for (i = 1; i <= jump_count; i++) {
                    split( jumps[i], pair )
                    name = pair[2] in wanted ? pair[2] : last[pair[2]]
                    if (name && !last[pair[1]]) { last[pair[1]] = name; changed = 1 }
                }
            } while (changed)
            for (i = 1; i <= count; i++) {
                name = callee[i] in wanted ? callee[i] : last[callee[i]]
                if (name) print place[i], name
            }
        }'
}

# the line of a call is that of the byte before
list_sites() {
    list_calls "$@" | while read -r place name; do
        echo "$place $name $(printf '0x%x' $((0x$place - 1)) | addr2line -f -s -e "$module" | tr '\n' ' ')"
    done
}

{
    sed -n 's/^\([a-z]\)/exception \1/p' "$dir/exceptions"
    od -An -v -tx8 -w8 -N4000 "$injected" | sed -n 's/^ *0*\([1-9a-f][0-9a-f]*\)$/reached \1/p'
    list_sites "$@" | sed 's/^/site /'
} | awk -v when="$when" '
    BEGIN { for (i = split( when, list ); i; i--) is_so[list[i]] = 1 }
    $1 == "exception" && $2 in is_so { where[++exceptions] = "^(" $3 ")$"; what[exceptions] = "^(" $4 ")$" }
    $1 == "reached" { reached[$2] = 1 }
    $1 == "site" {
        split( $5, file, ":" )
        site = $3 " " $4 " " $5
        if (!(site in done)) done[site] = 0
        if ($2 in reached) done[site] = 1
        for (i = 1; i <= exceptions; i++)
            if (($4 ~ where[i] || file[1] ~ where[i]) && $3 ~ what[i]) done[site] = 1
        if (file[1] == "??") { print "no debug information"; exit }
    }
    END { for (site in done) if (!done[site]) print site }'
