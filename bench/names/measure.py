"""CPU time per answer, each server alone on one processor and the load on another, in turns."""

import os
import random
import shutil
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time

NAMES = int(os.environ.get("NAMES", "1000000"))
QUESTIONS = int(os.environ.get("QUESTIONS", "60000"))
TURNS = int(os.environ.get("TURNS", "5"))
WINDOW = 32
WORK, SILENT = "127.20.0.5", "127.30.0.5"


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        return udp.getsockname()[1]


def wire(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


def query(number, name):
    return struct.pack(">HHHHHH", number & 0xFFFF, 0x0100, 1, 0, 0, 1) + wire(name) + b"\0\1\0\1" + b"\0\0\x29\x04\xd0\0\0\0\0\0\0"


def upstream(port):
    """Everything is at 192.0.2.80, for an hour."""
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", port))
    while True:
        packet, peer = udp.recvfrom(4096)
        at = 12
        while packet[at]:
            at += 1 + packet[at]
        question = packet[12 : at + 5]
        kind = question[-4:-2]
        answer = b"\xc0\x0c\0\1\0\1\0\0\x0e\x10\0\4\xc0\0\2\x50" if kind == b"\0\1" else b""
        head = packet[:2] + b"\x81\x80" + struct.pack(">HHHH", 1, 1 if answer else 0, 0, 0)
        udp.sendto(head + question + answer, peer)


def cpu(pid):
    """Nanoseconds that all threads of a process were on a processor, from the scheduler."""
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/schedstat") as text:
            total += int(text.read().split()[0])
    return total


def load(packets, port, source):
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind((source, 0))
    udp.connect(("127.0.0.1", port))
    udp.settimeout(2)
    answered = 0
    for start in range(0, len(packets), WINDOW):
        part = packets[start : start + WINDOW]
        for packet in part:
            udp.send(packet)
        for _ in part:
            try:
                udp.recv(4096)
                answered += 1
            except OSError:
                # Nobody is there yet, or the answer was lost.
                time.sleep(0.01)
    return answered


def cost(server, packets, source):
    name, pid, port = server
    load(packets[: 2 * WINDOW], port, source)
    before = cpu(pid)
    answered = load(packets, port, source)
    spent = cpu(pid) - before
    if answered < len(packets) * 0.999:
        print(f"{name}: {answered} of {len(packets)} answered", file=sys.stderr)
    return spent / max(answered, 1) / 1000


def memory(pid):
    with open(f"/proc/{pid}/status") as text:
        return {line.split(":")[0]: line.split(":")[1].strip() for line in text if line.startswith(("VmRSS", "RssAnon", "RssFile", "VmHWM"))}


def main():
    folder = tempfile.mkdtemp(prefix="vauban-names-")
    rng = random.Random(7)
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    blocked = [f"{''.join(rng.choices(letters, k=rng.randint(6, 18)))}-{number}.example{number % 97}.test" for number in range(NAMES)]
    with open(f"{folder}/list.txt", "w") as text:
        text.write("\n".join(blocked) + "\n")
    some = blocked if NAMES <= 100_000 else rng.sample(blocked, 100_000)
    known = [f"host-{number}.remembered.test" for number in range(2000)]
    above, ours, theirs, bare, http = (free_port() for _ in range(5))
    threading.Thread(target=upstream, args=(above,), daemon=True).start()
    with open(f"{folder}/vauban.toml", "w") as text:
        text.write(
            f'[guard]\nhttp = "127.0.0.1:{http}"\n[dns]\nlisten = ["127.0.0.1:{ours}"]\nupstream = ["udp://127.0.0.1:{above}"]\n'
            f'validate = false\n[[list]]\nname = "names"\nfrom = "{folder}/list.txt"\n'
            '[compartment.work]\nnetworks = ["127.20.0.0/16"]\nlogging = "blocked"\nnever = ["private-messaging", "personal-mail", "encrypted-dns", "anonymiser"]\n'
            '[compartment.private]\nnetworks = ["127.30.0.0/16"]\n'
        )
    with open(f"{folder}/unbound.conf", "w") as text:
        text.write(
            f'server:\n interface: 127.0.0.1@{theirs}\n access-control: 127.0.0.0/8 allow\n num-threads: 1\n username: ""\n chroot: ""\n directory: "{folder}"\n'
            f' pidfile: "{folder}/unbound.pid"\n use-syslog: no\n logfile: ""\n verbosity: 0\n module-config: "iterator"\n do-not-query-localhost: no\n do-ip6: no\n ip-ratelimit: 0\n'
        )
        text.writelines(f' local-zone: "{name}." always_nxdomain\n' for name in some)
        text.write(f'forward-zone:\n name: "."\n forward-addr: 127.0.0.1@{above}\nremote-control:\n control-enable: no\n')
    on_first = ["taskset", "-c", "0"]
    os.sched_setaffinity(0, {1})
    program = os.path.abspath("target/release/vauban")
    environment = {**os.environ, "VAUBAN_STATE": f"{folder}/state"}
    log = open(f"{folder}/log", "w")
    subprocess.run([program, "list", "fetch", "--config", f"{folder}/vauban.toml"], env=environment, check=True)
    running = [
        ("bare responder", subprocess.Popen([*on_first, "target/release/examples/bare_responder", f"127.0.0.1:{bare}"]), bare),
        ("vauban", subprocess.Popen([*on_first, program, "guard", "--no-starter", "--config", f"{folder}/vauban.toml"], env=environment, stderr=log), ours),
    ]
    if shutil.which("unbound"):
        running.append(("unbound", subprocess.Popen([*on_first, "unbound", "-d", "-c", f"{folder}/unbound.conf"], stderr=log), theirs))
    servers = [(name, process.pid, port) for name, process, port in running]
    try:
        deadline = time.time() + 60
        for name, _, port in servers:
            while time.time() < deadline and not load([query(1, known[0])], port, WORK):
                time.sleep(0.2)
        asked = {
            "blocked": [query(number, rng.choice(some)) for number in range(QUESTIONS)],
            "remembered": [query(number, known[number % len(known)]) for number in range(QUESTIONS)],
        }
        for server in servers:
            load(asked["remembered"][: len(known)], server[2], WORK)
            load(asked["remembered"][: len(known)], server[2], SILENT)
        figures = {}
        for _ in range(TURNS):
            for what, packets in asked.items():
                for server in servers:
                    figures.setdefault((what, server[0]), []).append(cost(server, packets, SILENT))
                    if server[0] == "vauban" and what == "blocked":
                        figures.setdefault(("blocked and written down", "vauban"), []).append(cost(server, packets, WORK))
        print(f"{NAMES} names, {QUESTIONS} questions, {TURNS} turns; microseconds of CPU an answer (median), and times the bare responder")
        base = {what: statistics.median(figures[(what, "bare responder")]) for what in asked}
        for (what, name), values in figures.items():
            middle = statistics.median(values)
            print(f"  {what:26} {name:16} {middle:6.2f}   {middle / base.get(what, base['blocked']):5.2f}")
        for name, pid, _ in servers:
            print(f"  memory of {name}: {memory(pid)}")
    finally:
        for _, process, _ in running:
            process.terminate()
        for _, process, _ in running:
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


main()
