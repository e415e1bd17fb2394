#!/usr/bin/env bash
# Erasure (清除) from end to end on a county, a town and a village as real processes: a case is taken
# in, ended, archived, kept until its term is over, destroyed by two persons, and gone from every
# disk; a station that was away and a backup of before bring nothing back; what is left still
# verifies and says who did what.
#
#   Tests/Scenarios/erasure.sh [BINARY]      .build/debug/node where none is named
#
# Loopback, ports of the system's choice, every wait bounded; whatever was started is ended by its
# process id.
set -euo pipefail
export LANG=en_US.UTF-8

# shellcheck source=Tests/Scenarios/started.sh
. "$(dirname "${BASH_SOURCE[0]}")/started.sh"
# shellcheck source=Tests/Scenarios/asked.sh
. "$here/Tests/Scenarios/asked.sh"

true_() { echo "✓ $*"; }
county=$work/county/node town=$work/town/node village=$work/village/node
readonly county_code=370124000000 town_code=370124106000 village_code=370124106201
mkdir "$work/county" "$work/town" "$work/village"
# up NAME [WORDS…]: starts a node of the demo; its address and its process by its name.
declare -A at=() process=()
up() {
    local name=$1
    shift
    launch "$name" --data "$work/$name/node" --listen "${at[$name]:-127.0.0.1:0}" --demo "$@"
    at[$name]=${address#http://} process[$name]=$pid
}
down() {
    kill "${process[$1]}"
    wait "${process[$1]}" || true
}
# clock NAME TIME: what a machine's clock says from now on.
clock() {
    curl -sS -m 600 -o /dev/null --fail -d "{\"at\":\"$2\"}" "http://${at[$1]}/demo/v1/clock" ||
        fail "the clock of $1 cannot be set"
}
all_clocks() { for one in county town village; do clock $one "$1"; done; }

expect 0 init --data "$county" --region $county_code --name 平阴县
up county --at 2026-09-24T09:00:00+08:00
write_item "$work/item.json"
expect 0 catalog publish "$work/item.json" --data "$county"
expect 0 grant set $item --data "$county" --region $county_code --level village \
    --mode authorise --from 2026-01-01 --document 样例1号
expect 0 init --data "$town" --region $town_code --name 玫瑰镇 --parent "http://${at[county]}"
up town --at 2026-09-24T09:00:00+08:00
expect 0 init --data "$village" --region $village_code --name 焦庄村 --parent "http://${at[town]}"
up village --at 2026-09-24T09:00:00+08:00
granted() { "$node" grant list --data "$village" 2>/dev/null | grep -q $item; }
within 60 granted
# Two persons who may destroy, at the county.
declare -A token=()
for login in zhang wang; do
    echo "password-of-office-$(echo $login | rev)9" >"$work/password"
    input=$work/password
    expect 0 user add $login --name "${login}某" --role chief --data "$county"
    input=/dev/null
    curl -sS -m 600 -H 'Content-Type: application/json' -o "$work/out" \
        -d "{\"login\":\"$login\",\"password\":\"$(cat "$work/password")\"}" \
        "http://${at[county]}/api/v1/session"
    token[$login]=$(text token)
done

# Two cases: one to be destroyed, with a note and a scan, and one that stays.
finish_case() {
    expect 0 case receive --data "$village" --item $item --applicant "$1" \
        --id-number 370124194401081234 --phone 13800005678 --json
    number=$(text number)
    expect 0 case note "$number" --note "给$1打过电话" --data "$village"
    printf '%%PDF-1.4\n%s\n%%%%EOF\n' "$1的参保登记表" >"$work/scan.pdf"
    expect 0 case scan "$number" --codes M1 --file "$work/scan.pdf" --data "$village"
    expect 0 case accept "$number" --data "$village"
    expect 0 case decide "$number" --outcome grant --data "$village"
    expect 0 case deliver "$number" --receiver "$1" --data "$village"
    expect 0 case close "$number" --data "$village"
}
finish_case 欧阳若兰
gone=$number
# A backup of before, which the office should have thrown away.
expect 0 backup --data "$village" --out "$work/kept"
finish_case 司马长河
kept=$number
same() {
    "$node" sync --data "$town" >/dev/null 2>&1 && "$node" case show "$kept" --data "$county" \
        >"$work/out" 2>/dev/null && grep -q delivered\\\|closed "$work/out"
}
within 60 same

# What a disk holds of a case: every text of it that was sealed, out of the log.
cat >"$work/sealed.py" <<'PY'
import json, re, sqlite3, sys
number, path = sys.argv[1:]
base = sqlite3.connect(f"file:{path}/node.db?mode=ro", uri=True)
(name,) = base.execute("SELECT id FROM v_case WHERE number = ?", (number,)).fetchone()
texts = set()
for (change,) in base.execute("SELECT bytes FROM v_change"):
    if name.lower().encode() in change:
        found = re.findall(rb'"(?:sealed:)?([A-Za-z0-9_-]{40,})"', change)
        # A digest tells nothing: those of attachments stand in the nodes' receipts.
        texts |= {text for text in found if not re.fullmatch(rb"[0-9a-f]+", text)}
for text in sorted(texts): print(text.decode())
PY
python3 "$work/sealed.py" "$gone" "$village" >"$work/marks"
python3 "$work/sealed.py" "$kept" "$village" >"$work/others"
[ "$(wc -l <"$work/marks")" -ge 3 ] || fail "fewer sealed texts than person, note and receiver"
printf '%%PDF-1.4\n%s\n%%%%EOF\n' 欧阳若兰的参保登记表 | sha256sum | cut -d' ' -f1 >"$work/scan"
# Whether any file of a node still has a mark, or its attachment; a node that is stopped or not.
on_disk() {
    grep -rqaFf "$work/marks" "$work/$1/node" ||
        [ -n "$(find "$work/$1/node" -name "*$(cat "$work/scan")*")" ]
}
others_on_disk() { grep -rqaFf "$work/others" "$work/$1/node"; }
for one in county town village; do within 60 on_disk $one; done
true_ "before: $(wc -l <"$work/marks") sealed texts and a scan of $gone lie on three disks"

# --- not yet
expect 1 archive seal "$gone" --data "$village"
says rating-open
expect 1 archive erase "$gone" --reason 试 --data "$county"
says case-not-archived
all_clocks 2026-10-12T09:00:00+08:00
expect 0 archive seal "$gone" --data "$village"
expect 0 archive seal "$kept" --data "$village"
archived() { "$node" archive check "$1" --data "$county" >"$work/out" 2>"$work/err"; }
within 60 archived "$gone"
within 60 archived "$kept"
expect 1 archive erase "$gone" --reason 保管期满 --data "$county"
says retention-open
true_ "refused: in the 评价期, before it is archived, before its term is over"

# --- the term is over: ten years from the year after
all_clocks 2037-01-04T09:00:00+08:00
expect 5 archive erase "$gone" --reason 保管期满 --data "$village"
says not-supervisor
# asked STATUS LOGIN ACT [JSON]: what the county answers a person about the case.
asked() {
    local status
    status=$(curl -sS -m 600 -o "$work/out" -w '%{http_code}' -H 'Content-Type: application/json' \
        -H "Authorization: Bearer ${token[$2]}" -d "$4" "http://${at[county]}/api/v1/cases/$gone/$3")
    [ "$status" = "$1" ] || fail "$status, not $1: $2 $3 $(cat "$work/out")"
    facts=$((facts + 1))
}
for login in zhang wang; do
    # Whoever logged in ten years ago is not any more.
    curl -sS -m 600 -H 'Content-Type: application/json' -o "$work/out" \
        -d "{\"login\":\"$login\",\"password\":\"password-of-office-$(echo $login | rev)9\"}" \
        "http://${at[county]}/api/v1/session"
    token[$login]=$(text token)
done
asked 409 wang erase '{"reason":"保管期满"}'
holds disposal-none
expect 0 archive hold "$gone" --reason '复议 2036-7' --data "$county"
asked 409 zhang dispose '{"reason":"保管期满"}'
holds case-preserved
expect 0 archive release "$gone" --reason 结案 --data "$county"
asked 200 zhang dispose '{"reason":"保管期满"}'
asked 403 zhang erase '{"reason":"保管期满"}'
holds separate-officers
true_ "refused: at the village, while it is preserved, unasked, and by who asked"

# --- the village is away; the county and the town forget
down village
asked 200 wang erase '{"reason":"保管期满"}'
forgotten() { ! on_disk "$1"; }
for one in county town; do within 60 forgotten $one; done
on_disk village || fail "the village forgot without hearing of it"
true_ "approved by another person: nothing of it on the disks of county and town"
# What the village brings back is what it held before; the others take none of it.
up village --at 2037-01-04T10:00:00+08:00
within 60 forgotten village
for one in county town; do forgotten $one || fail "the late station brought it back to $one"; done
true_ "a station that was away forgets with its first exchange, and brings nothing back"

# --- a backup of before, restored with its secret
down village
mkdir "$work/back"
SYNCNODE_SECRET=$work/village/syncnode.secret expect 0 restore --from "$work/kept" \
    --data "$work/back/node"
cp "$work/village/syncnode.secret" "$work/back/"
on_disk back || fail "the backup is of after"
up back --at 2037-01-04T11:00:00+08:00
within 60 forgotten back
shows_none() {
    "$node" case show "$gone" --data "$1" --json >"$work/out" 2>/dev/null &&
        grep -q '"erased":true' "$work/out"
}
within 60 shows_none "$work/back/node"
for one in county town; do forgotten $one || fail "a backup brought it back to $one"; done
expect 0 export --data "$work/back/node" --for $town_code --out "$work/bundle"
expect 0 import --data "$town" "$work/bundle"
forgotten town || fail "a bundle brought it back"
true_ "a backup of before forgets again; a bundle of it brings nothing back"
down back
up village --at 2037-01-04T12:00:00+08:00

# --- what is left, and the proof
for one in county town village; do
    within 60 shows_none "$work/$one/node"
    lacks 欧阳
    others_on_disk $one || fail "the other case went, too, at $one"
    expect 0 verify --data "$work/$one/node"
    expect 0 case list --limit 200 --json --data "$work/$one/node"
    holds "$gone"
done
receipts() {
    "$node" audit --act case.erased --limit 50 --json --data "$county" >"$work/out" 2>/dev/null &&
        [ "$(grep -o "\"about\":\"$gone\"" "$work/out" | wc -l)" -ge 3 ]
}
within 60 receipts
expect 0 audit verify --data "$county"
expect 0 archive show "$gone" --data "$county"
true_ "three nodes said, signed, that they carried it out; verify and audit verify are clean"

echo "$facts facts hold"
