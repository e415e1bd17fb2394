#!/usr/bin/env bash
# A certificate near its end, on real processes whose clock is moved: people are told by page,
# command line, log and metrics; it is renewed by itself once the parent is reached, without a
# restart; one that ran out is refused by name, and its node gets another by its own key.
#
#   Tests/Scenarios/renewal.sh [BINARY]      .build/debug/node where none is named
#
# Loopback, ports of the system's choice, every wait bounded; whatever was started is ended by its
# process id. Without a C compiler no clock can be moved and nothing is looked at, which is said.
set -euo pipefail
export LANG=en_US.UTF-8

# shellcheck source=Tests/Scenarios/started.sh
. "$(dirname "${BASH_SOURCE[0]}")/started.sh"
# shellcheck source=Tests/Scenarios/asked.sh
. "$here/Tests/Scenarios/asked.sh"

# shellcheck source=Tests/Scenarios/clocks.sh
. "$here/Tests/Scenarios/clocks.sh"

clock_of in-340 340 && clock_of in-800 800 || {
    echo "$facts facts hold"
    exit 0
}
hold() { echo "✓ $*"; }
county=$work/county/node village=$work/village/node
mkdir "$work/county" "$work/village"
stop() {
    kill "$1"
    wait "$1" || true
}
metric() { # DATA URL NAME: a figure of a node.
    curl -sk -m 600 -H "Authorization: Bearer $(cat "$1/keys/admin")" "$2/metrics" |
        sed -n "s/^$3 //p" | cut -d. -f1
}
days_left() { "$node" status --data "$1" --json | sed -n 's/.*"daysLeft":\(-*[0-9]*\).*/\1/p'; }
serial() { openssl x509 -in "$village/keys/tls.pem" -noout -serial; }

expect 0 init --data "$county" --region 370124000000 --name 平阴县
launch county --data "$county" --listen 127.0.0.1:0
above=$address parent=$pid
expect 0 invite --data "$county" --region 370124106201 --name 东崖村 --json
expect 0 enroll "$above" "$(text code)" --data "$village"
launch village --data "$village" --listen 127.0.0.1:0
[ "$(days_left "$village")" -ge 363 ] || fail "not signed for a year"
expect 0 status --data "$village"
lacks certificate
first=$(serial)
stop "$pid"
stop "$parent"

# 340 days later, and the parent cannot be reached: everybody is told.
node=$work/in-340
launch village --data "$village" --listen 127.0.0.1:0
home=$pid own=$address
left=$(days_left "$village")
[ "$left" -ge 23 ] && [ "$left" -le 25 ] || fail "$left days left, not 24"
expect 0 status --data "$village"
holds "the certificate ends in $left days"
grep -q "the certificate ends in $left days" "$work/village.err" || fail "the log does not tell"
[ "$(metric "$village" "$own" node_certificate_seconds)" -lt $((30 * 86400)) ] || fail "no metric"
page() {
    curl -sk -m 600 -H "Authorization: Bearer $(cat "$village/keys/admin")" "$own/" >"$work/out"
}
page
holds 证书将到期
holds "还有 $left 天"
hold "24 days before its end: told on the page, by status, in the log, in the metrics"

# The parent is back: it is renewed without anybody, and without a restart.
launch county --data "$county" --listen "${above#https://}"
parent=$pid
renewed() { [ "$(days_left "$village")" -ge 363 ]; }
within 60 renewed
[ "$(serial)" != "$first" ] || fail "the same certificate"
expect 0 status --data "$village"
lacks 'the certificate ends'
page
lacks 证书将到期
level() { "$node" sync --data "$village" --json >"$work/out" 2>&1 && grep -q '"equal":true' "$work/out"; }
within 60 level
kill -0 "$home" || fail "it was started anew"
hold "renewed over the link within the same run; the warning is gone, the exchange goes on"

# Two years later: what ran out is refused, and the node gets another by its own key.
stop "$home"
stop "$parent"
node=$work/in-800
launch county --data "$county" --listen "${above#https://}"
launch village --data "$village" --listen 127.0.0.1:0
refused() { [ "$(metric "$county" "$above" 'node_refusals_total{reason="certificate-expired"}')" -ge 1 ]; }
within 60 refused
within 60 renewed
within 60 level
hold "one that ran out is refused (certificate-expired); another comes by the node's own key"
expect 0 verify --data "$county"
expect 0 verify --data "$village"

echo "$facts facts hold"
