#!/usr/bin/env bash
# The command line against live nodes: only the binary is used, exit codes and the shape of the
# JSON documents are asserted. Loopback, ports of the system's choice, every command bounded;
# whatever was started is ended by its process id.
#
#   Tests/Scenarios/cli.sh [BINARY]      .build/debug/node where none is named
set -euo pipefail
unset LANG

# shellcheck source=Tests/Scenarios/started.sh
. "$(dirname "${BASH_SOURCE[0]}")/started.sh"

# shellcheck source=Tests/Scenarios/asked.sh
. "$here/Tests/Scenarios/asked.sh"

readonly county=370124000000 town=370124106000
write_item "$work/item.json"

# Usage: 2, the bad word named, the help shown, nothing on standard output.
expect 2 nonsense
silent
says nonsense
expect 2 case
says "没有写明动作"
expect 2 case accept --data "$work/none"
says "缺少 NUMBER"
says "case accept NUMBER --data DIR"
expect 2 case list --data "$work/none" --bogus 1
says "--bogus"
expect 2 --lang en case list --data "$work/none" --bogus 1
says "is not an option here"
expect 2 status --data "$work/none"
says "没有节点"
expect 0 help case
says "case receive --data DIR"
LANG=en_GB.UTF-8 expect 0 help calendar
says "working day"

# Working days need no node.
expect 0 calendar due --from 2026-09-24 --days 1
holds 2026-09-28
expect 0 calendar due --from 2026-09-24 --days 1 --json
shape from days due
expect 1 calendar due --from 2026-12-31 --days 1
silent
says 2027
expect 2 calendar due --from 2026-02-30 --days 1
says "--from"

# A county and a town below it.
expect 0 init --data "$work/county" --region $county --name 平阴县
shape region id
expect 1 init --data "$work/county" --region $county --name 平阴县
serve county
county_pid=$pid
parent=$address
expect 0 init --data "$work/town" --region $town --name 玫瑰镇 --parent "$parent"
expect 3 serve --data "$work/county" --listen 127.0.0.1:0
expect 0 catalog publish "$work/item.json" --data "$work/county" --json
shape code version
expect 1 catalog publish "$work/item.json" --data "$work/county" --json
shape type title status rule
holds version-conflict
expect 1 catalog publish "$work/item.json" --data "$work/county" --lang en
silent
says "another version"
expect 2 catalog publish "$work/absent.json" --data "$work/county"
expect 0 grant set $item --data "$work/county" --region $county --level village \
    --mode authorise --from 2026-01-01 --document 演示1号
expect 0 grant list --data "$work/county" --json
shape grants next
holds 授权办理

# The town gets the catalog, works, and brings its case up.
expect 0 sync --data "$work/town" --json
shape sent received bytesOut bytesIn roundTrips equal
serve town
town_pid=$pid
expect 0 catalog list --data "$work/town"
holds $item
expect 0 case receive --data "$work/town" --item $item --applicant 王某 --material M1 \
    --key first --json
shape case number queryCode item itemVersion status
number=$(text number)
[ ${#number} -eq 26 ] || fail "a number has 26 digits, not ${#number}"
expect 0 case receive --data "$work/town" --item $item --applicant 王某 --material M1 \
    --key first --json
[ "$(text number)" = "$number" ] || fail "a replay got another number"
expect 1 case receive --data "$work/town" --item 370511009999 --applicant 王某
says "--item"
expect 0 case accept "$number" --data "$work/town"
holds "已受理 $number"
expect 1 case accept "$number" --data "$work/town"
expect 2 case decide "$number" --data "$work/town" --outcome perhaps
says "--outcome"
expect 0 case decide "$number" --data "$work/town" --outcome grant --json
shape case number
expect 0 case deliver "$number" --data "$work/town"
expect 5 catalog overlay $item --data "$work/town" --set name=别名
expect 0 sync --data "$work/town" --json
holds '"equal":true'
expect 0 sync --data "$work/town" --json
holds '"sent":0'
expect 0 case show "$number" --data "$work/county" --json
shape number status holder outcome events
holds '"status":"delivered"'
expect 0 case list --data "$work/county" --json
shape cases next
expect 0 catalog rollout $item --data "$work/county" --json
shape code version reached stations lines
expect 1 case show 37012410600020260101000019 --data "$work/county"

# A hand-over up: offered, seen on both sides, signed above.
expect 0 case receive --data "$work/town" --item $item --applicant 张某 --json
second=$(text number)
expect 0 handoff offer "$second" --to $county --data "$work/town" --json
shape case number
expect 0 handoff list --data "$work/town" --json
holds "$second"
expect 1 case accept "$second" --data "$work/town"
says case-frozen
expect 0 sync --data "$work/town"
expect 0 handoff sign "$second" --data "$work/county"
expect 0 case accept "$second" --data "$work/county"
expect 0 case clock "$second" --data "$work/county" --json
shape number asOf received accepted deemedAccepted reply promised legal delivery paused light \
    missingYear
expect 0 status --data "$work/town" --json
shape region name level nodeId incarnation carryRoot scopes changes unsent peers fenced \
    diskFreeBytes

# Every chain, signature and document, beside the running node.
expect 0 verify --data "$work/county" --json
shape changes faults
holds '"faults":[]'
expect 2 verify --data "$work/none" --json
cp -r "$work/town" "$work/broken"
rm -f "$work/broken/node.db-wal" "$work/broken/node.db-shm"
truncate -s $(($(stat -c %s "$work/town/node.db") / 2)) "$work/broken/node.db"
expect 1 verify --data "$work/broken" --json
holds '"kind":"bytes"'

# A bundle in a file, while the link is cut: out, in, in again, and the receipt back.
link() {
    curl -sf -o "$work/out" -X POST -H 'Content-Type: application/json' -d "$2" "$1"
}
town_url=$address
link "$town_url/demo/v1/link" "{\"peer\":\"$county\",\"cut\":true}" || fail "the link is not cut"
expect 0 case receive --data "$work/town" --item $item --applicant 陈桂香 --json
carried=$(text number)
expect 1 case show "$carried" --data "$work/county" --json
expect 0 export --data "$work/town" --for $county --out "$work/bundle"
expect 0 import --data "$work/county" "$work/bundle" --json
shape purpose from admitted duplicates refused receipt
holds '"refused":0'
expect 0 case show "$carried" --data "$work/county" --json
expect 0 import --data "$work/county" "$work/bundle"
holds '"admitted":0'
expect 0 import --data "$work/town" "$work/bundle.receipt"
holds '"purpose":"receipt"'
expect 1 import --data "$work/town" "$work/bundle"
holds bundle-for-another
head -c 200 "$work/bundle" >"$work/cut"
expect 1 import --data "$work/county" "$work/cut"
holds bundle-altered
expect 2 import --data "$work/county" "$work/absent"
expect 1 export --data "$work/town" --for 999999000000 --out "$work/x"
holds region-unknown
link "$town_url/demo/v1/link" "{\"peer\":\"$county\",\"cut\":false}" || fail "the link stays cut"
expect 0 sync --data "$work/town" --json
expect 0 sync --data "$work/town" --json
holds '"sent":0'
holds '"equal":true'

# Two counties, neither of which is below the other: a case crosses in files, both ways.
expect 0 init --data "$work/other" --region 371502000000 --name 东昌府区
serve other
other_url=$address
link "$parent/sync/v1/partner" "{\"url\":\"$other_url\",\"dial\":true}" || fail "no partner"
link "$other_url/sync/v1/partner" "{\"url\":\"$parent\",\"dial\":false}" || fail "no partner"
link "$parent/demo/v1/link" '{"peer":"371502000000","cut":true}' || fail "the link is not cut"
expect 0 case receive --data "$work/county" --item $item --applicant 周凤英 --json
crossing=$(text number)
expect 0 handoff offer "$crossing" --to 371502000000 --data "$work/county"
expect 0 export --data "$work/county" --for 371502000000 --out "$work/over"
expect 0 import --data "$work/other" "$work/over"
holds '"refused":0'
expect 0 case show "$crossing" --data "$work/other" --json
holds '"holder":"371502000000"'
expect 0 case accept "$crossing" --data "$work/other"
expect 0 export --data "$work/other" --for $county --out "$work/back"
expect 0 import --data "$work/county" "$work/back"
expect 0 case show "$crossing" --data "$work/county" --json
holds '"status":"accepted"'

# A backup of a running town, restored as another incarnation: it receives, and decides once
# its parent has seated it.
expect 0 backup --data "$work/town" --out "$work/kept"
[ ! -e "$work/kept/keys/incarnation" ] || fail "a backup holds an incarnation's key"
expect 2 backup --data "$work/town" --out "$work/kept"
expect 0 verify --data "$work/kept"
expect 0 case receive --data "$work/town" --item $item --applicant 高长河 --json
after=$(text number)
expect 0 sync --data "$work/town"
kill "$town_pid"
wait "$town_pid" || fail "the town did not end in order"
mv "$work/town" "$work/lost"
expect 0 restore --from "$work/kept" --data "$work/town"
expect 3 restore --from "$work/kept" --data "$work/town"
serve town
left=6000
while ! "$node" case show "$after" --data "$work/town" --json >"$work/out" 2>"$work/err"; do
    left=$((left - 1))
    [ "$left" -gt 0 ] || fail "what came after the backup did not come back"
    sleep 0.1
done
expect 0 case receive --data "$work/town" --item $item --applicant 吕文山 --json
later=$(text number)
expect 5 case accept "$later" --data "$work/town"
says seat-suspended
expect 0 status --data "$work/town" --json
holds '"seated":false'
holds '"fenced":false'
expect 5 seat --data "$work/town" --region $county
expect 0 seat --data "$work/county" --region $town --json
shape region epoch incarnation
expect 1 seat --data "$work/county" --region $town
holds nothing-to-seat
expect 0 sync --data "$work/town"
expect 0 case accept "$later" --data "$work/town"
expect 0 verify --data "$work/town"
holds '"faults":[]'

# A parent that is gone is 4; the work goes on; SIGTERM ends a node with 0.
kill "$county_pid"
code=0
wait "$county_pid" || code=$?
[ "$code" -eq 0 ] || fail "SIGTERM: exit $code, not 0"
expect 4 sync --data "$work/town"
silent
expect 0 case receive --data "$work/town" --item $item --applicant 赵某
expect 0 case note "$second" --data "$work/county" --note 停机时补记

# The town is stolen: it is looked at, and ended; what was on it comes in late, and counts once it
# is adopted.
expect 2 revoke --data "$work/county" --region 3701
expect 5 revoke --data "$work/town" --region $county
says not-above
expect 2 revoke --data "$work/county" --region $town --reason bored
expect 0 revoke --data "$work/county" --region $town --dry-run --json
shape region node cases casesHeld below unsent dryRun
holds '"dryRun":true'
expect 0 revoke --data "$work/county" --region $town
expect 1 revoke --data "$work/county" --region $town
says node-ended
expect 1 move --data "$work/county" --region $town --to $town
says move-target
expect 0 case receive --data "$work/town" --item $item --applicant 钱某 --json
stolen=$(text number)
expect 0 export --data "$work/town" --for $county --out "$work/found"
expect 0 import --data "$work/county" "$work/found"
expect 1 case show "$stolen" --data "$work/county"
expect 0 late --data "$work/county" --json
shape ended count late
holds "$stolen"
holds '"adopted":false'
expect 1 late adopt ffffffff --data "$work/county"
expect 0 late adopt --all --data "$work/county"
expect 0 case show "$stolen" --data "$work/county" --json
holds '"status":"received"'
expect 0 verify --data "$work/county"
holds '"faults":[]'

# Terms as OPERATING.md writes them; a table says what stands in it; what is no bundle is told in words.
expect 0 archive terms --default 10 --refused 2 --withdrawn 0 --kind '行政许可=30,行政确认=100' \
    --data "$work/county"
expect 0 archive list --data "$work/county"
holds '类别  期限'
holds '行政确认  永久'
expect 2 archive terms --default 10 --refused 2 --withdrawn 0 --kind 行政许可 --data "$work/county"
says 事项类型=年数
expect 1 archive verify "$work/item.json"
says '不是 ZIP 文件'
expect 1 import --data "$work/county" "$work/item.json"
says '不是交换包'
printf '{"version":1,"name":"t","nodes":[\n{"region":"%s","name":"T","level":"town","parent":null}]}' \
    $county >"$work/bad.json"
expect 2 demo --topology "$work/bad.json"
says '第 2 行'

# Accounts and the audit.
echo 'the-first-of-2026' >"$work/password"
expect 2 user add zhang --name 张三 --role county-window --data "$work/county"
says 标准输入
input=$work/password
expect 0 user add zhang --name 张三 --role county-window --data "$work/county" --json
shape login author
expect 1 user add zhang --name 张三 --role county-window --data "$work/county"
says account-exists
expect 1 user add li --name 李四 --role village-clerk --data "$work/county"
says role-level
expect 0 user password zhang --data "$work/county"
input=/dev/null
expect 0 user list --data "$work/county"
holds zhang
expect 0 user code zhang --data "$work/county"
expect 0 user disable zhang --data "$work/county"
expect 0 user list --data "$work/county" --json
holds '"disabled":true'
expect 0 user enable zhang --data "$work/county"
expect 1 user disable niemand --data "$work/county"
says account-not-found
expect 0 audit --data "$work/county" --act account.add --json
shape lines next
holds '"about":"zhang"'
expect 0 audit verify --data "$work/county"
holds '"faults":[]'

echo "cli: $facts facts hold"
