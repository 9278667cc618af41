"""Reads a hub's feed with pymisp and its bundle with misp-stix, and writes what they make of them: exchange.py STREAM_URL CREDENTIAL VALUES FOLDER.

The stream has so many indicators of one value each, in four markings. FOLDER then has pymisp.json (the feed's events as pymisp writes
them), stix-from-misp.json (those events as misp-stix writes them) and misp-from-stix.json (the bundle as misp-stix reads it).
"""

import collections
import json
import pathlib
import sys

import requests
import stix2
from misp_stix_converter import ExternalSTIX2toMISPParser, MISPtoSTIX21Parser
from pymisp import MISPEvent
from pymisp.tools import feed_meta_generator

TLP = {"tlp:clear", "tlp:green", "tlp:amber", "tlp:amber+strict"}


def tlp(tags):
    """The markings among tags."""
    return {tag.name for tag in tags if tag.name.startswith("tlp:")}


def feed(url, session, folder):
    """The feed's events, loaded by pymisp; its manifest and hashes are those that pymisp makes of them."""
    manifest = session.get(url + "misp/manifest.json").json()
    hashes = session.get(url + "misp/hashes.csv").text
    folder.mkdir()
    events = []
    for uuid in manifest:
        answer = session.get(f"{url}misp/{uuid}.json")
        answer.raise_for_status()
        (folder / f"{uuid}.json").write_bytes(answer.content)
        event = MISPEvent()
        event.load(answer.content)
        assert event.uuid == uuid and event.published
        for attribute in event.attributes:
            assert attribute.to_ids and tlp(attribute.tags) == tlp(event.tags), attribute
        events.append(event)
    feed_meta_generator(folder)
    theirs = json.loads((folder / "manifest.json").read_text())
    for uuid, head in manifest.items():
        for key in ("info", "date", "analysis", "threat_level_id", "timestamp"):
            assert str(head[key]) == str(theirs[uuid][key]), (key, head, theirs[uuid])
        assert head["Orgc"] == {key: theirs[uuid]["Orgc"][key] for key in head["Orgc"]}
        assert {tag["name"] for tag in head["Tag"]} == {tag["name"] for tag in theirs[uuid]["Tag"]}
    assert sorted(hashes.split()) == sorted((folder / "hashes.csv").read_text().split())
    assert set().union(*(tlp(event.tags) for event in events)) == TLP
    return events


def main(url, credential, count, folder):
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {credential}"
    events = feed(url, session, folder / "feed")
    assert sum(len(event.attributes) for event in events) == count
    (folder / "pymisp.json").write_text(json.dumps({"response": [json.loads(event.to_json()) for event in events]}))
    print(f"pymisp: {len(events)} events, {count} attributes")

    objects = {}
    for event in events:
        parser = MISPtoSTIX21Parser()
        parser.parse_misp_event(event)
        objects.update((each["id"], json.loads(each.serialize())) for each in parser.bundle.objects)
    bundle = {"type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000001", "objects": list(objects.values())}
    (folder / "stix-from-misp.json").write_text(json.dumps(bundle))
    print(f"misp-stix, to STIX: {len(objects)} objects")

    parser = ExternalSTIX2toMISPParser()
    answer = session.get(url + "views/stix")
    parser.load_stix_bundle(stix2.parse(answer.text, allow_custom=True))
    parser.parse_stix_bundle()
    event = parser.misp_event
    (folder / "misp-from-stix.json").write_text(event.to_json())
    values = event.attributes + [attribute for one in event.objects for attribute in one.attributes]
    marks = collections.Counter(mark for attribute in values for mark in tlp(attribute.tags) or {"none"})
    print(f"misp-stix, from STIX: {len(values)} values, {dict(marks)}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), pathlib.Path(sys.argv[4]))
