#!/usr/bin/env bash
# Loads the release binary with wrk (Debian: apt install wrk): signed chatter of a group, keep-alive.
#
#     cargo build --release && benches/wrk.sh
#     CONNECTIONS=256 SECONDS_EACH=30 benches/wrk.sh
#     VINCULA_BIN=/usr/bin/vincula benches/wrk.sh
#
# Cross-check of our own load generator (`cargo bench --bench throughput`). The service runs on core 0, wrk on core 1.
# Prints the output of wrk, and the CPU time and memory of the service.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
for tool in wrk openssl curl taskset; do
    command -v "$tool" >/dev/null || { echo "benches/wrk.sh needs $tool, which is not installed" >&2; exit 2; }
done
binary=$(realpath "${VINCULA_BIN:-target/release/vincula}") || {
    echo 'no release binary: `cargo build --release`, or set VINCULA_BIN' >&2
    exit 2
}
connections=${CONNECTIONS:-64} seconds=${SECONDS_EACH:-10}
scratch=$(mktemp -d)
service=
trap '[ -z "$service" ] || kill "$service" 2>/dev/null || true; rm -rf "$scratch"' EXIT

secret=a-key-of-the-bench-and-of-nobody-else
instance=3C67AB641C8AA0412F6A2242B4E23AC7
cat >"$scratch/vincula.toml" <<TOML
[server]
listen = "127.0.0.1:0"
admin_listen = "127.0.0.1:0"
public_url = "https://bot.example.com"
[instances.main]
id = "$instance"
token = "0123456789ABCDEF01234567"
verify = { hmac = { header = "x-signature", secrets = ["$secret"] } }
admins.ana.phone = "5544999999999"
TOML

exec {log}< <(
    cd "$scratch"
    unset RUST_LOG
    exec taskset -c 0 "$binary" serve --config vincula.toml 2>&1
)
service=$!
while read -r -u "$log" line; do
    [[ $line != *'"message":"ready"'* ]] || break
done
address=$(sed -n 's/.*"public":"\([^"]*\)".*/\1/p' <<<"$line")
[ -n "$address" ] || { echo "the service did not start: $line" >&2; exit 1; }

words='Bom dia, pessoal! A feira de domingo começa às oito na praça da matriz; quem puder ajudar com as barracas chega às sete. Tragam água, protetor e, se der, uma extensão. O almoço fica por conta da associação.'
printf '%s' "{\"isStatusReply\":false,\"chatLid\":null,\"connectedPhone\":\"5511988887777\",\"waitingMessage\":false,\"isEdit\":false,\"isGroup\":true,\"isNewsletter\":false,\"instanceId\":\"$instance\",\"messageId\":\"3EB0C0FFEE0000000007\",\"phone\":\"120363019500000007-group\",\"fromMe\":false,\"momment\":$(date +%s%3N),\"status\":\"RECEIVED\",\"chatName\":\"Grupo\",\"senderPhoto\":null,\"senderName\":\"Bia\",\"photo\":\"https://pps.whatsapp.net/v/t61.0-0/0_n.jpg\",\"broadcast\":false,\"participantPhone\":\"5511980000007\",\"participantLid\":\"81896604192007@lid\",\"senderLid\":\"81896604192007@lid\",\"forwarded\":false,\"type\":\"ReceivedCallback\",\"fromApi\":false,\"text\":{\"message\":\"$words\"},\"instanceId\":\"$instance\"}" >"$scratch/body"
signature=$(openssl dgst -sha256 -hmac "$secret" -hex "$scratch/body" | sed 's/.*= *//')

response=$(curl -sS --max-time 5 -H 'content-type: application/json' -H "x-signature: sha256=$signature" \
    --data-binary "@$scratch/body" "http://$address/webhooks/main")
[[ $response == *not_a_command* ]] || { echo "the service does not treat it as chatter: $response" >&2; exit 1; }

cat >"$scratch/send.lua" <<LUA
local file = assert(io.open("$scratch/body", "rb"))
wrk.method = "POST"
wrk.body = file:read("*a")
wrk.headers["Content-Type"] = "application/json"
wrk.headers["X-Signature"] = "sha256=$signature"
file:close()
LUA

used() { cat /proc/"$service"/task/*/schedstat | awk '{ sum += $1 } END { printf "%d", sum / 1000 }'; }
before=$(used)
taskset -c 1 wrk -t 1 -c "$connections" -d "${seconds}s" --latency -s "$scratch/send.lua" \
    "http://$address/webhooks/main" | tee "$scratch/told"
after=$(used)
requests=$(awk '/requests in/ { print $1 }' "$scratch/told")
echo "CPU of the service:   $(awk -v used=$((after - before)) -v all="$requests" 'BEGIN { printf "%.2f µs per request", used / all }')"
echo "peak memory:          $(awk '/^VmHWM/ { printf "%.1f MiB", $2 / 1024 }' "/proc/$service/status")"
if grep -q 'Non-2xx\|Socket errors' "$scratch/told"; then
    echo 'not every response was 200' >&2
    exit 1
fi
