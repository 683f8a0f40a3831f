#!/usr/bin/env bash
# Figures of README.md and docs/PERFORMANCE.md: build time, crates, binary size, time to ready, memory.
#
# Ends with `cargo bench --bench scaling -- --figures`, which measures a large installation and needs no other tool.
# `cargo bench --bench throughput` prints the memory under each kind of load.
#
#     benches/figures.sh                                          cold build: some minutes
#     VINCULA_BIN=target/release/vincula benches/figures.sh       measures this binary, without a build

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scratch=$(mktemp -d)
service=
trap '[ -z "$service" ] || kill "$service" 2>/dev/null || true; rm -rf "$scratch"' EXIT

row() { printf '%-58s %s\n' "$1" "$2"; }
now() { date +%s%N; }

crates() { cargo tree --locked --edges "$1" --prefix none | awk '{ print $1, $2 }' | sort -u | wc -l; }
# Without vincula itself.
row 'crates that a build compiles' "$(($(crates normal,build) - 1)), of these in the binary $(($(crates no-build,no-dev,no-proc-macro) - 1))"

if [ -z "${VINCULA_BIN:-}" ]; then
    cargo fetch --locked --quiet
    started=$(now)
    CARGO_TARGET_DIR=$scratch/target cargo build --release --locked --quiet
    row 'cold build, release' "$((($(now) - started) / 1000000000)) s on $(nproc) cores"
    VINCULA_BIN=$scratch/target/release/vincula
    if cargo bloat --version >/dev/null 2>&1; then
        row 'largest parts' 'code by crate'
        CARGO_TARGET_DIR=$scratch/target cargo bloat --release --locked --crates -n 12 2>/dev/null | sed 's/^/    /'
    else
        row 'largest parts' '`cargo install cargo-bloat` shows them'
    fi
fi

# The release profile strips already; this only matters for a debug build.
strip -o "$scratch/stripped" "$VINCULA_BIN"
row 'binary, stripped' "$(awk -v bytes="$(stat -c %s "$scratch/stripped")" 'BEGIN { printf "%.1f MiB", bytes / 1048576 }')"

cat >"$scratch/vincula.toml" <<TOML
[server]
listen = "127.0.0.1:0"
admin_listen = "127.0.0.1:0"
public_url = "https://bot.example.com"
[instances.main]
id = "0123456789ABCDEF0123456789ABCDEF"
token = "0123456789ABCDEF01234567"
verify = { zapi_token = true }
admins.ana.phone = "5544999999999"
TOML

# start <folder>: starts the service with a journal in that folder and returns when it is ready; sets $took to the
# microseconds.
start() {
    mkdir -p "$1"
    local started line
    started=$(now)
    exec {log}< <(
        cd "$1"
        unset RUST_LOG
        exec "$binary" serve --config "$scratch/vincula.toml" 2>&1
    )
    service=$!
    while read -r -u "$log" line; do
        [[ $line != *'"message":"ready"'* ]] || break
    done
    took=$((($(now) - started) / 1000))
    kill -0 "$service" 2>/dev/null || { echo "the service did not start: $line" >&2; exit 1; }
}

stop() {
    kill -TERM "$service"
    # The log ends with the process.
    cat <&"$log" >/dev/null
    exec {log}<&-
    service=
}

binary=$(realpath "$VINCULA_BIN")
times=()
for run in 1 2 3 4 5 6 7 8 9 10 11; do
    start "$scratch/journal-$run"
    times+=("$took")
    [ "$run" = 11 ] || stop
done
median=$(printf '%s\n' "${times[@]}" | sort -n | sed -n 6p)
row 'start to ready, empty journal, median of 11' "$(awk -v us="$median" 'BEGIN { printf "%.0f ms", us / 1000 }')"

# At rest: idle for some seconds after the start.
sleep 3
row 'memory at rest (VmRSS)' "$(awk '/^VmRSS/ { printf "%.1f MiB", $2 / 1024 }' "/proc/$service/status")"
stop

VINCULA_BIN=$binary cargo bench --locked --quiet --bench scaling -- --figures
