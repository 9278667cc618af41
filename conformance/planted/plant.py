#!/usr/bin/env python3
"""Plants indicators in every kind of container, sweeps, and prints what was found of each kind.

    plant.py VAUBAN INTEL_DATA WORK_FOLDER

VAUBAN is the program, INTEL_DATA a folder of published indicators (eset, mvt, misp below it), WORK_FOLDER an empty one.
The values are real and published; the files around them are made here, inert. Ends with status 1 when less than 99 %
are found at their exact location, or when a near miss is hit.
"""

import base64
import gzip
import io
import json
import lzma
import mailbox
import quopri
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import zipfile
import zlib
from email.message import EmailMessage
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples"))
import cfb  # noqa: E402
import pst as outlook  # noqa: E402

PER_TYPE = 6


def published(folder: Path) -> dict:
    """Values of each type from the published lists; what they do not hold is built from their domains."""
    text = "\n".join(path.read_text("utf-8", "replace") for path in sorted(folder.rglob("*")) if path.is_file())
    pick = random.Random(20161124)
    unique = lambda pattern, flags=0: sorted(set(re.findall(pattern, text, flags)))
    domains = [name for name in unique(r"domain-name:value\s*=\s*'([a-z0-9.-]+\.[a-z]{2,})'") if name.count(".") <= 2]
    pick.shuffle(domains)
    addresses = [a for a in unique(r'"value":\s*"(\d{1,3}(?:\.\d{1,3}){3})"') + unique(r"\b(\d{1,3}(?:\[\.\]\d{1,3}){3})\b")]
    addresses = [a.replace("[.]", ".") for a in addresses]
    addresses = [a for a in addresses if not a.startswith(("10.", "192.168.", "127.", "8.8.", "1.1.", "0."))]
    hashes = {length: unique(r"\b[0-9a-f]{%d}\b" % length) for length in (32, 40, 64)}
    for values in hashes.values():
        pick.shuffle(values)
    take = iter(domains)
    names = [next(take) for _ in range(PER_TYPE)]
    return {
        "domain": names,
        "url": [f"http://{next(take)}/wp/load{n}.php" for n in range(PER_TYPE)],
        "address": (addresses + [f"203.0.113.{n}" for n in range(1, PER_TYPE + 1)])[:PER_TYPE],
        "email": [f"news.desk{n}@{next(take)}" for n in range(PER_TYPE)],
        "file": [f"Briefing_{n}_{next(take).split('.')[0]}.docm" for n in range(PER_TYPE)],
        "md5": hashes[32][:PER_TYPE],
        "sha1": hashes[40][:PER_TYPE],
        "sha256": hashes[64][:PER_TYPE],
    }


def sentence(value: str) -> str:
    return f"Bonjour, voir {value} pour la suite du dossier, merci."


def defanged(value: str) -> str:
    return value.replace("http", "hxxp").replace(".", "[.]").replace("@", "[at]")


class Tree:
    """Writes files and remembers what has to be found where."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.expected = []  # kind, value, location
        self.count = 0

    def file(self, kind: str, extension: str, data: bytes, value: str, inside=()):
        self.count += 1
        path = self.folder / f"{kind}-{self.count:04}{extension}"
        path.write_bytes(data)
        self.expected.append((kind, value, [str(path), *inside]))


def eml(text: str, kind: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Anne <anne@campaign.example>", "bob@campaign.example", "note"
    message["Date"], message["Message-ID"] = "Mon, 03 Apr 2017 09:00:00 +0200", "<1@campaign.example>"
    message.set_content(text, cte=kind)
    return message


def docx(text: str, macro: str | None = None) -> bytes:
    # Word cuts text into runs anywhere: here in the middle of the value.
    cut = len(text) // 2
    runs = "".join(f"<w:r><w:t xml:space=\"preserve\">{part}</w:t></w:r>" for part in (text[:cut], text[cut:]))
    body = f'<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p>{runs}</w:p></w:body></w:document>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>')
        archive.writestr("word/document.xml", body)
        if macro is not None:
            archive.writestr("word/vbaProject.bin", cfb.vba_project("Module1", macro))
    return out.getvalue()


def zipped(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


def tarred(name: str, data: bytes, mode: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def pdf(text: str) -> bytes:
    # Kerned as typesetting programs do, in a compressed stream.
    cut = len(text) // 3
    escape = lambda part: part.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    shown = f"BT /F1 11 Tf 40 700 Td [({escape(text[:cut])}) -12 ({escape(text[cut:])})] TJ ET"
    stream = zlib.compress(shown.encode("latin-1"))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(stream) + stream + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    xref = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, xref)
    return bytes(out)


def msg(text: str) -> bytes:
    body = text.encode("utf-16-le")
    properties = bytes(32) + (0x1000001F).to_bytes(4, "little") + (6).to_bytes(4, "little") + (len(body) + 2).to_bytes(8, "little")
    return cfb.compound({"__properties_version1.0": properties, "__substg1.0_1000001F": body,
                         "__substg1.0_0037001F": "note".encode("utf-16-le")}, {})


def pst(text: str, version: int) -> bytes:
    store = outlook.Store(version, outlook.PERMUTE, client=b"SO" if version == outlook.LARGE else b"SM")
    store.folder(0x8082, 0x122, "Inbox")
    store.message(0x8082, {"subject": "note", "text": text})
    return store.finish()


def sqlite_file(path: Path, value: str) -> bytes:
    path.unlink(missing_ok=True)
    base = sqlite3.connect(path)
    base.execute("CREATE TABLE urls (id INTEGER PRIMARY KEY, url TEXT, title TEXT, visit_count INTEGER, last_visit_time INTEGER)")
    base.execute("INSERT INTO urls VALUES (1, ?, 'x', 1, 13135672800000000)", (sentence(value),))
    base.commit()
    base.close()
    data = path.read_bytes()
    path.unlink()
    return data


def seven_zipped(folder: Path, data: bytes) -> bytes:
    inner, outer = folder / "note.txt", folder / "out.7z"
    inner.write_bytes(data)
    outer.unlink(missing_ok=True)
    subprocess.run(["7z", "a", "-bd", str(outer), str(inner)], check=True, stdout=subprocess.DEVNULL)
    packed = outer.read_bytes()
    outer.unlink()
    inner.unlink()
    return packed


def plant(tree: Tree, values: dict, scratch: Path):
    for group in values.values():
        for value in group:
            text = sentence(value)
            plain = text.encode()
            tree.file("text", ".txt", plain, value)
            tree.file("html", ".html", f"<html><body><p>Bonjour <b>a</b></p><a href='{value}'>lien</a><p>{text}</p></body></html>".encode(), value)
            tree.file("eml", ".eml", bytes(eml(text, "7bit")), value)
            tree.file("eml-qp", ".eml", bytes(eml("é" + text, "quoted-printable")), value)
            tree.file("eml-base64", ".eml", bytes(eml("é" + text, "base64")), value)
            tree.file("eml-zip", ".eml", with_attachment(zipped("dir/note.txt", plain)), value, ("papers.zip", "dir/note.txt"))
            tree.file("mbox", ".mbox", mbox_of(text), value, ("message 2",))
            tree.file("msg", ".msg", msg(text), value)
            tree.file("pst", ".pst", pst(text, outlook.UNICODE), value, ("Inbox/message 2097156",))
            tree.file("ost", ".ost", pst(text, outlook.LARGE), value, ("Inbox/message 2097156",))
            tree.file("zip-in-zip", ".zip", zipped("inner.zip", zipped("note.txt", plain)), value, ("inner.zip", "note.txt"))
            tree.file("tar.gz", ".tar.gz", tarred("dir/note.txt", plain, "w:gz"), value, ("dir/note.txt",))
            tree.file("tar.xz", ".tar.xz", tarred("dir/note.txt", plain, "w:xz"), value, ("dir/note.txt",))
            tree.file("tar.bz2", ".tar.bz2", tarred("dir/note.txt", plain, "w:bz2"), value, ("dir/note.txt",))
            tree.file("gzip", ".gz", gzip.compress(plain), value)
            tree.file("xz", ".xz", lzma.compress(plain), value)
            if shutil.which("7z"):
                tree.file("7z", ".7z", seven_zipped(scratch, plain), value, ("note.txt",))
            tree.file("docx", ".docx", docx(text), value, ("word/document.xml",))
            macro = f'Sub AutoOpen()\n  x = "{value}"\nEnd Sub\n'
            tree.file("docm-vba", ".docm", docx("rien", macro), value, ("word/vbaProject.bin", "VBA/Module1"))
            tree.file("pdf", ".pdf", pdf(text), value)
            tree.file("sqlite", ".sqlite", sqlite_file(scratch / "x.sqlite", value), value)
            tree.file("json", ".json", json.dumps({"a": [{"b": text}]}).replace("/", "\\/").encode(), value)
            tree.file("base64", ".txt", b"data: " + base64.b64encode(plain) + b"\n", value)
            tree.file("base64-wrapped", ".txt", base64.encodebytes(b"Un texte plus long que la ligne. " * 3 + plain), value)
            tree.file("base64-bare", ".txt", base64.b64encode(value.encode()), value)
            tree.file("quoted-printable", ".txt", quopri.encodestring(("é" * 20 + text).encode()), value)
            tree.file("utf-16le", ".txt", b"\xff\xfe" + text.encode("utf-16-le"), value)
            tree.file("utf-16be", ".txt", b"\xfe\xff" + text.encode("utf-16-be"), value)
            tree.file("utf-16-in-binary", ".bin", bytes(range(256)) + text.encode("utf-16-le") + bytes(range(255, 0, -1)), value)
            tree.file("latin-1", ".txt", ("Réunion à l'été. " + text).encode("latin-1"), value)
    for group in ("domain", "url", "address", "email"):
        for value in values[group]:
            tree.file("defanged", ".txt", sentence(defanged(value)).encode(), value)
            tree.file("percent", ".txt", ("u=" + "".join(f"%{b:02x}" for b in value.encode())).encode(), value)


def with_attachment(data: bytes) -> bytes:
    message = eml("Ci-joint.", "7bit")
    message.add_attachment(data, maintype="application", subtype="zip", filename="papers.zip")
    return bytes(message)


def mbox_of(text: str) -> bytes:
    first, second = bytes(eml("Rien ici.", "7bit")), bytes(eml(text, "7bit"))
    return b"".join(b"From anne@campaign.example Mon Apr  3 09:00:00 2017\n" + m + b"\n" for m in (first, second))


def near_misses(folder: Path, values: dict):
    """One digit off, one label more, one letter before: nothing here may be found."""
    flip = lambda digits: digits[:-1] + ("0" if digits[-1] != "0" else "1")
    lines = []
    for name in values["domain"]:
        lines += [f"not{name}", f"{name}.example", f"{name}x", f"http://{name}.example/a", f"x@not{name}", name.replace(".", "-")]
    for value in values["address"]:
        lines += [value + "1" if int(value.split(".")[-1]) < 25 else "1" + value, f"9.{value}", value.replace(".", "")]
    for value in values["url"]:
        lines += [value + "x", value.replace("load", "lod")]
    for value in values["email"]:
        lines += ["x" + value.replace("@", "@not"), "a" + value.replace("@", "@mail-") ]
    for kind in ("md5", "sha1", "sha256"):
        lines += [flip(value) for value in values[kind]] + [value + "0" for value in values[kind]]
    for value in values["file"]:
        lines += ["x" + value, value + "x"]
    # A name below a planted domain would rightly be found: leave such lines out.
    hosts = [*values["domain"]]
    lines = [line for line in lines if not any(re.search(rf"(^|[@/.]){re.escape(host)}($|[/:])", line) for host in hosts)]
    (folder / "near-misses.txt").write_text("\n".join(lines) + "\n")
    (folder / "near-misses.b64").write_bytes(base64.encodebytes("\n".join(lines).encode()))
    return len(lines)


def main() -> int:
    vauban, data, work = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    values = published(data)
    tree_folder, scratch, clean = work / "tree", work / "scratch", work / "clean"
    for folder in (tree_folder, scratch, clean):
        folder.mkdir(parents=True)
    tree = Tree(tree_folder)
    plant(tree, values, scratch)
    misses = near_misses(clean, values)
    shutil.rmtree(scratch)
    listed = work / "indicators.txt"
    listed.write_text("\n".join(value for group in values.values() for value in group) + "\n")

    def sweep(folder: Path):
        command = [vauban, "--state", str(work / "state"), "sweep", "--no-starter", "--intel", str(listed), "--format", "jsonl", str(folder)]
        run = subprocess.run(command, capture_output=True, text=True)
        return [json.loads(line) for line in run.stdout.splitlines()], run.returncode

    rows, status = sweep(tree_folder)
    found = {(row["indicator"]["value"], tuple(row["location"])) for row in rows if row["type"] == "sighting"}
    kinds = {}
    lost = []
    for kind, value, location in tree.expected:
        total, hits = kinds.get(kind, (0, 0))
        hit = (value, tuple(location)) in found
        kinds[kind] = (total + 1, hits + hit)
        if not hit:
            elsewhere = [list(place) for known, place in found if known == value and place[0] == location[0]]
            lost.append((kind, value, location, elsewhere))
    for kind, (total, hits) in sorted(kinds.items()):
        print(f"{kind:<18} {hits:>4} of {total:>4}")
    total, hits = len(tree.expected), len(tree.expected) - len(lost)
    print(f"{'all':<18} {hits:>4} of {total:>4}  ({100 * hits / total:.2f} %)")
    if not shutil.which("7z"):
        print("skipped: 7z, because the program is not installed")
    for row in lost[:12]:
        print("lost:", row)
    unread = [row for row in rows if row["type"] == "unread"]
    print(f"unread: {len(unread)}", *[f"{row['reason']} {row['location'][-1]} {row['detail']}" for row in unread[:5]])
    wrong, _ = sweep(clean)
    wrong = [row for row in wrong if row["type"] == "sighting"]
    print(f"near misses hit: {len(wrong)} of {misses}", *[(row["observable"], row["indicator"]["value"], row["how"]) for row in wrong[:8]])
    return 0 if hits >= 0.99 * total and not wrong and status == 1 else 1


if __name__ == "__main__":
    sys.exit(main())
