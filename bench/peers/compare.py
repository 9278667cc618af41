#!/usr/bin/env python3
"""The same published indicators planted in every kind of container, and which program finds them: found / planted.

usage: compare.py VAUBAN INTEL_DATA

Peers are those that are installed, each fed the same values in its own form: `clamscan` (Debian: clamav) with a signature
of each value's bytes, `yara` with a rule of each value. A file counts as found when the program names it. MVT reads
backups of phones only: see `phones.py`.
"""
import collections
import subprocess
import sys
import tempfile
from pathlib import Path

import shutil
import json

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "conformance/planted"))
import plant  # noqa: E402


def vauban(program, work, values, tree):
    listed = work / "indicators.txt"
    listed.write_text("\n".join(values) + "\n")
    command = [program, "--state", str(work / "state"), "sweep", "--no-starter", "--intel", str(listed), "--format", "jsonl", str(tree)]
    rows = map(json.loads, subprocess.run(command, capture_output=True, text=True).stdout.splitlines())
    return {(row["location"][0], row["indicator"]["value"]) for row in rows if row["type"] == "sighting"}


def clamscan(work, values, tree):
    database = work / "planted.ndb"
    database.write_text("".join(f"Planted.{n}:0:*:{value.encode().hex()}\n" for n, value in enumerate(values)))
    out = subprocess.run(["clamscan", "--allmatch", "-r", "--no-summary", "-d", str(database), str(tree)], capture_output=True, text=True).stdout
    found = set()
    for line in out.splitlines():
        path, _, name = line.rpartition(": ")
        if name.endswith("FOUND"):
            found.add((path, values[int(name.split("Planted.")[1].split(".")[0].split()[0])]))
    return found


def yara(work, values, tree):
    rules = work / "planted.yar"
    quote = lambda value: value.replace("\\", "\\\\").replace('"', '\\"')
    rules.write_text("".join(f'rule r{n} {{ strings: $a = "{quote(value)}" ascii wide nocase condition: $a }}\n' for n, value in enumerate(values)))
    out = subprocess.run(["yara", "-r", "-w", str(rules), str(tree)], capture_output=True, text=True).stdout
    return {(line.split(" ", 1)[1], values[int(line.split(" ", 1)[0][1:])]) for line in out.splitlines() if line.startswith("r")}


def main():
    program, data = sys.argv[1], Path(sys.argv[2])
    groups = plant.published(data)
    values = [value for group in groups.values() for value in group]
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for name in ("tree", "scratch"):
            (work / name).mkdir()
        tree = plant.Tree(work / "tree")
        plant.plant(tree, groups, work / "scratch")
        found = {"vauban": vauban(program, work, values, work / "tree")}
        for peer, ask in (("clamscan", clamscan), ("yara", yara)):
            if shutil.which(peer):
                found[peer] = ask(work, values, work / "tree")
            else:
                print(f"skipped: {peer} is not installed")
        kinds = collections.Counter(kind for kind, _, _ in tree.expected)
        print(f"{'container':<18}{'planted':>9}" + "".join(f"{name:>10}" for name in found))
        for kind, total in sorted(kinds.items()):
            hits = [sum(k == kind and (place[0], value) in seen for k, value, place in tree.expected) for seen in found.values()]
            print(f"{kind:<18}{total:>9}" + "".join(f"{number:>10}" for number in hits))
        all_hits = [sum((place[0], value) in seen for _, value, place in tree.expected) for seen in found.values()]
        total = len(tree.expected)
        print(f"{'all':<18}{total:>9}" + "".join(f"{number:>10}" for number in all_hits))
        print(f"{'':<27}" + "".join(f"{100 * number / total:>9.1f}%" for number in all_hits))


main()
