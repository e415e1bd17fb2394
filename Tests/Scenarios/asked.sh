# What the scripts of the command line ask of the binary, and how they fail. Sourced after started.sh,
# with `node` and `work` set.

# What the next command reads.
input=/dev/null
touch "$work/out" "$work/err"

fail() {
    echo "FAILED: $*" >&2
    echo "--- stdout" >&2
    cat "$work/out" >&2
    echo "--- stderr" >&2
    cat "$work/err" >&2
    exit 1
}

# expect CODE WORDS…: runs the binary; its output stands in out and err afterwards.
expect() {
    local wanted=$1 code=0
    shift
    timeout 600 "$node" "$@" >"$work/out" 2>"$work/err" <"$input" || code=$?
    [ "$code" -eq "$wanted" ] || fail "exit $code, not $wanted: $*"
    facts=$((facts + 1))
}

# shape KEY…: one line of standard output, one document, with these members.
shape() {
    local key
    [ "$(wc -l <"$work/out")" -eq 1 ] || fail "not one line of JSON"
    grep -q '^{.*}$' "$work/out" || fail "no JSON object"
    for key in "$@"; do
        grep -q "\"$key\":" "$work/out" || fail "no member $key"
    done
    facts=$((facts + 1))
}

# holds TEXT, says TEXT, silent: of standard output, of standard error, nothing on the former.
holds() { grep -qF -- "$1" "$work/out" || fail "standard output lacks: $1"; }
says() { grep -qF -- "$1" "$work/err" || fail "standard error lacks: $1"; }
silent() { [ ! -s "$work/out" ] || fail "standard output should be empty"; }

# text KEY: a member's text out of the document.
text() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" "$work/out" | head -n 1; }
lacks() { ! grep -qF -- "$1" "$work/out" || fail "standard output should lack: $1"; }

# serve NAME [WORDS…]: starts a node in the background; its address stands in address.
serve() {
    local name=$1
    shift
    launch "$name" --data "$work/$name" --listen 127.0.0.1:0 --demo "$@"
}
