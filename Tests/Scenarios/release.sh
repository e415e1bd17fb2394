#!/usr/bin/env bash
# Releases on real processes, a county with two towns and two villages: a version tried out station
# by station, halted and rolled back; an item split and two merged; what two incarnations of the
# county said at once. Every cell is asked at every node. Loopback, ports of the system's choice,
# every wait bounded; whatever was started is ended by its process id.
#
#   Tests/Scenarios/release.sh [BINARY]      .build/debug/node where none is named
set -euo pipefail
unset LANG

# shellcheck source=Tests/Scenarios/started.sh
. "$(dirname "${BASH_SOURCE[0]}")/started.sh"
# shellcheck source=Tests/Scenarios/asked.sh
. "$here/Tests/Scenarios/asked.sh"

readonly v1=370124106201 v2=370124106202
declare -A at=() run=()

# place NAME CODE TITLE [PARENT]: makes a node and serves it.
place() {
    if [ -n "${4:-}" ]; then
        expect 0 init --data "$work/$1" --region "$2" --name "$3" --parent "${at[$4]}"
    else
        expect 0 init --data "$work/$1" --region "$2" --name "$3"
    fi
    serve "$1"
    at[$1]=$address
    run[$1]=$pid
}

# sheet NAME KIND [CODE]: as JSON, in out.
sheet() {
    timeout 600 "$node" catalog sheet "$2" ${3:+--code "$3"} --data "$work/$1" --json \
        >"$work/out" 2>"$work/err"
}

# counts CODE NAME=VERSION…: the version of an item that counts at each node; 0 for none.
counts() {
    local code=$1 pair found
    shift
    for pair in "$@"; do
        found=0
        if sheet "${pair%=*}" guide "$code"; then
            found=$(grep -o '"version":[0-9]*' "$work/out" | tail -n 1 | cut -d: -f2)
        fi
        [ "$found" = "${pair#*=}" ] || return 1
    done
}
# each is one fact a cell
cells() {
    within 30 counts "$@"
    facts=$((facts + $# - 2))
}

# row CODE: of a board or a history that stands in out, its state there.
state() { grep -o "\[\"$1\",\"[^\"]*\",\"[^\"]*\"" "$work/out" | cut -d'"' -f6; }
# states CODE REGION=STATE…: what the county's board says of each station.
states() {
    local pair
    sheet county board "$1" || return 1
    shift
    for pair in "$@"; do
        [ "$(state "${pair%=*}")" = "${pair#*=}" ] || return 1
    done
}

# version FILE CODE BASE DAYS [MORE]: a publication of the item of these scripts.
version() {
    write_item "$work/plain.json"
    sed 's/"elements"/'"${5:-}"'"elements"/; s/"promisedDays":1/"promisedDays":'"$4"'/
        s/"legalDays":1/"legalDays":9/; s/即办件/承诺件/; s/"code":"'$item'"/"code":"'"$2"'","base":'"$3"'/' \
        "$work/plain.json" | sed 's/"base":0,//' >"$work/$1.json"
}

# received NAME CODE VERSION: takes a case in that pins this version; its number is in number.
received() {
    expect 0 case receive --data "$work/$1" --item "$2" --applicant 王某 --material M1 --json
    holds "\"itemVersion\":$3"
    number=$(text number)
}
# governs NAME NUMBER VERSION: which version governs a case at a node.
governs() {
    sheet "$1" binding "$2" && grep -q "\"governing\":$3[,}]" "$work/out"
}

place county 370124000000 平阴县
place town 370124106000 玫瑰镇 county
place street 370124001000 榆山街道 county
place v1 $v1 焦庄村 town
place v2 $v2 夏沟村 town
county=$work/county

# v1 everywhere, and granted to every village.
version first $item 0 1
expect 0 catalog publish "$work/first.json" --data "$county"
expect 0 grant set $item --data "$county" --region 370124000000 --level village --mode entrust \
    --from 2026-01-01 --document 样例〔2026〕1号
cells $item county=1 town=1 street=1 v1=1 v2=1

# 分步发布: one named station, then the towns with their villages, then the county.
version second $item 1 2 '"stage":["'$v1'"],'
expect 0 catalog publish "$work/second.json" --data "$county"
cells $item v1=2 county=1 town=1 street=1 v2=1
within 20 states $item $v1=生效 370124000000='已达（未到此步）' 370124106000='已达（未到此步）' \
    370124001000='已达（未到此步）' $v2='已达（未到此步）'
sheet county board $item
holds 分步发布中
received v1 $item 2
early=$number
received v2 $item 1
late=$number
expect 0 catalog widen $item --data "$county" --reach town
cells $item v1=2 town=2 street=2 v2=2 county=1
received v2 $item 2
within 20 states $item 370124000000='已达（未到此步）' 370124106000=生效 $v2=生效
expect 0 catalog widen $item --data "$county" --reach all
cells $item county=2 town=2 street=2 v1=2 v2=2
for place in county town v1; do within 20 governs $place "$early" 2; done
for place in county town v2; do within 20 governs $place "$late" 1; done
expect 1 catalog widen $item --data "$county" --reach all
says not-staged

# Halted: it stays where it is, and goes no further. Rolled back: as a new version, everywhere.
version third $item 2 3 '"stage":["'$v1'"],'
expect 0 catalog publish "$work/third.json" --data "$county"
cells $item v1=3 county=2 town=2 street=2 v2=2
received v1 $item 3
tried=$number
expect 0 catalog halt $item --data "$county" --reason 样例：表述有误
expect 1 catalog widen $item --data "$county" --reach all
says stage-halted
sheet county board $item
holds 已停止扩大
cells $item v1=3 county=2 town=2 street=2 v2=2
expect 0 catalog rollback $item --to 2 --reason 样例：退回 --data "$county"
cells $item county=4 town=4 street=4 v1=4 v2=4
for place in county town v1; do within 20 governs $place "$tried" 3; done
for place in county town street v1 v2; do
    expect 0 catalog sheet guide --code $item --data "$work/$place"
    holds '承诺办结时限  2'
done

# 拆分: two drafts take an item's place; what is in flight goes on under its own version.
received v2 $item 4
flying=$number
# drafted CODE: a draft of an item of that code; its id is in draft.
drafted() {
    version "$1" "$1" 0 1
    expect 0 catalog draft "$work/$1.json" --data "$county" --json
    draft=$(text draft)
}
readonly one=370511002101 two=370511002102 whole=370511002103
drafted $one
first=$draft
drafted $two
expect 0 catalog split $item --data "$county" --drafts "$first,$draft" --reason 样例：拆分
for code in $one $two; do cells $code county=1 town=1 street=1 v1=1 v2=1; done
# cancelled NAME CODE: it is listed as cancelled.
cancelled() {
    "$node" catalog list --status cancelled --data "$work/$1" >"$work/out" 2>"$work/err" &&
        grep -q "^$2 " "$work/out"
}
for place in county town street v1 v2; do
    within 20 cancelled $place $item
    expect 1 case receive --data "$work/$place" --item $item --applicant 李某 --material M1
    says item-not-in-force
done
expect 0 case accept "$flying" --data "$work/v2"
for place in county town v2; do within 20 governs $place "$flying" 4; done

# 合并: the two become one.
drafted $whole
expect 0 catalog merge "$draft" --codes $one,$two --reason 样例：合并 --data "$county"
cells $whole county=1 town=1 street=1 v1=1 v2=1
for place in county town street v1 v2; do
    for code in $one $two; do within 20 cancelled $place $code; done
done
expect 1 catalog merge "$draft" --codes $one,$two --reason 样例：再合并 --data "$county"

# 冲突待裁: the county is put back from a backup, and both of its incarnations have spoken.
link() {
    command curl -s -m 600 -o /dev/null -d "{\"peer\":\"$2\",\"cut\":$3}" "${at[$1]}/demo/v1/link"
}
entry() {
    printf '{"code":"K1","labels":["社保","养老","领取"],"question":"能代领吗","answer":"%s"}' "$1" \
        >"$work/entry.json"
}
entry 能
expect 0 knowledge set "$work/entry.json" --data "$county"
answers() {
    "$node" knowledge list --data "$work/$1" --json >"$work/out" 2>"$work/err" &&
        grep -qF "$2" "$work/out"
}
for place in town street v1 v2; do within 20 answers $place '"能"'; done
expect 0 backup --data "$county" --out "$work/backup"
entry 须本人
expect 0 knowledge set "$work/entry.json" --data "$county"
version again $whole 1 2
expect 0 catalog publish "$work/again.json" --data "$county"
cells $whole county=2 town=2 street=2 v1=2 v2=2
within 20 answers v1 须本人
kill -9 "${run[county]}"
wait "${run[county]}" 2>/dev/null || true

for place in town street; do link $place 370124000000 true; done
expect 0 restore --from "$work/backup" --data "$work/again"
county=$work/again
launch again --data "$county" --listen "${at[county]#http://}" --demo
expect 0 seat --data "$county" --region 370124000000
entry 可凭委托书
expect 0 knowledge set "$work/entry.json" --data "$county"
version other $whole 1 3
expect 0 catalog publish "$work/other.json" --data "$county"
for place in town street; do link $place 370124000000 false; done
# contested NAME: both answers stand there, and nobody's is thrown away.
contested() {
    answers "$1" '"contested":true' && answers "$1" 须本人 && answers "$1" 可凭委托书
}
for place in again town street v1 v2; do within 30 contested $place; done
# rivals NAME: both second versions of the item are there, and marked.
rivals() {
    sheet "$1" history $whole &&
        [ "$(grep -o '"place":"current","contested":true' "$work/out" | wc -l)" -eq 2 ]
}
for place in again town street v1 v2; do within 20 rivals $place; done
sheet again board $whole
holds '冲突待裁：2 个版本并列'
# Whoever has not looked at both does not settle it; whoever has does, everywhere.
version blind $whole 2 4
expect 1 catalog publish "$work/blind.json" --data "$county"
says version-conflict
expect 0 catalog show $whole --data "$county" --json
saw=$(grep -o '"[0-9a-f]\{16\}-[0-9]*":{"stamp"[^}]*}[^}]*"number":2' "$work/out" |
    cut -d: -f1 | paste -sd, -)
version settled $whole 2 4 '"saw":['"$saw"'],'
expect 0 catalog publish "$work/settled.json" --data "$county"
cells $whole again=3 town=3 street=3 v1=3 v2=3
entry 凭委托书和双方身份证
expect 0 knowledge set "$work/entry.json" --data "$county"
settled() { answers "$1" '"contested":false' && answers "$1" 凭委托书和双方身份证; }
for place in again town street v1 v2; do within 20 settled $place; done
for place in again town street v1 v2; do expect 0 verify --data "$work/$place"; done
sheet again uniform
holds '"differing":0'

echo "$facts facts hold"
