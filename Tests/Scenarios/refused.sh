#!/usr/bin/env bash
# What a catalog refuses, by name of row and field, over HTTP and by the command line, against a live
# county: nothing is ever half taken. Loopback; whatever was started is ended by its process id.
#
#   Tests/Scenarios/refused.sh [BINARY]      .build/debug/node where none is named
set -euo pipefail
unset LANG

# shellcheck source=Tests/Scenarios/started.sh
. "$(dirname "${BASH_SOURCE[0]}")/started.sh"
# shellcheck source=Tests/Scenarios/asked.sh
. "$here/Tests/Scenarios/asked.sh"

readonly county=370124000000
write_item "$work/item.json"
expect 0 init --data "$work/county" --region $county --name 平阴县
serve county
expect 0 catalog publish "$work/item.json" --data "$work/county"
token=$(cat "$work/county/keys/admin")

# ask STATUS METHOD PATH FILE: what the county answers stands in out.
ask() {
    local wanted=$1 method=$2 path=$3 file=$4 status
    status=$(curl -sk -m 600 -o "$work/out" -w '%{http_code}' -X "$method" \
        -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \
        --data-binary "@$file" "$address$path")
    [ "$status" = "$wanted" ] || fail "$status, not $wanted: $method $path"
    facts=$((facts + 1))
}

# refused RULE FIELD: of a problem document.
refused() {
    holds "\"rule\":\"$1\""
    holds "\"field\":\"$2\""
}

# The whole catalog as it is: after each refusal it must be the same.
expect 0 catalog export "$work/before.json" --data "$work/county"
unchanged() {
    expect 0 catalog export "$work/after.json" --data "$work/county"
    cmp -s "$work/before.json" "$work/after.json" || fail "something of it was taken"
    expect 0 catalog drafts --data "$work/county"
    lacks '坏行'
}

# row NUMBER CODE WORDS…: a good row of a file of items; WORDS are further members.
row() {
    printf '{"code":"%s","name":"坏行 %s","kind":"公共服务","basis":"样例","level":"县级",' "$2" "$1"
    printf '"department":"县民政局","agency":"县民政局","conditions":"无","audience":["自然人"],'
    printf '"steps":["收件"],"legalDays":20,"promisedDays":%s,"handling":"承诺件",' "${3:-5}"
    printf '"fees":{"charged":false},"result":{"kind":"其他","name":"样例"},"materials":[]%s}' "${4:-}"
}

# wrong RULE FIELD TITLE: rows.json, whose second row is wrong, by both doors.
wrong() {
    ask 422 POST '/api/v1/catalog/import?publish=true' "$work/rows.json"
    refused "$1" "$2"
    holds '第 2 行'
    expect 1 catalog import "$work/rows.json" --data "$work/county" --publish
    says "$3"
    expect 0 catalog import "$work/rows.json" --data "$work/county" --publish --dry-run
    holds '拒绝 1'
    unchanged
}
# three ROW: a file of three rows, of which it is the second.
three() {
    printf '[%s,%s,%s]' "$(row 1 370118009101)" "$1" "$(row 3 370118009103)" >"$work/rows.json"
}

# A wrong check digit: the credit code within 31 digits.
three "$(row 2 11370800MB285591857370118009002)"
wrong item-code 'items[1].code' '校验位'
# A duplicate code.
three "$(row 2 370118009101)"
wrong code-duplicate 'items[1].code' '第 1 行'
# A division that there is not.
three "$(row 2 370118009102 5 ',"areas":["990124000000"]')"
wrong element-form 'items[1].areas' '代收代办区域'
# Promised above legal.
three "$(row 2 370118009102 21)"
wrong item-days 'items[1].promisedDays' '不得超过法定时限'
# An item of 5 MB: in a file by its row, alone by the size of the command.
{
    printf '[%s,{"code":"370118009102","name":"坏行","conditions":"' "$(row 1 370118009101)"
    head -c 5000000 /dev/zero | tr '\0' 'x'
    printf '"},%s]' "$(row 3 370118009103)"
} >"$work/rows.json"
wrong item-too-large 'items[1].elements' '过大'
{
    printf '{"code":"370118009102","immediate":true,"elements":{"name":"坏行","conditions":"'
    head -c 5000000 /dev/zero | tr '\0' 'x'
    printf '"}}'
} >"$work/huge.json"
ask 413 POST /api/v1/items "$work/huge.json"
holds '"status":413'
refused item-too-large elements.conditions
holds '受理条件（elements.conditions）有 5000002 字节，过大；一个事项的全部要素至多 258048 字节'
holds '"bytes":5000002,"limitBytes":258048'
expect 2 catalog publish "$work/huge.json" --data "$work/county"
says '受理条件（elements.conditions）有 5000002 字节，过大'
{
    printf '{"command":"item.draft",'
    tail -c +2 "$work/huge.json"
} >"$work/order.json"
ask 413 POST /api/v1/commands "$work/order.json"
refused item-too-large elements.conditions
# What is longer than anything that is read at all: the body and its bound.
head -c 9000000 /dev/zero | tr '\0' 'x' >"$work/endless.json"
ask 413 POST /api/v1/items "$work/endless.json"
refused bodyTooLong body
holds '至多接收 8388608 字节，未作任何处理'
unchanged

# A CSV with a broken row in the middle.
{
    printf '事项编码,事项名称,法定办结时限\n370118009101,坏行 1,20\n370118009102,"坏行 2,20\n'
    printf '370118009103,坏行 3,20\n'
} >"$work/rows.csv"
ask 422 POST /api/v1/catalog/import "$work/rows.csv"
refused import-file body
holds '第 3 行'
expect 1 catalog import "$work/rows.csv" --data "$work/county"
says '第 3 行'
unchanged

# An effective date in the past: of a file, of one item.
printf '[%s]' "$(row 1 370118009101)" >"$work/rows.json"
ask 422 POST '/api/v1/catalog/import?publish=true&effectiveFrom=2020-01-01' "$work/rows.json"
refused effective-date-past effectiveFrom
printf '{"code":"370118009101","effectiveFrom":"2020-01-01","elements":%s}' \
    "$(row 1 370118009101 | sed 's/"code":"[0-9]*",//')" >"$work/past.json"
ask 422 POST /api/v1/items "$work/past.json"
refused effective-date-past effectiveFrom
expect 1 catalog publish "$work/past.json" --data "$work/county"
says effective-date-past
unchanged

# A station that there is not: of a first step, of a grant.
sed 's/"effectiveFrom":"2020-01-01"/"immediate":true,"stage":["370199000000"]/' "$work/past.json" \
    >"$work/stage.json"
ask 422 POST /api/v1/items "$work/stage.json"
refused region-unknown stage
expect 1 catalog publish "$work/stage.json" --data "$work/county"
says region-unknown
expect 1 grant set $item --data "$work/county" --region 370199000000 --mode entrust \
    --from 2026-01-01 --document 样例
unchanged

# Children of a theme that wait for each other.
expect 0 catalog import "$work/rows.json" --data "$work/county" --publish
expect 0 catalog export "$work/before.json" --data "$work/county"
cat >"$work/theme.json" <<EOF
{"code":"T1","name":"坏环","lead":"县民政局","object":"个人","promisedDays":10,"children":[
{"item":"370118009101","after":["$item"]},{"item":"$item","after":["370118009101"]}]}
EOF
{
    printf '{"command":"theme.set",'
    tail -c +2 "$work/theme.json"
} >"$work/order.json"
ask 422 POST /api/v1/commands "$work/order.json"
refused theme-cycle children
holds "370118009101 → $item"
expect 1 theme set "$work/theme.json" --data "$work/county"
says theme-cycle
expect 0 theme list --data "$work/county"
lacks 坏环

# What was imported and waits is not drafted again.
printf '[{"name":"待补要素","department":"县民政局"}]' >"$work/thin.json"
expect 0 catalog import "$work/thin.json" --data "$work/county"
holds '草稿 1'
expect 0 catalog import "$work/thin.json" --data "$work/county"
holds '不变 1'

# A blank form of what is published is for everybody, and no other attachment is.
printf '空白申请表' >"$work/blank"
blank=$(sha256sum "$work/blank" | cut -d' ' -f1)
ask 201 PUT "/api/v1/blobs/$blank" "$work/blank"
printf '别的附件' >"$work/scan"
scan=$(sha256sum "$work/scan" | cut -d' ' -f1)
ask 201 PUT "/api/v1/blobs/$scan" "$work/scan"
material="\"materials\":[{\"code\":\"M1\",\"name\":\"申请表\",\"blank\":{\"blob\":\"$blank\"}}]"
printf '{"code":"370118009101","base":1,"immediate":true,"elements":%s}' \
    "$(row 1 370118009101 | sed "s/\"code\":\"[0-9]*\",//; s|\"materials\":\[\]|$material|")" \
    >"$work/form.json"
expect 0 catalog publish "$work/form.json" --data "$work/county"
# nobody STATUS PATH: without a session.
nobody() {
    local status
    status=$(curl -sk -m 600 -o "$work/out" -w '%{http_code}' "$address$2")
    [ "$status" = "$1" ] || fail "$status, not $1: $2"
    facts=$((facts + 1))
}
nobody 200 /guide/370118009101
holds "/guide/370118009101/files/$blank"
nobody 200 "/guide/370118009101/files/$blank"
cmp -s "$work/out" "$work/blank" || fail "not the form"
nobody 404 "/guide/370118009101/files/$scan"
nobody 404 "/guide/$item/files/$blank"
nobody 401 "/api/v1/blobs/$blank"

echo "$facts facts hold"
