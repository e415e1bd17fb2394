#!/usr/bin/env bash
# A newcomer with two commands, and two counties of different trees: real processes, all over TLS.
#
#   Tests/Scenarios/newcomer.sh [BINARY]      .build/debug/node where none is named
#
# Loopback, ports of the system's choice; whatever was started is ended by its process id.
set -euo pipefail
export LANG=en_US.UTF-8

# shellcheck source=Tests/Scenarios/started.sh
. "$(dirname "${BASH_SOURCE[0]}")/started.sh"

fail() {
    echo "FAILED: $*" >&2
    tail -n 20 "$work"/*.err >&2 || true
    exit 1
}
within() {
    local left=3000
    shift
    until "$@" >"$work/out" 2>&1; do
        left=$((left - 1))
        [ "$left" -gt 0 ] || fail "it did not come about: $*: $(tail -n 3 "$work/out")"
        sleep 0.2
    done
    facts=$((facts + 1))
}
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }
lists() { "$node" case list --data "$work/$1/node" --json | grep -q "$2"; }

mkdir "$work/county" "$work/village" "$work/other"
"$node" init --data "$work/county/node" --region 370124000000 --name 平阴县 >/dev/null
launch county --data "$work/county/node" --listen 127.0.0.1:0
county=$address
[ "${county#https://}" != "$county" ] || fail "a county serves in the clear: $county"
write_item "$work/item.json"
"$node" catalog publish "$work/item.json" --data "$work/county/node" >/dev/null
"$node" grant set $item --data "$work/county/node" --region 370124000000 --level village \
    --mode authorise --from 2026-01-01 --document 演示1号 >/dev/null

# The parent gives a code; the newcomer says enroll and serve, and takes its first case in.
code=$("$node" invite --data "$work/county/node" --region 370124106201 --name 东崖村 --json \
    | field code)
[ -n "$code" ] || fail "no code"
"$node" enroll "$county" "$code" --data "$work/village/node" >/dev/null 2>&1 || fail "no way in"
launch village --data "$work/village/node" --listen 127.0.0.1:0
first=$("$node" case receive --data "$work/village/node" --item $item --applicant 王某 --json \
    | field number)
[ -n "$first" ] || fail "no case"
within 30 lists county "$first"
"$node" enroll "$county" "$code" --data "$work/thief/node" >/dev/null 2>&1 && fail "the code opened twice"
facts=$((facts + 1))

# Nothing of it can be used elsewhere without its secret, which is not in the directory.
grep -rl 'PRIVATE KEY' "$work"/*/node/keys >"$work/out" && fail "a key in the clear: $(cat "$work/out")"
mkdir "$work/copy"
cp -r "$work/village/node" "$work/copy/node"
rc=0
"$node" serve --data "$work/copy/node" --listen 127.0.0.1:0 >/dev/null 2>&1 || rc=$?
[ "$rc" -eq 5 ] || fail "a copied directory answers $rc"
facts=$((facts + 1))

# What is taken back stands in a list, for tools of others.
awk '/BEGIN CERT/{n++} n==1' "$work/village/node/keys/tls.pem" >"$work/village.pem"
awk '/BEGIN CERT/{n++} n==1' "$work/county/node/keys/tls.pem" >"$work/anchor.pem"
good() {
    curl -sS -m 600 --cacert "$work/anchor.pem" "$county/sync/v1/certificates.crl" -o "$work/list" &&
        openssl crl -inform DER -in "$work/list" -out "$work/list.pem" &&
        openssl verify -crl_check -CAfile "$work/anchor.pem" -CRLfile "$work/list.pem" \
            "$work/village.pem"
}
within 5 good
"$node" revoke --data "$work/county/node" --region 370124106201 >/dev/null
good >"$work/out" 2>&1 && fail "a stolen machine's certificate is still good"
grep -q 'certificate revoked' "$work/out" || fail "the list does not say so: $(cat "$work/out")"
facts=$((facts + 1))

# A county of another tree: each operator reads the other's fingerprint out; a case goes over.
"$node" init --data "$work/other/node" --region 371502000000 --name 东昌府区 >/dev/null
launch other --data "$work/other/node" --listen 127.0.0.1:0
other=$address
print() { "$node" invite --data "$work/$1/node" --list --json | field fingerprint; }
rc=0
"$node" partner "$other" --fingerprint "$(print county)" --data "$work/county/node" \
    >/dev/null 2>&1 || rc=$?
[ "$rc" -ne 0 ] || fail "agreed with another tree than was read out"
facts=$((facts + 1))
"$node" partner "$county" --fingerprint "$(print county)" --wait --data "$work/other/node" \
    >/dev/null
"$node" partner "$other" --fingerprint "$(print other)" --data "$work/county/node" >/dev/null
linked() { "$node" status --data "$work/county/node" --json | grep -q '371502000000'; }
within 30 linked
crossing=$("$node" case receive --data "$work/county/node" --item $item --applicant 李某 --json \
    | field number)
"$node" handoff offer "$crossing" --to 371502000000 --data "$work/county/node" >/dev/null
within 40 lists other "$crossing"
"$node" verify --data "$work/other/node" >/dev/null || fail "the other county is not sound"
facts=$((facts + 1))

echo "$facts facts hold"
