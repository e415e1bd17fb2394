"""What a browser makes of a page of a node: its document, as headless Chromium has it.

    shown.py NODE-URL TOKEN PATH        prints the document; exit 3 where there is no Chromium

Chromium asks a forwarder on loopback, which adds the token and passes the answer on with all its
heads, so that what they forbid is forbidden here as well.
"""

import http.client
import http.server
import shutil
import subprocess
import sys
import tempfile
import threading

node, token, path = sys.argv[1:4]
chromium = shutil.which("chromium") or shutil.which("chromium-browser")
if not chromium:
    sys.exit(3)


class Forwarder(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        host = node.split("//", 1)[1]
        asked = http.client.HTTPConnection(host, timeout=600)
        asked.request("GET", self.path, headers={"Authorization": "Bearer " + token})
        answer = asked.getresponse()
        body = answer.read()
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Forwarder)
threading.Thread(target=server.serve_forever, daemon=True).start()
with tempfile.TemporaryDirectory() as profile:
    page = subprocess.run(
        [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir=" + profile,
         "--dump-dom", "http://127.0.0.1:%d%s" % (server.server_port, path)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=600)
sys.stdout.buffer.write(page.stdout)
sys.exit(page.returncode)
