#!/usr/bin/env python3
"""What pulling a collection costs, beside medallion, the server that the standard's authors keep.

usage: compare.py [FRONT]      FRONT is the program of crates/hub/examples/front_serve.rs, built if not given

Needs medallion 3.0.0 (its repository or PyPI, with setuptools < 80) in the python that runs this. Both servers have the same objects and are
pulled over HTTP in pages of 1,000 by the same client, which reads every byte and looks for the cursor. Time is what the client waits,
the least of TURNS; servers take turns. OURS lists sizes that medallion is spared. At last one object comes into a stream of MANY, and a
client that had all of them asks what is new. Prints a table in Markdown and exits with 1 if a target is missed.
"""
import base64
import http.client
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BOTH = int(os.environ.get("BOTH", 1_000))
OURS = [int(size) for size in os.environ.get("OURS", "10000,100000").split(",")]
MANY = int(os.environ.get("MANY", 1_000_000))
TURNS = int(os.environ.get("TURNS", 5))
HEADERS = {
    "Accept": "application/taxii+json;version=2.1",
    "Authorization": "Basic " + base64.b64encode(b"admin:Password0").decode(),
}
STREAM = "00000000-0000-0000-0000-000000000001"
NEXT = re.compile(rb'"next": ?"([^"]+)"')


def program():
    if len(sys.argv) > 1:
        return sys.argv[1]
    subprocess.run(
        ["cargo", "build", "--release", "--quiet", "--package", "vauban-hub", "--example", "front_serve"], cwd=ROOT, check=True
    )
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    return str(target / "release/examples/front_serve")


def pull(host, port, path, query=""):
    """All pages: the bytes, how many pages they were, and when the last object was added."""
    connection = http.client.HTTPConnection(host, port, timeout=600)
    length = pages = 0
    cursor = query
    while True:
        connection.request("GET", f"{path}?limit=1000{cursor}", headers=HEADERS)
        response = connection.getresponse()
        body = response.read()
        assert response.status == 200, body
        length, pages = length + len(body), pages + 1
        found = NEXT.search(body[:200]) or NEXT.search(body[-200:]) or NEXT.search(body)
        if not found:
            return length, pages, response.getheader("X-TAXII-Date-Added-Last")
        cursor = query + "&next=" + found.group(1).decode()


def timed(*where):
    begun = time.perf_counter()
    pulled = pull(*where)
    return time.perf_counter() - begun, *pulled


def one_new(binary):
    """Milliseconds until an object is in a stream of MANY, and until whoever had all the others has it: the median of TURNS."""
    front = Front(binary, MANY)
    try:
        last = pull(*front.where)[2]
        adding, asking = [], []
        for _ in range(TURNS):
            adding.append(front.add())
            waited, length, _, last = timed(*front.where, f"&added_after={last}")
            assert 0 < length < 2_000, "exactly the one that came"
            asking.append(waited * 1000)
    finally:
        front.close()
    return statistics.median(adding), statistics.median(asking)


class Front:
    def __init__(self, binary, objects):
        self.process = subprocess.Popen([binary, str(objects)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        host, port = self.process.stdout.readline().strip().split(":")
        self.where = (host, int(port), f"/releases/collections/{STREAM}/objects/")

    def add(self):
        """Has one more object added; the milliseconds that it took."""
        self.process.stdin.write("add\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Medallion:
    def __init__(self, objects, folder):
        ids = [f"indicator--00000000-0000-4000-8000-{number:012x}" for number in range(objects)]
        stamp = "2026-01-01T00:00:00.000Z"
        held = [
            {"type": "indicator", "spec_version": "2.1", "id": id, "created": stamp, "modified": stamp,
             "name": f"Domain of a campaign against newsrooms, number {number}",
             "description": "Seen in messages that ask for a sign-in to a shared document.",
             "indicator_types": ["malicious-activity"],
             "pattern": f"[domain-name:value = 'host-{number}.campaign.example']", "pattern_type": "stix", "valid_from": stamp}
            for number, id in enumerate(ids)
        ]
        manifest = [
            {"id": id, "date_added": f"2026-01-01T00:{number // 60_000_000:02}:{number // 1_000_000 % 60:02}.{number % 1_000_000:06}Z",
             "version": stamp, "media_type": "application/stix+json;version=2.1"}
            for number, id in enumerate(ids)
        ]
        data = {
            "/discovery": {"title": "bench", "default": "http://localhost/group/", "api_roots": ["http://localhost/group/"]},
            "group": {
                "information": {"title": "group", "versions": ["application/taxii+json;version=2.1"], "max_content_length": 9765625},
                "status": [],
                "collections": [{"id": STREAM, "title": "bench", "can_read": True, "can_write": False,
                                 "media_types": ["application/stix+json;version=2.1"], "objects": held, "manifest": manifest}],
            },
        }
        (folder / "data.json").write_text(json.dumps(data))
        configuration = {
            "backend": {"module": "medallion.backends.memory_backend", "module_class": "MemoryBackend", "filename": str(folder / "data.json")},
            "users": {"admin": "Password0"},
            "taxii": {"max_page_size": 1000},
        }
        (folder / "config.json").write_text(json.dumps(configuration))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "medallion.scripts.run", "--port", str(port), str(folder / "config.json")],
            stdout=subprocess.DEVNULL, stderr=(folder / "log").open("w"),
        )
        self.where = ("127.0.0.1", port, f"/group/collections/{STREAM}/objects/")
        for _ in range(300):
            try:
                socket.create_connection(self.where[:2]).close()
                return
            except OSError:
                time.sleep(0.1)
        sys.exit("medallion does not start:\n" + (folder / "log").read_text())

    def close(self):
        self.process.terminate()
        self.process.wait()


def main():
    binary = program()
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = Front(binary, BOTH), Medallion(BOTH, Path(folder))
        try:
            pull(*ours.where), pull(*theirs.where)
            turns = [(timed(*ours.where), timed(*theirs.where)) for _ in range(TURNS)]
        finally:
            ours.close(), theirs.close()
    ours, theirs = min(turn[0] for turn in turns), min(turn[1] for turn in turns)
    ratio = theirs[0] / ours[0]
    print("| objects | front | medallion | ratio |\n|--:|--:|--:|--:|")
    print(f"| {BOTH:,} | {ours[0] * 1000:.1f} ms | {theirs[0] * 1000:,.0f} ms | {ratio:,.0f} |")
    missed = ratio < 100
    for objects in OURS:
        front = Front(binary, objects)
        try:
            pull(*front.where)
            best = min(timed(*front.where) for _ in range(TURNS))
        finally:
            front.close()
        each = best[0] / objects / (ours[0] / BOTH)
        print(f"| {objects:,} | {best[0] * 1000:.1f} ms, {each:.2f} times the time for each of {BOTH:,} | | |")
        missed |= each > 1.5
    added, asked = one_new(binary)
    print(f"\nOne new object among {MANY:,}: in the stream after {added:.2f} ms, with a client that had the others after {asked:.2f} ms more.")
    missed |= added + asked > 5
    sys.exit(missed)


if __name__ == "__main__":
    main()
