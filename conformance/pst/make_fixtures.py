#!/usr/bin/env python3
"""Makes the fixtures of the reader of Outlook's mailboxes: `make_fixtures.py FOLDER`. All names are documentation."""

import io
import sys
import zipfile
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples"))
import cfb  # noqa: E402
import pst  # noqa: E402

INBOX = 0x8082
SENT = 131028500700000000


def zipped() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("invoice.txt"), "http://zipped-link.example/pay\r\n" * 40)
    return held.getvalue()


def mailbox(store: pst.Store, long: int = 5000) -> bytes:
    """One mailbox with a message of every sort."""
    store.folder(0x8022, 0x122, "Top of Outlook data file")
    page = bytes.fromhex("020000000100000001000000") + bytes(28) + "http://home-page.example/".encode("utf-16-le")
    store.folder(INBOX, 0x8022, "Inbox", [(0x36DF, pst.BINARY, page)])
    store.message(INBOX, {
        "subject": "\x01\x05Re: Invoice", "text": "See http://body-link.example/a", "sent": SENT, "from": "a@sender.example",
        "headers": "Received: from mail.hop.example ([198.51.100.7])\r\nSubject: Invoice\r\n\r\n",
        "html": b'<p>See <a href="http://html-link.example/b">this</a></p>',
        "recipients": [("Camille", "camille@recipient.example"), ("Dominique", "dominique@recipient.example")],
        "attachments": [{"name": "invoice.zip", "type": "application/zip", "data": zipped()}],
    })
    store.message(INBOX, {"subject": "long", "text": "x" * long + " http://long-body.example/ "})
    store.message(INBOX, {
        "subject": "forwarded",
        "attachments": [
            {"name": "original", "message": {
                "subject": "original", "text": "http://inner-message.example/", "sent": SENT,
                "recipients": [("Erin", "erin@inner.example")],
                "attachments": [{"name": "note.txt", "data": b"http://inner-file.example/"}]}},
            {"name": "object", "object": cfb.compound({"text": b"http://in-an-object.example/"}, {})},
        ],
    })
    store.message(INBOX, {"subject": "several", "properties": [(0x8001, pst.TEXTS, ["http://first-of-two.example/", "http://second-of-two.example/"])]})
    store.message(INBOX, {"subject": "rule", "text": "http://hidden-rule.example/"}, hidden=True)
    store.message(0x9002, {"subject": "orphan", "text": "http://lost-folder.example/"})
    return store.finish()


def damaged() -> bytes:
    """A block with a wrong byte, one that is missing, and a page of the tree of nodes that is no page."""
    store = pst.Store(pst.UNICODE)
    store.folder(INBOX, 0x122, "Inbox")
    doubtful = store.message(INBOX, {"subject": "doubtful", "text": "http://doubtful-block.example/"})
    gone = store.message(INBOX, {"subject": "gone", "text": "http://gone.example/"})
    for index in range(40):
        store.message(INBOX, {"subject": f"message {index}"})
    last = max(store.nodes)
    data = bytearray(store.finish())
    at = data.index("doubtful-block".encode("utf-16-le"))
    data[at : at + 2] = "D".encode("utf-16-le")
    place, stored, _ = store.blocks[store.nodes[gone][0]]
    end = place + -(-(stored + 16) // 64) * 64
    data[end - 8 : end] = bytes(8)
    entry = data.index(last.to_bytes(8, "little") + store.nodes[last][0].to_bytes(8, "little"))
    page = entry // 512 * 512
    data[page + 496 : page + 498] = b"\0\0"
    return bytes(data)


def main():
    folder = Path(sys.argv[1])
    write = lambda name, data: (folder / name).write_bytes(data)
    write("ansi.pst", mailbox(pst.Store(pst.ANSI, pst.PERMUTE)))
    write("unicode.pst", mailbox(pst.Store(pst.UNICODE, pst.PERMUTE)))
    write("cyclic.pst", mailbox(pst.Store(pst.UNICODE, pst.CYCLIC)))
    write("large.ost", mailbox(pst.Store(pst.LARGE, pst.PERMUTE, client=b"SO"), 100_000))
    # Values in many small blocks, trees of every depth.
    write("deep.pst", mailbox(pst.Store(pst.UNICODE, most=800, fan=8), 6000))
    write("damaged.pst", damaged())


main()
