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


def quine():
    """A gzip member whose content begins with a copy of its own header: what unpacks looks like the thing itself."""
    data = b"the end"
    for _ in range(40):
        data = gzip.compress(data, 9, mtime=0)
    return data


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
