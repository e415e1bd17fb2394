# What the scripts beside this one start, and its end. Sourced by them; each says `fail` in its own
# way. The binary is the first argument that is left to the script, .build/debug/node where there is
# none; it stands in node, the project in here, a folder of the script's own in work.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
node=${1:-$here/.build/debug/node}
[ -x "$node" ] || {
    echo "no binary at $node" >&2
    exit 2
}
work=$(mktemp -d "${TMPDIR:-/tmp}/syncnode-$(basename "$0" .sh)-XXXXXX")
started=()
facts=0

finish() {
    local pid
    for pid in "${started[@]}"; do
        kill "$pid" 2>/dev/null || continue
        wait "$pid" 2>/dev/null || true
    done
    rm -rf "$work"
}
trap finish EXIT

# launch NAME WORDS…: `serve WORDS…` in the background; its process is in pid, what it listens on
# in address.
launch() {
    local name=$1 left=6000
    shift
    : >"$work/$name.log"
    "$node" serve "$@" >"$work/$name.log" 2>"$work/$name.err" </dev/null &
    pid=$!
    started+=("$pid")
    while ! grep -q '^listening ' "$work/$name.log"; do
        left=$((left - 1))
        [ "$left" -gt 0 ] || fail "$name did not start: $(cat "$work/$name.err")"
        sleep 0.1
    done
    address=$(sed -n 's/^listening //p' "$work/$name.log")
}

# within SECONDS WORDS…: tries until it comes true. The seconds are an idle machine's; a busy one is
# waited for ten minutes.
within() {
    local left=$(($1 * 10 < 6000 ? 6000 : $1 * 10))
    shift
    until "$@"; do
        left=$((left - 1))
        [ "$left" -gt 0 ] || fail "it did not come about: $*"
        sleep 0.1
    done
    facts=$((facts + 1))
}

# The item that the county of these scripts publishes; write_item FILE: the publication of it.
readonly item=370511002001
write_item() {
    cat >"$1" <<'END'
{"code":"370511002001","immediate":true,"elements":{"name":"城乡居民养老保险参保登记",
"kind":"公共服务","handling":"即办件","legalDays":1,"promisedDays":1,
"materials":[{"code":"M1","name":"参保登记表","required":true,"deferrable":false}],
"basis":"样例办法第一条","level":"县级","department":"县民政局","agency":"县民政局",
"audience":["自然人"],"steps":["收件与受理","审查与决定"],"fees":{"charged":false},
"result":{"kind":"其他","name":"办理结果"},
"conditions":"本县户籍居民"}}
END
}
