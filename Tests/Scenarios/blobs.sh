#!/usr/bin/env bash
# Attachments with the built binary: five megabytes over two hops, a station killed while it
# passes them on, wrong and damaged content, ranges. Loopback, ports of the system's choice,
# every wait bounded; whatever was started is ended by its process id.
#
#   Tests/Scenarios/blobs.sh [BINARY]      .build/debug/node where none is named
set -euo pipefail
for tool in curl sha256sum; do
    command -v "$tool" >/dev/null || {
        echo "no $tool" >&2
        exit 2
    }
done

# shellcheck source=Tests/Scenarios/started.sh
. "$(dirname "${BASH_SOURCE[0]}")/started.sh"

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# As the operator of whichever node is asked.
declare -A tokens=()
curl() {
    local word known key=
    for word in "$@"; do
        for known in "${!tokens[@]}"; do
            case $word in "$known"*) key=${tokens[$known]} ;; esac
        done
    done
    command curl -H "Authorization: Bearer $key" "$@"
}

# serve NAME ADDRESS: starts a node in the background; its process is in pid, its address in
# address.
serve() {
    launch "$1" --data "$work/$1" --listen "$2" --demo
    tokens[$address]=$(cat "$work/$1/keys/admin")
}

# status CODE CURL-WORDS…: the answer's status; body and head stand in body and head.
status() {
    local wanted=$1 code
    shift
    code=$(curl -s -m 600 -o "$work/body" -D "$work/head" -w '%{http_code}' "$@") || true
    [ "$code" = "$wanted" ] || fail "status $code, not $wanted: $*: $(head -c 300 "$work/body")"
    facts=$((facts + 1))
}
heads() { grep -qi -- "$1" "$work/head" || fail "the head lacks: $1"; }

has() { [ "$(curl -s -m 600 -I -o /dev/null -w '%{http_code}' "$1/api/v1/blobs/$2")" = 200 ]; }

write_item "$work/item.json"

"$node" init --data "$work/county" --region 370124000000 --name 平阴县 >/dev/null
serve county 127.0.0.1:0
county=$address
"$node" catalog publish "$work/item.json" --data "$work/county" >/dev/null
"$node" grant set $item --data "$work/county" --region 370124000000 --level village \
    --mode authorise --from 2026-01-01 --document 演示1号 >/dev/null
"$node" init --data "$work/town" --region 370124106000 --name 玫瑰镇 --parent "$county" >/dev/null
serve town 127.0.0.1:0
town=$address
town_pid=$pid
"$node" init --data "$work/village" --region 370124106201 --name 东崖村 --parent "$town" \
    >/dev/null
serve village 127.0.0.1:0
village=$address
"$node" init --data "$work/other" --region 370124106202 --name 西崖村 --parent "$town" >/dev/null
serve other 127.0.0.1:0
other=$address
has_item() { curl -s -m 600 -o /dev/null -f "$1/api/v1/items/$item"; }
within 30 has_item "$village"

# In: proven, whole, once.
head -c 5000000 /dev/urandom >"$work/scan"
hash=$(sha256sum "$work/scan" | cut -d' ' -f1)
blob=/api/v1/blobs/$hash
status 404 "$village$blob"
head -c 4999999 "$work/scan" >"$work/short"
status 422 -T "$work/short" "$village$blob"
status 404 "$village$blob"
[ -z "$(find "$work/village/blobs" -type f)" ] || fail "something of a wrong blob was kept"
status 400 -T "$work/scan" "$village/api/v1/blobs/abc"
head -c 33554433 /dev/zero >"$work/long"
status 413 -T "$work/long" "$village$blob"
rm "$work/long"
status 201 -T "$work/scan" "$village$blob"
status 200 -T "$work/scan" "$village$blob"

# Up, with the town killed on the way: what it stored is not thrown away.
status 201 -H 'Content-Type: application/json' -d \
    "{\"item\":\"$item\",\"applicant\":\"王某\",\"materials\":[{\"code\":\"M1\",\"blob\":\"$hash\"}]}" \
    "$village/api/v1/cases"
parts() { [ -n "$(find "$work/town/blobs" -type f -size +128k)" ]; }
within 20 parts
kill -9 "$town_pid"
wait "$town_pid" 2>/dev/null || true
serve town "${town#http://}"
within 60 has "$county" "$hash"
within 60 has "$town" "$hash"
has "$other" "$hash" && fail "another village got it"

# A case is signed for once its attachment is there, however long that takes.
head -c 300000 /dev/urandom >"$work/late"
late=$(sha256sum "$work/late" | cut -d' ' -f1)
status 201 -H 'Content-Type: application/json' -d \
    "{\"item\":\"$item\",\"applicant\":\"李某\",\"materials\":[{\"code\":\"M1\",\"blob\":\"$late\"}]}" \
    "$village/api/v1/cases"
number=$(sed -n 's/.*"number":"\([0-9]*\)".*/\1/p' "$work/body")
"$node" handoff offer "$number" --to 370124000000 --data "$work/village" >/dev/null
offered() { "$node" handoff list --data "$work/county" --json | grep -q "$number"; }
within 30 offered
signs() { "$node" handoff sign "$number" --data "$work/county" >"$work/out" 2>&1; }
signs && fail "signed for without its attachment"
grep -q attachments-missing "$work/out" || fail "refused for another reason: $(cat "$work/out")"
facts=$((facts + 1))
status 201 -T "$work/late" "$village/api/v1/blobs/$late"
within 60 signs

# Out: whole, in part, by condition.
status 200 "$county$blob"
cmp -s "$work/scan" "$work/body" || fail "the county has another scan"
heads "ETag: \"$hash\""
status 206 -r 4999990- "$county$blob"
heads 'Content-Range: bytes 4999990-4999999/5000000'
cmp -s <(tail -c 10 "$work/scan") "$work/body" || fail "the range is another"
status 416 -r 5000000- "$county$blob"
heads 'Content-Range: bytes \*/5000000'
status 200 -r 0-9 -H 'If-Range: "other"' "$county$blob"
status 304 -H "If-None-Match: \"$hash\"" "$county$blob"
status 200 -I "$county$blob"
heads 'Content-Length: 5000000'

# At rest nothing is sent; verify sees a flipped bit.
"$node" sync --data "$work/village" --json >/dev/null
"$node" sync --data "$work/village" --json | grep -q '"sent":0' || fail "a second sync sends"
"$node" status --data "$work/county" --json | grep -q '"blobsWanted":0' || fail "still wanted"
for name in county town village; do
    "$node" verify --data "$work/$name" --json >/dev/null || fail "$name is not sound"
done
"$node" backup --data "$work/county" --out "$work/copy" >/dev/null 2>&1 \
    || "$node" backup --data "$work/county" "$work/copy" >/dev/null
cmp -s "$work/county/blobs/${hash:0:2}/${hash:2:2}/$hash" \
    "$work/copy/blobs/${hash:0:2}/${hash:2:2}/$hash" || fail "no copy of it"
cmp -s "$work/scan" "$work/copy/blobs/${hash:0:2}/${hash:2:2}/$hash" && fail "it lies there plain"
printf 'x' | dd of="$work/county/blobs/${hash:0:2}/${hash:2:2}/$hash" bs=1 seek=77 \
    conv=notrunc status=none
code=0
"$node" verify --data "$work/county" --json >"$work/body" || code=$?
[ "$code" -eq 1 ] && grep -q "$hash" "$work/body" || fail "verify passed a flipped bit"

echo "blobs: $facts facts hold"
