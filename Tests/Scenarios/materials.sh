#!/usr/bin/env bash
# Materials on real processes, a county and a village: scans out of a browser's form, known by their
# bytes; how far each can be trusted; what an applicant gave before, and certificates. Loopback,
# ports of the system's choice, every wait bounded; whatever was started is ended by its process id.
#
#   Tests/Scenarios/materials.sh [BINARY]      .build/debug/node where none is named
set -euo pipefail
unset LANG

# shellcheck source=Tests/Scenarios/started.sh
. "$(dirname "${BASH_SOURCE[0]}")/started.sh"
# shellcheck source=Tests/Scenarios/asked.sh
. "$here/Tests/Scenarios/asked.sh"

# publish CODE NAME: an item with a form, a certificate and one that may come later.
publish() {
    cat >"$work/item.json" <<END
{"code":"$1","immediate":true,"elements":{"name":"$2","kind":"公共服务","handling":"承诺件",
"legalDays":9,"promisedDays":5,"materials":[{"code":"M1","name":"申请表","category":"表格"},
{"code":"M2","name":"居民身份证","category":"证件","licence":"居民身份证"},
{"code":"M3","name":"银行卡","deferrable":true}],"basis":"样例办法第一条","level":"县级",
"department":"县民政局","agency":"县民政局","audience":["自然人"],"steps":["收件","决定"],
"fees":{"charged":false},"result":{"kind":"其他","name":"办理结果"},"conditions":"本县居民"}}
END
    expect 0 catalog publish "$work/item.json" --data "$work/county"
    expect 0 grant set "$1" --data "$work/county" --region 370124000000 --level village \
        --mode entrust --from 2026-01-01 --document 样例〔2026〕1号
}

readonly first=370511002101 second=370511002102 person=370124194401081234
expect 0 init --data "$work/county" --region 370124000000 --name 平阴县
serve county
county=$address
publish $first 高龄津贴认定
publish $second 残疾人补贴认定
expect 0 init --data "$work/village" --region 370124106201 --name 焦庄村 --parent "$county"
serve village
village=$address
granted() {
    "$node" grant list --data "$work/village" >"$work/out" 2>&1 && grep -q $second "$work/out"
}
within 20 granted
token=$(cat "$work/village/keys/admin")

# received ITEM WORDS…: a case at the village; its number is in number.
received() {
    local code=$1
    shift
    expect 0 case receive --data "$work/village" --item "$code" --applicant 王某 \
        --id-number $person "$@" --json
    number=$(text number)
}
# web STATUS WORDS…: what the village's console answers to curl; head and body in head and out.
web() {
    local wanted=$1 status
    shift
    status=$(curl -s -m 600 -o "$work/out" -D "$work/head" -w '%{http_code}' \
        -H "Authorization: Bearer $token" "$@") || true
    [ "$status" = "$wanted" ] || fail "$status, not $wanted: $*"
    facts=$((facts + 1))
}
heads() { grep -qi -- "$1" "$work/head" || fail "the head lacks: $1"; }

# Files, by their first bytes; what they are called and said to be counts for nothing.
base64 -d >"$work/scan.png" <<'END'
iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==
END
printf '%%PDF-1.4\n%%\n' >"$work/scan.pdf"
printf '<html><script>1</script>' >"$work/page.png"
received $first --material M1,M2 --missing M3
earlier=$number
form=$village/console/scans/$earlier
web 303 -F code=M2 -F level=B -F "file=@$work/scan.png;type=text/plain;filename=x.exe" "$form"
heads "location: /catalog/materials?code=$earlier"
web 422 -F code=M2 -F "file=@$work/page.png;type=image/png" "$form"
holds '按内容识别不是 JPEG、PNG、PDF'
web 422 -H 'Accept: application/json' -F code=M2 -F "file=@$work/page.png" "$form"
: >"$work/none"
web 422 -F code=M2 -F "file=@$work/none" "$form"
holds '没有选择文件'
web 422 -F "file=@$work/scan.png" "$form"
holds '没有选定材料'
web 422 -F code=M9 -F "file=@$work/scan.png" "$form"
holds '不得额外要求或收取'
web 403 -F code=M2 -F level=A -F "file=@$work/scan.png" "$form"
web 400 -H 'Content-Type: multipart/form-data; boundary=a b' --data-binary x "$form"
holds '带文件的表单残缺或格式不对'
web 400 -H 'Content-Type: multipart/form-data; boundary=a' --data-binary '--a' "$form"
web 415 -H 'Content-Type: text/plain' --data-binary x "$form"
head -c 33554433 /dev/zero >"$work/long.pdf"
printf '%%PDF-1.4\n' | dd of="$work/long.pdf" conv=notrunc status=none
web 413 -F code=M2 -F "file=@$work/long.pdf" "$form"
holds '至多 32 MiB'
rm "$work/long.pdf"
expect 2 case scan "$earlier" --codes M1 --file "$work/page.png" --data "$work/village"
says '按内容识别不是 JPEG、PNG、PDF'
expect 0 case scan "$earlier" --codes M1 --level C --file "$work/scan.pdf" --data "$work/village"

# Looked at as what it is, of this case only, and as nothing that runs.
scan=$(sha256sum "$work/scan.png" | cut -d' ' -f1)
web 200 "$village/cases/$earlier/files/$scan"
heads 'content-type: image/png'
heads 'content-disposition: inline'
heads "content-security-policy: default-src 'none'"
cmp -s "$work/scan.png" "$work/out" || fail "another picture"
# In a browser: decoded and drawn by it, with its own size, under the heads of the answer.
if python3 "$here/Tests/Scenarios/shown.py" "$village" "$token" "/cases/$earlier/files/$scan" \
    >"$work/out" 2>"$work/err"; then
    holds "$scan (1×1)"
    holds '<img '
    facts=$((facts + 1))
else
    [ "$?" = 3 ] || fail "the browser shows no picture"
    echo "skipped: a scan in a browser: no chromium here"
fi
web 200 "$village/cases/$earlier/files/$(sha256sum "$work/scan.pdf" | cut -d' ' -f1)"
heads 'content-type: application/pdf'
web 404 "$village/cases/$earlier/files/$(printf x | sha256sum | cut -d' ' -f1)"
[ "$(curl -s -o /dev/null -w '%{http_code}' "$village/cases/$earlier/files/$scan")" = 303 ] ||
    fail "a scan is shown to strangers"

# What each material is worth stands at the village and at the county alike.
expect 0 case materials "$earlier" --data "$work/village" --json
holds '"code":"M2","name":"居民身份证","present":true,"level":"B","levelBy":"370124106201"'
holds "\"scans\":[\"$scan\"]"
known() {
    "$node" case materials "$earlier" --data "$work/county" --json >"$work/out" 2>/dev/null &&
        grep -q '"code":"M2","name":"居民身份证","present":true,"level":"B"' "$work/out"
}
within 20 known
expect 0 case material "$earlier" --codes M2 --level A --data "$work/county"
better() {
    "$node" case materials "$earlier" --data "$work/village" --json >"$work/out" 2>/dev/null &&
        grep -q '"code":"M2","name":"居民身份证","present":true,"level":"A"' "$work/out"
}
within 20 better
expect 0 case originals "$earlier" --codes M2 --way in --receiver 李窗口 --data "$work/village"
expect 0 case materials "$earlier" --data "$work/village"
holds '焦庄村 收存'

# 上一环节已收的不得要求重复提交: another item, the same person, off line too.
curl -s -o /dev/null -d '{"peer":"370124000000","cut":true}' "$village/demo/v1/link"
received $second --material M1 --missing M2,M3
later=$number
reusable() {
    "$node" case materials "$later" --data "$work/village" --json >"$work/out" 2>/dev/null &&
        grep -q "\"reusable\":\[{\"code\":\"M2\",\"from\":\"$earlier\",\"level\":\"A\"" "$work/out"
}
within 20 reusable
expect 1 case correct "$later" --gap 'M2 未带' --data "$work/village"
says material-in-pool
says "$earlier"
expect 1 case reuse "$later" --code M1 --from "$earlier" --data "$work/village"
expect 1 case reuse "$later" --code M3 --from "$earlier" --data "$work/village"
says material-not-in-pool
expect 1 case accept "$later" --promise --data "$work/village"
says material-missing
web 303 --data-urlencode code=M2 --data-urlencode "from=$earlier" \
    "$village/console/cases/$later/reuse"
expect 0 case accept "$later" --promise --data "$work/village"
expect 0 case materials "$later" --data "$work/village"
holds "复用自 $earlier"
curl -s -o /dev/null -d '{"peer":"370124000000","cut":false}' "$village/demo/v1/link"

# Somebody else is asked for it, as ever.
expect 0 case receive --data "$work/village" --item $second --applicant 李某 \
    --id-number 370124199001191234 --material M1 --missing M2,M3 --json
other=$(text number)
expect 0 case materials "$other" --data "$work/village" --json
holds '"reusable":[]'
# 免提交: by a certificate, where the item links one; its number lies nowhere in the clear.
expect 1 case waive "$other" --code M3 --certificate ZZ-13579-24680 --data "$work/village"
says waiver-not-offered
expect 0 case waive "$other" --code M2 --certificate ZZ-13579-24680 --data "$work/village"
expect 0 case accept "$other" --promise --data "$work/village"
expect 0 case materials "$other" --data "$work/village"
holds '免提交（居民身份证）'
grep -rqF ZZ-13579-24680 "$work/village" "$work/county" && fail "a certificate lies in the clear"
# 上传的空白表: to a place of a draft, which is drafted anew with it.
sed 's/"immediate":true,/"base":1,"immediate":true,/' "$work/item.json" >"$work/draft.json"
expect 0 catalog draft "$work/draft.json" --data "$work/county" --json
draft=$(text draft)
token=$(cat "$work/county/keys/admin")
web 303 -F 'place=materials[0].blank' -F "file=@$work/scan.pdf" "$county/console/files/$draft"
heads 'location: /catalog/draft?code='
draft=$(sed -n 's/.*code=\([0-9a-f]*\).*/\1/p' "$work/head")
web 422 -F 'place=materials[9].blank' -F "file=@$work/scan.pdf" "$county/console/files/$draft"
holds '草稿中没有这个附件位置'
expect 0 catalog approve "$draft" --data "$work/county"
blank=$(sha256sum "$work/scan.pdf" | cut -d' ' -f1)
[ "$(curl -s -o /dev/null -w '%{http_code}' "$county/guide/$second/files/$blank")" = 200 ] ||
    fail "the blank form is not to be had"
for name in village county; do expect 0 verify --data "$work/$name"; done

echo "$facts facts hold"
