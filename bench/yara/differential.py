"""Prints `rule path` for every hit of libyara, sorted: differential.py RULES FOLDER

RULES is a folder of YARA files, each in a namespace of its own. Needs the package yara-python.
"""

import sys
from pathlib import Path

import yara

EXTERNALS = dict.fromkeys(("filename", "filepath", "extension", "filetype", "owner", "md5"), "")


def main():
    files = {}
    for path in sorted(Path(sys.argv[1]).rglob("*.yar")):
        try:
            yara.compile(str(path), externals=EXTERNALS, includes=False)
        except yara.Error as error:
            print(f"{path}: {error}", file=sys.stderr)
            continue
        files[str(path)] = str(path)
    rules = yara.compile(filepaths=files, externals=EXTERNALS, includes=False)
    hits = set()
    for path in Path(sys.argv[2]).rglob("*"):
        if path.is_file() and not path.is_symlink():
            hits.update(f"{match.rule} {path}" for match in rules.match(data=path.read_bytes(), fast=True))
    for hit in sorted(hits):
        print(hit)


if __name__ == "__main__":
    main()
