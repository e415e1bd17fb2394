#!/usr/bin/env bash
# A station is ended while the town above it has no line to the county that says so: the town works
# on with it until it hears; from then on what the station did beyond the cut is void, shown by one
# command, and counts once somebody above has looked. Real processes, all over TLS.
#
#   Tests/Scenarios/revoked.sh [BINARY]      .build/debug/node where none is named
#
# Loopback, ports of the system's choice, every wait bounded; whatever was started is ended by its
# process id.
set -euo pipefail
export LANG=en_US.UTF-8

# shellcheck source=Tests/Scenarios/started.sh
. "$(dirname "${BASH_SOURCE[0]}")/started.sh"
# shellcheck source=Tests/Scenarios/asked.sh
. "$here/Tests/Scenarios/asked.sh"
# shellcheck source=Tests/Scenarios/clocks.sh
. "$here/Tests/Scenarios/clocks.sh"

hold() { echo "✓ $*"; }
county=$work/county/node town=$work/town/node village=$work/village/node
mkdir "$work/county" "$work/town" "$work/village"
stop() {
    kill "$1"
    wait "$1" || true
}
enrol() { # CODE NAME PARENT-DATA URL DATA
    expect 0 invite --data "$3" --region "$1" --name "$2" --json
    expect 0 enroll "$4" "$(text code)" --data "$5"
}
expect 0 init --data "$county" --region 370124000000 --name 平阴县
launch county --data "$county" --listen 127.0.0.1:0
above=$address above_pid=$pid
write_item "$work/item.json"
expect 0 catalog publish "$work/item.json" --data "$county"
expect 0 grant set $item --data "$county" --region 370124000000 --level village \
    --mode authorise --from 2026-01-01 --document 样例1号
enrol 370124106000 玫瑰镇 "$county" "$above" "$town"
launch town --data "$town" --listen 127.0.0.1:0
middle=$address
enrol 370124106201 焦庄村 "$town" "$middle" "$village"
launch village --data "$village" --listen 127.0.0.1:0
thief_pid=$pid
granted() { "$node" grant list --data "$village" 2>/dev/null | grep -q $item; }
within 60 granted

take() { # NAME: received and accepted at the village; its number in number.
    expect 0 case receive --data "$village" --item $item --applicant "$1" --json
    number=$(text number)
    expect 0 case accept "$number" --data "$village"
}
# accepted DATA NUMBER; void DATA NUMBER: how a node takes the case.
accepted() { "$node" case show "$2" --data "$1" --json 2>/dev/null | grep -q '"status":"accepted"'; }
void() { ! accepted "$1" "$2"; }
take 王某
honest=$number
within 60 accepted "$county" "$honest"

# The line to the county is down; there the station is ended: what had come by then counts.
stop "$above_pid"
expect 0 revoke --data "$county" --region 370124106201
take 李某
beyond=$number
within 60 accepted "$town" "$beyond"
expect 0 late --data "$town"
lacks "$beyond"
hold "without a line to the county the town works on with the station that was ended there"

# Now somebody carries the station's machine away, with all its keys, and works on with it alone.
stop "$thief_pid"
take 赵某
alone=($number)
if clock_of earlier -10; then
    node=$work/earlier
    take 周某
    alone+=("$number")
    node=$node_itself
fi

# The line is back: the town hears of it, and judges anew what it had taken in.
launch county --data "$county" --listen "${above#https://}"
late() { "$node" late --data "$1" >"$work/out" 2>/dev/null && grep -q "$2" "$work/out"; }
for place in "$town" "$county"; do
    within 60 late "$place" "$beyond"
    [ "$(grep -c "$beyond" "$work/out")" -ge 2 ] || fail "not each of its acts is listed by its number"
    within 60 void "$place" "$beyond"
    accepted "$place" "$honest" || fail "what came before the cut does not count"
done
hold "once it hears: 受理 beyond the cut is void at both, in 'late' with its number; before it, it stands"

# What the thief has comes as a file, or over the line: late and void; the machine is turned away.
expect 0 export --data "$village" --for 370124106000 --out "$work/bundle"
expect 0 import --data "$town" "$work/bundle"
for one in "${alone[@]}"; do
    within 60 late "$town" "$one"
    void "$town" "$one" || fail "a bundle of the ended station counts"
done
launch village --data "$village" --listen 127.0.0.1:0
turned() {
    curl -sk -m 60 -H "Authorization: Bearer $(cat "$town/keys/admin")" "$middle/metrics" |
        grep -q 'node_refusals_total{reason="revoked"} [1-9]'
}
within 60 turned
# Whoever works there, and had not heard, is told so.
told() { "$node" status --data "$village" 2>/dev/null | grep -q 'it has ended this node'; }
within 60 told
curl -sk -m 600 -H "Authorization: Bearer $(cat "$village/keys/admin")" "$address/" >"$work/out"
holds 本节点已被上级吊销
hold "a bundle of it, also one with the clock set back, is late and void; on the line it is turned away (revoked)"

# One command of those above, and it counts everywhere.
expect 0 late --data "$town" --json
id=$(tr '{' '\n' <"$work/out" | grep "\"number\":\"$beyond\"" | grep -o '"id":"[^"]*"' | cut -d'"' -f4)
[ "$(echo $id | wc -w)" -ge 2 ] || fail "no ids of it"
# shellcheck disable=SC2086
expect 0 late adopt $id --data "$town"
for place in "$town" "$county"; do
    within 60 accepted "$place" "$beyond"
    void "$place" "${alone[0]}" || fail "more counts than was adopted"
    expect 0 verify --data "$place"
done
hold "adopted by the town, that case counts at town and county; nothing else of it does"

echo "$facts facts hold"
