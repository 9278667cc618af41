#!/usr/bin/env python3
"""What libpff finds in a mailbox of Outlook, as JSON: `list.py FILE`. The peer of the test `outlook` of crates/observe."""
import json
import sys

import pypff

found = {"messages": 0, "subjects": [], "attachments": []}


def walk(folder):
    for message in folder.sub_messages:
        found["messages"] += 1
        if message.subject:
            found["subjects"].append(message.subject)
        for number in range(message.number_of_attachments):
            attachment = message.get_attachment(number)
            try:
                size = attachment.get_size()
            except OSError:
                continue  # A message, or a link: not bytes.
            if size:
                found["attachments"].append(size)
    for inner in folder.sub_folders:
        walk(inner)


mailbox = pypff.file()
mailbox.open(sys.argv[1])
walk(mailbox.root_folder)
json.dump(found, sys.stdout)
