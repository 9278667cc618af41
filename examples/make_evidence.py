#!/usr/bin/env python3
"""Makes examples/evidence: a small case of a made-up campaign office, safe to open, without malware.

The same script writes the same bytes every time with the same zlib. People, offices and machines are invented (names under .example,
documentation addresses); the attacker's domains and addresses are published facts of the starter set.
"""

import base64
import gzip
import io
import pathlib
import quopri
import sqlite3
import struct
import zipfile

from cfb import vba_project

EVIDENCE = pathlib.Path(__file__).parent / "evidence"


def main() -> None:
    write("mailbox.mbox", mailbox())
    write("Documents/invoice.zip", archive({"Facture_2017-041.docm": document()}))
    write("Documents/minutes-board.zip", locked_archive("minutes-board-2017-04-03.odt"))
    write("proxy/access.log.gz", gzip.compress(proxy_log().encode(), mtime=0))
    write("browser/History", history())
    write("notes/todo.txt", TODO.encode())


def write(path: str, content: bytes) -> None:
    target = EVIDENCE / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


# The mailbox: five messages, two of them not what they seem.

def mailbox() -> bytes:
    messages = [
        ("claire@valmont2017.example", "Mon Apr  3 08:12:40 2017", plain(
            "Claire Aubry <claire@valmont2017.example>", "Mon, 03 Apr 2017 08:12:40 +0200",
            "Réunion de mardi", "Bonjour à tous,\n\nla réunion de mardi est à 9 h, salle du fond. Ordre du jour : "
            "le tractage de samedi, les salles, le budget.\nLe site à jour : https://www.valmont2017.example/agenda\n\nClaire\n")),
        ("no-reply@security-notice.example", "Mon Apr  3 09:47:02 2017", alert()),
        ("imprimerie@dupont-print.example", "Tue Apr  4 11:02:10 2017", plain(
            "Imprimerie Dupont <imprimerie@dupont-print.example>", "Tue, 04 Apr 2017 11:02:10 +0200",
            "Devis affiches", "Madame,\n\nle devis pour 5 000 affiches est de 812 euros hors taxes.\n"
            "Vos fichiers : https://files.dupont-print.example/q/4471\n\nSalutations\n")),
        ("support@valmont2017-mail.example", "Wed Apr  5 18:20:33 2017", full_mailbox()),
        ("marc@valmont2017.example", "Thu Apr  6 07:55:01 2017", plain(
            "Marc Lenoir <marc@valmont2017.example>", "Thu, 06 Apr 2017 07:55:01 +0200",
            "Re: Réunion de mardi", "Merci. J'ai changé mon mot de passe comme demandé lundi. Le train a du retard, je serai là à 9 h 15.\n\nMarc\n")),
    ]
    return b"".join(f"From {sender} {when}\n".encode() + message + b"\n" for sender, when, message in messages)


def plain(sender: str, date: str, subject: str, text: str) -> bytes:
    return headers(sender, date, subject, "text/plain; charset=utf-8", "quoted-printable") + quopri.encodestring(text.encode())


def headers(sender: str, date: str, subject: str, kind: str, encoding: str = "7bit") -> bytes:
    word = base64.b64encode(subject.encode()).decode()
    number = sum(date.encode() + sender.encode())
    return (
        f"From: {sender}\nTo: Marc Lenoir <marc@valmont2017.example>\nSubject: =?utf-8?B?{word}?=\nDate: {date}\n"
        f"Message-ID: <{number}.{len(subject)}@valmont2017.example>\nMIME-Version: 1.0\n"
        f"Content-Type: {kind}\nContent-Transfer-Encoding: {encoding}\n\n"
    ).encode()


def alert() -> bytes:
    """A security alert in the manner of 2016: the button leads to a shortener, the page behind it is not the provider's."""
    html = (
        "<html><body><h2>Someone has your password</h2><p>Hi Marc</p><p>Someone just used your password to try to sign in "
        "to your account.</p><p>Monday, 3 April, 9:31<br>IP Address: 203.0.113.77</p><p>We stopped this sign-in attempt. "
        "You should change your password immediately.</p>"
        '<p><a href="https://bit.ly/vauban-example">CHANGE PASSWORD</a></p>'
        '<!-- preview: http://myaccount.google.com-securitysettingpage.tk/security/signinoptions/password?e=bWFyYw -->'
        "<p>Best,<br>The Mail Team</p></body></html>\n"
    )
    body = base64.encodebytes(html.encode())
    head = headers('"Mail Security" <no-reply@security-notice.example>', "Mon, 03 Apr 2017 09:47:02 +0200",
                   "Someone has your password", "text/html; charset=utf-8", "base64")
    return head + body


def full_mailbox() -> bytes:
    """In French, quoted-printable, so that the soft line break cuts the name in two."""
    text = (
        "Bonjour,\n\nvotre boîte est pleine à 98 %. Les nouveaux messages seront refusés à partir de demain.\n"
        "Pour garder votre adresse, connectez-vous avant ce soir : https://login.portal-office.fr/valmont/session\n\nLe service informatique\n"
    )
    return plain("Service informatique <support@valmont2017-mail.example>", "Wed, 05 Apr 2017 18:20:33 +0200",
                 "Votre boîte est pleine", text)


# The documents.

def document() -> bytes:
    """A document with a macro that does nothing; its text names the address from which such macros fetched their tool."""
    macro = (
        'Attribute VB_Name = "Module1"\n'
        "' Example made for Vauban. This macro does nothing at all.\n"
        "Sub ShowNotice()\n"
        '    Const Address = "https://microsoftsupp.com/update/office.dat"\n'
        '    MsgBox "Example document"\n'
        "End Sub\n"
    )
    types = (
        '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>'
        '<Override PartName="/word/document.xml" ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>'
    )
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relationships = '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
    text = (
        '<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        "<w:body><w:p><w:r><w:t>Facture 2017-041. Activez les macros pour afficher le détail.</w:t></w:r></w:p></w:body></w:document>"
    )
    return archive({
        "[Content_Types].xml": types.encode(),
        "_rels/.rels": relationships.format(f'<Relationship Id="rId1" Type="{office}/officeDocument" Target="word/document.xml"/>').encode(),
        "word/document.xml": text.encode(),
        "word/_rels/document.xml.rels": relationships.format(
            '<Relationship Id="rId1" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" Target="vbaProject.bin"/>').encode(),
        "word/vbaProject.bin": vba_project("Module1", macro),
    })


def archive(members: dict) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, (2017, 4, 4, 10, 0, 0))
            info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
            target.writestr(info, content)
    return out.getvalue()


def locked_archive(name: str) -> bytes:
    """What a password-protected archive looks like from outside: a member with the flag of encryption and bytes that
    no password opens, because there is nothing behind them."""
    body = bytes((at * 167 + 41) % 251 for at in range(3000))
    raw = name.encode()
    common = struct.pack("<HHHHHIIIHH", 20, 1, 0, 0x5000, 0x4A83, 0x5EED5EED, len(body), len(body) - 12, len(raw), 0)
    local = b"PK\x03\x04" + common + raw + body
    central = b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, 0) + raw
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)
    return local + central + end


# The office's proxy: three machines, one of which talks to an address it should not know.

def proxy_log() -> str:
    sites = ["www.valmont2017.example", "meteo.example", "news.example", "files.dupont-print.example", "maps.example"]
    lines = []
    start = 1491202800
    for at in range(400):
        machine = f"192.0.2.{51 + at % 3}"
        site = sites[(at * 7 + at // 5) % len(sites)]
        lines.append((start + at * 61, machine, f"TCP_MISS/200 {800 + at * 13 % 4000} GET http://{site}/page/{at} - HIER_DIRECT/198.51.100.{10 + at % 5} text/html"))
    lines.append((1491205925, "192.0.2.52", "TCP_MISS/302 412 GET http://r.news.example/go?u=http%3A%2F%2Faccoounts-google.com%2Fsignin%3Fu%3Dmarc - HIER_DIRECT/198.51.100.12 text/html"))
    for at in range(4):
        lines.append((1491216300 + at * 900, "192.0.2.52", f"TCP_TUNNEL/200 {3900 + at * 17} CONNECT 45.32.129.185:443 - HIER_DIRECT/45.32.129.185 -"))
    lines.sort()
    return "".join(f"{when}.000    120 {machine} {rest}\n" for when, machine, rest in lines)


# The browser of the machine 192.0.2.52, in Chromium's schema.

def history() -> bytes:
    path = EVIDENCE / "browser" / "History"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    database = sqlite3.connect(path)
    database.executescript("""
        PRAGMA page_size = 4096;
        CREATE TABLE meta(key LONGVARCHAR NOT NULL UNIQUE PRIMARY KEY, value LONGVARCHAR);
        CREATE TABLE urls(id INTEGER PRIMARY KEY AUTOINCREMENT, url LONGVARCHAR, title LONGVARCHAR, visit_count INTEGER DEFAULT 0 NOT NULL,
            typed_count INTEGER DEFAULT 0 NOT NULL, last_visit_time INTEGER NOT NULL, hidden INTEGER DEFAULT 0 NOT NULL);
        CREATE TABLE visits(id INTEGER PRIMARY KEY, url INTEGER NOT NULL, visit_time INTEGER NOT NULL, from_visit INTEGER,
            transition INTEGER DEFAULT 0 NOT NULL, segment_id INTEGER, visit_duration INTEGER DEFAULT 0 NOT NULL);
        INSERT INTO meta VALUES('version', '32'), ('last_compatible_version', '16');
    """)
    visits = [
        (1491204000, "https://www.valmont2017.example/agenda", "Agenda"),
        (1491205800, "https://webmail.valmont2017.example/inbox", "Boîte de réception"),
        (1491205926, "http://accoounts-google.com/signin?u=marc", "Sign in"),
        (1491206100, "https://news.example/regional", "Actualité"),
        (1491292800, "https://files.dupont-print.example/q/4471", "Devis"),
    ]
    for number, (when, url, title) in enumerate(visits, 1):
        since_1601 = (when + 11_644_473_600) * 1_000_000
        database.execute("INSERT INTO urls VALUES(?, ?, ?, 1, 0, ?, 0)", (number, url, title, since_1601))
        database.execute("INSERT INTO visits VALUES(?, ?, ?, 0, 805306368, 0, 0)", (number, number, since_1601))
    database.commit()
    database.execute("VACUUM")
    database.close()
    content = bytearray(path.read_bytes())
    # The last field of the header names the library that wrote the file: fixed, so that all machines write the same.
    content[96:100] = struct.pack(">I", 3_040_000)
    return bytes(content)


TODO = """À faire

- tracts : relire avant jeudi
- salle du 11 avril : rappeler la mairie
- demander à l'hébergeur les certificats de www.valmont2017.example
- changer le mot de passe du wifi
"""

if __name__ == "__main__":
    main()
