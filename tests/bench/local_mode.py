#!/usr/bin/env python3
"""Measures local mode: speed-up by chunks, overhead of the machinery, memory of a runner. Ratios, in one run."""

import http.server
import json
import os
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "process"))
from fleet import DemoApi, Fleet, children_of, synthetic_job  # noqa: E402

LATENCY_MS = 100
ROUNDS = int(os.environ.get("SCANFLEET_BENCH_ROUNDS", "3"))


def median(values):
    return sorted(values)[len(values) // 2]


def speed_up():
    """The same scan of the demo API behind 100 ms of latency: one chunk against N, merge and report included."""
    print(f"(a) Api scan, {LATENCY_MS} ms latency: wall seconds and speed-up against one chunk (target 0.9 x N)")
    walls = {}
    with DemoApi("--latency-ms", str(LATENCY_MS)) as api:
        for chunks in (1, 2, 4, 8):
            job = api.job(maxCount=f"    maxCount: {chunks}", parallelism=f"  parallelism: {chunks}",
                          targetSeconds="    targetSeconds: 1")
            times = []
            for _ in range(ROUNDS if chunks > 1 else 1):
                with Fleet() as fleet:
                    begin = time.monotonic()
                    run = fleet.run(job, *api.credentials())
                    times.append(time.monotonic() - begin)
                    if run.code not in (0, 2):
                        raise SystemExit(f"the scan failed: {run.stderr}")
                    got = run.report()["chunks"]["total"]
            walls[chunks] = median(times)
            ratio = walls[1] / walls[chunks]
            print(f"    {chunks} chunks ({got} made): {walls[chunks]:6.2f} s   x {ratio:.2f}   {ratio / chunks:.2f} x N")


def overhead():
    """A job of one chunk and one unit of 500 ms: what the machinery adds."""
    work = 0.5
    job = synthetic_job("{unitCount: 1, unitMilliseconds: 500}")
    times = []
    for _ in range(5):
        with Fleet() as fleet:
            begin = time.monotonic()
            fleet.run(job)
            times.append(time.monotonic() - begin - work)
    print(f"(b) overhead of a one-chunk job: {median(times) * 1000:.0f} ms median, {max(times) * 1000:.0f} ms worst "
          "(target 150 ms)")


def wide_api(operations):
    paths = {}
    for number in range(operations):
        paths[f"/group{number % 50}/thing{number}"] = {"get": {
            "summary": f"Thing {number}", "tags": [f"group{number % 50}"],
            "parameters": [{"name": "q", "in": "query", "schema": {"type": "string"}}],
            "responses": {"200": {"description": "ok", "content": {"application/json": {"schema": {
                "type": "object", "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}}}}}}}}
    return json.dumps({"openapi": "3.0.3", "info": {"title": "wide", "version": "1"}, "servers": [{"url": "/"}],
                       "paths": paths}).encode()


class Wide(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    document = b""

    def do_GET(self):  # pylint: disable=invalid-name
        found = self.document if self.path == "/openapi.json" else b'{"id": 1, "name": "thing"}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(found)))
        self.end_headers()
        self.wfile.write(found)

    def log_message(self, *_):
        pass


def peak_memory_kib(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        return next((int(line.split()[1]) for line in file if line.startswith("VmHWM")), 0)


def memory():
    Wide.document = wide_api(500)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Wide)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    job = f"""apiVersion: scanfleet.dev/v1alpha1
kind: ScanJob
metadata: {{name: wide}}
spec:
  scanner: {{type: Api, api: {{specUrl: "http://127.0.0.1:{server.server_port}/openapi.json", rps: 1000}}}}
  parallelism: 2
  chunks: {{maxCount: 2, targetSeconds: 400}}
"""
    peak = 0
    with Fleet() as fleet:
        process = fleet.start("run", fleet.job_file(job))
        while process.poll() is None:
            for pid in children_of(process.pid, "scanfleet-runner"):
                try:
                    peak = max(peak, peak_memory_kib(pid))
                except OSError:
                    pass
            time.sleep(0.01)
        process.communicate()
    server.shutdown()
    print(f"(d) runner, API of 500 operations: {peak / 1024:.1f} MiB resident at most (target 30 MiB)")


if __name__ == "__main__":
    overhead()
    memory()
    speed_up()
