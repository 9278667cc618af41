#!/usr/bin/env python3
"""The part of compare.sh that feeds filters and measures them.

usage: feed.py prepare CORPUS WORK | vauban WORK OUT PROGRAM STATE | settle PID PORT | rspamd WORK OUT PID PORT
       | spamassassin WORK OUT PID PORT | table WORK
"""
import csv
import http.client
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

FILTERS = ("vauban", "rspamd", "spamassassin")
WARM_UP = 20
TICK = os.sysconf("SC_CLK_TCK")


def prepare(corpus, work):
    listed = []
    for index in ("index.tsv", "index_targeted.tsv"):
        with open(corpus / index, newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                if row["split"] in ("public", "targeted"):
                    group = row["source"] if row["split"] == "public" else "targeted " + ("phish" if row["label"] == "phish" else "twins")
                    name = row["path"].replace("/", "_")
                    shutil.copy(corpus / row["path"], work / "mail" / name)
                    listed.append((name, row["label"], group))
    (work / "list.tsv").write_text("".join("\t".join(row) + "\n" for row in listed))
    shutil.copy(corpus / "org.json", work / "org.json")

    # The staff list as each peer can use it: a name of the staff before an address outside. It stops the message alone.
    org = json.loads((corpus / "org.json").read_text())
    names = "|".join(re.escape(person["name"]).replace("\\ ", "\\s+") for person in org["staff"])
    own = "|".join(re.escape(domain) for domain in org["domains"])
    (work / "rspamd/staff.map").write_text(f"/\\b(?:{names})\\b(?!.*@(?:{own})>?\\s*$)/i\n")
    (work / "staff.cf").write_text(
        f"header __STAFF_NAME From:name =~ /\\b(?:{names})\\b/i\n"
        f"header __OWN_ADDRESS From:addr =~ /\\@(?:{own})$/i\n"
        "meta STAFF_NAME_OUTSIDE __STAFF_NAME && !__OWN_ADDRESS\n"
        "score STAFF_NAME_OUTSIDE 5.0\n")

    # Two ports that are free now.
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
    (work / "ports").write_text(" ".join(str(one.getsockname()[1]) for one in sockets) + "\n")


def stat(pid):
    """The parent of a process and its CPU seconds, those of its children that have ended included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[1]), sum(map(int, fields[11:15])) / TICK


def tree(root):
    """Every process of a filter, with its CPU seconds."""
    parents, seconds = {}, {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            parents[int(pid)], seconds[int(pid)] = stat(pid)
        except OSError:
            pass
    if root not in seconds:
        sys.exit(f"the filter has ended by itself (process {root})")
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return {pid: seconds[pid] for pid in found}


def kib(pid, file, field):
    try:
        return int(re.search(rf"^{field}:\s+(\d+)", Path(f"/proc/{pid}/{file}").read_text(), re.M)[1])
    except (OSError, TypeError):  # ended meanwhile
        return 0


class Peak(threading.Thread):
    """The most memory that a look has ever shown. Pages that processes share count once, hence Pss for several of them."""

    def __init__(self, look, every):
        super().__init__(daemon=True)
        self.look, self.every, self.kib, self.done = look, every, 0, threading.Event()
        self.start()

    def run(self):
        while not self.done.wait(self.every):
            self.kib = max(self.kib, self.look())

    def end(self):
        self.done.set()
        self.join()
        return self.kib / 1024


def messages(work):
    return [(work / "mail" / line.split("\t")[0]) for line in (work / "list.tsv").read_text().splitlines()]


def vauban(work, out, program, state):
    def check(paths):
        command = [program, "--state", state, "mail", "check", "--format", "jsonl", "--org", str(work / "org.json"), *map(str, paths)]
        with open(work / "vauban.jsonl", "wb") as rows:
            process = subprocess.Popen(command, stdout=rows, stderr=subprocess.DEVNULL)
            # One process: its own high-water mark.
            peak = Peak(lambda: kib(process.pid, "status", "VmHWM"), 0.02)
            _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in (0, 1, 3):
            sys.exit(f"vauban ended with {process.returncode}")
        return used.ru_utime + used.ru_stime, peak.end()

    check(messages(work)[:WARM_UP])
    cpu, peak = check([work / "mail"])
    verdicts = {}
    for row in map(json.loads, (work / "vauban.jsonl").read_text().splitlines()):
        if "verdict" in row:
            name = os.path.basename(row["path"])
            score, stopped = verdicts.get(name, (0, False))
            verdicts[name] = max(score, row["score"]), stopped or row["verdict"] in ("flag", "quarantine")
    write(out, cpu, peak, verdicts)


def ask_rspamd(port, body):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", "/checkv2", body)
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return answer["score"], answer["action"] not in ("no action", "greylist"), list(answer["symbols"])


def ask_spamd(port, body):
    with socket.create_connection(("127.0.0.1", port), timeout=300) as connection:
        connection.sendall(b"SYMBOLS SPAMC/1.5\r\nUser: nobody\r\nContent-length: %d\r\n\r\n" % len(body) + body)
        connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
    score = float(re.search(r"^Spam: \w+ ; (-?[\d.]+) /", answer, re.M)[1])
    return score, score >= 5.0, answer.partition("\r\n\r\n")[2].strip().split(",")


def settle(pid, port):
    deadline = time.monotonic() + 180
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            break
        except OSError:
            tree(pid)
            if time.monotonic() > deadline:
                sys.exit("the filter does not listen")
            time.sleep(0.2)
    # Rspamd compiles its patterns after it has begun to listen: wait until all its processes rest.
    before, rest = None, 0
    while rest < 3 and time.monotonic() < deadline:
        now = sum(tree(pid).values())
        rest = rest + 1 if before is not None and now - before < 0.03 else 0
        before = now
        time.sleep(1)


def daemon(ask, work, out, pid, port):
    settle(pid, port)
    todo = [(path.name, path.read_bytes()) for path in messages(work)]
    for _, body in todo[:WARM_UP]:
        ask(port, body)
    before = sum(tree(pid).values())
    peak = Peak(lambda: sum(kib(one, "smaps_rollup", "Pss") for one in tree(pid)), 0.2)
    verdicts = {name: ask(port, body) for name, body in todo}
    memory = peak.end()
    write(out, sum(tree(pid).values()) - before, memory, verdicts)


def write(out, cpu, peak, verdicts):
    Path(out).write_text(json.dumps({"cpu": cpu, "peak": peak, "verdicts": verdicts}))


def table(work):
    rows = [line.split("\t") for line in (work / "list.tsv").read_text().splitlines()]
    groups = sorted({group for _, _, group in rows}, key=lambda group: (group.startswith("targeted"), group != "phishing_pot", group))
    counts = {group: sum(one == group for _, _, one in rows) for group in groups}
    ham = [name for name, label, group in rows if label == "ham" and not group.startswith("targeted")]
    pot = [name for name, _, group in rows if group == "phishing_pot"]
    allowed = len(ham) // 100
    heads = ["filter", "messages per CPU second", "CPU ratio", "peak MiB"]
    for group in groups:
        heads.append(f"{group} ({counts[group]})")
        if group == "phishing_pot":
            heads.append("the same at 1 % of ham")
    print("| " + " | ".join(heads) + " |\n|---" + "|--:" * (len(heads) - 1) + "|")
    notes, base = [], None
    for name in FILTERS:
        turns = [json.loads(path.read_text()) for path in sorted(work.glob(f"{name}.*.json"))]
        cpu = statistics.median(turn["cpu"] for turn in turns)
        base = base or cpu
        verdicts = turns[-1]["verdicts"]
        missing = [one for one, _, _ in rows if one not in verdicts]
        if missing:
            notes.append(f"{name} said nothing of {len(missing)} messages; they count as delivered")
        changed = sum(turns[0]["verdicts"].get(one, [0, 0])[:2] != verdicts.get(one, [0, 0])[:2] for one, _, _ in rows)
        if changed:
            notes.append(f"{name} judged {changed} messages otherwise in the last turn than in the first")
        score = lambda one: verdicts.get(one, [0])[0]
        # The lowest threshold that stops no more ham than allowed, whatever the filter's own.
        marks = sorted({score(one) for one in ham + pot} | {float("inf")})
        mark = next(mark for mark in marks if sum(score(one) >= mark for one in ham) <= allowed)
        cells = [name, f"{len(rows) / cpu:.1f}", f"{cpu / base:.1f}", f"{statistics.median(turn['peak'] for turn in turns):.0f}"]
        for group in groups:
            names = [one for one, _, other in rows if other == group]
            cells.append(f"{100 * sum(bool(verdicts.get(one, [0, False])[1]) for one in names) / len(names):.1f} %")
            if group == "phishing_pot":
                cells.append(f"{100 * sum(score(one) >= mark for one in names) / len(names):.1f} %")
        print("| " + " | ".join(cells) + " |")
        each = ", ".join("%.2f" % turn["cpu"] for turn in turns)
        notes.append(f"{name}: CPU seconds {each}; 1 % of ham is a score of {mark:.2f}")
    print(f"\n1 % of ham is {allowed} of the {len(ham)} messages of the four ham sources.")
    for note in notes:
        print("* " + note)


def main():
    what, *rest = sys.argv[1:]
    if what == "prepare":
        prepare(Path(rest[0]), Path(rest[1]))
    elif what == "table":
        table(Path(rest[0]))
    elif what == "settle":
        settle(int(rest[0]), int(rest[1]))
    elif what == "vauban":
        vauban(Path(rest[0]), *rest[1:])
    else:
        ask = {"rspamd": ask_rspamd, "spamassassin": ask_spamd}[what]
        daemon(ask, Path(rest[0]), rest[1], int(rest[2]), int(rest[3]))


main()
