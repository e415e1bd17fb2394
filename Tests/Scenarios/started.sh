# What the scripts beside this one start, and its end. Sourced by them, with the binary in node and
# a folder of their own in work; each says `fail` in its own way.
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
    local name=$1 left=100
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
