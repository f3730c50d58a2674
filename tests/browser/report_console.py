#!/usr/bin/python3
"""Opens HTML reports in headless Chromium: report_console.py FILE…

Fails on any console error (a script that breaks, a refused resource, a policy violation) and on a script that did not
run to its end. Then uses the filters, the search, the order and the button of a copy without the policy, which would
refuse the script that does so. Exit code 77 (skipped) without Chromium.
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

# Each line is a claim; the page shows those that do not hold.
EXERCISE = """<script>
const wrong = [], rows = () => [...document.querySelectorAll('#list>.f')], id = i => document.getElementById(i);
const visible = () => rows().filter(r => !r.hidden);
const claim = (name, holds) => { if (!holds) wrong.push(name); };
const change = (node, value) => { node.value = value; node.dispatchEvent(new Event('change', {bubbles: true})); };
const count = rows().length, boxes = [...document.querySelectorAll('#tools input[name=sev]')];
claim('all are shown at first', visible().length === count);
boxes.slice(1).forEach(b => b.click());
claim('only checked severities are shown', visible().every(r => r.classList.contains(boxes[0].value)));
boxes.slice(1).forEach(b => b.click());
const rule = rows()[0].dataset.r;
change(id('rule'), rule);
claim('only the chosen rule is shown', visible().length > 0 && visible().every(r => r.dataset.r === rule));
change(id('rule'), '');
change(id('state'), 'suppressed');
claim('only suppressed ones are shown', visible().every(r => r.dataset.t === 'suppressed'));
change(id('state'), '');
const before = rows().map(r => r.id).join();
change(id('sort'), 'l');
const places = rows().map(r => r.querySelector('.l').textContent);
claim('places are in order', places.every((p, i) => i === 0 || places[i - 1] <= p));
change(id('sort'), '');
claim('the first order comes back', rows().map(r => r.id).join() === before);
id('fold').click();
claim('the button opens all', rows().every(r => r.open));
id('fold').click();
claim('and closes them again', rows().every(r => !r.open));
id('q').value = rows()[1].id.slice(2);
id('q').dispatchEvent(new Event('input'));
setTimeout(() => {
  claim('the search finds one by its fingerprint', visible().length === 1 && visible()[0] === rows()[1]);
  id('q').value = 'nowhere to be found';
  id('q').dispatchEvent(new Event('input'));
  setTimeout(() => {
    claim('an empty list says so', visible().length === 0 && !id('none').hidden);
    document.title = 'exercised: ' + (wrong.join('; ') || 'all well');
  }, 300);
}, 300);
</script></body>"""


def open_page(chromium, path):
    with tempfile.TemporaryDirectory() as profile:
        return subprocess.run(
            [chromium, *FLAGS, f"--user-data-dir={profile}", path.resolve().as_uri()],
            capture_output=True, text=True, errors="replace", timeout=90, check=False)


def faults_of(chromium, path):
    run = open_page(chromium, path)
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
    return faults + (exercise(chromium, source) if has_findings else [])


def exercise(chromium, source):
    copy = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", source)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "copy.html"
        path.write_text(copy.replace("</body>", EXERCISE), encoding="utf-8")
        run = open_page(chromium, path)
    title = re.search(r"<title>exercised: (.*?)</title>", run.stdout)
    if title is None:
        return ["the exercise did not end"] + [l for l in run.stderr.splitlines() if "CONSOLE" in l]
    return [] if title[1] == "all well" else [f"does not hold: {title[1]}"]


def main(paths):
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("skipped: Chromium is not installed")
        return 77
    faults = 0
    for path in map(pathlib.Path, paths):
        found = faults_of(chromium, path)
        faults += len(found)
        print(f"{path}: {len(found)} faults")
        for fault in found[:20]:
            print(f"  {fault}")
    return 1 if faults or not paths else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
