"""kazoo as a runner of the benchmark: kazoo_bench.py VERB --option value... (runner/arguments.hpp).

It has no lock over several nodes at once, and its read-write lock deadlocks: scenarios with those leave it out.
"""
import argparse
import atexit
import json
import sys
import threading
import time

from kazoo.client import KazooClient

PERMITS = 4


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("verb", choices=VERBS)
    parser.add_argument("--servers", required=True)
    parser.add_argument("--path", required=True)
    parser.add_argument("--claim", default="mutex", choices=["mutex", "semaphore"])
    for name in ("threads", "locks", "waiters", "clients", "repeat"):
        parser.add_argument("--" + name, type=int, default=1)
    parser.add_argument("--operations", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--warmup", type=float, default=0)
    parser.add_argument("--session-ms", type=int, default=10000)
    return parser.parse_args()


def connect(given, count):
    clients = [KazooClient(hosts=given.servers, timeout=given.session_ms / 1000) for _ in range(count)]
    for client in clients:
        client.start(timeout=30)
        atexit.register(client.stop)
    return clients


# A runner and the harness take turns (runner/protocol.hpp).
def say(word):
    print(word, flush=True)


def await_line():
    if not sys.stdin.readline():
        sys.exit("the harness has ended")


def ready():
    say("ready")
    await_line()


def report(operations, seconds, latencies):
    say("done")
    await_line()
    tell(operations, seconds, latencies)


def tell(operations, seconds, latencies):
    told = {"operations": operations, "seconds": seconds, "latencies_us": [one * 1e6 for one in latencies]}
    print(json.dumps(told), flush=True)


def repeat(seconds, most, operation):
    """The latencies that `operation` returns."""
    latencies = []
    end = time.monotonic() + seconds
    while len(latencies) < most if most else time.monotonic() < end:
        latencies.append(operation())
    return latencies


def measure(given, operation):
    repeat(given.warmup, 0, operation)
    ready()
    begin = time.monotonic()
    latencies = repeat(given.seconds, 0, operation)
    report(len(latencies), time.monotonic() - begin, latencies)


def cycle(given):
    (client,) = connect(given, 1)

    def claim(thread):
        path = f"{given.path}/{thread % given.locks}"
        return client.Semaphore(path, max_leases=PERMITS) if given.claim == "semaphore" else client.Lock(path)

    def once(lock):
        begin = time.monotonic()
        lock.acquire()
        taken = time.monotonic() - begin
        lock.release()
        return taken

    def run(seconds, most):
        latencies = []

        def work(lock):
            latencies.extend(repeat(seconds, most, lambda: once(lock)))

        threads = [threading.Thread(target=work, args=(lock,)) for lock in locks]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return latencies

    locks = [claim(thread) for thread in range(given.threads)]
    run(given.warmup, 0)
    ready()
    begin = time.monotonic()
    latencies = run(given.seconds, given.operations)
    report(len(latencies), time.monotonic() - begin, latencies)


class Queue:
    """A queue behind one holder."""

    def __init__(self, clients, path, waiters):
        self.grants = []
        self.holder = clients[0].Lock(path)
        self.holder.acquire()
        locks = [clients[i % len(clients)].Lock(path) for i in range(waiters)]
        self.threads = [threading.Thread(target=self.wait_for_turn, args=(lock,), daemon=True) for lock in locks]
        for thread in self.threads:
            thread.start()

    def wait_for_turn(self, lock):
        lock.acquire()
        self.grants.append(time.monotonic())
        lock.release()

    def drain(self):
        last = begin = time.monotonic()
        self.holder.release()
        for thread in self.threads:
            thread.join()
        latencies = []
        for moment in self.grants:
            latencies.append(moment - last)
            last = moment
        return len(latencies), last - begin, latencies


def drain(given):
    clients = connect(given, given.clients)
    warm = time.monotonic() + given.warmup
    while time.monotonic() < warm:
        Queue(clients, given.path + "/warm", min(given.waiters, 200)).drain()
    operations, seconds, latencies = 0, 0, []
    for _ in range(given.repeat):
        one = Queue(clients, given.path + "/lock", given.waiters)
        ready()  # the harness waits until all are in the queue
        drained = one.drain()
        operations, seconds, latencies = operations + drained[0], seconds + drained[1], latencies + drained[2]
        say("done")
        await_line()
    tell(operations, seconds, latencies)


class Candidate:
    """Leads until it is told to leave."""

    def __init__(self, client, path):
        self.led_at = None
        self.leads = threading.Event()
        self.leave = threading.Event()
        self.election = client.Election(path, "candidate")
        self.thread = threading.Thread(target=self.election.run, args=(self.lead,), daemon=True)
        self.thread.start()

    def lead(self):
        self.led_at = time.monotonic()
        self.leads.set()
        self.leave.wait()

    def await_place(self, count):
        await_joined(lambda: len(self.election.contenders()) >= count)


def await_joined(joined):
    deadline = time.monotonic() + 30
    while not joined():
        if time.monotonic() > deadline:
            sys.exit("a candidate does not join the queue")
        time.sleep(0.001)


def lead(given):
    clients = connect(given, 2)
    path = given.path + "/leader"
    leader = Candidate(clients[0], path)
    leader.leads.wait()

    def hand_over():
        nonlocal leader
        clients.reverse()
        successor = Candidate(clients[0], path)
        successor.await_place(2)
        begin = time.monotonic()
        leader.leave.set()
        successor.leads.wait()
        leader.thread.join()
        leader = successor
        return successor.led_at - begin

    measure(given, hand_over)


def candidate(given):
    (client,) = connect(given, 1)
    one = Candidate(client, given.path + "/leader")
    await_joined(lambda: one.election.lock.node is not None)
    ready()
    one.leads.wait()
    report(1, 0, [])


def try_held(given):
    holder, other = connect(given, 2)
    holder.Lock(given.path).acquire()
    lock = other.Lock(given.path)

    def once():
        begin = time.monotonic()
        if lock.acquire(blocking=False):
            sys.exit("it is held")
        return time.monotonic() - begin

    measure(given, once)


def idle(given):
    (client,) = connect(given, 1)
    held = [client.Lock(f"{given.path}/{i}") for i in range(given.waiters)]
    for lock in held:
        lock.acquire()
    time.sleep(given.warmup)
    ready()
    time.sleep(given.seconds)
    report(int(len(held) * given.seconds), given.seconds, [])  # an operation is one lock held for one second


VERBS = {"cycle": cycle, "drain": drain, "lead": lead, "candidate": candidate, "try": try_held, "idle": idle}

if __name__ == "__main__":
    GIVEN = arguments()
    VERBS[GIVEN.verb](GIVEN)
