"""Writes YARA rules of the shapes that public sets have, and files that they match: generate.py FOLDER [COUNT [SEED]]

FOLDER/rules gets files of 100 rules, FOLDER/planted one file for each rule and a few near misses. Nothing in them is
taken from anybody's rules or malware: the words are drawn at random.
"""

import random
import struct
import sys
from pathlib import Path

LETTERS = "abcdefghijklmnopqrstuvwxyz"
COMMON = ["version", "Subject: ", "kernel32.dll", "system", "<html", "http://www."]
GUARDS = [
    ("", b""),
    ("uint16(0) == 0x5a4d", b"MZ"),
    ("uint16be(0) == 0x4d5a", b"MZ"),
    ("uint32(0) == 0x464c457f", b"\x7fELF"),
    ("uint32be(0) == 0x504b0304", b"PK\x03\x04"),
    ("uint32be(0) == 0xd0cf11e0", b"\xd0\xcf\x11\xe0"),
    ("(uint16(0) == 0x5a4d or uint32be(0) == 0x25504446)", b"%PDF"),
    ("not uint16(0) == 0x5a4d", b"\n"),
    ("$magic at 0", b"{\\rtf"),
]


def word(rng):
    if rng.random() < 0.05:
        return rng.choice(COMMON)
    parts = ["".join(rng.choices(LETTERS, k=rng.randint(3, 8))) for _ in range(rng.randint(1, 3))]
    return rng.choice(["_", ".", "/", "-", " "]).join(rng.choice([part, part.title()]) for part in parts)


def string(rng):
    """A string's source and bytes that match it."""
    text = word(rng)
    raw = text.encode()
    wide = bytes(byte for letter in raw for byte in (letter, 0))
    kind = rng.randrange(11)
    if kind == 0:
        return f'"{text}" nocase', raw.swapcase()
    if kind == 1:
        return f'"{text}" wide', wide
    if kind == 2:
        return f'"{text}" wide ascii', rng.choice([raw, wide])
    if kind == 3:
        return f'"{text}" fullword', b" " + raw + b" "
    if kind == 4:
        key = rng.randint(1, 9)
        return f'"{text}" xor(1-9)', bytes(byte ^ key for byte in raw)
    if kind == 5:
        escaped = text.replace("/", "\\/").replace(".", "\\.")
        return f"/{escaped}[0-9]{{1,3}}/ nocase", raw.upper() + b"42"
    if kind == 6:
        return f"/({LETTERS[rng.randrange(26)]}{{4,6}}|{text[:3].replace('/', '.')}[a-f0-9]+\\.{text[-2:].replace('/', '.')})/", (
            text[:3].encode() + b"0f." + text[-2:].encode()
        )
    if kind == 7:
        code = [rng.randrange(256) for _ in range(rng.randint(6, 16))]
        tokens, match = [], []
        for index, byte in enumerate(code):
            drawn = rng.random() if 0 < index < len(code) - 1 else 1
            if drawn < 0.1:
                tokens.append("??")
                match.append(rng.randrange(256))
            elif drawn < 0.2:
                tokens.append(f"{byte >> 4:x}?")
                match.append(byte)
            elif drawn < 0.26:
                tokens.append("[2-4]")
                match += [1, 2, 3]
            elif drawn < 0.32:
                tokens.append(f"( {byte:02x} | {byte ^ 255:02x} 90 )")
                match += [byte ^ 255, 0x90]
            else:
                tokens.append(f"{byte:02x}")
                match.append(byte)
        return "{ " + " ".join(tokens) + " }", bytes(match)
    return f'"{text}"', raw


CONDITIONS = [
    "any of ($s*)", "all of ($s*)", "2 of ($s*)", "$s0 and ($s1 or $s2)", "$s0 or all of ($s1, $s2)", "#s0 > 1 or $s1",
    "for any of ($s*) : ( $ in (0..4000) )", "any of ($s*) and not $s2", "1 of ($s0, $s1)", "#s1 >= 1", "@s0 > 3",
    "for all of ($s0, $s1) : ( # > 0 )", "66% of ($s*)", "any of ($s*) and math.entropy(0, filesize) < 7.9",
    "all of ($s*) and hash.md5(0, 2) != \"d41d8cd98f00b204e9800998ecf8427e\"", "$s0 and pe.number_of_sections > 0",
    "not pe.is_pe and $s1", "any of ($s*) and pe.is_dll() == 0", "uint8(4) == 0x20 and $s0",
    "for any i in (0..3) : ( uint8(i) == 0x4d ) and $s0", "filesize > 20 and filesize < 40 and not $s0",
]


def pe(body):
    """The smallest header that both engines read as a PE file with one section, and then the body."""
    dos = b"MZ" + bytes(58) + struct.pack("<I", 64)
    coff = b"PE\0\0" + struct.pack("<HHIIIHH", 0x14C, 1, 0x5000_0000, 0, 0, 224, 0x102)
    optional = struct.pack("<HBBIIIIIIIIIHHHHHHIIIIHHIIIIII", 0x10B, 9, 0, 512, 0, 0, 0x1000, 0x1000, 0x2000, 0x400000,
                           0x1000, 512, 5, 1, 0, 0, 5, 1, 0, 0x3000, 512, 0, 2, 0, 0x100000, 0x1000, 0x100000, 0x1000, 0, 16)
    section = b".text\0\0\0" + struct.pack("<IIIIIIHHI", 512, 0x1000, 512, 512, 0, 0, 0, 0, 0x60000020)
    return (dos + coff + optional + bytes(128) + section).ljust(512, b"\0") + body


def rule(rng, number):
    strings = [string(rng) for _ in range(3)]
    guard, magic = rng.choice(GUARDS)
    condition = rng.choice(CONDITIONS)
    if "pe.number" in condition or "pe.is_dll" in condition:
        guard, magic = rng.choice(GUARDS[:3])
    lines = [f"rule generated_{number} : generated {{", "  meta:", f'    description = "rule {number}"', "  strings:"]
    if guard.startswith("$magic"):
        lines.append('    $magic = "{\\\\rtf"')
    lines += [f"    $s{index} = {source}" for index, (source, _) in enumerate(strings)]
    parts = [part for part in (guard, f"({condition})", rng.choice(["", "", "filesize < 200KB"])) if part]
    # Every string has to be named; this adds nothing to the condition.
    parts.append("(any of ($s*) or true)")
    lines += ["  condition:", "    " + " and ".join(parts), "}"]
    body = b"".join(bytes(rng.randrange(4)) + b" " + match + b"\n" for _, match in strings)
    body += b" ".join(match for _, match in strings)
    planted = pe(body) if magic == b"MZ" and rng.random() < 0.7 else magic.ljust(4, b" ") + b"  " + body
    return "\n".join(lines), planted


def main():
    folder = Path(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 3000
    rng = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    for name in ("rules", "planted"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    texts = []
    for number in range(count):
        text, planted = rule(rng, number)
        texts.append(text)
        (folder / "planted" / f"{number:05}").write_bytes(planted)
        if number % 5 == 0:
            cut = rng.randrange(1, len(planted))
            (folder / "planted" / f"{number:05}.near").write_bytes(planted[:cut] + b"?" + planted[cut + 1 :])
    for start in range(0, count, 100):
        imports = "".join(f'import "{module}"\n' for module in ("pe", "math", "hash"))
        text = imports + "\n\n".join(texts[start : start + 100]) + "\n"
        (folder / "rules" / f"generated_{start:05}.yar").write_text(text)


if __name__ == "__main__":
    main()
