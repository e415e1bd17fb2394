#!/usr/bin/env bash
# A node against real tools of others: openssl s_client, curl, nginx before it, 10,000 connections
# that never finish their header, and with --scan the whole of testssl.sh.
#
#   Tests/Scenarios/attack.sh [--scan] [BINARY]      .build/debug/node where none is named
#
# Loopback, ports of the system's choice; whatever was started is ended by its process id. Tools
# that are missing are installed where this is root, else what needs them is passed over and
# said so.
set -euo pipefail
scans=no
[ "${1:-}" = --scan ] && {
    scans=yes
    shift
}
export LANG=en_US.UTF-8

# shellcheck source=Tests/Scenarios/started.sh
. "$(dirname "${BASH_SOURCE[0]}")/started.sh"

fail() {
    echo "FAILED: $*" >&2
    [ -f "$work/out" ] && tail -n 30 "$work/out" >&2
    exit 1
}

fact() { facts=$((facts + 1)); }

# has TOOL PACKAGE: whether it is here, or could be installed.
has() {
    command -v "$1" >/dev/null && return 0
    if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
        apt-get install -q -y --no-install-recommends "$2" >"$work/apt" 2>&1 || true
    fi
    command -v "$1" >/dev/null && return 0
    echo "passed over: no $1 (Debian: $2)" >&2
    return 1
}

# serve NAME PORT WORDS…: starts a node; its address (HOST:PORT) stands in address.
serve() {
    local name=$1 port=$2
    shift 2
    launch "$name" --data "$work/county" --listen "127.0.0.1:$port" "$@"
    address=${address#*://}
}

# A free port, below those that the system gives out, which the flood has just used: in port.
free() {
    for _ in $(seq 20); do
        port=$((12000 + RANDOM % 20000))
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || return 0
    done
    fail "no free port"
}

stop() {
    kill "$pid"
    wait "$pid" || true
}

# status CODE WORDS…: what curl is answered.
status() {
    local wanted=$1 got
    shift
    got=$(curl -sS -m 600 -o "$work/out" -w '%{http_code}' "$@" 2>"$work/curl") || true
    [ "$got" = "$wanted" ] || fail "$got, not $wanted: curl $* $(cat "$work/curl")"
    fact
}

# refused NAME: how often it was refused by that name so far.
refused() {
    curl -sS -m 600 --cacert "$work/anchor.pem" -H "Authorization: Bearer $(cat "$work/county/keys/admin")" \
        "https://$address/metrics" |
        sed -n "s/^node_refusals_total{reason=\"$1\"} //p"
}

has openssl openssl && has curl curl || exit 2
"$node" init --data "$work/county" --region 370124000000 --name 平阴县 >/dev/null
# The anchor is the last certificate of the chain; a root's own is all of it.
cp "$work/county/keys/tls.pem" "$work/anchor.pem"
# The operator's own certificate for browsers, as an authority gives it: for a year, with its list.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 \
    -keyout "$work/web.key" -out "$work/web.pem" -subj /CN=localhost \
    -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1' \
    -addext 'crlDistributionPoints=URI:http://crl.example.invalid/web.crl' 2>/dev/null
free
serve secure "$port" --cert "$work/web.pem" --key "$work/web.key"

# --- openssl s_client
greet() { openssl s_client -connect "$address" "$@" </dev/null >"$work/out" 2>&1; }
greet -CAfile "$work/anchor.pem" -verify_return_error -tls1_3 || fail "no TLS 1.3"
grep -q 'Verify return code: 0' "$work/out" || fail "the chain does not hold"
grep -q 'Acceptable client certificate CA names' "$work/out" || fail "no certificate is asked for"
fact
# What the node shows of its own tree says where the list of what was taken back is; it is there.
list=$(openssl s_client -connect "$address" -sigalgs ed25519 </dev/null 2>/dev/null |
    openssl x509 -noout -ext crlDistributionPoints | sed -n 's/^ *URI://p')
[ "$list" = "https://$address/sync/v1/certificates.crl" ] || fail "no list is named: $list"
status 200 --cacert "$work/anchor.pem" "$list"
openssl crl -inform DER -in "$work/out" -CAfile "$work/anchor.pem" -noout 2>"$work/curl" ||
    fail "the list is none"
grep -q 'verify OK' "$work/curl" || fail "the list is not the authority's: $(cat "$work/curl")"
fact
greet -tls1_1 && fail "TLS 1.1 is spoken"
greet -tls1_2 -cipher 'AES128-SHA:DES-CBC3-SHA' && fail "a weak cipher is taken"
fact
# A browser knows no Ed25519: it is shown the operator's certificate.
greet -CAfile "$work/web.pem" -verify_return_error -sigalgs ECDSA+SHA256 || fail "no certificate for browsers"
fact
# A ticket comes after the handshake, so the first session has to read.
(
    printf 'GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'
    sleep 1
) | openssl s_client -connect "$address" -CAfile "$work/anchor.pem" -tls1_3 -ign_eof \
    -sess_out "$work/session" >"$work/out" 2>&1 || true
[ -s "$work/session" ] || fail "no ticket"
openssl s_client -connect "$address" -CAfile "$work/anchor.pem" -tls1_3 \
    -sess_in "$work/session" </dev/null >"$work/out" 2>&1
grep -q '^Reused' "$work/out" || fail "a session is not resumed"
fact

# --- curl
status 200 --cacert "$work/anchor.pem" "https://$address/healthz"
status 000 "https://$address/healthz"
grep -qi 'certificate' "$work/curl" || fail "an unknown authority is believed"
status 403 --cacert "$work/anchor.pem" --data-binary x "https://$address/sync/v1/exchange"
grep -q no-certificate "$work/out" || fail "not named"
[ "$(refused no-certificate)" = 1 ] || fail "not counted"
openssl req -x509 -newkey ed25519 -nodes -days 30 -keyout "$work/own.key" \
    -out "$work/own.pem" -subj '/CN=370124106000' 2>/dev/null
status 000 --cacert "$work/anchor.pem" --cert "$work/own.pem" --key "$work/own.key" \
    --data-binary x "https://$address/sync/v1/exchange"
[ "$(refused wrong-authority)" = 1 ] || fail "a stranger's certificate is not named"
status 413 --cacert "$work/anchor.pem" -H 'Content-Length: 10737418240' -H 'Expect:' \
    --data-binary x "https://$address/sync/v1/exchange"
status 400 --cacert "$work/anchor.pem" --path-as-is "https://$address/../keys/tls"
[ "$(refused bodyTooLong)" = 1 ] && [ "$(refused badPath)" = 1 ] || fail "not counted"
fact

# --- 10,000 connections that never finish their header, beside a caller who means it
cat >"$work/flood.py" <<'PY'
import resource, socket, ssl, sys, threading, time, urllib.request
address, anchor, total = sys.argv[1], sys.argv[2], int(sys.argv[3])
host, port = address.split(":")
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
total = min(total, hard - 200)
context = ssl.create_default_context(cafile=anchor)
worst = [0.0, 0]
done = threading.Event()
def honest():
    while not done.is_set():
        start = time.monotonic()
        try:
            urllib.request.urlopen(f"https://{address}/healthz", context=context, timeout=600).read()
        except Exception as error:
            print("refused:", error)
            worst[1] += 1
        worst[0] = max(worst[0], time.monotonic() - start)
        time.sleep(0.05)
thread = threading.Thread(target=honest)
thread.start()
held = []
for number in range(total):
    one = socket.socket()
    one.settimeout(600)
    try:
        one.connect((host, int(port)))
        if number % 2:
            one.send(b"\x16\x03\x01")
        held.append(one)
    except OSError:
        one.close()
time.sleep(1)
done.set()
thread.join()
print(f"{total} connections, slowest answer {worst[0]:.2f} s, {worst[1]} refused")
sys.exit(1 if worst[1] else 0)
PY
if has python3 python3; then
    (ulimit -n 20000 2>/dev/null || true
        timeout 1200 python3 "$work/flood.py" "$address" "$work/anchor.pem" 10000) >"$work/out" 2>&1 ||
        fail "the flood costs others something"
    tail -n 1 "$work/out"
    [ "$(refused unfinished)" -gt 0 ] || fail "none gave way"
    fact
fi

# --- testssl.sh, all of it, of the node's own certificate and the operator's
cat >"$work/openssl" <<'TOOL'
#!/usr/bin/env bash
# testssl.sh 3.0 takes a key whose size OpenSSL does not tell for one of DSA, and ends there.
case " $* " in
    *" -text_pub "*) openssl "$@" | sed 's/^\(ED25519 Public-Key:\)$/\1 (256 bit)/' ;;
    *) exec openssl "$@" ;;
esac
TOOL
cat >"$work/graded.py" <<'PY'
import collections, json, sys
found = json.load(open(sys.argv[1]))
count = collections.Counter(entry["severity"] for entry in found)
print("testssl.sh:", ", ".join(f"{count[name]} {name}" for name in sorted(count)))
for entry in found:
    if entry["severity"] not in ("OK", "INFO"):
        print("  ", entry["severity"], entry["id"], "-", entry["finding"])
done = [entry for entry in found if entry["id"] == "scanTime" and entry["severity"] == "INFO"]
seen = {entry["id"].split(" ")[0] for entry in found}
missing = {"TLS1_3", "cert_chain_of_trust", "heartbleed", "LUCKY13", "RC4"} - seen
if not done or missing:
    sys.exit(f"the scan did not come to its end: {missing}")
sys.exit(1 if any(count[name] for name in ("MEDIUM", "HIGH", "CRITICAL")) else 0)
PY
if [ "$scans" = yes ] && has testssl testssl.sh && has python3 python3; then
    chmod +x "$work/openssl"
    timeout 900 testssl --quiet --warnings off --color 0 --openssl "$work/openssl" \
        --add-ca "$work/anchor.pem,$work/web.pem" --jsonfile "$work/scan.json" \
        "$address" >"$work/scan" 2>&1 || true
    python3 "$work/graded.py" "$work/scan.json" || fail "testssl.sh reports a weakness"
    fact
fi
stop

# --- nginx before the console, as docs/OPERATING.md has it
if has nginx nginx-light; then
    serve plain 0 --plain
    free
    mkdir -p "$work/nginx"
    cat >"$work/nginx.conf" <<CONF
daemon off;
pid $work/nginx/pid;
error_log stderr warn;
events {}
http {
    access_log off;
    client_body_temp_path $work/nginx/body;
    proxy_temp_path $work/nginx/proxy;
    fastcgi_temp_path $work/nginx/fastcgi;
    uwsgi_temp_path $work/nginx/uwsgi;
    scgi_temp_path $work/nginx/scgi;
    server {
        listen 127.0.0.1:$port ssl;
        ssl_certificate $work/web.pem;
        ssl_certificate_key $work/web.key;
        client_max_body_size 8m;
        location / {
            proxy_pass http://$address;
            proxy_http_version 1.1;
            proxy_set_header Host \$http_host;
            proxy_set_header Connection "";
            proxy_buffering off;
            proxy_read_timeout 90s;
        }
    }
}
CONF
    nginx -p "$work/nginx" -c "$work/nginx.conf" >"$work/out" 2>&1 &
    started+=("$!")
    for _ in $(seq 6000); do
        curl -s -m 2 -o /dev/null --cacert "$work/web.pem" "https://localhost:$port/healthz" && break
        sleep 0.1
    done
    status 200 --cacert "$work/web.pem" "https://localhost:$port/healthz"
    status 303 --cacert "$work/web.pem" "https://localhost:$port/" # to the login
    status 403 --cacert "$work/web.pem" --data-binary x "https://localhost:$port/sync/v1/exchange"
    grep -q no-certificate "$work/out" || fail "a node comes in through the proxy"
    stop
fi

# --- nginx that passes the bytes on, so that nodes come through it with their certificates
module=/usr/lib/nginx/modules/ngx_stream_module.so
[ -f "$module" ] || has nginx-stream libnginx-mod-stream 2>/dev/null || true
if command -v nginx >/dev/null && [ -f "$module" ]; then
    serve behind 0
    behind=$address
    free
    mkdir -p "$work/stream"
    cat >"$work/stream.conf" <<CONF
load_module $module;
daemon off;
pid $work/stream/pid;
error_log stderr warn;
events {}
stream {
    server {
        listen 127.0.0.1:$port;
        proxy_pass $behind;
        proxy_timeout 90s;
    }
}
CONF
    nginx -p "$work/stream" -c "$work/stream.conf" >"$work/out" 2>&1 &
    started+=("$!")
    for _ in $(seq 6000); do
        curl -s -m 2 -o /dev/null --cacert "$work/anchor.pem" "https://127.0.0.1:$port/healthz" &&
            break
        sleep 0.1
    done
    # The node's own TLS from end to end: its certificate outside, the caller's inside.
    status 200 --cacert "$work/anchor.pem" "https://127.0.0.1:$port/healthz"
    status 403 --cacert "$work/anchor.pem" --data-binary x \
        "https://127.0.0.1:$port/sync/v1/exchange"
    code=$("$node" invite --data "$work/county" --region 370124106201 --name 东崖村 --json |
        sed -n 's/.*"code":"\([^"]*\)".*/\1/p')
    "$node" enroll "https://127.0.0.1:$port" "$code" --data "$work/village" >"$work/out" 2>&1 ||
        fail "no way in through the proxy"
    "$node" sync --data "$work/village" --json >"$work/out" 2>&1 || fail "no exchange through the proxy"
    grep -q '"equal":true' "$work/out" || fail "not equal through the proxy"
    fact
    stop
else
    echo "passed over: no nginx with its stream module (Debian: libnginx-mod-stream)" >&2
fi
echo "$facts facts hold"
