#!/usr/bin/env bash
# The catalog by the command line against a live county: files of items in and out, drafts, steps,
# sheets, themes, knowledge. Loopback; whatever was started is ended by its process id.
#
#   Tests/Scenarios/catalog.sh [BINARY]      .build/debug/node where none is named
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
expect 0 catalog publish "$work/item.json" --data "$work/county" --json
shape code version

# A file of items: tried, refused whole by row and field, imported, written back unchanged.
cat >"$work/items.csv" <<'END'
事项编码,事项名称,事项类型,设定和实施依据,行使层级,主管部门,实施机构,受理条件,服务对象,办理流程,申请材料,法定办结时限,承诺办结时限,收费项目,办理结果,办件类型
370118009002,高龄津贴认定,行政给付,样例办法第一条,县级,县民政局,县民政局,年满 80 周岁,自然人,收件、审查、办结,"[{""code"":""M1"",""name"":""申请表""}]",20,5,"{""charged"":false}","{""kind"":""给付"",""name"":""高龄津贴""}",承诺件
370118009003,残疾人补贴认定,行政给付,样例办法第二条,县级,县民政局,县民政局,持证残疾人,自然人,收件、审查、办结,[],20,21,"{""charged"":false}","{""kind"":""给付"",""name"":""补贴""}",承诺件
END
iconv -f UTF-8 -t GB18030 "$work/items.csv" >"$work/items-gb.csv"
expect 0 catalog import "$work/items-gb.csv" --data "$work/county" --dry-run --publish
says GB18030
holds 承诺时限不得超过法定时限
holds "拒绝 1"
expect 1 catalog import "$work/items-gb.csv" --data "$work/county" --publish --json
holds 'items[1].promisedDays'
expect 0 catalog list --data "$work/county"
lacks 370118009002
sed -i 's/,20,21,/,20,10,/' "$work/items.csv"
expect 0 catalog import "$work/items.csv" --data "$work/county" --publish
holds "发布 2"
for format in json csv; do
    expect 0 catalog export "$work/out.$format" --data "$work/county"
    expect 0 catalog import "$work/out.$format" --data "$work/county" --publish
    holds "不变 3"
done
printf '事项编码,事项名称\n1,"a\n' >"$work/broken.csv"
expect 1 catalog import "$work/broken.csv" --data "$work/county"
says "第 2 行"

# The same file by the program's door and out of a browser, in the encoding of a spreadsheet.
token=$(cat "$work/county/keys/admin")
asks() {
    curl -s -m 600 -H "Authorization: Bearer $token" "$@" >"$work/out" || fail "no answer: $*"
    facts=$((facts + 1))
}
asks --data-binary "@$work/items-gb.csv" "$address/api/v1/catalog/check"
holds '"gaps":[{"field":"promisedDays","title":"承诺时限不得超过法定时限","rows":1}]'
asks -F mode=check -F "file=@$work/items-gb.csv" "$address/console/import"
holds '试导入：没有写入任何内容'
holds '残疾人补贴认定'
asks -F mode=draft -F "file=@$work/items-gb.csv" "$address/console/import"
holds '第 2 行 promisedDays：承诺时限不得超过法定时限'
asks -F mode=draft -F skipRefused=true -F "file=@$work/items-gb.csv" "$address/console/import"
holds '已导入'
head -c 64 /dev/urandom | sed 's/^/\xff/' >"$work/noise.csv"
asks -F mode=check -F "file=@$work/noise.csv" "$address/console/import"
holds 'import-charset'
asks "$address/import"
holds 'action="/console/import"'

# Drafts, steps and what is made of the catalog.
sed 's/"legalDays":1/"base":1,"legalDays":1/' "$work/item.json" |
    sed 's/{"code"/{"base":1,"code"/; s/"base":1,"legalDays"/"legalDays"/' >"$work/second.json"
expect 0 catalog draft "$work/second.json" --data "$work/county" --json
shape draft code score gaps
draft=$(sed 's/.*"draft":"\([0-9a-f]*\)".*/\1/' "$work/out")
expect 0 catalog sheet draft --code "$draft" --data "$work/county"
holds "依据 v1"
expect 0 catalog approve "$draft" --data "$work/county"
expect 0 catalog rollback $item --to 1 --reason 样例 --data "$work/county"
expect 0 catalog sheet board --code $item --data "$work/county"
holds v3
expect 0 catalog sheet guide --code 370118009002 --data "$work/county" --json
shape title stamp sections data
expect 0 catalog claim 370118009004 --name 样例 --kind 公共服务 --data "$work/county"
expect 0 catalog sheet claims --data "$work/county"
holds 待认领
cat >"$work/theme.json" <<'END'
{"code":"T1","name":"老人一件事","lead":"县民政局","object":"个人","promisedDays":10,
"children":[{"item":"370118009002"},{"item":"370118009003","after":["370118009002"]}]}
END
expect 0 theme set "$work/theme.json" --data "$work/county"
expect 0 theme publish T1 --data "$work/county"
expect 0 theme show T1 --data "$work/county"
holds 残疾人补贴认定
cat >"$work/entry.json" <<'END'
{"code":"K1","question":"老年证丢了怎么补？","answer":"到村站登记。","labels":["民政","老年","补领"],
"synonyms":["敬老卡"]}
END
expect 0 knowledge set "$work/entry.json" --data "$work/county"
for words in 敬老卡 老年证 补领; do
    expect 0 knowledge search $words --data "$work/county"
    holds '老年证丢了怎么补？  到村站登记。'
done
expect 0 knowledge search 高龄 --data "$work/county"
holds '370118009002  高龄津贴认定'
expect 0 knowledge search 养狗 --data "$work/county"
holds 没有找到
expect 0 knowledge ask 能代领吗 --data "$work/county"
expect 0 knowledge questions --data "$work/county"
holds 能代领吗

echo "$facts facts hold"
