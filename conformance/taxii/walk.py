"""Walks every call of a TAXII 2.1 server with taxii2-client: walk.py DISCOVERY_URL OBJECTS.

The server is that of crates/taxii/examples/serve.rs, or a hub's front with the same: a collection of so many objects, the first in
three versions, that may be read, and an empty one that may be written.
"""

import sys

import requests
from taxii2client.v21 import Server, as_pages

READ, WRITE = "52892447-4d7e-4f70-b94d-d7f22742ff63", "365fed99-08fa-4dcd-a1b3-fb247eb41d01"
FIRST = "indicator--00000000-0000-4000-8000-000000000000"
OTHER = "malware--00000000-0000-4000-8000-000000000001"


def refused(status, call, *arguments, **filters):
    """The call is refused with this status."""
    try:
        call(*arguments, **filters)
    except requests.HTTPError as error:
        assert error.response.status_code == status, (status, error.response.text)
        assert error.response.json()["http_status"] == str(status)
    else:
        raise AssertionError(f"not refused with {status}")


def main(url, count):
    server = Server(url, user="admin", password="Password0")
    assert server.title
    root = server.default
    assert root.title and root.max_content_length >= 8 << 20
    assert [root.url for root in server.api_roots] == [root.url]
    read, write = ({collection.id: collection for collection in root.collections}[name] for name in (READ, WRITE))
    assert read.can_read and not read.can_write and write.can_write
    read.refresh()
    print("discovery, API root, collections, collection")

    pages = list(as_pages(read.get_objects, per_request=7))
    names = [each["name"] for page in pages for each in page["objects"]]
    assert names == [f"number {number}" for number in range(2, count + 2)], names
    records = [record for page in as_pages(read.get_manifest, per_request=9) for record in page["objects"]]
    assert len(records) == count and records[0]["id"] == FIRST
    after = records[9]["date_added"]
    later = [record for page in as_pages(read.get_manifest, per_request=9, added_after=after) for record in page["objects"]]
    assert later == records[10:]
    print("objects, manifest, pages, added_after")

    versions = read.object_versions(FIRST)["versions"]
    assert len(versions) == 3 and versions == sorted(versions, reverse=True)
    assert len(read.get_object(FIRST)["objects"]) == 1
    assert len(read.get_object(FIRST, version="all")["objects"]) == 3
    assert len(read.get_object(FIRST, version=["first", "last"])["objects"]) == 2
    assert read.get_object(FIRST, version=versions[1])["objects"][0]["modified"] == versions[1]
    assert read.get_objects(id=[FIRST, OTHER], type="indicator", spec_version="2.1")["objects"][0]["id"] == FIRST
    assert read.get_objects(type="malware") == {}
    print("object, versions, every match")

    envelope = {"objects": [{"type": "malware", "spec_version": "2.1", "id": OTHER, "created": "2016-01-01T00:00:00.000Z",
                             "modified": "2016-01-01T00:00:00.000Z", "name": "é", "is_family": False}]}
    status = write.add_objects(envelope, wait_for_completion=True)
    assert status.status == "complete" and status.success_count == status.total_count == 1
    assert root.get_status(status.id).successes[0]["id"] == OTHER
    assert write.get_object(OTHER)["objects"] == envelope["objects"]
    write.delete_object(OTHER)
    print("add, status, delete")

    refused(404, write.get_object, OTHER)
    refused(404, write.delete_object, OTHER)
    refused(400, read.get_objects, limit=-20)
    refused(400, read.get_objects, next="none")
    refused(400, read.get_objects, version="newest")
    strange = requests.get(root.url + "collections/", auth=("admin", "wrong"))
    assert strange.status_code == 401 and "Basic" in strange.headers["WWW-Authenticate"]
    head = requests.head(root.url, auth=("admin", "Password0"), headers={"Accept": "application/taxii+json;version=2.1"})
    assert head.status_code == 200 and not head.content and int(head.headers["Content-Length"]) > 0
    print("refusals")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
