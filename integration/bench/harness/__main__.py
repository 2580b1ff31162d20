"""The benchmark; scripts/bench starts this."""
import argparse
import datetime
import json
import os
import platform
import re
import signal
import subprocess
import sys
from pathlib import Path

import plots
from measure import Bench
from report import Results, report
from runner import RunFailed
from scenarios import EVERYBODY, SCENARIOS, Scenario, chosen
from servers import PLACES, ROOT, Servers

SETUPS = ("1-ram", "1-disk", "3-ram", "3-disk")
TIMES = {"seconds": 5, "warmup": 3, "kills": 2, "operations": 0, "server_warmup": 8}
QUICK = {"seconds": 0.4, "warmup": 0.2, "kills": 1, "operations": 0, "server_warmup": 1}


class Parser(argparse.ArgumentParser):
    def error(self, message):
        self.exit(64, f"bench: {message}; see scripts/bench --help\n")


def arguments():
    parser = Parser(prog="scripts/bench", description="Measures Paddock on real ZooKeeper servers.")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--built", type=Path, required=True)
    parser.add_argument("--scenario", action="append", default=[])
    parser.add_argument("--setup", action="append", choices=SETUPS)
    parser.add_argument("--runner", action="append", choices=EVERYBODY)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--operations", type=int, default=0)
    given = parser.parse_args()
    try:
        given.scenario = chosen(given.scenario, given.quick)
    except KeyError as unknown:
        parser.error(f"scenario {unknown}: one of {', '.join(one.name for one in SCENARIOS)}, or a letter")
    given.runner = given.runner or (EVERYBODY if given.peers else EVERYBODY[:2])
    given.setup = given.setup or (SETUPS[:1] if given.quick else SETUPS)
    given.rounds = given.rounds or (1 if given.quick else 3)
    given.times = dict(QUICK if given.quick else TIMES, operations=given.operations)
    given.times["seconds"] = given.seconds or given.times["seconds"]
    return given


def machine():
    def told(*command):
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()

    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    return {
        "date": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
        "commit": told("git", "-C", str(ROOT), "describe", "--always", "--dirty") or "unknown",
        "processors": f"{os.cpu_count()} x {model[1] if model else platform.machine()}",
        "kernel": platform.release(),
        "memory": f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') >> 30} GiB",
        "data": ", ".join(f"{one}: {told('stat', '-f', '-c', '%T', one)}" for one in PLACES.values()),
        "load before": f"{os.getloadavg()[0]:.2f}",
    }


def run_setup(results, given, folder):
    say(f"{results.setup}: starting the servers")
    with Servers(results.setup) as servers:
        bench = Bench(given.built / "integration/bench", servers, given.times, folder)
        warm_up(bench, given)
        for scenario in given.scenario:
            for number in range(given.rounds):
                for who in (one for one in given.runner if one in scenario.runners):
                    what = f"{results.setup} {scenario.name} {who}"
                    say(f"{what} {number + 1}/{given.rounds}")
                    try:
                        results.add(scenario.name, who, bench.measure(scenario, who))
                    except (RunFailed, RuntimeError) as failure:
                        results.failures.append(f"{what}: {failure}")
                        say(results.failures[-1])


# A young JVM interprets; what it is warmed up with does not matter.
def warm_up(bench, given):
    times = {**given.times, "seconds": given.times["server_warmup"], "warmup": 0, "operations": 0}
    Bench(bench.built, bench.servers, times, bench.logs).measure(
        Scenario("warm", "", "cycle", {"threads": 8, "locks": 4}), given.runner[0]
    )


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def write(about, all_results, given, folder):
    for log in folder.glob("*.log"):
        if not log.stat().st_size:
            log.unlink()
    text = report(about, all_results, given.rounds)
    (folder / "report.md").write_text(text, encoding="utf-8")
    told = {"machine": about, "setups": {one.setup: one.figures() for one in all_results}}
    for file in filter(None, (folder / "results.json", given.json)):
        file.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    print(text)
    for results in all_results:
        if why := plots.draw(results, folder):
            say(why)
            break
    say(f"written to {folder}")


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGHUP, lambda *_: sys.exit(129))
    given = arguments()
    about = machine()
    folder = given.out or ROOT / "build/bench" / datetime.datetime.now().strftime("%Y-%m-%d-%H%M%S")
    folder.mkdir(parents=True, exist_ok=True)
    all_results = []
    try:
        for setup in given.setup:
            all_results.append(Results(setup))
            run_setup(all_results[-1], given, folder)
    finally:  # whoever interrupts it gets what there is
        write(about, all_results, given, folder)
    return 1 if any(one.failures for one in all_results) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
