#!/usr/bin/env python3
"""Writes archives, mails and documents that cost far more to read than they weigh.

usage: bombs.py FOLDER

Every file is inert: it holds zeros, repetition or nonsense. `sweep` must end on all of them, account for each, and stay
within its memory; names try to climb out of the folder and to drive the terminal that lists them.
"""
import bz2
import gzip
import io
import lzma
import os
import struct
import sys
import tarfile
import zipfile
import zlib

ZEROS = 1 << 20


def zipped(members, compression=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


def gzip_of_zeros(length):
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=9, mtime=0) as file:
        for _ in range(length // ZEROS):
            file.write(b"\0" * ZEROS)
    return out.getvalue()


def zip_of_zips(levels, width, leaf):
    data = zipped([("0.bin", leaf)])
    for level in range(levels):
        data = zipped([(f"{level}-{number}.zip", data) for number in range(width)])
    return data


def overlapping_zip(entries, length):
    """All entries of the directory point at one compressed kernel."""
    compress = zlib.compressobj(9, zlib.DEFLATED, -15)
    kernel = compress.compress(b"\0" * length) + compress.flush()
    crc = zlib.crc32(b"\0" * length)
    sizes = struct.pack("<III", crc, len(kernel), length)
    local = b"PK\x03\x04" + struct.pack("<HHHHH", 20, 0, 8, 0, 0x21) + sizes + struct.pack("<HH", 1, 0) + b"a" + kernel
    directory = b"".join(
        b"PK\x01\x02" + struct.pack("<HHHHHH", 20, 20, 0, 8, 0, 0x21) + sizes
        + struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, 0) + name
        for name in (f"{number}".encode() for number in range(entries))
    )
    end = struct.pack("<HHHHIIH", 0, 0, entries & 0xFFFF, entries & 0xFFFF, len(directory), len(local), 0)
    return local + directory + b"PK\x05\x06" + end


def pdf(objects):
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)


def pdf_loops():
    stream = zlib.compress(b"\0" * (64 << 20), 9)
    twice = zlib.compress(stream, 9)
    body = b"<< /Length %d /Filter [/FlateDecode /FlateDecode] >>\nstream\n" % len(twice) + twice + b"\nendstream"
    return pdf([
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 99999999 >>",
        b"<< /Type /Page /Parent 2 0 R /Contents [4 0 R 4 0 R 5 0 R] >>",
        b"5 0 R", b"4 0 R", body, b"[" * 100_000 + b"]" * 100_000,
        b"<< /Length 8 0 R >>\nstream\nx\nendstream",
    ])


def mime_nested(depth):
    head = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(depth))
    return ("From: a@b.example\nMIME-Version: 1.0\n" + head + "Content-Type: text/plain\n\nend\n").encode()


def mime_wide(parts):
    head = b"From: a@b.example\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
    return head + b"--b\nContent-Disposition: attachment; filename=a\n\nx\n" * parts + b"--b--\n"


def message_in_message(depth):
    return b"From: a@b.example\nContent-Type: message/rfc822\n\n" * depth + b"From: a@b.example\n\nend\n"


def tar_of(names):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name in names:
            info = tarfile.TarInfo(name)
            info.size = 1
            archive.addfile(info, io.BytesIO(b"x"))
    return out.getvalue()


def laughs():
    lines = ["<!DOCTYPE a [<!ENTITY l0 'ha'>"]
    lines += [f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 12)]
    return "".join(["<?xml version='1.0'?>", *lines, "]><a>&l11;</a>"]).encode()


def stored(length):
    """The five bytes that print the next so many as they are."""
    return struct.pack("<BHH", 0, length, length ^ 0xFFFF)


def bits(*fields):
    """Huffman codes are written from their highest bit, everything else from its lowest."""
    text = "".join(f"{value:0{width}b}"[:: 1 if huffman else -1] for value, width, huffman in fields)
    assert len(text) % 8 == 0, len(text)
    return bytes(int(text[at:at + 8][::-1], 2) for at in range(0, len(text), 8))


def quine():
    """A gzip file that unpacks to itself, so that unpacking it never ends (RFC 1951, 1952).

    It prints pieces of itself by instructions of five bytes each: "print so many bytes" and "repeat the last twenty". Its
    checksum is part of what is checked; a checksum is linear, so the one that fits is a solution of 32 equations."""
    # A block with fixed codes: twice ten bytes (code 264) from twenty back (code 8 and three bits), and its end.
    copy = ((264 - 256, 7, True), (8, 5, True), (3, 3, False))
    repeat = bits((0, 1, False), (1, 2, False), *copy, *copy, (0, 7, True))
    assert len(repeat) == 5
    head = struct.pack("<4sIBB", b"\x1f\x8b\x08\x08", 0, 0, 255) + b"quin\0"
    none, unit, four = stored(0), stored(5), stored(20)

    def whole(check):
        tail = none + b"\x03\x00" + struct.pack("<II", check, length)
        assert len(head) == len(tail) == 15
        return (head + four + head + four + repeat + unit + repeat + unit + unit + four + repeat + unit + unit + four
                + repeat + four + repeat + four + repeat + four + repeat + four + repeat + none + none + four
                + repeat + none + none + four + repeat + tail + repeat + tail)

    length = 0
    length = len(whole(0))
    at_zero = zlib.crc32(whole(0))
    # Bit by bit: what each of them changes in the checksum of the file, and in itself.
    rows = [[zlib.crc32(whole(1 << bit)) ^ at_zero ^ 1 << bit, 1 << bit] for bit in range(32)]
    wanted, check = at_zero, 0
    for bit in range(32):
        pivot = next((row for row in rows if row[0] >> bit & 1), None)
        if pivot is None:
            continue
        rows = [row if row is pivot or not row[0] >> bit & 1 else [row[0] ^ pivot[0], row[1] ^ pivot[1]] for row in rows]
        rows.remove(pivot)
        if wanted >> bit & 1:
            wanted, check = wanted ^ pivot[0], check ^ pivot[1]
    file = whole(check)
    assert wanted == 0 and gzip.decompress(file) == file
    return file


def outlook():
    """A mailbox of some kilobytes with an attachment of eight gigabytes: a list of lists of one block."""
    sys.dont_write_bytecode = True
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../examples"))
    import pst

    store = pst.Store(pst.UNICODE)
    store.folder(0x8082, 0x122, "Inbox")
    part = store.block(b"\0" * 8000)
    named = lambda level, names: store.block(struct.pack(f"<BBHI{len(names)}Q", 1, level, len(names), 0, *names), True)
    whole = named(2, [named(1, [part] * 1000)] * 1000)
    number = store.message(0x8082, {"subject": "heavy", "text": "see evil.example", "attachments": [{"name": "all.bin", "data": b""}]})
    inner = {0x3F: (whole, 0)}
    heap = pst.Heap(store, 0xBC)
    root = heap.tree(2, 6, [struct.pack("<HHI", 0x3701, pst.BINARY, 0x3F)])
    attachment = heap.finish(root), store.subnodes(inner)
    data, _, folder = store.nodes[number]
    store.nodes[number] = (data, store.subnodes({0x8025: attachment}), folder)
    return store.finish()


HOSTILE_NAMES = [
    "../../../../../../tmp/vauban-escaped", "/tmp/vauban-escaped", "..\\..\\vauban-escaped", "C:\\vauban-escaped",
    "\x1b[2J\x1b]0;owned\x07name.txt", "a\rb\nc.txt", "\u202etxt.exe", "same.txt", "same.txt", "con", "." * 200, "x" * 60_000,
]


def bombs():
    yield "gzip-10g.gz", gzip_of_zeros(10 << 30) if os.environ.get("HUGE") else gzip_of_zeros(1 << 30)
    yield "gzip-of-gzip.gz", gzip.compress(gzip.compress(gzip_of_zeros(1 << 30), 9, mtime=0), 9, mtime=0)
    yield "xz.xz", lzma.compress(b"\0" * (256 << 20), preset=0)
    yield "bzip2.bz2", bz2.compress(b"\0" * (256 << 20))
    yield "42.zip", zip_of_zips(4, 16, b"\0" * (4 << 20))
    yield "deep.zip", zip_of_zips(40, 1, b"end")
    yield "overlap.zip", overlapping_zip(60_000, 4 << 20)
    yield "many.zip", zipped([(str(n), b"") for n in range(60_000)])
    yield "names.zip", zipped([(name, b"http://named.example/") for name in HOSTILE_NAMES])
    yield "names.tar", tar_of(HOSTILE_NAMES[:-1])
    yield "many.tar", tar_of(str(n) for n in range(100_000))
    yield "quine.gz", quine()
    yield "heavy.pst", outlook()
    yield "loops.pdf", pdf_loops()
    yield "nested.eml", mime_nested(10_000)
    yield "inside.eml", message_in_message(10_000)
    yield "wide.eml", mime_wide(1_000_000)
    yield "laughs.xml", laughs()
    yield "laughs.docx", zipped([("[Content_Types].xml", b"<Types/>"), ("word/document.xml", laughs())])
    yield "deep.json", b"[" * 2_000_000
    yield "deep.html", b"<div>" * 500_000
    yield "deep.rtf", b"{\\rtf1" + b"{" * 1_000_000
    yield "deep.xml", b"<a>" * 1_000_000
    yield "line.txt", b"a" * (100 << 20)
    yield "dots.txt", b"a." * (10 << 20)
    yield "base64.txt", __import__("base64").b64encode(b"\0" * (30 << 20))
    yield "ats.txt", b"@" * (5 << 20)
    yield "percent.txt", b"%25" * (5 << 20)
    yield "slashes.txt", b"http://" * (2 << 20)
    yield "header.eml", b"Received: " + b"(" * (2 << 20) + b"\n\nx"
    yield "mbox.mbox", b"From a@b.example Thu Jan  1 00:00:00 1970\n\n" * 200_000


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    for name, data in bombs():
        with open(os.path.join(folder, name), "wb") as file:
            file.write(data)
    with open(os.path.join(folder, "\x1b[31mred\x07.txt"), "wb") as file:
        file.write(b"a name that drives a terminal")


main()
