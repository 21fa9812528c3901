"""Runs the real pip-audit over generated requirement sets and writes down what it answers.

usage: oracle.py OUT_DIR SEED COUNT [RECORDS.zip ...]
       oracle.py --serve OUT_DIR [RECORDS.zip ...]

Without archives the records are generated too. OUT_DIR receives `records.zip` (what the database under test is
built from), `set-N.txt`, and `answers.json`. pip-audit is imported once and its own entry point is called for
each set, with its OSV service pointed at a server on this machine that answers by the rule of the public one.

With `--serve` it writes `records.zip`, `pins-1.txt`, `pins-100.txt` and `pins-141.txt`, prints the server's URL, and
serves until its standard input ends.
"""

import contextlib
import functools
import io
import json
import logging
import os
import random
import sys
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

ORDER = {"introduced": 0, "last_affected": 1, "fixed": 2, "limit": 3}


@functools.lru_cache(maxsize=None)
def parsed(text):
    try:
        return Version(text)
    except InvalidVersion:
        return None


def place(text):
    """A sort key under which whatever is no version is below every version."""
    version = parsed(text)
    return (0,) if version is None else (1, version)


def in_range(version, events):
    flat = [(place(text), ORDER[kind], kind, text) for event in events for kind, text in event.items() if kind in ORDER]
    for where, _, kind, text in sorted(flat, key=lambda item: item[:2], reverse=True):
        if where > (1, version):
            continue
        return kind == "introduced" or (kind == "last_affected" and parsed(text) == version)
    return False


def affects(record, name, version):
    for affected in record.get("affected", []):
        package = affected.get("package", {})
        if package.get("ecosystem") != "PyPI" or canonicalize_name(package["name"]) != name:
            continue
        if any(parsed(text) == version for text in affected.get("versions", [])):
            return True
        for span in affected.get("ranges", []):
            if span["type"] in ("ECOSYSTEM", "SEMVER") and in_range(version, span["events"]):
                return True
    return False


class Records:
    def __init__(self, records):
        self.of = {}
        for record in sorted(records, key=lambda record: record["id"]):
            if record.get("withdrawn"):
                continue
            names = {
                canonicalize_name(affected["package"]["name"])
                for affected in record.get("affected", [])
                if affected.get("package", {}).get("ecosystem") == "PyPI"
            }
            for name in names:
                self.of.setdefault(name, []).append(record)

    def query(self, name, version):
        version = parsed(version)
        return [record for record in self.of.get(canonicalize_name(name), []) if affects(record, canonicalize_name(name), version)]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    records = None

    def do_POST(self):
        query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        found = self.records.query(query["package"]["name"], query["version"])
        # Version lists are long and pip-audit does not read them.
        slim = [
            {**record, "affected": [{k: v for k, v in a.items() if k != "versions"} for a in record["affected"]]}
            for record in found
        ]
        body = json.dumps({"vulns": slim} if slim else {}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def some_version(rng):
    text = ".".join(str(rng.choice([0, 1, 1, 2, 3, 9, 10, 2024])) for _ in range(rng.randint(1, 4)))
    if rng.random() < 0.05:
        text = f"1!{text}"
    if rng.random() < 0.2:
        text += rng.choice(["a1", "b2", "rc1", ".post1", ".dev3", "rc1.post2", "a1.dev2"])
    return text


def some_records(rng):
    """Records of every shape that the schema allows and the public data has, and some that it has by mistake."""
    records = []
    for number in range(400):
        written = rng.choice(["{}", "{}", "{}", "Pkg.{}"]).format(f"pkg-{rng.randint(0, 59)}").replace("Pkg.pkg-", "Pkg.")
        cve = f"CVE-2099-{rng.randint(0, 299):04}"
        prefix = rng.choice(["PYSEC-2099-{}", "GHSA-test-0000-{:04}", "PYSEC-2098-{}", "MAL-2099-{}"])
        entries = []
        for _ in range(rng.choice([1, 1, 1, 2, 3])):
            entry = {"package": {"ecosystem": "PyPI", "name": written}}
            spans = []
            if rng.random() < 0.3:
                spans.append({"type": "GIT", "events": [{"introduced": "0"}, {"fixed": "0" * 40}]})
            for _ in range(rng.choice([0, 1, 1, 1, 2])):
                events = [{"introduced": rng.choice(["0", some_version(rng)])}]
                for _ in range(rng.choice([0, 1, 1, 2])):
                    kind = rng.choice(["fixed", "fixed", "last_affected", "limit"])
                    text = some_version(rng)
                    if rng.random() < 0.05 and kind == "last_affected":
                        text = rng.choice(["2.0-NA", "2024-12-04", "unknown"])
                    events.append({kind: text})
                    if rng.random() < 0.3:
                        events.append({"introduced": some_version(rng)})
                rng.shuffle(events)
                spans.append({"type": "ECOSYSTEM", "events": events})
            if spans or rng.random() < 0.5:
                entry["ranges"] = spans
            if rng.random() < 0.4:
                entry["versions"] = [some_version(rng) for _ in range(rng.randint(1, 8))] + ["not a version"] * (rng.random() < 0.1)
            entries.append(entry)
        record = {
            "id": prefix.format(number),
            "modified": f"2099-01-{number % 28 + 1:02}T00:00:00Z",
            "affected": entries,
            "future_field": {"unknown": [1]},
        }
        if rng.random() < 0.9:
            record["aliases"] = sorted({cve, rng.choice([cve, f"GHSA-test-0000-{rng.randint(0, 399):04}"])} - {record["id"]})
        if rng.random() < 0.5:
            record["summary"] = f"summary of {number}"
        if rng.random() < 0.8:
            record["details"] = f"Details of {number},\nin two lines with \u00fcml\u00e4uts."
        if rng.random() < 0.05:
            record["withdrawn"] = "2099-02-01T00:00:00Z"
        if rng.random() < 0.5:
            record["schema_version"] = "1.7.3"
        records.append(record)
    return records


def candidates(records):
    """For each package the versions that its records name."""
    named = {}
    for name, about in records.of.items():
        texts = set()
        for record in about:
            for affected in record["affected"]:
                if canonicalize_name(affected["package"]["name"]) != name:
                    continue
                listed = affected.get("versions", [])
                texts.update(listed[:: max(1, len(listed) // 20)])
                for span in affected.get("ranges", []):
                    if span["type"] != "GIT":
                        texts.update(text for event in span["events"] for text in event.values())
        named[name] = sorted(text for text in texts if parsed(text) is not None)
    return named


def varied(rng, text):
    """A version near the one given, or another spelling of it."""
    version = parsed(text)
    if version.local or rng.random() < 0.5:
        return text
    public, base = version.public, version.base_version
    return rng.choice([
        f"{base}.0", f"v{text}", f"{base}rc1", f"{base}.dev1", f"{base}.post1", f"{base}-1", f"{base}a1",
        f"{public}+cu118", f"{public}+local.7", f"{base}.99", "0.dev1", "99999", f"1!{base}" if version.epoch == 0 else base,
    ])


def spelled(rng, name):
    written = "".join(rng.choice(["-", "_", "."]) if c == "-" else c for c in name)
    return rng.choice([name, name, written, written.upper(), written.title()])


MARKERS = ["", "", "", "", 'python_version >= "3.0"', 'sys_platform == "win32"', 'python_version < "3"',
           'os_name == "posix" and implementation_name == "cpython"', 'extra == "x"', "(platform_system != 'Windows')"]


def some_set(rng, named, names, hashed):
    lines = ["# generated", ""]
    for name in rng.sample(names, min(len(names), rng.randint(3, 40))):
        version = varied(rng, rng.choice(named[name])) if named[name] else "1.0"
        extras = rng.choice(["", "", "", "[a]", "[a, b]"])
        gap = rng.choice(["", "", " "])
        line = f"{spelled(rng, name)}{extras}{gap}=={gap}{version}"
        marker = rng.choice(MARKERS)
        if marker:
            line += f"{rng.choice(['; ', ' ; '])}{marker}"
        if hashed:
            line += " \\\n    --hash=sha256:" + "%064x" % rng.getrandbits(256)
        elif rng.random() < 0.2:
            line += "  # a comment"
        lines.append(line)
    if not hashed and rng.random() < 0.3:
        lines.append("zz-unknown-package==1.0")
    return rng.choice(["\n", "\n", "\r\n"]).join(lines) + "\n"


def answer(path, url, cli):
    arguments = ["pip-audit", "-r", path, "--no-deps", "--disable-pip", "-s", "osv", "--osv-url", url,
                 "--progress-spinner", "off", "-f", "json"]
    out, code, crash = io.StringIO(), 0, None
    sys.argv = arguments
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()) as err:
        try:
            cli.audit()
        except SystemExit as end:
            code = end.code or 0
        except Exception as error:  # what pip-audit does not catch ends in a traceback
            crash = f"{type(error).__name__}: {error}"
    text = out.getvalue()
    return {
        "file": os.path.basename(path),
        "exit": 1 if crash else code,
        "crash": crash,
        "report": json.loads(text) if text.strip() and not crash else None,
        "message": err.getvalue()[-300:],
    }


def load(archives, rng):
    records = []
    for archive in archives:
        with zipfile.ZipFile(archive) as file:
            records += [json.loads(file.read(name)) for name in file.namelist()]
    return records if archives else some_records(rng)


def save(records, out):
    os.makedirs(out, exist_ok=True)
    with zipfile.ZipFile(os.path.join(out, "records.zip"), "w", zipfile.ZIP_DEFLATED) as file:
        for record in records:
            file.writestr(f"{record['id']}.json", json.dumps(record))


def start(known):
    Handler.records = known
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/v1/query"


def pins(named, count, rng):
    """Exact versions of packages whose fixing versions are all versions, so that pip-audit can read them."""
    names = [name for name in sorted(named) if named[name]]
    chosen = sorted(rng.sample(names, min(count, len(names))))
    return "".join(f"{name}=={rng.choice(named[name])}\n" for name in chosen)


def serve(out, archives):
    rng = random.Random(5)
    records = load(archives, rng)
    save(records, out)
    known = Records(records)
    readable = {
        name: about for name, about in known.of.items()
        if all(parsed(text) for record in about for a in record["affected"] for span in a.get("ranges", [])
               if span["type"] != "GIT" for event in span["events"] for text in event.values())
    }
    view = Records([])
    view.of = readable
    named = candidates(view)
    for count in (1, 100, 141):
        with open(os.path.join(out, f"pins-{count}.txt"), "w") as file:
            file.write(pins(named, count, rng))
    print(start(known), flush=True)
    sys.stdin.read()


def compare(out, seed, count, archives):
    rng = random.Random(seed)
    records = load(archives, rng)
    save(records, out)
    known = Records(records)
    named = candidates(known)
    names = sorted(named)
    url = start(known)
    os.environ["NO_PROXY"] = "127.0.0.1"
    os.environ["PIP_AUDIT_LOGLEVEL"] = "ERROR"

    from pip_audit import _cli

    logging.disable(logging.WARNING)
    answers = []
    for number in range(count):
        path = os.path.join(out, f"set-{number:04}.txt")
        with open(path, "w", newline="") as file:
            file.write(some_set(rng, named, names, hashed=number % 5 == 4))
        answers.append(answer(path, url, _cli))
    python = ".".join(map(str, sys.version_info[:3]))
    with open(os.path.join(out, "answers.json"), "w") as file:
        json.dump({"python": python, "answers": answers}, file)


if sys.argv[1] == "--serve":
    serve(sys.argv[2], sys.argv[3:])
else:
    compare(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
# Connections that pip-audit keeps open would hold the server's threads.
sys.stdout.flush()
os._exit(0)
