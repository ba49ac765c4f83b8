#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# bench.sh [--quick] [--runs=N] [--out=DIR] WINDOWS.EXE NATIVE STOCK OURS
#
# What the file mapping calls cost on stock Wine, on ours and in Linux itself.  STOCK and OURS are
# commands that run a Windows program.  The three take turns, so that what else the machine does
# meets all of them, and start in another order each time; the table has the medians.  Writes
# bench.txt, bench.json and bench.svg to DIR (the current directory).
#
# Round trips are the requests that the wineserver got for one call, from its own protocol.
# HugePages and FastViews are measured with that setting, which only ours knows.
# Where a system cannot do something the table has n/a.  Less is better in every line.

LC_ALL=C
export LC_ALL
unset WINEDLLPATH WINELOADER WINESERVER WINE_MAPVIEW_LARGE_PAGES WINE_MAPVIEW_HUGE_PAGES WINE_MAPVIEW_FAST_VIEWS

runs=9 out=. quick=
while [ $# -gt 0 ]; do
    case $1 in
    --quick)  quick=yes ;;
    --runs=*) runs=${1#*=} ;;
    --out=*)  out=${1#*=} ;;
    --help)   sed -n 's/^# \{0,1\}//; 4,15p' "$0"; exit ;;
    *) break ;;
    esac
    shift
done
[ $# = 4 ] || { echo "usage: bench.sh [--quick] [--runs=N] [--out=DIR] WINDOWS.EXE NATIVE STOCK OURS" >&2; exit 2; }
exe=$1 native=$2 stock=$3 ours=$4
case $native in */*) ;; *) native=./$native ;; esac
say() { printf '%s\n' "$*" >&2; }
here=$(cd "$(dirname "$0")" && pwd -P)

dir=$(mktemp -d "${TMPDIR:-/tmp}/bench.XXXXXX") || exit 2
WINEPREFIX=$dir/prefix
WINEDLLOVERRIDES='mscoree,mshtml='
WINEDEBUG=-all
export WINEPREFIX WINEDLLOVERRIDES WINEDEBUG
trap '{ wineserver -k; wineserver -w; } 2>/dev/null; cd /; rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM

# Views and placeholders in processes of their own: what the one leaves must not meet the other.
options="--ms 100 --max 50000 --memory 128" processes="calls:memory:others views pieces"
[ -z "$quick" ] || options="--ms 10 --max 1000 --memory 32" processes="calls:memory:others:views:pieces"

# ---- one run of one side, as lines: SIDE, ITEM, value, unit ----

# milliseconds until a program that does nothing has ended
startup() {
    start=$(date +%s%N)
    "$@" </dev/null >/dev/null 2>&1 || return
    awk -v ns="$(($(date +%s%N) - start))" 'BEGIN { printf "start and end of a program\t%.2f\tms\n", ns / 1e6 }'
}

# a policy that a side does not have is tried once only
large() {
    side=$1 policy=$2
    shift 2
    [ ! -f "$dir/no-$policy-$side" ] || { cat "$dir/no-$policy-$side"; return; }
    WINE_MAPVIEW_LARGE_PAGES=$policy "$@" > "$dir/large"
    cat "$dir/large"
    grep -qv 'n/a' "$dir/large" || mv "$dir/large" "$dir/no-$policy-$side"
}

# side NAME COMMAND...
side() {
    name=$1
    shift
    case $name in
    native) startup /bin/true ;;
    *)  # the server ends some seconds after the last program
        "$1" cmd /c exit </dev/null >/dev/null 2>&1
        startup "$1" cmd /c exit ;;
    esac
    # shellcheck disable=SC2046,SC2086
    for process in $processes; do "$@" $options $(echo "$process" | tr : ' '); done
    # shellcheck disable=SC2086
    WINE_MAPVIEW_HUGE_PAGES=on "$@" $options huge
    # shellcheck disable=SC2086
    WINE_MAPVIEW_FAST_VIEWS=on "$@" $options fast
    # shellcheck disable=SC2086
    for policy in thp hugetlb; do large "$name" $policy "$@" $options $policy; done
}

run_side() {
    case $1 in
    stock)  side stock "$stock" "$exe" ;;
    ours)   side ours "$ours" "$exe" ;;
    native) side native "$native" ;;
    esac </dev/null 2>>"$dir/errors" >"$dir/run"
    tr -d '\r' < "$dir/run" | sed "s/^/$1	/" >> "$dir/raw"
}

measure() {
    i=0
    while [ $i -lt "$runs" ]; do
        case $((i % 3)) in
        0) order="stock ours native" ;;
        1) order="ours native stock" ;;
        2) order="native stock ours" ;;
        esac
        i=$((i + 1))
        for name in $order; do run_side "$name"; done
        say "  run $i of $runs"
    done
}

# ---- the wineserver's memory ----

# a server keeps the memory that it has had: each time a new one
bookkeeping() {
    for i in 1 2 3; do
        for name in stock ours; do
            for group in server-views server-pieces; do
                { wineserver -k; wineserver -w; } 2>/dev/null
                if [ $name = stock ]; then "$stock" "$exe" --ms 10 $group; else "$ours" "$exe" --ms 10 $group; fi \
                    </dev/null 2>>"$dir/errors" >"$dir/run"
                tr -d '\r' < "$dir/run" | sed "s/^/$name	/" >> "$dir/raw"
            done
        done
    done
}

# ---- round trips ----

# trips SIDE COMMAND: lines of SIDE, ITEM, requests a call
trips() {
    {
        "$here/trips.sh" "$2" "$exe" calls
        WINE_MAPVIEW_FAST_VIEWS=on "$here/trips.sh" "$2" "$exe" fast
    } | sed "s/^/$1	/"
}

# ---- about the machine: NAME, a tab, the value ----

load() { cut -d' ' -f1-3 /proc/loadavg; }
first() { sed -n "s/^$1[[:space:]]*:[[:space:]]*//p" "$2" 2>/dev/null | head -n 1; }
policy() { sed 's/.*\[\(.*\)\].*/\1/' "/sys/kernel/mm/transparent_hugepage/$1" 2>/dev/null || echo unknown; }
about() {
    printf 'date\t%s\n' "$(date -u '+%Y-%m-%d %H:%M UTC')"
    printf 'processor\t%s\n' "$(first 'model name' /proc/cpuinfo)"
    printf 'processors\t%s\n' "$(getconf _NPROCESSORS_ONLN)"
    printf 'memory\t%s\n' "$(first MemTotal /proc/meminfo)"
    printf 'kernel\t%s\n' "$(uname -srm)"
    printf 'system\t%s\n' "$(. /etc/os-release 2>/dev/null && echo "$PRETTY_NAME")"
    printf 'wine\t%s\n' "$("$stock" --version 2>/dev/null | tail -n 1)"
    printf 'commit\t%s\n' "$(git -C "$here" describe --always --dirty 2>/dev/null || echo unknown)"
    printf 'temporary files on\t%s\n' "$(stat -f -c %T "$dir")"
    printf 'shared huge pages\t%s\n' "$(policy shmem_enabled)"
    printf 'huge page pool\t%s\n' "$(first HugePages_Total /proc/meminfo)"
    printf 'load before\t%s\n' "$1"
    printf 'load after\t%s\n' "$(load)"
    printf 'runs\t%s%s\n' "$runs" "${quick:+, quick}"
}

# ---- what came of it ----

# lines: ITEM, unit, then for each side median, least and most, then the round trips
summarize() {
    awk -F '\t' '
        function compare_swap( a, n,  i, j, t ) {
            for (i = 2; i <= n; i++) for (j = i; j > 1 && a[j] < a[j - 1]; j--) { t = a[j]; a[j] = a[j - 1]; a[j - 1] = t }
        }
        function side( item, name,  n, i, values ) {
            n = count[item, name]
            if (!n) return "n/a\tn/a\tn/a"
            for (i = 1; i <= n; i++) values[i] = value[item, name, i]
            compare_swap( values, n )
            return values[int( (n + 1) / 2 )] "\t" values[1] "\t" values[n]
        }
        FILENAME ~ /trips$/ { trips[$2, $1] = $3; next }
        !($2 in unit) { unit[$2] = $4; items[++item_count] = $2 }
        $3 != "n/a" { value[$2, $1, ++count[$2, $1]] = $3 + 0 }
        END {
            for (i = 1; i <= item_count; i++) {
                item = items[i]
                if (!count[item, "stock"] && !count[item, "ours"] && !count[item, "native"]) absent = 1
                printf "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", item, unit[item], side( item, "stock" ), side( item, "ours" ),
                       side( item, "native" ), ((item, "stock") in trips) ? trips[item, "stock"] : "n/a",
                       ((item, "ours") in trips) ? trips[item, "ours"] : "n/a"
            }
        }' "$dir/trips" "$dir/raw" > "$dir/summary"
}

table() {
    awk -F '\t' '
        function number( x ) { return x == "n/a" ? x : sprintf( x >= 100 ? "%.0f" : x >= 10 ? "%.1f" : "%.2f", x ) }
        function ratio( a, b ) { return a == "n/a" || b == "n/a" || b == 0 ? "n/a" : sprintf( "%.2f", a / b ) }
        FILENAME ~ /about$/ { printf "%s: %s\n", $1, $2; next }
        !head++ {
            printf "\n%-54s %-6s %9s %9s %9s %11s %9s %12s %7s %7s\n", "medians", "", "stock", "ours", "native",
                   "ours/stock", "of least", "ours/native", "trips", "ours"
        }
        { printf "%-54s %-6s %9s %9s %9s %11s %9s %12s %7s %7s\n", $1, $2, number( $3 ), number( $6 ), number( $9 ),
                 ratio( $6, $3 ), ratio( $7, $4 ), ratio( $6, $9 ), $12, $13 }' "$dir/about" "$dir/summary"
    echo
    echo "of least: the ratio of the fastest runs, which other programs disturb less than the medians."
    echo "trips: requests to the wineserver for each call, stock and ours.  Less is better everywhere."
    # shellcheck disable=SC2046
    set -- $(sed -n 's/^load before\t//p' "$dir/about") $(sed -n 's/^processors\t//p' "$dir/about")
    awk -v load="$1" -v cpus="$4" 'BEGIN { exit load < cpus / 2 }' &&
        echo "The machine was busy with other things (load $1 on $4 processors): the numbers say little."
}

json() {
    awk -F '\t' '
        function quote( s ) { gsub( /\\/, "\\\\", s ); gsub( /"/, "\\\"", s ); return "\"" s "\"" }
        function number( x ) { return x == "n/a" ? "null" : x }
        function side( name, n ) {
            return sprintf( "\"%s\":{\"median\":%s,\"least\":%s,\"most\":%s}", name, number( $n ), number( $(n + 1) ), number( $(n + 2) ) )
        }
        FILENAME ~ /about$/ { printf "%s%s:%s", FNR == 1 ? "{\"about\":{" : ",", quote( $1 ), quote( $2 ); next }
        { printf "%s\n{\"item\":%s,\"unit\":%s,%s,%s,%s,\"trips\":{\"stock\":%s,\"ours\":%s}}", FNR == 1 ? "},\"items\":[" : ",",
                 quote( $1 ), quote( $2 ), side( "stock", 3 ), side( "ours", 6 ), side( "native", 9 ), number( $12 ), number( $13 ) }
        END { print "]}" }' "$dir/about" "$dir/summary"
}

# times on a logarithmic scale, a row for each item, a mark for each side
plot() {
    awk -F '\t' '
        function escape( s ) { gsub( /&/, "\\&amp;", s ); gsub( /</, "\\&lt;", s ); gsub( />/, "\\&gt;", s ); return s }
        function place( ns ) { return left + (log( ns ) / log( 10 ) - low) / (high - low) * width }
        function mark( ns, class, y ) {
            if (class == "native") return sprintf( "<path class=\"native\" d=\"M%.1f %dv10\"/>\n", place( ns ), y - 5 )
            return sprintf( "<circle class=\"%s\" cx=\"%.1f\" cy=\"%d\" r=\"4\"/>\n", class, place( ns ), y )
        }
        BEGIN { factor["ns"] = factor["ns/4K"] = 1; factor["us"] = 1e3; factor["ms"] = 1e6 }
        FILENAME ~ /about$/ { about[$1] = $2; next }
        !($2 in factor) || ($3 == "n/a" && $6 == "n/a") { next }
        {
            n++
            name[n] = $1 ($2 == "ns/4K" ? ", of 4 KiB" : "")
            ratio[n] = $3 != "n/a" && $6 != "n/a" ? sprintf( "%.2f", $6 / $3 ) : ""
            for (i = 3; i <= 9; i += 3) {
                time[n, i] = $i == "n/a" ? 0 : $i * factor[$2]
                if (time[n, i] && (!least || time[n, i] < least)) least = time[n, i]
                if (time[n, i] > most) most = time[n, i]
            }
        }
        END {
            if (!n) exit
            left = 360; width = 460; top = 90; step = 20; height = top + n * step + 60
            low = int( log( least ) / log( 10 ) ); high = int( log( most ) / log( 10 ) ) + 1
            printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 900 %d\" font-family=\"sans-serif\" font-size=\"12\">\n", height
            print "<title>File mapping calls: stock Wine, wine-mapview and Linux</title>"
            print "<style>text{fill:#222}.grid{stroke:#ddd}.line{stroke:#aaa}.stock{fill:#c0392b}.ours{fill:#1f6fb2}.native{stroke:#333;stroke-width:3}.small{font-size:11px;fill:#555}</style>"
            print "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>"
            print "<text x=\"20\" y=\"24\" font-size=\"16\">What the file mapping calls cost</text>"
            printf "<text x=\"20\" y=\"44\" class=\"small\">%s; %s; %s processors; %s; %s; load %s</text>\n", escape( about["date"] ),
                   escape( about["processor"] ), escape( about["processors"] ), escape( about["kernel"] ),
                   escape( about["wine"] ), escape( about["load before"] )
            printf "<circle class=\"stock\" cx=\"30\" cy=\"64\" r=\"4\"/><text x=\"40\" y=\"68\">stock Wine</text>\n"
            print "<circle class=\"ours\" cx=\"190\" cy=\"64\" r=\"4\"/><text x=\"200\" y=\"68\">wine-mapview</text>"
            print "<path class=\"native\" d=\"M310 59v10\"/><text x=\"320\" y=\"68\">Linux system calls</text>"
            print "<text x=\"470\" y=\"68\" class=\"small\">medians, logarithmic scale; left is better; on the right ours/stock</text>"
            for (i = low; i <= high; i++) {
                x = place( 10 ^ i )
                label = i >= 9 ? 10 ^ (i - 9) " s" : i >= 6 ? 10 ^ (i - 6) " ms" : i >= 3 ? 10 ^ (i - 3) " us" : 10 ^ i " ns"
                printf "<path class=\"grid\" d=\"M%.1f %dV%d\"/><text class=\"small\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n",
                       x, top - 8, height - 40, x, height - 24, label
            }
            for (i = 1; i <= n; i++) {
                y = top + i * step - step / 2
                from = to = 0
                for (j = 3; j <= 9; j += 3) if (time[i, j]) {
                    if (!from || time[i, j] < from) from = time[i, j]
                    if (time[i, j] > to) to = time[i, j]
                }
                printf "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n", left - 10, y + 4, escape( name[i] )
                printf "<path class=\"line\" d=\"M%.1f %dH%.1f\"/>\n", place( from ), y, place( to )
                if (time[i, 9]) printf "%s", mark( time[i, 9], "native", y )
                if (time[i, 3]) printf "%s", mark( time[i, 3], "stock", y )
                if (time[i, 6]) printf "%s", mark( time[i, 6], "ours", y )
                if (ratio[i]) printf "<text class=\"small\" x=\"880\" y=\"%d\" text-anchor=\"end\">%s</text>\n", y + 4, ratio[i]
            }
            print "</svg>"
        }' "$dir/about" "$dir/summary"
}

# ---- all of it ----

before=$(load)
say "Making a prefix ..."
"$ours" wineboot -i >/dev/null 2>&1 </dev/null || { say "bench.sh: '$ours wineboot -i' failed"; exit 2; }
say "Counting round trips ..."
trips stock "$stock" > "$dir/trips"
trips ours "$ours" >> "$dir/trips"
say "Measuring ..."
"$ours" cmd /c exit >/dev/null 2>&1 </dev/null     # the wineserver and the caches
"$stock" cmd /c exit >/dev/null 2>&1 </dev/null
measure
bookkeeping
[ -s "$dir/raw" ] || { say "bench.sh: nothing was measured"; cat "$dir/errors" >&2; exit 2; }

about "$before" > "$dir/about"
summarize
mkdir -p "$out" || exit 2
table > "$out/bench.txt"
json > "$out/bench.json"
plot > "$out/bench.svg"
cat "$out/bench.txt"
say "The same is in $out/bench.txt, $out/bench.json and $out/bench.svg."
