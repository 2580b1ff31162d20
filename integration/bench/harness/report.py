"""Medians, ratios and tables of the measurements."""
from statistics import median

from scenarios import GOALS, SCENARIOS

LARGER_IS_BETTER = {"rate"}
COMPARED = {"rate": "rate", "p50": "p50", "cpu": "CPU", "memory": "memory"}
COLUMNS = {  # measure: heading
    "rate": "per second",
    "p50": "p50 us",
    "p99": "p99 us",
    "p99.9": "p99.9 us",
    "cpu": "CPU ms/1,000",
    "requests": "requests",
    "sent": "bytes sent",
    "received": "bytes received",
    "memory": "peak MiB",
}
TITLES = {one.name: one.title for one in SCENARIOS}


class Results:
    """The runs of one setup: `runs[scenario][runner]` is a list of measures, one a round."""

    def __init__(self, setup):
        self.setup = setup
        self.runs = {}
        self.failures = []

    def add(self, scenario, who, found):
        self.runs.setdefault(scenario, {}).setdefault(who, []).append(found)

    def has(self, who):
        return any(who in runners for runners in self.runs.values())

    def median(self, scenario, who, measure):
        values = [one[measure] for one in self.runs.get(scenario, {}).get(who, []) if measure in one]
        return median(values) if values else None

    def ratio(self, scenario, peer, measure, peer_scenario=None, who="paddock"):
        """How many times better than the peer; the median of the rounds, whose runs were neighbours in time."""
        ours = self.runs.get(scenario, {}).get(who, [])
        theirs = self.runs.get(peer_scenario or scenario, {}).get(peer, [])
        ratios = []
        for mine, other in zip(ours, theirs):
            if mine.get(measure) and other.get(measure):
                better = mine[measure] / other[measure]
                ratios.append(better if measure in LARGER_IS_BETTER else 1 / better)
        return median(ratios) if ratios else None

    def summary(self):
        return {
            scenario: {
                who: {measure: self.median(scenario, who, measure) for measure in ("operations", *COLUMNS)}
                for who in runners
            }
            for scenario, runners in self.runs.items()
        }

    def ratios(self):
        return {
            scenario: {
                peer: {measure: self.ratio(scenario, peer, measure) for measure in COMPARED}
                for peer in runners
                if peer != "paddock"
            }
            for scenario, runners in self.runs.items()
            if "paddock" in runners
        }

    def figures(self):
        return {
            "runs": self.runs,
            "summary": self.summary(),
            "ratios": self.ratios(),
            "failures": self.failures,
        }

    def goals(self):
        """(goal, ratio) of all goals that were measured."""
        found = []
        for goal in GOALS:
            ratio = self.ratio(goal.scenario, goal.peer, goal.measure, goal.peer_scenario)
            if ratio is not None:
                found.append((goal, ratio))
        return found


def _table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _shown(value):
    """Three digits, or all before the point."""
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def figures_table(results):
    rows = []
    for scenario, runners in results.runs.items():
        for who in runners:
            values = [_shown(results.median(scenario, who, measure)) for measure in COLUMNS]
            rows.append([scenario, who, *values])
    return _table(["scenario", "runner", *COLUMNS.values()], rows)


def ratios_table(results):
    peers = [one for one in ("curator", "kazoo", "floor") if results.has(one)]
    head = ["scenario", "what", *(f"{heading} x {peer}" for peer in peers for heading in COMPARED.values())]
    rows = []
    for scenario, by_peer in results.ratios().items():
        values = [by_peer.get(peer, {}).get(measure) for peer in peers for measure in COMPARED]
        rows.append([scenario, TITLES[scenario], *map(_shown, values)])
    return _table(head, rows)


def goals_table(results):
    rows = []
    for goal, ratio in results.goals():
        against = goal.peer + (f" {goal.peer_scenario}" if goal.peer_scenario else "")
        verdict = "reached" if ratio >= goal.least else "missed"
        rows.append([goal.scenario, COMPARED[goal.measure], against, _shown(goal.least), _shown(ratio), verdict])
    return _table(["scenario", "measure", "against", "at least", "measured", ""], rows)


def report(machine, all_results, rounds):
    """All of a run as Markdown."""
    parts = ["# Benchmark\n", "\n".join(f"- {name}: {value}" for name, value in machine.items()) + "\n"]
    for results in all_results:
        parts.append(f"## {results.setup}\n")
        parts.append(f"Medians of {rounds}. Requests and bytes are per operation.\n")
        parts.append(figures_table(results))
        if results.ratios():
            parts.append("How many times better ours is: our rate by theirs, all else theirs by ours.\n")
            parts.append(ratios_table(results))
        if results.setup == "1-ram" and results.goals():
            parts.append(goals_table(results))
        parts += [f"FAILED: {failure}\n" for failure in results.failures]
    return "\n".join(parts)
