"""A large scan over a slow line that is cut again and again, and cases beside it, on real processes.

    slowline.py [BINARY] [--kbit 64] [--bytes 30000000] [--cut-every 120] [--cut-for 20]

A county and a village; between them a forwarder on loopback that lets so many bits a second pass
each way and cuts all connections. The village hands in an attachment, names it in a case, and goes
on receiving cases: each is looked for at the county. Prints one line for each case and at the end
what the attachment took, and what of it crossed twice. Exit 1 where it did not arrive whole, or a
case waited longer for the attachment than the bound that is printed beside it.

At 64 kbit/s 30 MB take more than an hour: with --kbit 640 the same course takes six minutes.
"""

import argparse
import asyncio
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

ITEM = "370511002001"
here = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
options = argparse.ArgumentParser()
options.add_argument("binary", nargs="?", default=here + "/.build/debug/node")
options.add_argument("--kbit", type=float, default=64)
options.add_argument("--bytes", type=int, default=30_000_000)
options.add_argument("--cut-every", type=float, default=120)
options.add_argument("--cut-for", type=float, default=20)
given = options.parse_args()
rate = given.kbit * 125
work = tempfile.mkdtemp(prefix="syncnode-slowline-")
started = []


class Line:
    """The forwarder: one bucket each way, shared by all connections."""

    def __init__(self, target):
        self.target = target
        self.passed = [0, 0]
        self.free_at = [0.0, 0.0]
        self.cut = False
        self.cuts = 0
        self.open = set()
        self.port = None
        ready = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self.run(ready)), daemon=True).start()
        ready.wait()

    async def run(self, ready):
        server = await asyncio.start_server(self.connected, "127.0.0.1", 0, limit=4096)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        while True:
            await asyncio.sleep(given.cut_every)
            self.cut = True
            self.cuts += 1
            for writer in list(self.open):
                writer.transport.abort()
            await asyncio.sleep(given.cut_for)
            self.cut = False

    async def connected(self, reader, writer):
        if self.cut:
            writer.transport.abort()
            return
        there, back = await asyncio.open_connection("127.0.0.1", self.target, limit=4096)
        for each in (writer, back):
            each.transport.set_write_buffer_limits(high=2048)
            self.open.add(each)
        await asyncio.gather(self.pump(reader, back, 0), self.pump(there, writer, 1))
        for each in (writer, back):
            self.open.discard(each)
            each.close()

    async def pump(self, reader, writer, way):
        try:
            while data := await reader.read(1024):
                # A quarter of a second may be made up for: the machine sleeps longer than it is told.
                now = time.monotonic()
                self.free_at[way] = max(self.free_at[way], now - 0.25) + len(data) / rate
                if self.free_at[way] > now:
                    await asyncio.sleep(self.free_at[way] - now)
                writer.write(data)
                await writer.drain()
                self.passed[way] += len(data)
            writer.write_eof()
        except (OSError, RuntimeError, asyncio.CancelledError):
            pass


def launch(name):
    log = open(work + "/" + name + ".log", "w+")
    process = subprocess.Popen(
        [given.binary, "serve", "--data", work + "/" + name, "--listen", "127.0.0.1:0", "--demo"],
        stdout=log, stderr=open(work + "/" + name + ".err", "w"), stdin=subprocess.DEVNULL)
    started.append(process)
    while True:
        found = re.search(r"^listening (\S+)", open(work + "/" + name + ".log").read(), re.M)
        if found:
            return found.group(1)
        time.sleep(0.1)


def run(*words):
    subprocess.run([given.binary, *words], check=True, stdout=subprocess.DEVNULL)


def ask(name, method, path, body=None, kind="application/json"):
    token = open(work + "/" + name + "/keys/admin").read().strip()
    request = urllib.request.Request(
        address[name] + path, data=body, method=method,
        headers={"Authorization": "Bearer " + token, "Content-Type": kind})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def until(true, every=0.2):
    begun = time.monotonic()
    while not true():
        time.sleep(every)
    return time.monotonic() - begun


def receive(name, materials):
    body = {"item": ITEM, "applicant": name, "materials": materials}
    status, answer = ask("village", "POST", "/api/v1/cases", json.dumps(body).encode())
    assert status == 201, answer
    return json.loads(answer)["number"]


def arrived(number):
    return until(lambda: ask("county", "GET", "/api/v1/cases/" + number)[0] == 200)


try:
    run("init", "--data", work + "/county", "--region", "370124000000", "--name", "平阴县")
    address = {"county": launch("county")}
    elements = {
        "name": "城乡居民养老保险参保登记", "kind": "公共服务", "handling": "承诺件", "legalDays": 20,
        "promisedDays": 5, "materials": [{"code": "M1", "name": "参保登记表"}],
        "basis": "样例办法第一条", "level": "县级", "department": "县民政局", "agency": "县民政局",
        "audience": ["自然人"], "steps": ["收件", "决定"], "fees": {"charged": False},
        "result": {"kind": "其他", "name": "办理结果"}, "conditions": "本县户籍居民"}
    with open(work + "/item.json", "w") as file:
        json.dump({"code": ITEM, "immediate": True, "elements": elements}, file)
    run("catalog", "publish", work + "/item.json", "--data", work + "/county")
    run("grant", "set", ITEM, "--data", work + "/county", "--region", "370124000000", "--level",
        "village", "--mode", "entrust", "--from", "2026-01-01", "--document", "样例〔2026〕1号")
    line = Line(int(address["county"].rsplit(":", 1)[1]))
    run("init", "--data", work + "/village", "--region", "370124106201", "--name", "焦庄村",
        "--parent", "http://127.0.0.1:%d" % line.port)
    address["village"] = launch("village")
    until(lambda: ask("village", "GET", "/api/v1/items/" + ITEM)[0] == 200)
    alone = [arrived(receive("空闲", [])) for _ in range(3)]
    print("a case alone: %.1f s at most" % max(alone), flush=True)
    # A cut, and before and behind it what was on its way: two messages of two pieces each.
    bound = max(alone) + given.cut_for + 4 * 131072 / rate + 15
    scan = b"%PDF-1.4\n" + os.urandom(given.bytes - 9)
    digest = hashlib.sha256(scan).hexdigest()
    status, answer = ask("village", "PUT", "/api/v1/blobs/" + digest, scan, "application/pdf")
    assert status == 201, answer
    before, begun = line.passed[0], time.monotonic()
    arrived(receive("有大附件", [{"code": "M1", "blob": digest}]))
    waits = []
    here_now = lambda: ask("county", "HEAD", "/api/v1/blobs/" + digest)[0] == 200
    while not here_now():
        waits.append(arrived(receive("其间", [])))
        print("%5.0f s  %9d bytes up, %d cuts; a case took %.1f s (bound %.0f)" % (
            time.monotonic() - begun, line.passed[0] - before, line.cuts, waits[-1], bound),
            flush=True)
        until(lambda pause=time.monotonic(): time.monotonic() - pause > 20 or here_now(), 1)
    took = time.monotonic() - begun
    whole = ask("county", "GET", "/api/v1/blobs/" + digest)[1] == scan
    up = line.passed[0] - before
    print("%d bytes at %.0f kbit/s with %d cuts: %.0f s, %.0f alone on the line; %.1f %% more than "
          "it crossed; cases meanwhile: %d, %.1f s at most, %.1f in the middle; %s" % (
              given.bytes, given.kbit, line.cuts, took, given.bytes / rate,
              100.0 * (up - given.bytes) / given.bytes, len(waits), max(waits, default=0),
              sorted(waits)[len(waits) // 2] if waits else 0, "whole" if whole else "DAMAGED"))
    sys.exit(0 if whole and max(waits, default=0) <= bound else 1)
finally:
    for process in started:
        process.terminate()
    for process in started:
        process.wait()
    shutil.rmtree(work)
