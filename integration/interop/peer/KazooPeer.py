"""kazoo as a peer of the tests: KazooPeer.py SERVERS SESSION_TIMEOUT_MS.

Obeys the lines on standard input until that ends (README.md), then closes its session. Kinds of locks: `plain`,
and `patterned`, which is told to count Curator's nodes too.
"""
import queue
import sys
import threading

from kazoo.client import KazooClient
from kazoo.exceptions import LockTimeout

answering = threading.Lock()


def answer(word, name, rest=""):
    with answering:
        print(" ".join(filter(None, (word, name, rest))), flush=True)


class Member(threading.Thread):
    """Runs the commands of one id one after another."""

    def __init__(self, client, name):
        super().__init__(daemon=True)
        self.client = client
        self.id = name
        self.commands = queue.Queue()
        self.lock = None
        self.start()

    def run(self):
        while True:
            command, *given = self.commands.get()
            try:
                answer(*getattr(self, command)(*given))
            except Exception as failed:  # whatever it is, the test has to learn it
                answer("error", self.id, repr(failed))

    def acquire(self, kind, path, timeout_ms=None):
        patterns = {"plain": [], "patterned": ["-lock-"]}[kind]
        lock = self.client.Lock(path, self.id, extra_lock_patterns=patterns)
        try:
            lock.acquire(timeout=None if timeout_ms is None else int(timeout_ms) / 1000)
        except LockTimeout:
            return "timeout", self.id
        self.lock = lock
        return "granted", self.id, path + "/" + lock.node

    def release(self):
        self.lock.release()
        self.lock = None
        return "released", self.id


def main(servers, timeout_ms):
    client = KazooClient(hosts=servers, timeout=int(timeout_ms) / 1000)
    client.start(timeout=30)
    answer("ready", "peer", str(client.client_id[0]))
    members = {}
    for line in sys.stdin:
        command, name, *given = line.split()
        if name not in members:
            members[name] = Member(client, name)
        members[name].commands.put([command] + given)
    client.stop()
    client.close()


main(*sys.argv[1:])
