#!/usr/bin/python3
"""Opens HTML reports in headless Chromium: report_console.py FILE…

Fails on any console error (a script that breaks, a refused resource, a policy violation), on a request to anywhere, and
on a script that did not run to its end. Exit code 77 (skipped) without Chromium.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-logging=stderr",
    "--v=0",
    # Whatever the page may try to load does not exist.
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--virtual-time-budget=3000",
    "--dump-dom",
]


def open_page(chromium, path):
    with tempfile.TemporaryDirectory() as profile:
        return subprocess.run(
            [chromium, *FLAGS, f"--user-data-dir={profile}", path.resolve().as_uri()],
            capture_output=True, text=True, errors="replace", timeout=90, check=False)


def faults_of(path, run):
    faults = [line for line in run.stderr.splitlines() if "CONSOLE" in line]
    if run.returncode != 0 or "</html>" not in run.stdout:
        faults.append(f"Chromium ended with {run.returncode} and {len(run.stdout)} bytes of page")
    source = path.read_text(encoding="utf-8")
    has_findings = 'id="tools"' in source
    # The script shows the toolbar first and counts the findings last.
    if has_findings and not re.search(r'id="shown"[^>]*>\d+ shown<', run.stdout):
        faults.append("the script did not run to its end")
    if has_findings and re.search(r'<form id="tools" hidden', run.stdout):
        faults.append("the toolbar stayed hidden")
    return faults


def main(paths):
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("skipped: Chromium is not installed")
        return 77
    faults = 0
    for path in map(pathlib.Path, paths):
        found = faults_of(path, open_page(chromium, path))
        faults += len(found)
        print(f"{path}: {len(found)} faults")
        for fault in found[:20]:
            print(f"  {fault}")
    return 1 if faults or not paths else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
