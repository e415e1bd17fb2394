#!/usr/bin/env bash
# A counter on real processes, a county and a village without a link: who was asked first and who
# answers now, what is to be paid, what a certificate spares, hours that anybody may book, and what
# is rated too late. Loopback, ports of the system's choice, every wait bounded; whatever was
# started is ended by its process id.
#
#   Tests/Scenarios/counter.sh [BINARY]      .build/debug/node where none is named
set -euo pipefail
unset LANG

# shellcheck source=Tests/Scenarios/started.sh
. "$(dirname "${BASH_SOURCE[0]}")/started.sh"
# shellcheck source=Tests/Scenarios/asked.sh
. "$here/Tests/Scenarios/asked.sh"

readonly paid=370511003101 county_code=370124000000 village_code=370124106201
expect 0 init --data "$work/county" --region $county_code --name 平阴县
serve county
county=$address
cat >"$work/item.json" <<END
{"code":"$paid","immediate":true,"elements":{"name":"样例证书补发","kind":"公共服务","handling":"即办件",
"legalDays":1,"promisedDays":1,"materials":[{"code":"M1","name":"申请表","category":"表格"},
{"code":"M2","name":"居民身份证","category":"证件","licence":"居民身份证"}],"basis":"样例办法第一条",
"level":"县级","department":"县民政局","agency":"县民政局","audience":["自然人"],
"steps":["收件","决定"],"fees":{"charged":true,"items":[{"name":"工本费","standard":"12.50 元",
"basis":"样例文件"}]},"result":{"kind":"证照","name":"样例证书"},"conditions":"本县居民"}}
END
expect 0 catalog publish "$work/item.json" --data "$work/county"
expect 0 booking open C1 --name 县综合窗口 --slots 23:30x1,23:40x1 --weekend --data "$work/county"
expect 0 grant set $paid --data "$work/county" --region $county_code --level village \
    --mode authorise --from 2026-01-01 --document 样例〔2026〕1号
expect 0 init --data "$work/village" --region $village_code --name 焦庄村 --parent "$county"
serve village
village=$address
granted() {
    "$node" grant list --data "$work/village" >"$work/out" 2>&1 && grep -q $paid "$work/out"
}
within 20 granted
offered() {
    "$node" booking windows --data "$work/village" >"$work/out" 2>&1 && grep -q C1 "$work/out"
}
within 20 offered

# Two clerks of the village, each with a session.
for login in wang li; do
    echo "password-of-window-$(echo $login | rev)9" >"$work/password"
    input=$work/password
    expect 0 user add $login --name "${login}某" --role village-clerk --data "$work/village"
done
input=/dev/null
# log_in LOGIN: the token of a session.
log_in() {
    curl -s -m 30 -H 'Content-Type: application/json' \
        -d "{\"login\":\"$1\",\"password\":\"password-of-window-$(echo $1 | rev)9\"}" \
        "$village/api/v1/session" >"$work/out"
    text token
}
wang=$(log_in wang)
li=$(log_in li)
# asked STATUS TOKEN PATH [JSON]: what the village answers; a POST where there is JSON.
asked() {
    local wanted=$1 token=$2 path=$3 status
    shift 3
    status=$(curl -s -m 20 -o "$work/out" -w '%{http_code}' -H "Authorization: Bearer $token" \
        ${1:+-H 'Content-Type: application/json' -d "$1"} "$village$path") || true
    [ "$status" = "$wanted" ] || fail "$status, not $wanted: $path $*"
    facts=$((facts + 1))
}

# The cable is out from here on: everything below is the village's own.
curl -s -o /dev/null -d "{\"peer\":\"$county_code\",\"cut\":true}" "$village/demo/v1/link"
asked 201 "$wang" /api/v1/cases "{\"item\":\"$paid\",\"applicant\":\"赵某\",
\"idNumber\":\"370124194401081234\",\"materials\":[\"M1\",{\"code\":\"M2\",\"present\":false}]}"
number=$(text number)

# 首问负责: set once; handed on by one, signed for by another.
asked 200 "$li" "/api/v1/board/duty?code=$number"
holds 'wang某（wang）'
asked 403 "$li" "/api/v1/cases/$number/passDuty" '{"reason":"r"}'
holds duty-not-yours
asked 409 "$li" "/api/v1/cases/$number/takeDuty" '{}'
holds duty-not-offered
asked 422 "$wang" "/api/v1/cases/$number/passDuty" '{}'
asked 200 "$wang" "/api/v1/cases/$number/passDuty" '{"reason":"休假"}'
asked 403 "$wang" "/api/v1/cases/$number/takeDuty" '{}'
holds duty-own
expect 0 board asked --data "$work/village"
holds "$number"
asked 200 "$li" "/cases/$number"
holds 接手首问责任
asked 200 "$li" "/api/v1/cases/$number/takeDuty" '{}'
expect 0 case duty "$number" --data "$work/village"
holds '首问责任人'
holds 'wang某'
holds 'li某'
asked 200 "$wang" "/cases/$number"
holds 首问负责
lacks 接手首问责任

# 免提交 has its document, and the slip says what need not be brought.
expect 1 case accept "$number" --data "$work/village"
says material-missing
expect 0 case waive "$number" --code M2 --certificate ZZ-1 --data "$work/village"
asked 200 "$li" "/cases/$number"
holds 凭证照免提交
asked 200 "$li" "/cases/$number/papers/waiver"
holds 证照免提交确认书
asked 200 "$li" "/catalog/materials?code=$number"
holds '<select name="level" required><option value="">请选择</option>'

# A page that is stale says what it showed and what there is, and nothing is done.
status=$(curl -s -m 20 -o "$work/out" -w '%{http_code}' -H "Authorization: Bearer $li" \
    -d 'seen=00000000000000aa&seenState=待补正&key=k1' "$village/console/cases/$number/accept")
[ "$status" = 412 ] || fail "$status, not 412, for a stale page"
holds 您看到的
holds '待补正　<code>00000000000000aa</code>'
holds '已收件　<code>'
asked 200 "$li" "/cases/$number"
holds 'li某（li）'
expect 0 case originals "$number" --codes M1 --way in --receiver 李窗口 --data "$work/village"
asked 200 "$li" "/cases/$number"
holds '<dt>在册原件</dt><dd>M1</dd>'

# 缴费: only what the item says, one notice at a time.
expect 0 case accept "$number" --data "$work/village"
asked 409 "$li" "/api/v1/cases/$number/fee" '{"outcome":"paid"}'
holds no-open-fee
asked 422 "$li" "/api/v1/cases/$number/fee" '{"outcome":"notice","cents":0,"purpose":"工本费"}'
asked 200 "$li" "/cases/$number"
holds 缴费通知与登记
asked 200 "$li" "/api/v1/cases/$number/fee" '{"outcome":"notice","cents":1250,"purpose":"工本费"}'
asked 409 "$li" "/api/v1/cases/$number/fee" '{"outcome":"notice","cents":1250,"purpose":"工本费"}'
holds fee-open
asked 200 "$li" "/cases/$number/papers/payment"
holds 缴费通知书
holds '12.50 元'
asked 200 "$li" "/api/v1/cases/$number/fee" '{"outcome":"paid","note":"票据 1"}'
expect 0 case decide "$number" --outcome grant --data "$work/village"
expect 0 case deliver "$number" --receiver 赵某 --data "$work/village"
expect 0 case close "$number" --data "$work/village"
asked 200 "$li" "/cases/$number"
holds 'M1，尚未退还'
expect 1 case pass-duty "$number" --reason r --data "$work/village"
says duty-over
expect 0 board asked --data "$work/village"
lacks "$number"

# 评价期: a contact of last year is rated no more, and a case is no contact.
expect 1 rating give A017 --grade 4 --served 2024-01-02 --data "$work/village"
says rating-over
expect 1 rating give "$number" --grade 4 --data "$work/village"
says rating-of-case
expect 0 rating give A017 --grade 4 --data "$work/village"

# 预约 by anybody, of the village's own hours; the same form twice is one booking.
expect 0 booking open W1 --name 综合窗口 --slots 23:30x2,23:40x9 --weekend --data "$work/village"
curl -s -m 20 -o "$work/out" "$village/book"
holds 综合窗口
hour=$(grep -o "value=\"$village_code|W1|[^\"]*|23:40\"" "$work/out" | sed -n 2p | cut -d'"' -f2)
key=$(sed -n 's/.*name="key" value="\([^"]*\)".*/\1/p' "$work/out")
[ -n "$hour" ] || fail "no hour to book"
# book STATUS KEY PHONE WORDS…: somebody without a session.
book() {
    local wanted=$1 key=$2 phone=$3 status
    shift 3
    status=$(curl -s -m 20 -o "$work/out" -w '%{http_code}' --data-urlencode "hour=$hour" \
        --data-urlencode "key=$key" --data-urlencode "phone=$phone" "$@" "$village/book") || true
    [ "$status" = "$wanted" ] || fail "$status, not $wanted: $phone $*"
    facts=$((facts + 1))
}
book 422 "$key" 13800005678
book 422 "$key" 12 --data-urlencode applicant=钱某
book 403 "$key" 13800005678 --data-urlencode applicant=钱某 -H 'Origin: http://elsewhere.example'
book 200 "$key" 13800005678 --data-urlencode applicant=钱某
holds 已确认
first=$(grep -o 'Y[0-9]*-[0-9]*-[0-9]*' "$work/out" | head -n 1)
book 200 "$key" 13800005678 --data-urlencode applicant=钱某
[ "$(grep -o 'Y[0-9]*-[0-9]*-[0-9]*' "$work/out" | head -n 1)" = "$first" ] || fail "one form, two bookings"
# own STATUS WORDS…: one's own booking, by what only who booked knows.
own() {
    local wanted=$1 status field fields=()
    shift
    for field in "$@"; do fields+=(--data-urlencode "$field"); done
    status=$(curl -s -m 20 -o "$work/out" -w '%{http_code}' "${fields[@]}" "$village/booking") ||
        true
    [ "$status" = "$wanted" ] || fail "$status, not $wanted: $*"
    facts=$((facts + 1))
}
own 422 "number=$first" last=0000
holds 没有找到
holds "value=\"$first\""
own 422 number=Y1 last=5678
own 200 "number=$first" last=5678
holds '<dt>状态</dt><dd>已确认</dd>'
lacks 钱某
own 409 "number=$first" last=5678 act=ask "hour=$hour"
holds 已是这个时段
holds 'role="alert"'
other=$(echo "$hour" | sed 's/23:40/23:30/')
own 200 "number=$first" last=5678 act=ask "hour=$other" key=m1
holds 已改约
own 200 "number=$first" last=5678 act=ask "hour=$other" key=m1
holds 已改约
own 200 "number=$first" last=5678 act=cancel key=m2
holds 已取消
own 409 "number=$first" last=5678 act=cancel key=m3
# At the county's window, off line: 待确认, and another hour is a wish until it hears of it.
hour="$county_code|C1|$(echo "$other" | cut -d'|' -f3)|23:30"
book 200 m4 13700001234 --data-urlencode applicant=李某
holds 待确认
far=$(grep -o 'Y[0-9]*-[0-9]*-[0-9]*' "$work/out" | head -n 1)
own 200 "number=$far" last=1234 act=ask "hour=$(echo "$hour" | sed 's/23:30/23:40/')" key=m5
holds 待确认
holds 联网后由其处理
for count in 3 4 5 6 7; do
    curl -s -m 20 -o "$work/out" --data-urlencode "hour=$hour" --data-urlencode "key=k$count" \
        --data-urlencode phone=13800005678 --data-urlencode applicant=钱某 "$village/book"
done
book 429 k8 13800005678 --data-urlencode applicant=钱某
expect 0 booking list --data "$work/village"
holds "$first"

# With the cable back a place above books here, and hears the answer; all of the rest is there, too.
curl -s -o /dev/null -d "{\"peer\":\"$county_code\",\"cut\":false}" "$village/demo/v1/link"
opened() {
    "$node" booking windows --data "$work/county" >"$work/out" 2>/dev/null && grep -q W1 "$work/out"
}
within 30 opened
day=$(echo "$hour" | cut -d'|' -f3)
expect 0 booking make W1 --region $village_code --date "$day" --start 23:30 --applicant 孙某 \
    --phone 13900001111 --data "$work/county" --json
booked=$(text booking)
holds '"status":"pending"'
confirmed() {
    "$node" booking show "$booked" --data "$work/county" >"$work/out" 2>/dev/null &&
        grep -q 已确认 "$work/out"
}
within 30 confirmed
heard() {
    "$node" booking show "$far" --data "$work/village" >"$work/out" 2>/dev/null &&
        grep -q 已确认 "$work/out" && grep -q 23:40 "$work/out"
}
within 30 heard
expect 0 case duty "$number" --data "$work/county"
holds '已闭环'
for name in village county; do
    expect 0 verify --data "$work/$name"
    grep -rqF -e 13800005678 -e 13700001234 "$work/$name" && fail "a telephone lies in the clear"
done

echo "$facts facts hold"
