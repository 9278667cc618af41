#!/usr/bin/env python3
"""Published indicators of spyware planted in the backup of an invented iPhone, and which program finds them: found / planted.

usage: phones.py VAUBAN INTEL_DATA/mvt

The peer is `mvt-ios` (PyPI: mvt), when it is installed; both are given the same STIX bundles. A value counts as found when
the program names it among what it detected.
"""
import hashlib
import json
import plistlib
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

AT = 780_000_000  # seconds since 2001
KINDS = ("domain-name:value", "process:name", "file:path", "email-addr:value")


def indicators(bundles):
    found = {kind: {} for kind in KINDS}
    for bundle in bundles:
        for thing in json.loads(bundle.read_text())["objects"]:
            one = re.fullmatch(r"\[([\w:-]+)\s*=\s*'([^']+)'\]", thing.get("pattern", ""))
            if one and one[1] in found and ("." in one[2] or not one[1].startswith("domain")):
                found[one[1]][one[2]] = bundle.name
    return {kind: sorted(values) for kind, values in found.items()}


def database(path, script, rows):
    connection = sqlite3.connect(path)
    connection.executescript(script)
    for statement, values in rows:
        connection.execute(statement, values)
    connection.commit()
    connection.close()


def archived(size):
    uid = plistlib.UID
    file = {"$class": uid(2), "Size": size, "LastModified": AT, "LastStatusChange": AT, "Birth": AT, "Mode": 33188, "UserID": 501,
            "GroupID": 501, "InodeNumber": 1, "Flags": 0, "ProtectionClass": 3, "RelativePath": uid(0)}
    objects = ["$null", file, {"$classname": "MBFile", "$classes": ["MBFile", "NSObject"]}]
    top = {"$version": 100000, "$archiver": "NSKeyedArchiver", "$top": {"root": uid(1)}, "$objects": objects}
    return plistlib.dumps(top, fmt=plistlib.FMT_BINARY)


def make(folder, planted):
    folder.mkdir()
    files = {}
    scratch = folder.parent / "scratch"
    scratch.mkdir()
    domains = planted["domain-name:value"]
    half = len(domains) // 2
    database(scratch / "sms", """
        CREATE TABLE handle (ROWID INTEGER PRIMARY KEY, id TEXT);
        CREATE TABLE message (ROWID INTEGER PRIMARY KEY, guid TEXT, text TEXT, handle_id INTEGER, service TEXT, date INTEGER,
            date_read INTEGER, date_delivered INTEGER, is_from_me INTEGER, attributedBody BLOB, payload_data BLOB);
        CREATE TABLE attachment (ROWID INTEGER PRIMARY KEY, guid TEXT, created_date INTEGER, filename TEXT, transfer_name TEXT, is_outgoing INTEGER);
        CREATE TABLE message_attachment_join (message_id INTEGER, attachment_id INTEGER);
        INSERT INTO handle VALUES (1, '+33100000000');""",
        [("INSERT INTO message VALUES (?, ?, ?, 1, 'SMS', ?, ?, ?, 0, NULL, NULL)",
          (n, f"guid-{n}", f"Your parcel waits: https://{name}/p/{n}", AT * 10**9, AT * 10**9, AT * 10**9)) for n, name in enumerate(domains[:half], 1)])
    files["HomeDomain", "Library/SMS/sms.db"] = scratch / "sms"
    database(scratch / "safari", """
        CREATE TABLE history_items (id INTEGER PRIMARY KEY, url TEXT, visit_count INTEGER);
        CREATE TABLE history_visits (id INTEGER PRIMARY KEY, history_item INTEGER, visit_time REAL, title TEXT, redirect_source INTEGER, redirect_destination INTEGER);""",
        [row for n, name in enumerate(domains[half:], 1) for row in (
            ("INSERT INTO history_items VALUES (?, ?, 1)", (n, f"https://{name}/login?{n}")),
            ("INSERT INTO history_visits VALUES (?, ?, ?, 't', NULL, NULL)", (n, n, float(AT))))])
    files["AppDomain-com.apple.mobilesafari", "Library/Safari/History.db"] = scratch / "safari"
    database(scratch / "usage", """
        CREATE TABLE ZPROCESS (Z_PK INTEGER PRIMARY KEY, ZFIRSTTIMESTAMP REAL, ZTIMESTAMP REAL, ZPROCNAME TEXT, ZBUNDLENAME TEXT);
        CREATE TABLE ZLIVEUSAGE (Z_PK INTEGER PRIMARY KEY, ZHASPROCESS INTEGER, ZWIFIIN REAL, ZWIFIOUT REAL, ZWWANIN REAL, ZWWANOUT REAL, ZTIMESTAMP REAL);""",
        [row for n, name in enumerate(planted["process:name"], 1) for row in (
            ("INSERT INTO ZPROCESS VALUES (?, ?, ?, ?, NULL)", (n, AT, AT, name)),
            ("INSERT INTO ZLIVEUSAGE VALUES (?, ?, 1, 1, 1, 1, ?)", (n, n, AT)))])
    files["WirelessDomain", "Library/Databases/DataUsage.sqlite"] = scratch / "usage"
    looked_up = {f"mailto:{address}": {"LookupDate": float(AT)} for address in planted["email-addr:value"]}
    (scratch / "ids").write_bytes(plistlib.dumps({"com.apple.madrid": looked_up}, fmt=plistlib.FMT_BINARY))
    files["HomeDomain", "Library/Preferences/com.apple.identityservices.idstatuscache.plist"] = scratch / "ids"
    for path in planted["file:path"]:
        (scratch / "empty").write_bytes(b"x")
        files["RootDomain", path.removeprefix("/private/var/root/").lstrip("/")] = scratch / "empty"
    rows = []
    for (domain, path), source in files.items():
        name = hashlib.sha1(f"{domain}-{path}".encode()).hexdigest()
        (folder / name[:2]).mkdir(exist_ok=True)
        shutil.copy(source, folder / name[:2] / name)
        rows.append(("INSERT INTO Files VALUES (?, ?, ?, 1, ?)", (name, domain, path, archived(source.stat().st_size))))
    database(folder / "Manifest.db", """CREATE TABLE Files (fileID TEXT PRIMARY KEY, domain TEXT, relativePath TEXT, flags INTEGER, file BLOB);
        CREATE TABLE Properties (key TEXT PRIMARY KEY, value BLOB);""", rows)
    info = {"Product Version": "17.4", "Product Type": "iPhone12,1", "Device Name": "invented", "Last Backup Date": __import__("datetime").datetime(2026, 3, 1)}
    (folder / "Info.plist").write_bytes(plistlib.dumps(info))
    (folder / "Manifest.plist").write_bytes(plistlib.dumps({"IsEncrypted": False, "Lockdown": {"ProductVersion": "17.4"}}))


def vauban(program, work, bundles, backup):
    command = [program, "--state", str(work / "state"), "sweep", "--no-starter", "--format", "jsonl", str(backup)]
    for bundle in bundles:
        command += ["--intel", str(bundle)]
    rows = map(json.loads, subprocess.run(command, capture_output=True, text=True).stdout.splitlines())
    return {row["indicator"]["value"] for row in rows if row["type"] == "sighting"}


def mvt(work, bundles, backup, values):
    command = ["mvt-ios", "check-backup", "--output", str(work / "mvt"), str(backup)]
    for bundle in bundles:
        command[2:2] = ["--iocs", str(bundle)]
    subprocess.run(command, capture_output=True)
    told = " ".join(path.read_text(errors="replace") for path in (work / "mvt").glob("*alert*"))
    told += " ".join(path.read_text(errors="replace") for path in (work / "mvt").glob("*_detected.json"))
    return {value for value in values if value in told}


def main():
    program, bundles = sys.argv[1], sorted(Path(sys.argv[2]).rglob("*.stix2"))
    planted = indicators(bundles)
    values = [value for kind in planted.values() for value in kind]
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        make(work / "backup", planted)
        found = {"vauban": vauban(program, work, bundles, work / "backup")}
        if shutil.which("mvt-ios"):
            found["mvt-ios"] = mvt(work, bundles, work / "backup", values)
        else:
            print("skipped: mvt-ios is not installed (pip install mvt)")
        print(f"{'planted as':<20}{'planted':>9}" + "".join(f"{name:>10}" for name in found))
        for kind, wanted in [*planted.items(), ("all", values)]:
            print(f"{kind:<20}{len(wanted):>9}" + "".join(f"{len(seen & set(wanted)):>10}" for seen in found.values()))
        for value in sorted(set(values) - found["vauban"])[:20]:
            print("not found by vauban:", value)


main()
