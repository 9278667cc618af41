"""Writes small mailboxes of Outlook (MS-PST) in all three layouts, with nothing but Python: for tests.

It writes what readers of messages need and leaves out what Outlook itself would, such as the maps of free space.
"""

import struct
import zlib

ANSI, UNICODE, LARGE = 14, 23, 36
PLAIN, PERMUTE, CYCLIC = 0, 1, 2
TEXT, TEXT8, BINARY, OBJECT, LONG, TIME, TEXTS = 0x1F, 0x1E, 0x102, 0x0D, 0x03, 0x40, 0x101F

FORTH = bytes.fromhex(
    "41361362a8216ebbf416cc047f64e85d1ef2cb2a74c55e35d295479e962d9a884c7d843fdbac31b6485ff6c4d8398be7233b388ec8c1"
    "df25b120a546604e9cfbaad35651457c550007c92b9d859b09a08fadb30f63ab894bd7a7155a716642bf264a6b98faea7753b270052c"
    "fd593a867ece06eb827857c78d43afb41cd45bcde2e9274fc3087280cfb0eff5286dbe304d3492d50e3c2232e5e4f99fc2d10a8112e1"
    "ee918376e397e6618a1779a4b7dc907a5c8c02a6ca69de501a1193b9528758fced1d37491b6ae0293399bd6cd994f340546ff0c673b8"
    "d63e6518441fdd6710f10c19ecae03a1147ba90bfff8a3c0a201f72ebc2468750dfeba2fb5d0da3d"
)
SWAP = bytes.fromhex(
    "14530f56b3c87a9ceb65481716159f02cc547c83000d0c0ba262a876dbd9edc7c5a4dcac8574d6d0a79bae9a967166c36399b8dd7392"
    "8e847da55ed15d93b1575150808952944f4e0a6bbc8d7f6e47464140440111cb033ff7f4e1a98f3c3af9fbf0193082092ec99da08649"
    "ee6f4d6dc42d813425871b88aafc06a11238fd4c4272641337246a757743ffe6b44b365ce4d8353d45b92cecb7312b290768a30e697b"
    "189e2139be281a5b78f523ca2ab0af3efe048ce7e5983295d3f64ae8a6eae9f3d52f7020f21f0567ad5510cecde3273bdabad7c226d4"
    "911dd21c2233f8faf15aefcf90b68bb5bdc0bf08971e6ce261e0c6c159abbb58de5fdf60797eb28a"
)
BACK = bytes(FORTH.index(value) for value in range(256))
CRC = []
for _value in range(256):
    for _ in range(8):
        _value = (_value >> 1) ^ (0xEDB88320 if _value & 1 else 0)
    CRC.append(_value)


def checksum(data: bytes) -> int:
    register = 0
    for byte in data:
        register = CRC[(register ^ byte) & 0xFF] ^ (register >> 8)
    return register


def disguised(method: int, number: int, data: bytes) -> bytes:
    if method == PLAIN:
        return data
    if method == PERMUTE:
        return bytes(FORTH[byte] for byte in data)
    key, out = (number ^ (number >> 16)) & 0xFFFF, bytearray()
    for byte in data:
        low, high = key & 0xFF, key >> 8
        byte = SWAP[(FORTH[(byte + low) & 0xFF] + high) & 0xFF]
        out.append((BACK[(byte - high) & 0xFF] - low) & 0xFF)
        key = (key + 1) & 0xFFFF
    return bytes(out)


class Heap:
    """Allocations on the blocks of one node (section 2.3.1)."""

    def __init__(self, store: "Store", client: int):
        self.store, self.client, self.blocks = store, client, [[]]

    def put(self, data: bytes) -> int:
        used = sum(map(len, self.blocks[-1])) + 2 * len(self.blocks[-1])
        if used + len(data) > self.store.most - 32:
            self.blocks.append([])
        self.blocks[-1].append(data)
        bits = 14 if self.store.version == LARGE else 11
        return (len(self.blocks) - 1) << (5 + bits) | len(self.blocks[-1]) << 5

    def finish(self, root: int) -> int:
        parts = []
        for index, items in enumerate(self.blocks):
            body = b"".join(items)
            head = 2 if index else 12
            places, at = [head], head
            for item in items:
                at += len(item)
                places.append(at)
            padding = at % 2
            start = struct.pack("<H", at + padding)
            if not index:
                start += struct.pack("<BBII", 0xEC, self.client, root, 0)
            places = struct.pack(f"<{len(places)}H", *places)
            parts.append(start + body + bytes(padding) + struct.pack("<HH", len(items), 0) + places)
        return self.store.data(b"", parts)

    def tree(self, key: int, data: int, records: list) -> int:
        """A B-tree on the heap (section 2.3.2), on one level or two."""
        size = 3580 // (key + data)
        if len(records) <= size:
            return self.put(struct.pack("<BBBBI", 0xB5, key, data, 0, self.put(b"".join(records)) if records else 0))
        leaves = b""
        for at in range(0, len(records), size):
            leaves += records[at][:key] + struct.pack("<I", self.put(b"".join(records[at : at + size])))
        return self.put(struct.pack("<BBBBI", 0xB5, key, data, 1, self.put(leaves)))


class Store:
    """A mailbox. `most` is how many bytes a block takes and `fan` how many names: small ones make deep trees."""

    def __init__(self, version: int, method: int = PLAIN, most: int = 0, fan: int = 0, client: bytes = b"SM"):
        self.version, self.method, self.client = version, method, client
        self.trailer = {ANSI: 12, UNICODE: 16, LARGE: 24}[version]
        self.unit, self.page = (512, 4096) if version == LARGE else (64, 512)
        self.word = "I" if version == ANSI else "Q"
        self.most = most or (65536 if version == LARGE else 8192) - self.trailer
        self.fan = fan or (self.most - 8) // struct.calcsize("<" + self.word)
        self.text = TEXT8 if version == ANSI else TEXT
        self.file, self.blocks, self.nodes, self.next, self.messages = bytearray(1024), {}, {}, 4, 0

    # Blocks.

    def block(self, data: bytes, internal: bool = False) -> int:
        number = self.next | (2 if internal else 0)
        self.next += 4
        stored = data if internal else disguised(self.method, number, data)
        if self.version == LARGE and not internal and len(data) > 200:
            packed = zlib.compress(stored, 9)
            stored = packed if len(packed) < len(data) else stored
        place = len(self.file)
        whole = -(-(len(stored) + self.trailer) // self.unit) * self.unit
        self.file += stored + bytes(whole - self.trailer - len(stored)) + self.closing(stored, number, place, len(data))
        self.blocks[number] = (place, len(stored), len(data))
        return number

    def closing(self, stored: bytes, number: int, place: int, size: int) -> bytes:
        mixed = place ^ number
        mixed = (mixed >> 16 ^ mixed) & 0xFFFF
        if self.version == ANSI:
            return struct.pack("<HHII", len(stored), mixed, number, checksum(stored))
        closing = struct.pack("<HHIQ", len(stored), mixed, checksum(stored), number)
        return closing + (struct.pack("<HHI", 2, size, 0) if self.version == LARGE else b"")

    def data(self, data: bytes, parts: list | None = None) -> int:
        """The number of a value of any length: one block, or a tree of them."""
        parts = parts or [data[at : at + self.most] for at in range(0, len(data), self.most)]
        numbers, level, total = [self.block(part) for part in parts], 1, sum(map(len, parts))
        while len(numbers) > 1:
            lists = [numbers[at : at + self.fan] for at in range(0, len(numbers), self.fan)]
            pack = lambda names: struct.pack(f"<BBHI{len(names)}{self.word}", 1, level, len(names), total, *names)
            numbers, level = [self.block(pack(names), True) for names in lists], level + 1
        return numbers[0] if numbers else 0

    def subnodes(self, nodes: dict) -> int:
        if not nodes:
            return 0
        entries = [(number, *nodes[number]) for number in sorted(nodes)]
        head = lambda level, count: struct.pack("<BBH", 2, level, count) + (b"" if self.version == ANSI else bytes(4))
        leaves = []
        for at in range(0, len(entries), self.fan):
            some = entries[at : at + self.fan]
            packed = b"".join(struct.pack(f"<3{self.word}", *entry) for entry in some)
            leaves.append((some[0][0], self.block(head(0, len(some)) + packed, True)))
        if len(leaves) == 1:
            return leaves[0][1]
        return self.block(head(1, len(leaves)) + b"".join(struct.pack(f"<2{self.word}", *leaf) for leaf in leaves), True)

    # What nodes hold.

    def wide(self, text: str) -> bytes:
        return text.encode("cp1252" if self.version == ANSI else "utf-16-le")

    def properties(self, properties: list, nodes: dict) -> tuple:
        """A property context (section 2.3.3). Values of more than 3,000 bytes become nodes of their own in `nodes`."""
        heap, records = Heap(self, 0xBC), []
        for number, kind, value in sorted(properties, key=lambda item: item[0]):
            records.append(struct.pack("<HHI", number, kind, self.value(heap, kind, value, nodes)))
        return heap.finish(heap.tree(2, 6, records)), self.subnodes(nodes)

    def value(self, heap: Heap, kind: int, value, nodes: dict) -> int:
        if kind == LONG:
            return value
        if kind == TIME:
            return heap.put(struct.pack("<Q", value))
        if kind == TEXTS:
            parts = [part.encode("utf-16-le") for part in value]
            at, places = 4 + 4 * len(parts), []
            for part in parts:
                places.append(at)
                at += len(part)
            value = struct.pack(f"<{1 + len(places)}I", len(places), *places) + b"".join(parts)
        elif kind == OBJECT:
            value = struct.pack("<II", *value)
        elif isinstance(value, str):
            value = self.wide(value)
        if len(value) <= min(3000, self.most // 2):
            return heap.put(value) if value else 0
        number = 0x1F + 0x20 * (1 + sum(1 for name in nodes if name & 0x1F == 0x1F))
        nodes[number] = (self.data(value), 0)
        return number

    def table(self, columns: list, rows: list, ids: list = ()) -> tuple:
        """A table context (section 2.3.4). A column is a number and a type; a row gives a value for each, or None."""
        ids = ids or range(1, 1 + len(rows))
        heap, nodes = Heap(self, 0x7C), {}
        columns = [(0x67F2, LONG), (0x67F3, LONG)] + columns
        cells, width = [], 4 * len(columns)
        for index, row in enumerate(rows):
            values, bits = [], 0
            for place, ((_, kind), value) in enumerate(zip(columns, [ids[index], index + 1] + row)):
                values.append(0 if value is None else self.value(heap, kind, value, nodes))
                bits |= 0 if value is None else 0x80 >> place % 8 << 8 * (place // 8)
            cells.append(struct.pack(f"<{len(values)}I", *values) + bits.to_bytes(-(-len(columns) // 8), "little"))
        end = width + -(-len(columns) // 8)
        size = "<IH" if self.version == ANSI else "<II"
        index = heap.tree(4, struct.calcsize(size) - 4, [struct.pack(size, name, n) for n, name in sorted(enumerate(ids), key=lambda row: row[1])])
        header = struct.pack("<BBHHHHIII", 0x7C, len(columns), width, width, width, end, index, heap.put(b"".join(cells)) if cells else 0, 0)
        for place, (number, kind) in enumerate(columns):
            header += struct.pack("<HHHBB", kind, number, 4 * place, 4, place)
        return heap.finish(heap.put(header)), self.subnodes(nodes)

    def body(self, message: dict) -> tuple:
        """The data and the subnodes of a message: `subject`, `text` and more by name, the rest under `properties`."""
        named = {"subject": 0x37, "text": 0x1000, "headers": 0x7D, "from": 0x0C1F, "to": 0x0E04}
        properties = [(0x1A, self.text, "IPM.Note")] + list(message.get("properties", []))
        properties += [(named[name], self.text, message[name]) for name in named if name in message]
        if "sent" in message:
            properties.append((0x39, TIME, message["sent"]))
        if "html" in message:
            properties.append((0x1013, BINARY, message["html"]))
        nodes = {}
        if "recipients" in message:
            rows = [[1, name, address] for name, address in message["recipients"]]
            nodes[0x692] = self.table([(0x0C15, LONG), (0x3001, self.text), (0x39FE, self.text)], rows)
        for index, attachment in enumerate(message.get("attachments", [])):
            nodes[0x8025 + 0x20 * index] = self.attachment(attachment)
        names = [name for name in nodes if name & 0x1F == 5]
        if names:
            nodes[0x671] = self.table([], [[] for _ in names], names)
        return self.properties(properties, nodes)

    def attachment(self, attachment: dict) -> tuple:
        inner = {}
        properties = [(0x3707, self.text, attachment["name"])]
        if "type" in attachment:
            properties.append((0x370E, self.text, attachment["type"]))
        if "message" in attachment:
            inner[0x200004] = self.body(attachment["message"])
            properties += [(0x3701, OBJECT, (0x200004, 1)), (0x3705, LONG, 5)]
        elif "object" in attachment:
            inner[0x200004] = (self.data(attachment["object"]), 0)
            properties += [(0x3701, OBJECT, (0x200004, len(attachment["object"]))), (0x3705, LONG, 6)]
        else:
            properties += [(0x3701, BINARY, attachment["data"]), (0x3705, LONG, 1)]
            properties.append((0x0E20, LONG, len(attachment["data"])))
        return self.properties(properties, inner)

    # Nodes of the file.

    def folder(self, number: int, parent: int, name: str, properties: list = ()):
        self.nodes[number] = (*self.properties([(0x3001, self.text, name), *properties], {}), parent)

    def message(self, folder: int, message: dict, hidden: bool = False) -> int:
        number = 0x200000 + 0x20 * self.messages + (8 if hidden else 4)
        self.messages += 1
        self.nodes[number] = (*self.body(message), folder)
        return number

    def pages(self, kind: int, entries: list) -> tuple:
        """Writes a B-tree (section 2.2.2.7.7) and tells its root."""
        level = 0
        room = {ANSI: 496, UNICODE: 488, LARGE: 4056}[self.version]
        while True:
            size, above = len(entries[0][1]), []
            most = min(room // size, 255)
            for at in range(0, len(entries), most):
                some = entries[at : at + most]
                form, tail = ("<HHBBBB", 8) if self.version == LARGE else ("<BBBB", 0)
                fields = struct.pack(form, len(some), most, size, level, *([0, 0] if self.version == LARGE else []))
                page = b"".join(entry for _, entry in some).ljust(room, b"\0") + fields + bytes(tail)
                page = page.ljust(self.page - self.trailer, b"\0")
                self.file += bytes(-len(self.file) % self.page)
                place, number = len(self.file), self.next
                self.next += 4
                mixed = place ^ number
                mixed = (mixed >> 16 ^ mixed) & 0xFFFF
                form = "<BBHII" if self.version == ANSI else "<BBHIQ"
                ids = (number, checksum(page)) if self.version == ANSI else (checksum(page), number)
                self.file += page + struct.pack(form, kind, kind, mixed, *ids).ljust(self.trailer, b"\0")
                above.append((some[0][0], struct.pack(f"<3{self.word}", some[0][0], number, place)))
            if len(above) == 1:
                return struct.unpack(f"<3{self.word}", above[0][1])[1:]
            entries, level = above, level + 1

    def finish(self) -> bytes:
        """The whole file."""
        if 0x122 not in self.nodes:
            self.folder(0x122, 0x122, "")
        if 0x21 not in self.nodes:
            self.nodes[0x21] = (*self.properties([(0x3001, self.text, "Store")], {}), 0)
        if 0x61 not in self.nodes:
            self.nodes[0x61] = (*self.properties([(1, LONG, 251), *((at, BINARY, bytes(16)) for at in (2, 3, 4))], {}), 0)
        for folder in [number for number in self.nodes if number & 0x1F == 2]:
            inside = lambda kind: [n for n in self.nodes if n & 0x1F == kind and self.nodes[n][2] == folder != n]
            for table, kind in ((0x0D, 2), (0x0E, 4), (0x0F, 8)):
                names = inside(kind)
                self.nodes[folder - 2 + table] = (*self.table([], [[] for _ in names], names), 0)
        word, blocks, nodes = self.word, [], []
        for number, (place, stored, size) in sorted(self.blocks.items()):
            sizes = struct.pack("<HHHH", stored, size, 2, 0) if self.version == LARGE else struct.pack("<HH", stored, 2)
            sizes += bytes(4) if self.version == UNICODE else b""
            blocks.append((number, struct.pack(f"<2{word}", number, place) + sizes))
        for number, (data, subnodes, parent) in sorted(self.nodes.items()):
            packed = struct.pack(f"<3{word}I", number, data, subnodes, parent)
            nodes.append((number, packed + (b"" if self.version == ANSI else bytes(4))))
        node_root, block_root = self.pages(0x81, nodes), self.pages(0x80, blocks)
        self.file += bytes(-len(self.file) % self.page)
        roots = struct.pack(f"<2{word}", *node_root) + struct.pack(f"<2{word}", *block_root)
        at, method, eof = (184, 461, 168) if self.version == ANSI else (216, 513, 184)
        self.file[8:16] = self.client + struct.pack("<HHBB", self.version, 19, 1, 1)
        self.file[at : at + len(roots)] = roots
        struct.pack_into("<" + word, self.file, eof, len(self.file))
        self.file[method - 1 : method + 1] = bytes([0x80, self.method])
        if self.version != ANSI:
            struct.pack_into("<I", self.file, 524, checksum(bytes(self.file[8:524])))
        self.file[:8] = b"!BDN" + struct.pack("<I", checksum(bytes(self.file[8:479])))
        return bytes(self.file)
