#!/usr/bin/env python3
"""Writes captures of invented conversations: one small one of every protocol, or a large one to measure with.

usage: generate.py small FILE.pcap[ng]      every protocol once, the same bytes on every run but for the TLS handshake
       generate.py large FILE.pcap MIB      a mix as on a small office's line: mostly TLS, some HTTP, DNS and mail

Names are below .example, addresses of the documentation networks.
"""
import os
import random
import ssl
import struct
import subprocess
import sys
import tempfile

CLIENT, SERVER, RESOLVER = "192.0.2.10", "203.0.113.7", "192.0.2.53"


def address(text):
    return bytes(int(part) for part in text.split("."))


def ipv4(source, target, protocol, payload, number=[0]):
    number[0] = (number[0] + 1) & 0xFFFF
    head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), number[0], 0x4000, 64, protocol, 0, address(source), address(target))
    return b"\x02\0\0\0\0\x01\x02\0\0\0\0\x02\x08\0" + head + payload


def udp(source, sport, target, dport, payload):
    return ipv4(source, target, 17, struct.pack(">HHHH", sport, dport, 8 + len(payload), 0) + payload)


def tcp(source, sport, target, dport, sequence, flags, payload=b""):
    head = struct.pack(">HHIIBBHHH", sport, dport, sequence & 0xFFFFFFFF, 0, 0x50, flags, 65535, 0, 0)
    return ipv4(source, target, 6, head + payload)


class Writer:
    def __init__(self, path):
        self.file = open(path, "wb", 1 << 20)
        self.file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        self.time, self.size = 1_491_206_400_000_000, 24

    def packet(self, bytes_):
        self.time += 137
        self.file.write(struct.pack("<IIII", self.time // 1_000_000, self.time % 1_000_000, len(bytes_), len(bytes_)))
        self.file.write(bytes_)
        self.size += 16 + len(bytes_)


class WriterNg(Writer):
    """The same as pcapng, in network order, with times in nanoseconds."""

    def __init__(self, path):
        self.file = open(path, "wb")
        self.time = 1_491_206_400_000_000
        self.block(0x0A0D0D0A, struct.pack(">IHHq", 0x1A2B3C4D, 1, 0, -1))
        self.block(1, struct.pack(">HHI", 1, 0, 0) + struct.pack(">HHB3xHH", 9, 1, 9, 0, 0))

    def block(self, kind, body):
        length = struct.pack(">I", 12 + len(body))
        self.file.write(struct.pack(">I", kind) + length + body + length)

    def packet(self, bytes_):
        self.time += 137
        time = self.time * 1000
        padded = bytes_ + b"\0" * (-len(bytes_) % 4)
        self.block(6, struct.pack(">IIIII", 0, time >> 32, time & 0xFFFFFFFF, len(bytes_), len(bytes_)) + padded)


def conversation(out, client, cport, server, sport, turns, disorder=False):
    """TCP with handshake and end; `turns` are (from_client, bytes)."""
    here, there = 1000, 5000
    out.packet(tcp(client, cport, server, sport, here, 2))
    out.packet(tcp(server, sport, client, cport, there, 0x12))
    here, there = here + 1, there + 1
    for from_client, data in turns:
        pieces = [data[at:at + 1400] for at in range(0, len(data), 1400)]
        packets = []
        for piece in pieces:
            if from_client:
                packets.append(tcp(client, cport, server, sport, here, 0x18, piece))
                here += len(piece)
            else:
                packets.append(tcp(server, sport, client, cport, there, 0x18, piece))
                there += len(piece)
        if disorder and len(packets) > 2:
            packets[0], packets[1] = packets[1], packets[0]
            packets.append(packets[1])
        for packet in packets:
            out.packet(packet)
    out.packet(tcp(client, cport, server, sport, here, 0x11))
    out.packet(tcp(server, sport, client, cport, there, 0x11))


def name(text):
    return b"".join(bytes([len(label)]) + label.encode() for label in text.split(".")) + b"\0"


def dns(out, host, target):
    question = struct.pack(">HHHHHH", 7, 0x0100, 1, 0, 0, 0) + name(host) + struct.pack(">HH", 1, 1)
    answer = struct.pack(">HHHHHH", 7, 0x8180, 1, 2, 0, 0) + name(host) + struct.pack(">HH", 1, 1)
    alias = name("cdn." + host)
    answer += b"\xc0\x0c" + struct.pack(">HHIH", 5, 1, 60, len(alias)) + alias
    answer += alias + struct.pack(">HHIH", 1, 1, 60, 4) + address(target)
    out.packet(udp(CLIENT, 40000, RESOLVER, 53, question))
    out.packet(udp(RESOLVER, 53, CLIENT, 40000, answer))


def handshake(host, version=None):
    """The turns of a real TLS handshake with a certificate made for it."""
    with tempfile.TemporaryDirectory() as folder:
        key, cert = os.path.join(folder, "key"), os.path.join(folder, "cert")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key,
                        "-out", cert, "-days", "3650", "-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host},DNS:*.alt.example"],
                       check=True, stderr=subprocess.DEVNULL)
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(cert, key)
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    client.set_alpn_protocols(["h2", "http/1.1"])
    if version:
        client.maximum_version = version
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    here, there = client.wrap_bio(down, up, server_hostname=host), server.wrap_bio(up, down, server_side=True)
    turns, done = [], set()
    for _ in range(6):
        for side, bio, from_client in ((here, up, True), (there, down, False)):
            waiting = bio.pending
            try:
                side.do_handshake()
                done.add(from_client)
            except ssl.SSLWantReadError:
                pass
            if bio.pending > 0 and bio.pending != waiting:
                data = bio.read()
                turns.append((from_client, data))
                bio.write(data)
    return turns


def http(host, path, body, kind):
    request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: Dropper/1.0 (planted)\r\nAccept: */*\r\n\r\n".encode()
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(body[at:at + 1000]), body[at:at + 1000]) for at in range(0, len(body), 1000))
    answer = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\n\r\n".encode() + chunks + b"0\r\n\r\n"
    return [(True, request), (False, answer)]


def mail():
    message = ("From: boss@party.example\r\nTo: staff@party.example\r\nSubject: urgent\r\nDate: Mon, 3 Apr 2017 07:00:00 +0000\r\n\r\n"
               "Look at http://login.evil.example/a\r\n..and answer\r\n.\r\n").encode()
    return [(False, b"220 mx.party.example ESMTP\r\n"), (True, b"EHLO relay.attacker.example\r\n"), (False, b"250 ok\r\n"),
            (True, b"MAIL FROM:<boss@attacker.example>\r\nRCPT TO:<staff@party.example>\r\nDATA\r\n"), (False, b"354 go\r\n"),
            (True, message), (False, b"250 queued\r\n"), (True, b"QUIT\r\n")]


def small(path):
    out = WriterNg(path) if path.endswith("ng") else Writer(path)
    dns(out, "www.evil.example", SERVER)
    conversation(out, CLIENT, 50001, SERVER, 443, handshake("tls13.evil.example"))
    conversation(out, CLIENT, 50002, SERVER, 443, handshake("tls12.evil.example", ssl.TLSVersion.TLSv1_2))
    body = b"<html>see http://next.evil.example/stage2</html>" * 90
    conversation(out, CLIENT, 50003, SERVER, 80, http("drop.evil.example", "/files/invoice.html?id=7", body, "text/html"), True)
    conversation(out, "198.51.100.9", 50004, "192.0.2.25", 25, mail())
    out.packet(ipv4(CLIENT, "198.51.100.66", 1, b"\x08\0\0\0\0\x01\0\x01"))


def large(path, mib):
    random.seed(7)
    out = Writer(path)
    turns = [handshake(f"site{n}.example", ssl.TLSVersion.TLSv1_2 if n % 3 == 0 else None) for n in range(12)]
    block = random.randbytes(1 << 20)
    number = 0
    while out.size < mib << 20:
        number += 1
        host = f"host{number}.site{number % 500}.example"
        client = f"192.0.2.{number % 200 + 1}"
        server = f"203.0.113.{number % 250 + 1}"
        port = 1024 + number % 60000
        dns(out, host, server)
        if number % 10 == 0:
            conversation(out, client, port, server, 80, http(host, f"/page{number}", b"<p>text</p>" * 400, "text/html"))
        elif number % 97 == 0:
            conversation(out, client, port, server, 25, mail())
        else:
            size = random.choice([2_000, 8_000, 30_000, 300_000])
            records = b"".join(b"\x17\x03\x03\x40\0" + block[at:at + 16384] for at in range(0, size, 16384))
            conversation(out, client, port, server, 443, turns[number % 12] + [(False, records)])


if sys.argv[1] == "small":
    small(sys.argv[2])
else:
    large(sys.argv[2], int(sys.argv[3]))
