"""One measurement: a scenario by one runner on servers."""
import itertools
import time
from contextlib import ExitStack

from runner import RunFailed, Runner, costs

MIB = 1024  # KiB

# Of waiting; what a run may take beyond its own time.
QUEUE_LIMIT = 300
RUN_LIMIT = 120

_runs = itertools.count(1)


class Bench:
    """Where the programs are, on which servers, for how long."""

    def __init__(self, built, servers, times, logs):
        self.built = built
        self.servers = servers
        self.times = times  # seconds, warmup, kills, operations
        self.logs = logs

    def measure(self, scenario, who):
        """The measures of one run; raises RunFailed."""
        self.path = f"/bench/{next(_runs)}"
        if scenario.verb == "candidate":
            return self._kill_leaders(scenario, who)
        options = dict(scenario.options)
        options["seconds"] = self.times["seconds"] * scenario.seconds
        options["warmup"] = self.times["warmup"]
        if scenario.verb == "cycle" and self.times["operations"]:
            options["operations"] = self.times["operations"]
        with ExitStack() as stack:
            runners = []
            for _ in range(scenario.processes):
                runners.append(stack.enter_context(self._start(scenario, who, options)))
            parts = [self._part(scenario, runners) for _ in range(options.get("repeat", 1))]
            return measures(scenario, [one.finish() for one in runners], parts)

    # The costs before and after.
    def _part(self, scenario, runners):
        for one in runners:
            one.expect("ready")
        if scenario.verb == "drain":
            self.servers.await_queue(scenario.options["waiters"], QUEUE_LIMIT)
        before = costs(runners, self.servers)
        for one in runners:
            one.go_on()
        for one in runners:
            one.expect("done")
        after = costs(runners, self.servers)
        for one in runners:
            one.go_on()
        return before, after

    def _start(self, scenario, who, options):
        options = {"servers": self.servers.connection, "path": self.path, **options}
        limit = RUN_LIMIT + options.get("seconds", 0) + options.get("warmup", 0)
        if scenario.verb == "drain":
            limit += QUEUE_LIMIT
        return Runner(self.built / f"bench_{who}", scenario.verb, options, limit, self.logs / f"{who}.log")

    # The time from the signal to the next one's "done".
    def _kill_leaders(self, scenario, who):
        latencies = []
        with ExitStack() as stack:
            leader = stack.enter_context(self._start(scenario, who, scenario.options))
            leader.expect("ready")
            leader.go_on()
            leader.expect("done")
            for _ in range(self.times["kills"]):
                successor = stack.enter_context(self._start(scenario, who, scenario.options))
                successor.expect("ready")
                successor.go_on()
                begin = time.monotonic()
                leader.process.kill()
                successor.expect("done")
                latencies.append((time.monotonic() - begin) * 1e6)
                leader = successor
            peak = costs([leader], self.servers).peak_kib
        return {**percentiles(latencies), "operations": len(latencies), "memory": peak / MIB}


def percentiles(latencies):
    ordered = sorted(latencies)
    if not ordered:
        return {}
    places = {"p50": 500, "p99": 990, "p99.9": 999}  # of a thousand
    return {name: ordered[-(-place * len(ordered) // 1000) - 1] for name, place in places.items()}


def measures(scenario, told, parts):
    """Latencies are in microseconds, `cpu` in milliseconds per 1,000 operations, `memory` in MiB; requests and
    bytes are per operation."""
    operations = sum(one["operations"] for one in told)
    if not operations:
        raise RunFailed("nothing was done")
    found = percentiles([latency for one in told for latency in one["latencies_us"]])
    if scenario.timed:
        found["rate"] = operations / max(one["seconds"] for one in told)
    found["operations"] = operations
    found["memory"] = parts[-1][1].peak_kib / MIB
    for name, cost, scale in (
        ("cpu", "cpu_seconds", 1e6),
        ("requests", "requests", 1),
        ("sent", "bytes_sent", 1),
        ("received", "bytes_received", 1),
    ):
        spent = sum(getattr(after, cost) - getattr(before, cost) for before, after in parts)
        found[name] = spent * scale / operations
    if not all(before.connections <= after.connections for before, after in parts):
        del found["sent"], found["received"]  # what a lost connection had carried is not counted
    return found
