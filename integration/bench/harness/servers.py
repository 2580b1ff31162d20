"""Real ZooKeeper servers for one setup (scripts/zookeeper), and what they say of themselves."""
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
# As servers are run in earnest, unlike those of the tests: all of the compiler, memory for the longest queues.
JVM = "-Xmx2g -XX:TieredStopAtLevel=4"
PLACES = {"ram": "/dev/shm", "disk": "/var/tmp"}


class Servers:
    """`setup` is like "3-disk": so many servers, with their data there; every write is synced. They end with
    this object, by their process ids."""

    def __init__(self, setup):
        count, place = setup.split("-")
        self.directory = tempfile.mkdtemp(prefix="paddock-bench-", dir=PLACES[place])
        try:
            self.addresses = self._script("start", "--servers", count).split(",")
            # All clients go to one server, the same for every runner: not the leader, if there is another.
            states = [one["zk_server_state"] for one in self.figures()]
            self.connection = min(zip((one == "leader" for one in states), self.addresses))[1]
        except BaseException:
            self.stop()
            raise
        self.port = int(self.connection.rsplit(":", 1)[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self._script("stop")
        shutil.rmtree(self.directory, ignore_errors=True)

    def _script(self, *arguments):
        command = [str(ROOT / "scripts/zookeeper"), *arguments, "--dir", self.directory + "/zk"]
        environment = {**os.environ, "PADDOCK_ZK_JVM": JVM}
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr}")
        return done.stdout.strip()

    def figures(self):
        """The command mntr, of each server."""
        return [dict(re.findall(r"^(\w+)\t(.*)$", _mntr(one), re.MULTILINE)) for one in self.addresses]

    def requests(self):
        """What all servers have received from clients so far."""
        return sum(int(one["zk_packets_received"]) for one in self.figures())

    def await_queue(self, waiters, limit):
        """Until so many wait behind a holder: each has its node and its watch, on whatever server."""
        end = time.monotonic() + limit
        while time.monotonic() < end:
            now = self.figures()
            nodes = min(int(one["zk_ephemerals_count"]) for one in now)
            if nodes == waiters + 1 and sum(int(one["zk_watch_count"]) for one in now) >= waiters:
                return
            time.sleep(0.05)
        raise RuntimeError(f"not all of {waiters} waiters queued up in {limit:.0f} s")


def _mntr(address):
    host, port = address.rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(b"mntr")
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    return answer.decode()
