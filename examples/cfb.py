"""Writes the smallest compound file that holds a VBA project (MS-CFB version 3, MS-OVBA), with nothing but Python.

It knows no stream of 4,096 bytes or more and no large directory: the example needs neither.
"""

import struct

FREE, END, FAT_SECTOR, NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF


def vba_project(module: str, source: str) -> bytes:
    """A project with one module of this name and source text."""
    code = compress(source.replace("\n", "\r\n").encode("cp1252"))
    project = f'ID="{{00000000-0000-0000-0000-000000000000}}"\r\nModule={module}\r\nName="Project"\r\n'
    return compound(
        {"PROJECT": project.encode("cp1252")},
        {
            "VBA": {
                "dir": compress(directory_of_modules(module)),
                "_VBA_PROJECT": struct.pack("<HHBH", 0x61CC, 0xFFFF, 0, 0),
                module: code,
            }
        },
    )


def directory_of_modules(module: str) -> bytes:
    """The records of MS-OVBA 2.3.4.2 for one module whose text begins at the start of its stream."""

    def record(kind: int, body: bytes) -> bytes:
        return struct.pack("<HI", kind, len(body)) + body

    name, wide = module.encode("cp1252"), module.encode("utf-16-le")
    records = [
        record(0x01, struct.pack("<I", 1)),
        record(0x02, struct.pack("<I", 0x40C)),
        record(0x14, struct.pack("<I", 0x40C)),
        record(0x03, struct.pack("<H", 1252)),
        record(0x04, b"Project"),
        record(0x05, b""), record(0x40, b""),
        record(0x06, b""), record(0x3D, b""),
        record(0x07, struct.pack("<I", 0)),
        record(0x08, struct.pack("<I", 0)),
        struct.pack("<HIIH", 0x09, 4, 1, 0),
        record(0x0C, b""), record(0x3C, b""),
        record(0x0F, struct.pack("<H", 1)),
        record(0x13, struct.pack("<H", 0xFFFF)),
        record(0x19, name), record(0x47, wide),
        record(0x1A, name), record(0x32, wide),
        record(0x1C, b""), record(0x48, b""),
        record(0x31, struct.pack("<I", 0)),
        record(0x1E, struct.pack("<I", 0)),
        record(0x2C, struct.pack("<H", 0xFFFF)),
        record(0x21, b""), record(0x2B, b""),
        record(0x10, b""),
    ]
    return b"".join(records)


def compress(data: bytes) -> bytes:
    """MS-OVBA 2.4.1 with literal tokens alone: valid, and not smaller."""
    assert len(data) <= 3600, "one chunk must hold it"
    chunk = b"".join(b"\0" + data[at : at + 8] for at in range(0, len(data), 8))
    return b"\x01" + struct.pack("<H", 0xB000 | (len(chunk) - 1)) + chunk


def compound(streams: dict, storages: dict) -> bytes:
    """A compound file with these streams in the root and these storages of streams below it."""
    entries, mini = [["Root Entry", 5, NONE, NONE, NONE, END, 0]], bytearray()

    def order(names):
        return sorted(names, key=lambda name: (len(name), name.upper()))

    def add_level(parent: int, children: dict) -> None:
        previous = None
        for name in order(children):
            index, child = len(entries), children[name]
            if previous is None:
                entries[parent][4] = index
            else:
                entries[previous][3] = index
            if isinstance(child, dict):
                entries.append([name, 1, NONE, NONE, NONE, 0, 0])
                previous = index
                continue
            assert len(child) < 4096
            start = len(mini) // 64
            mini.extend(child + b"\0" * (-len(child) % 64))
            entries.append([name, 2, NONE, NONE, NONE, start, len(child)])
            previous = index
        for name in order(children):
            if isinstance(children[name], dict):
                index = next(at for at, entry in enumerate(entries) if entry[0] == name and entry[1] == 1)
                add_level(index, children[name])

    add_level(0, {**streams, **storages})

    mini_fat = []
    for _, kind, _, _, _, start, size in entries[1:]:
        if kind == 2:
            count = max(1, -(-size // 64))
            mini_fat.extend([*range(start + 1, start + count), END])
    while len(entries) % 4:
        entries.append(["", 0, NONE, NONE, NONE, 0, 0])

    mini_sectors = -(-len(mini) // 512)
    directory_sectors = len(entries) // 4
    # Sector 0 is the FAT, then the directory, the mini FAT, and the mini stream.
    mini_fat_at = 1 + directory_sectors
    mini_at = mini_fat_at + 1
    assert len(mini_fat) <= 128 and mini_at + mini_sectors <= 128
    entries[0][5], entries[0][6] = mini_at, len(mini)

    fat = [FAT_SECTOR, *range(2, mini_fat_at), END, END, *range(mini_at + 1, mini_at + mini_sectors), END]
    fat += [FREE] * (128 - len(fat))
    mini_fat += [FREE] * (128 - len(mini_fat))

    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, mini_fat_at, 1, END, 0)
    header += struct.pack("<109I", 0, *[FREE] * 108)

    out = header + struct.pack("<128I", *fat)
    for name, kind, left, right, child, start, size in entries:
        wide = name.encode("utf-16-le")
        length = len(wide) + 2 if name else 0
        out += wide.ljust(64, b"\0") + struct.pack("<HBBIII", length, kind, 1, left, right, child)
        out += bytes(16) + struct.pack("<I", 0) + bytes(16) + struct.pack("<IQ", start, size)
    return out + struct.pack("<128I", *mini_fat) + bytes(mini).ljust(mini_sectors * 512, b"\0")
