"""A runner's process: the turns that it takes with us, and what it costs, seen from outside: alike for all."""
import json
import re
import subprocess
import threading
import time
from dataclasses import dataclass


class RunFailed(Exception):
    pass


@dataclass(frozen=True)
class Costs:
    """Of some processes since they began."""

    cpu_seconds: float
    peak_kib: int
    bytes_sent: int
    bytes_received: int
    connections: frozenset  # local ports
    requests: int


class Runner:
    """One process; it has `limit` seconds for all it does, then it is killed."""

    def __init__(self, program, verb, options, limit, errors):
        arguments = [word for name, value in options.items() for word in ("--" + name, str(value))]
        self.name = program.name
        self.errors = errors
        with open(errors, "a", encoding="utf-8") as file:
            self.process = subprocess.Popen(
                [str(program), verb, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=file,
                text=True,
            )
        self.alarm = threading.Timer(limit, self.process.kill)
        self.alarm.daemon = True
        self.alarm.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.alarm.cancel()
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def line(self):
        text = self.process.stdout.readline()
        if not text:
            raise RunFailed(f"{self.name} has ended ({self.process.wait()}), see {self.errors}")
        return text

    def expect(self, word):
        said = self.line().strip()
        if said != word:
            raise RunFailed(f"{self.name} said '{said}', not '{word}'")

    def go_on(self):
        self.process.stdin.write("go\n")
        self.process.stdin.flush()

    def finish(self):
        """What it measured; the process ends by itself."""
        told = json.loads(self.line())
        self.process.wait()
        return told


def costs(runners, servers):
    pids = [one.process.pid for one in runners]
    sent, received, connections = _wire(servers.port)
    return Costs(
        cpu_seconds=sum(map(_cpu_seconds, pids)),
        peak_kib=sum(map(_peak_kib, pids)),
        bytes_sent=sent,
        bytes_received=received,
        connections=connections,
        requests=servers.requests(),
    )


def _cpu_seconds(pid):
    return time.clock_gettime((~pid << 3) | 2)  # as clock_getcpuclockid(3); of threads that have ended, too


def _peak_kib(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as status:
        return int(re.search(r"VmHWM:\s+(\d+)", status.read())[1])


def _wire(port):
    """The kernel's count for all connections to the servers: payload sent and received, and the local ports."""
    command = ["ss", "-tinH", f"dport = :{port}"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def total(name):
        return sum(map(int, re.findall(rf"\b{name}:(\d+)", shown)))

    ports = frozenset(re.findall(rf":(\d+)\s+\S+:{port}\s", shown))
    return total("bytes_sent") - total("bytes_retrans"), total("bytes_received"), ports
