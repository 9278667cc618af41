#!/usr/bin/env python3
"""Writes small mailboxes of Outlook ([MS-PST]) of each version: `make_pst.py FOLDER` writes the fixtures of our reader.

Only what a reader needs: the two trees, blocks, heaps and tables, with their checksums. There are no maps of free room, so that
Outlook itself would want to repair them."""
import struct
import sys
import zlib
from pathlib import Path

ANSI, UNICODE, LARGE = 14, 23, 36
PLAIN, PERMUTED, CYCLIC = 0, 1, 2
STRING, BINARY, OBJECT, TIME, LONG = 0x1F, 0x102, 0x0D, 0x40, 0x03
NORMAL_MESSAGE, FOLDER, ATTACHMENT = 0x04, 0x02, 0x05
RECIPIENTS = 0x692


def tables():
    """The published tables of the coding, from the reader's own source."""
    source = Path(__file__).parents[1] / "crates/observe/src/formats/pst/crypt.rs"
    rows = [line.strip().strip('",') for line in source.read_text().splitlines() if line.startswith('    "')]
    whole = bytes.fromhex("".join(rows))
    return whole[:256], whole[256:512]


def checksum(data: bytes) -> int:
    """The CRC of [MS-PST] section 5.3: the common one without its complements."""
    return zlib.crc32(data, 0xFFFFFFFF) ^ 0xFFFFFFFF


class Mailbox:
    def __init__(self, version=UNICODE, coding=PLAIN, pack=False):
        self.version, self.coding, self.pack = version, coding, pack
        self.wide = "<I" if version == ANSI else "<Q"
        self.out = bytearray(0x4000)
        self.blocks, self.nodes = [], []
        self.next_block, self.next_node = 4, 0x400

    def coded(self, data: bytes, number: int) -> bytes:
        r, s = tables()
        i = bytes(r.index(byte) for byte in range(256))
        if self.coding == PERMUTED:
            return bytes(r[byte] for byte in data)
        if self.coding == CYCLIC:
            key = (number ^ number >> 16) & 0xFFFF
            result = bytearray()
            for byte in data:
                low, high = key & 255, key >> 8
                byte = i[(s[(r[(byte + low) & 255] + high) & 255] - high) & 255]
                result.append((byte - low) & 255)
                key = (key + 1) & 0xFFFF
            return bytes(result)
        return data

    def block(self, data: bytes, internal=False) -> int:
        number = self.next_block | (2 if internal else 0)
        self.next_block += 4
        length = len(data)
        if not internal:
            data = self.coded(data, number)
        if self.pack and len(data) > 100:
            data = zlib.compress(data)
        align, trailer = {ANSI: (64, 12), UNICODE: (64, 16), LARGE: (512, 24)}[self.version]
        self.blocks.append((number, len(self.out), len(data), length))
        about = struct.pack("<HH", len(data), 0)
        if self.version == ANSI:
            about += struct.pack("<II", number, checksum(data))
        else:
            about += struct.pack("<IQ", checksum(data), number)
        self.out += data + bytes(-(len(data) + trailer) % align) + about + bytes(trailer - len(about))
        return number

    def data(self, data: bytes, most=8000) -> int:
        """The block of some bytes, or the block that lists the blocks of many."""
        if len(data) <= most:
            return self.block(data)
        parts = [self.block(data[at:at + most]) for at in range(0, len(data), most)]
        listed = b"".join(struct.pack(self.wide, part) for part in parts)
        return self.block(struct.pack("<BBHI", 1, 1, len(parts), len(data)) + listed, internal=True)

    def subnodes(self, entries) -> int:
        if not entries:
            return 0
        body = b"".join(struct.pack(self.wide, part) for entry in sorted(entries) for part in entry)
        head = struct.pack("<BBH", 2, 0, len(entries)) + (b"" if self.version == ANSI else bytes(4))
        return self.block(head + body, internal=True)

    def number(self, index: int) -> int:
        """The number of an allocation in the first block of a heap."""
        return index << 5

    def heap(self, kind: int, root: int, allocations) -> bytes:
        places, body = [12], b""
        for one in allocations:
            body += one
            places.append(12 + len(body))
        body += bytes(len(body) % 2)
        header = struct.pack("<HBBII", 12 + len(body), 0xEC, kind, self.number(root), 0)
        return header + body + struct.pack("<HH", len(allocations), 0) + struct.pack(f"<{len(places)}H", *places)

    def properties(self, values):
        """The heap of some properties, and the subnodes of those that are too large for it."""
        allocations, entries, subnodes = [b"", b""], b"", []
        for (number, kind), value in sorted(values.items()):
            if kind == LONG:
                place = value
            elif isinstance(value, int):
                place = value
            else:
                value = value.encode("utf-16-le") if kind == STRING else value
                if len(value) > 3000:
                    place = 0x1F | len(subnodes) + 1 << 10
                    subnodes.append((place, self.data(value), 0))
                else:
                    allocations.append(value)
                    place = self.number(len(allocations))
            entries += struct.pack("<HHI", number, kind, place)
        allocations[0] = struct.pack("<BBBBI", 0xB5, 2, 6, 0, self.number(2))
        allocations[1] = entries
        return self.heap(0xBC, 1, allocations), subnodes

    def recipients(self, rows):
        """A table with the columns row number, name and address."""
        columns = [(0x67F2, LONG, 0, 4), (0x3001, STRING, 4, 4), (0x39FE, STRING, 8, 4)]
        allocations = [b"", struct.pack("<BBBBI", 0xB5, 4, 4, 0, 0), b""]
        matrix = b""
        for row, (name, address) in enumerate(rows):
            cells = []
            for text in (name, address):
                allocations.append(text.encode("utf-16-le"))
                cells.append(self.number(len(allocations)))
            matrix += struct.pack("<III", row, *cells) + b"\xe0"
        allocations[2] = matrix
        about = struct.pack("<BBHHHHIII", 0x7C, 3, 12, 12, 12, 13, self.number(2), self.number(3), 0)
        for bit, (number, kind, at, size) in enumerate(columns):
            about += struct.pack("<HHHBB", kind, number, at, size, bit)
        allocations[0] = about
        return self.heap(0x7C, 1, allocations)

    def node(self, kind: int, parent: int, heap: bytes, subnodes, own=None) -> int:
        number = own if own is not None else self.next_node << 5 | kind
        self.next_node += 1
        self.nodes.append((number, self.block(heap), self.subnodes(subnodes), parent))
        return number

    def folder(self, name: str, parent: int, own=None) -> int:
        heap, subnodes = self.properties({(0x3001, STRING): name})
        return self.node(FOLDER, parent, heap, subnodes, own)

    def parts(self, subject, body, to=(), attachments=(), headers="", at=131357088000000000):
        """The heap and the subnodes of a message. An attachment is a name with bytes, or with the parts of a message."""
        heap_time = struct.pack("<Q", at)
        values = {(0x0037, STRING): subject, (0x1000, STRING): body, (0x0E06, TIME): heap_time}
        if headers:
            values[(0x007D, STRING)] = headers
        heap, subnodes = self.properties(values)
        if to:
            subnodes.append((RECIPIENTS, self.block(self.recipients(to)), 0))
        for number, (name, what) in enumerate(attachments):
            values = {(0x3707, STRING): name}
            inner = []
            if isinstance(what, bytes):
                values[(0x3701, BINARY)] = what
                values[(0x3705, LONG)] = 1
            else:
                message, its = what
                values[(0x3701, OBJECT)] = struct.pack("<II", 0x9_0004, len(message))
                values[(0x3705, LONG)] = 5
                inner.append((0x9_0004, self.block(message), self.subnodes(its)))
            attached, more = self.properties(values)
            subnodes.append((0x8025 + (number << 5), self.block(attached), self.subnodes(inner + more)))
        return heap, subnodes

    def message(self, parent: int, *arguments, **options) -> int:
        return self.node(NORMAL_MESSAGE, parent, *self.parts(*arguments, **options))

    def tree(self, kind: int, entries, size: int) -> int:
        """Writes the pages of a tree and gives the place of its root."""
        length, about, trailer = {ANSI: (512, 496, 500), UNICODE: (512, 488, 496), LARGE: (4096, 4056, 4072)}[self.version]
        most = about // size

        def page(level, some, size):
            body = bytearray(length)
            body[:sum(map(len, some))] = b"".join(some)
            counts = struct.pack("<HHBB" if self.version == LARGE else "<BBBB", len(some), most, size, level)
            body[about:about + len(counts)] = counts
            end = struct.pack("<BBH", kind, kind, 0)
            self.next_block += 4
            if self.version == ANSI:
                end += struct.pack("<II", self.next_block, checksum(body[:trailer]))
            else:
                end += struct.pack("<IQ", checksum(body[:trailer]), self.next_block)
            body[trailer:trailer + len(end)] = end
            self.out += bytes(-len(self.out) % length)
            self.out += body
            return len(self.out) - length

        level, wide = 0, struct.calcsize(self.wide)
        while True:
            leaves = [entries[at:at + most] for at in range(0, max(len(entries), 1), most)]
            places = [(some[0][:wide] if some else bytes(wide), page(level, some, size)) for some in leaves]
            if len(places) == 1:
                return places[0][1]
            entries = [key + struct.pack(self.wide, 0) + struct.pack(self.wide, place) for key, place in places]
            level, size, most = level + 1, wide * 3, about // (wide * 3)

    def bytes(self) -> bytes:
        def wide(*values):
            return b"".join(struct.pack(self.wide, value) for value in values)

        nodes = [wide(number, data, sub) + struct.pack("<I", parent) for number, data, sub, parent in sorted(self.nodes)]
        if self.version != ANSI:
            nodes = [entry + bytes(4) for entry in nodes]
        blocks = []
        for number, place, stored, length in sorted(self.blocks):
            tail = {ANSI: (stored, 1), UNICODE: (stored, 1, 0, 0), LARGE: (stored, length, 1, 0)}[self.version]
            blocks.append(wide(number, place) + struct.pack(f"<{len(tail)}H", *tail))
        root_of_nodes = self.tree(0x81, nodes, len(nodes[0]))
        root_of_blocks = self.tree(0x80, blocks, len(blocks[0]))
        self.out[0:4] = b"!BDN"
        self.out[8:12] = (b"SO" if self.version == LARGE else b"SM") + struct.pack("<H", self.version)
        at = 184 if self.version == ANSI else 216
        roots = wide(0, root_of_nodes, 0, root_of_blocks)
        self.out[at:at + len(roots)] = roots
        self.out[461 if self.version == ANSI else 513] = self.coding
        self.out[4:8] = struct.pack("<I", checksum(self.out[8:8 + 471]))
        if self.version != ANSI:
            self.out[524:528] = struct.pack("<I", checksum(self.out[8:8 + 516]))
        return bytes(self.out)


def sample(version, coding=PLAIN, pack=False) -> bytes:
    box = Mailbox(version, coding, pack)
    root = box.folder("", 0x122, own=0x122)
    top = box.folder("Top of Personal Folders", root)
    inbox = box.folder("Inbox", top)
    headers = "Received: from mx.evil.example ([203.0.113.5])\r\nMessage-ID: <1@evil.example>\r\n"
    box.message(inbox, "Security alert", "Sign in at http://login.evil.example/ now.", headers=headers,
                to=[("Bob", "bob@party.example"), ("Eve", "eve@party.example")])
    page = b"<a href='http://drop.evil.example/x'>here</a>"
    inner = box.parts("Forwarded", "It was at http://inner.evil.example/ then.", attachments=[("deep.txt", b"see deep.evil.example")])
    box.message(inbox, "With attachments", "Two of them.", attachments=[("page.html", page), ("Forwarded.msg", inner)])
    box.message(inbox, "Long", "words and " * 1200 + "http://end.evil.example/", attachments=[("long.txt", b"text " * 2500 + b"tail.evil.example")])
    # In no folder that is still there.
    box.message(0x9999_9992, "Lost", "It was at http://lost.evil.example/ once.")
    return box.bytes()


def main():
    folder = Path(sys.argv[1])
    (folder / "unicode.pst").write_bytes(sample(UNICODE, PERMUTED))
    (folder / "ansi.pst").write_bytes(sample(ANSI))
    (folder / "cyclic.pst").write_bytes(sample(UNICODE, CYCLIC))
    (folder / "large.ost").write_bytes(sample(LARGE, pack=True))
    # The second half of the blocks is overwritten.
    damaged = bytearray(sample(UNICODE))
    damaged[0x4400:0x4A00] = b"\xff" * 0x600
    (folder / "damaged.pst").write_bytes(damaged)


if __name__ == "__main__":
    main()
