#!/usr/bin/env python3
"""Compares the client JA4 values of FoxIO's published captures with their published outputs.

usage: foxio.py FOLDER [PROGRAM]      FOLDER is a checkout of github.com/FoxIO-LLC/ja4 (its data is not kept here)

Takes the outputs of both of their programs (python/test/testdata, rust/ja4/src/snapshots) together, as their Python one
does not read QUIC. Ends with an error when one of their values is not among ours.
"""
import glob
import json
import os
import re
import subprocess
import sys


def published(folder):
    wanted = {}
    for path in glob.glob(os.path.join(folder, "python/test/testdata/*.json")):
        values = wanted.setdefault(os.path.basename(path)[: -len(".json")], set())

        def walk(node):
            if isinstance(node, dict):
                for key, value in node.items():
                    if (key == "JA4" or key.startswith("JA4.")) and isinstance(value, str):
                        values.add(value)
                    else:
                        walk(value)
            elif isinstance(node, list):
                for value in node:
                    walk(value)

        with open(path) as file:
            walk(json.load(file))
    for path in glob.glob(os.path.join(folder, "rust/ja4/src/snapshots/*.snap")):
        values = wanted.setdefault(re.search(r"@(.*)\.snap$", path).group(1), set())
        with open(path) as file:
            values.update(match.group(1) for match in re.finditer(r"^\s*ja4: (\S+)", file.read(), re.M))
    return wanted


def main():
    folder = sys.argv[1]
    program = sys.argv[2] if len(sys.argv) > 2 else "target/release/examples/observe"
    total = found = 0
    for name, values in sorted(published(folder).items()):
        capture = os.path.join(folder, "pcap", name)
        if not os.path.exists(capture):
            print(f"skipped: {name} is not published")
            continue
        lines = subprocess.run([program, capture], capture_output=True, text=True, check=True).stdout.splitlines()
        ours = {line.split("\t")[1] for line in lines if line.startswith("ja4\t")}
        total, found = total + len(values), found + len(values & ours)
        if values - ours:
            print(f"{name}: missing {sorted(values - ours)}")
        if ours - values:
            print(f"{name}: besides {sorted(ours - values)}")
    print(f"{found} of {total} published client JA4 values")
    sys.exit(found != total)


main()
