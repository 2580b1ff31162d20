"""What is measured. README.md explains each scenario."""
from dataclasses import dataclass, field

EVERYBODY = ("paddock", "floor", "curator", "kazoo")
WITHOUT_KAZOO = ("paddock", "floor", "curator")
WAITERS_OF_ONE_CLIENT = 2500  # beyond it our clients' budgets for paths and watches are used up


@dataclass(frozen=True)
class Scenario:
    name: str
    title: str
    verb: str
    options: dict = field(default_factory=dict)
    processes: int = 1
    runners: tuple = EVERYBODY
    seconds: float = 1  # times what the user asked for
    timed: bool = True  # the rate says something
    quick: bool = True  # else --quick leaves it out, unless it is named


def _cycle(name, title, threads, locks=1, **more):
    options = {"threads": threads, "locks": locks, "claim": more.pop("claim", "mutex"), **more.pop("options", {})}
    return Scenario(name, title, "cycle", options, **more)


def _drain(waiters):
    clients = -(-waiters // WAITERS_OF_ONE_CLIENT)
    repeat = max(1, 500 // waiters)  # else it would be over before it can be measured
    title = f"drain of {waiters:,} queued waiters"
    options = {"waiters": waiters, "clients": clients, "repeat": repeat}
    return Scenario(f"D{waiters}", title, "drain", options, quick=waiters <= 1000)


SCENARIOS = (
    _cycle("A", "uncontended", 1),
    Scenario("A-create", "a single create2, for comparison with A", "create", runners=("floor",)),
    *(_cycle(f"B{n}", f"{n} threads, each with a lock of its own", n, n) for n in (16, 64)),
    *(_cycle(f"C{n}", f"{n} threads on one lock", n) for n in (2, 8, 32, 128)),
    _cycle("C128-own", "the same, each with a contender of its own", 128, options={"sharing": "nothing"}, runners=("paddock",)),
    _cycle("C8x16", "8 processes of 16 threads on one lock", 16, processes=8),
    *(_drain(n) for n in (10, 100, 1000, 5000)),
    _cycle("E-rw", "read-write lock, 16 threads, one write in ten", 16, claim="read_write", runners=WITHOUT_KAZOO),
    _cycle("E-semaphore", "semaphore of 4, 16 threads", 16, claim="semaphore"),
    _cycle("E-semaphore-own", "the same, each with a contender of its own", 16, claim="semaphore",
           options={"sharing": "nothing"}, runners=("paddock",)),
    Scenario("E-lead", "leader closes, the next one leads", "lead"),
    Scenario("E-kill", "leader is killed, the next one leads", "candidate", {"session-ms": 4000}, timed=False),
    Scenario("F", "try of a lock that is held", "try"),
    _cycle("G", "three mutexes at once", 1, claim="multi", runners=WITHOUT_KAZOO),
    _cycle("L", "uncontended, and the place lingers", 1, options={"sharing": "linger"}, runners=("paddock",)),
    Scenario("H", "2,000 locks held, nothing happens", "idle", {"waiters": 2000}, seconds=2, timed=False),
)


@dataclass(frozen=True)
class Goal:
    """The least ratio wanted on one server with its data on the RAM disk, see Results.ratio."""

    scenario: str
    measure: str
    least: float
    peer: str = "curator"
    peer_scenario: str = ""  # default: the same


GOALS = (
    Goal("A", "rate", 1.9),
    Goal("A", "cpu", 3),
    Goal("A", "p50", 1 / 1.15, "floor", "A-create"),
    Goal("B64", "rate", 1.1),
    Goal("B64", "cpu", 2),
    Goal("C8x16", "rate", 1.6),
    Goal("C128", "rate", 20),
    Goal("D1000", "rate", 4),
    Goal("D5000", "rate", 10),
    Goal("D5000", "rate", 1 / 1.3, "paddock", "D100"),
    Goal("E-semaphore", "rate", 3),
    Goal("E-rw", "rate", 1.5),
    Goal("E-lead", "p50", 3),
    Goal("L", "rate", 200, peer_scenario="A"),
    *(Goal(one.name, "memory", 10) for one in SCENARIOS if "curator" in one.runners),
)


def chosen(names, quick):
    """Those named, or of the letter; all without names. Raises KeyError for an unknown one."""
    found = []
    for name in names:
        these = [one for one in SCENARIOS if name in (one.name, one.name[0])]
        if not these:
            raise KeyError(name)
        found += [one for one in these if one not in found]
    return found or [one for one in SCENARIOS if one.quick or not quick]
