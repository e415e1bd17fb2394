#!/usr/bin/env bash
# Backups, restores and copies of a station (docs/GUARANTEES.md, PROTOCOL §6) on real processes: a
# backup while it serves, restored elsewhere and in place; the whole directory copied and run twice,
# also under another machine-id; an image of the whole disk run twice; the keys copied alone; an old
# database put under the running node. Each is found out at the latest at first contact, nothing is
# lost, no number is given twice but by the image, and one command seats it again.
#
#   Tests/Scenarios/copies.sh [BINARY]      .build/debug/node where none is named
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
fact() { facts=$((facts + 1)); }
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }
stop() {
    kill "$1"
    wait "$1" || true
}

county=$work/county/node
village=$work/village/node
mkdir "$work/county" "$work/village" "$work/thief"
received="" # every number that a station gave

receive() {
    number=$("$node" case receive --data "$1" --item $item --applicant 王某 --json | field number)
    [ ${#number} -eq 26 ] || fail "no case at $1"
    received="$received $number"
}
incarnation() { "$node" status --data "$1" --json 2>/dev/null | field incarnation; }
# A receipt and no more: who has no seat takes cases in and decides nothing.
decides() { "$node" case accept "$number" --data "$1" >/dev/null 2>"$work/refusal"; }
is_suspended() {
    ! decides "$1" && grep -q 'seat-suspended' "$work/refusal"
}
seat() { "$node" seat --data "$county" --region 370124106201 >/dev/null 2>&1; }
# Each case that anybody was ever given a receipt for, once.
has_all() {
    local one
    "$node" case list --data "$1" --limit 200 --json >"$work/list" || return 1
    for one in $received; do
        [ "$(grep -o "\"number\":\"$one\"" "$work/list" | wc -l)" -eq 1 ] || return 1
    done
}
is_new() { [ -n "$(incarnation "$1")" ] && [ "$(incarnation "$1")" != "$old" ]; }
# What becomes of every copy that is found out: a new incarnation, all cases, no decision until
# one command at the parent.
comes_back() {
    within 60 is_new "$1"
    within 60 has_all "$1"
    receive "$1"
    is_suspended "$1" || fail "$2: it decides without a seat"
    within 60 seat
    within 60 decides "$1"
    within 60 has_all "$county"
    old=$(incarnation "$1")
}

# image DIR: a copy as an image of the disk would be. What tells a copy of the files (the number and
# the birth of the sentinel's file, at byte 137 of each slot) is taken out, as nothing tells there.
image() {
    python3 - "$1/sentinel" <<'PY'
import hashlib, sys
with open(sys.argv[1], "r+b") as file:
    whole = file.read()
    file.seek(0)
    for start in (0, 512):
        slot = whole[start:start + 137] + bytes(8)
        file.write((slot + hashlib.sha256(slot).digest()).ljust(512, b"\0"))
PY
}

"$node" init --data "$county" --region 370124000000 --name 平阴县 >/dev/null
launch county --data "$county" --listen 127.0.0.1:0
url=$address
parent=$pid
write_item "$work/item.json"
"$node" catalog publish "$work/item.json" --data "$county" >/dev/null
"$node" grant set $item --data "$county" --region 370124000000 --level village \
    --mode authorise --from 2026-01-01 --document 演示1号 >/dev/null
code=$("$node" invite --data "$county" --region 370124106201 --name 东崖村 --json | field code)
"$node" enroll "$url" "$code" --data "$village" >/dev/null 2>&1 || fail "no way in"
launch village --data "$village" --listen 127.0.0.1:0
home=$pid
receive "$village"
decides "$village" || fail "a station with its seat decides"
old=$(incarnation "$village")

# A backup beside a clerk who goes on, and a case that came after it.
(for _ in 1 2 3 4 5 6; do "$node" case receive --data "$village" --item $item --applicant 李某 \
    --json; done >"$work/meanwhile") &
clerk=$!
"$node" backup --data "$village" --out "$work/kept" >/dev/null 2>&1 || fail "no backup"
wait "$clerk" || fail "the clerk was disturbed"
for number in $(field number <"$work/meanwhile"); do received="$received $number"; done
[ "$(echo $received | wc -w)" -eq 7 ] || fail "not every case of the clerk was taken"
receive "$village"
within 60 has_all "$county"

# Elsewhere. Nobody else's secret opens it.
stop "$home"
mkdir "$work/elsewhere"
SYNCNODE_SECRET=$work/county/syncnode.secret "$node" restore --from "$work/kept" \
    --data "$work/elsewhere/node" >/dev/null 2>&1 && fail "another secret opened the backup"
SYNCNODE_SECRET=$work/village/syncnode.secret "$node" restore --from "$work/kept" \
    --data "$work/elsewhere/node" >/dev/null 2>&1 || fail "not restored elsewhere"
cp "$work/village/syncnode.secret" "$work/elsewhere/"
launch elsewhere --data "$work/elsewhere/node" --listen 127.0.0.1:0
comes_back "$work/elsewhere/node" "restored elsewhere"
# The old directory is complete, and must not go on as if nothing had happened.
other=$pid
stop "$other"
launch village --data "$village" --listen 127.0.0.1:0
comes_back "$village" "the directory before it"
home=$pid

# In place.
stop "$home"
mv "$village" "$work/village/lost"
"$node" restore --from "$work/kept" --data "$village" >/dev/null 2>&1 || fail "not restored in place"
launch village --data "$village" --listen 127.0.0.1:0
comes_back "$village" "restored in place"
home=$pid

# The serial of a number; those of whoever had the first seat end with 79999.
serial() { echo $((10#${1:20:5})); }
given() { "$node" case receive --data "$1" --item $item --applicant "$2" --json | field "$3"; }

# The whole directory, with its secret, runs twice, both off line: the copy sees that it is another
# file, before it gives any number, and gives other ones than the original.
stop "$home"
stop "$parent"
cp -r "$work/village" "$work/twin"
launch village --data "$village" --listen 127.0.0.1:0
home=$pid
launch twin --data "$work/twin/node" --listen 127.0.0.1:0
twin=$pid
grep -q 'copied as files' "$work/twin.err" || fail "a copy does not know that it is one"
is_new "$work/twin/node" || fail "a copy has the original's incarnation"
[ "$(incarnation "$village")" = "$old" ] || fail "the original lost itself to its twin"
for turn in 1 2 3; do
    receive "$village"
    decides "$village" || fail "the original decides no more"
    receive "$work/twin/node"
    is_suspended "$work/twin/node" || fail "a twin decides"
    [ "$(serial "$number")" -gt 79999 ] || fail "a twin's number is not apart: $number"
done
fact
launch county --data "$county" --listen "${url#https://}"
parent=$pid
for place in "$county" "$village" "$work/twin/node"; do within 60 has_all "$place"; done
[ "$(incarnation "$village")" = "$old" ] || fail "the original lost itself to its twin"
stop "$twin"

# The same under another machine-id, where the kernel lets us name one.
if unshare -rm true 2>/dev/null; then
    cp -r "$work/village" "$work/abroad"
    # Even where the files were not told apart.
    echo 0123456789abcdef0123456789abcdef >"$work/machine-id"
    cat >"$work/abroad.sh" <<END
#!/bin/sh
exec unshare -rm sh -c 'mount --bind "$work/machine-id" /etc/machine-id && exec "$node" "\$@"' node "\$@"
END
    chmod +x "$work/abroad.sh"
    image "$work/abroad/node"
    here_node=$node
    node=$work/abroad.sh
    launch abroad --data "$work/abroad/node" --listen 127.0.0.1:0
    node=$here_node
    grep -q 'another machine' "$work/abroad.err" || fail "another machine is not seen"
    receive "$work/abroad/node"
    is_suspended "$work/abroad/node" || fail "a copy on another machine decides"
    [ "$(serial "$number")" -gt 79999 ] || fail "its number is not apart: $number"
    within 60 has_all "$county"
    stop "$pid"
    fact
else
    echo "passed over: no other machine-id can be named here (unshare -rm)" >&2
fi

# An image of the whole disk, off line: nothing tells the two apart, and both give the same number.
stop "$home"
stop "$parent"
cp -r "$work/village" "$work/image"
image "$work/image/node"
launch village --data "$village" --listen 127.0.0.1:0
home=$pid
launch image --data "$work/image/node" --listen 127.0.0.1:0
twin=$pid
once=$(given "$village" 甲某 number)
[ "$(given "$work/image/node" 乙某 number)" = "$once" ] || fail "an image counts apart"
launch county --data "$county" --listen "${url#https://}"
parent=$pid
# Found out at first contact: both cases are kept, the number names neither, their ids do.
both() {
    "$node" case list --data "$1" --limit 200 --json >"$work/list" &&
        [ "$(grep -o "\"number\":\"$once\"" "$work/list" | wc -l)" -eq 2 ]
}
for place in "$county" "$village" "$work/image/node"; do within 60 both "$place"; done
"$node" case show "$once" --data "$county" --json >"$work/list" 2>&1 && fail "one number, one case"
grep -q 'label-not-unique' "$work/list" || fail "a number given twice is not told: $(cat "$work/list")"
ids=$(sed -n 's/.*"ids":\[\([^]]*\)\].*/\1/p' "$work/list" | tr -d '"' | tr ',' ' ')
[ "$(echo $ids | wc -w)" -eq 2 ] || fail "not both are named: $(cat "$work/list")"
codes=""
for id in $ids; do
    "$node" case show "$id" --data "$county" --json >"$work/list" || fail "no case $id"
    grep -q '"duplicateNumber":true' "$work/list" || fail "$id is not marked"
    codes="$codes $(field queryCode <"$work/list")"
done
[ "$(printf '%s\n' $codes | sort -u | wc -l)" -eq 2 ] || fail "the 查询码 does not tell them apart"
fact
# Whichever of them was found out gives other numbers from now on, and is seated by one command.
one=$(given "$village" 丙某 number)
other=$(given "$work/image/node" 丁某 number)
[ "$one" != "$other" ] || fail "they go on giving one number"
received="$received $one $other"
stop "$twin"
old=$(incarnation "$village")
settled() { receive "$village" && { decides "$village" || { seat && false; }; }; }
within 60 settled
old=$(incarnation "$village")

# The keys of the running station, put into a backup of it: the same incarnation on another machine.
SYNCNODE_SECRET=$work/village/syncnode.secret "$node" restore --from "$work/kept" \
    --data "$work/thief/node" >/dev/null 2>&1 || fail "not restored beside it"
cp "$village"/keys/* "$work/thief/node/keys/"
cp "$work/village/syncnode.secret" "$work/thief/"
launch thief --data "$work/thief/node" --listen 127.0.0.1:0
within 60 is_new "$work/thief/node"
receive "$work/thief/node"
is_suspended "$work/thief/node" || fail "whoever copied the keys decides"
within 60 has_all "$village"
stop "$pid"
# Keys without a database are no node at all.
mkdir "$work/bare"
cp -r "$village/keys" "$work/bare/keys"
rc=0
"$node" serve --data "$work/bare" --listen 127.0.0.1:0 >/dev/null 2>&1 || rc=$?
[ "$rc" -eq 2 ] || fail "keys alone are served: $rc"
fact

# An older database put under the running node, as another file and into the same one.
for way in mv cp; do
    rm -rf "$work/older" && mkdir "$work/older"
    # It stands still meanwhile, as a machine does whose disk is put back: what it wrote between two of
    # these files would be a broken database, not an older one.
    kill -STOP "$home"
    cp "$village"/node.db* "$work/older/"
    kill -CONT "$home"
    receive "$village"
    within 60 has_all "$county"
    old=$(incarnation "$village")
    kill -STOP "$home"
    for file in node.db node.db-wal node.db-shm; do
        if [ $way = cp ]; then
            cp "$work/older/$file" "$village/$file"
        else
            cp "$work/older/$file" "$work/older/next"
            mv "$work/older/next" "$village/$file"
        fi
    done
    kill -CONT "$home"
    # The next thing that anybody wants written shows it; nothing is given out for the old file.
    "$node" case receive --data "$village" --item $item --applicant 王某 --json \
        >"$work/late" 2>&1 || true
    number=$(field number <"$work/late")
    [ -z "$number" ] || received="$received $number"
    comes_back "$village" "a database under the running node ($way)"
done
stop "$home"

for place in "$village" "$county"; do
    "$node" verify --data "$place" >"$work/list" || fail "$place is not sound: $(cat "$work/list")"
done
[ "$(printf '%s\n' $received | sort | uniq -d | wc -l)" -eq 0 ] || fail "a number was given twice"
fact

echo "$facts facts hold"
