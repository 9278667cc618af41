#!/usr/bin/env python3
"""What blind look-ups cost, beside openmined_psi (private set intersection over P-256, no proof).

usage: compare.py [COSTS]      COSTS is the program of examples/costs.rs, built if not given

ELEMENTS, LOOKUPS and TURNS in the environment change the size. Needs openmined_psi 2.0.6 (PyPI). Everything is CPU time of one
thread; the programs take turns, so that what else the machine does meets both. Prints a table in Markdown (beside a ratio, what
eight of ten turns lie between) and exits with 1 if a target is missed.
"""
import os
import statistics
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

try:
    import private_set_intersection.python as psi
except ImportError:
    sys.exit("this bench needs openmined_psi (python3 -m pip install openmined_psi==2.0.6)")

ROOT = Path(__file__).resolve().parents[2]
ELEMENTS = int(os.environ.get("ELEMENTS", 2_048))
LOOKUPS = int(os.environ.get("LOOKUPS", 100_000))
TURNS = int(os.environ.get("TURNS", 25))
BATCH = 1024


def program():
    if len(sys.argv) > 1:
        return sys.argv[1]
    subprocess.run(
        ["cargo", "build", "--release", "--quiet", "--package", "vauban-blind", "--example", "costs"], cwd=ROOT, check=True
    )
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    return str(target / "release/examples/costs")


def ours(costs, *arguments):
    out = subprocess.run([costs, *map(str, arguments)], check=True, capture_output=True, text=True).stdout
    return {key: float(value) for key, value in map(str.split, out.splitlines())}


def cpu(call):
    begun = time.process_time()
    result = call()
    return result, time.process_time() - begun


def theirs(items):
    """Microseconds of CPU for each element: the server's evaluation, and the client's whole work but the comparison."""
    client, server = psi.client.CreateWithNewKey(True), psi.server.CreateWithNewKey(True)
    request, asking = cpu(lambda: client.CreateRequest(items))
    response, evaluating = cpu(lambda: server.ProcessRequest(request))
    setup = server.CreateSetupMessage(0.001, len(items), items[:1], psi.DataStructure.GCS)
    _, finishing = cpu(lambda: client.GetIntersection(setup, response))
    scale = 1e6 / len(items)
    return evaluating * scale, (asking + finishing) * scale


def main():
    costs = program()
    batches = max(1, ELEMENTS // BATCH)
    items = [f"seen-{number}.example" for number in range(batches * BATCH)]
    rows = []
    for _ in range(TURNS):
        evaluated = ours(costs, "evaluate", batches)
        rows.append((evaluated["evaluate_us"], evaluated["evaluate_with_proof_us"], *theirs(items)))
    without, proven, peer, peer_party = map(statistics.median, zip(*rows))
    # Ratios are taken in each turn and then their median, so that a slow moment of the machine meets both sides.
    speeds = sorted(row[2] / row[0] for row in rows)
    times = sorted(row[1] / row[2] for row in rows)
    speed, slower = statistics.median(speeds), statistics.median(times)
    middle = lambda ratios: f"{ratios[len(ratios) // 10]:.2f} to {ratios[-1 - len(ratios) // 10]:.2f}"
    party = ours(costs, "look-up", LOOKUPS)

    print(f"# {batches * BATCH:,} elements, median of {TURNS} turns, load {os.getloadavg()[0]:.1f}, openmined_psi {version('openmined_psi')}\n")
    print("| CPU µs an element | vauban | openmined_psi | ratio | target |\n|---|--:|--:|--:|--:|")
    print(f"| evaluated, no proof | {without:.1f} | {peer:.1f} | {speed:.2f} times as fast ({middle(speeds)}) | at least 1.5 |")
    print(f"| evaluated, with its proof | {proven:.1f} | {peer:.1f}, without | {slower:.2f} of the time ({middle(times)}) | at most 1.25 |")
    print(f"| the asking party, proof checked | {party['party_us']:.1f} | {peer_party:.1f}, unchecked | {party['party_us'] / peer_party:.2f} of the time | |")
    print(f"\n{LOOKUPS:,} look-ups cost the party {party['party_cpu_s']:.1f} CPU s (target: at most 30 for 100,000):\n")
    for key in ("ask_cpu_s", "finalise_cpu_s", "look_cpu_s", "table_cpu_s", "table_mib"):
        print(f"    {key} {party[key]:g}")
    sys.exit(0 if speed >= 1.5 and slower <= 1.25 and party["party_cpu_s"] <= 30 * LOOKUPS / 100_000 else 1)


if __name__ == "__main__":
    main()
