"""SVG plots, by gnuplot."""
import re
import shutil
import subprocess

RUNNERS = {"paddock": "#1f6f8b", "floor": "#999999", "curator": "#c0504d", "kazoo": "#e0a030"}
BEGIN = """set terminal svg size {width},{height} font "sans,12" background "white"
set output "{file}"
set grid ytics
set key outside top center horizontal
set title "{title}"
"""
HISTOGRAM = """set style data histograms
set style histogram clustered gap 1
set style fill solid
set datafile missing "NaN"
set logscale y
set xtics rotate by -40 noenhanced
"""


def draw(results, folder):
    """Says why when it draws nothing."""
    if not shutil.which("gnuplot"):
        return "no plots: gnuplot is missing (scripts/setup --bench-tools)"
    for name, script in {
        "ratios": _ratios(results),
        "processor": _bars(results, "cpu", "client processor time, ms per 1,000 operations"),
        "memory": _bars(results, "memory", "peak memory of the clients, MiB"),
        "hand-over": _hand_over(results),
    }.items():
        if script:
            begin, commands = script
            file = folder / f"{name}-{results.setup}.svg"
            text = BEGIN.format(file=file, height=520, **begin) + commands
            subprocess.run(["gnuplot"], input=text, text=True, check=True)
    return ""


def _data(rows, name="data"):
    return f"${name} << END\n" + "\n".join(" ".join(map(str, row)) for row in rows) + "\nEND\n"


def _histogram(names, rows, title, more=""):
    """`rows`: a label, and a value of each name."""
    columns = [
        f'$data using {column}:xtic(1) title "{name}" linecolor rgb "{RUNNERS[name]}"'
        for column, name in enumerate(names, 2)
    ]
    data = _data([[label, *("NaN" if value is None else value for value in values)] for label, values in rows])
    commands = data + HISTOGRAM + more + "plot " + ", ".join(columns) + "\n"
    return {"title": title, "width": 240 + 60 * len(rows)}, commands


def _bars(results, measure, title):
    names = [who for who in RUNNERS if results.has(who)]
    rows = [(scenario, [results.median(scenario, who, measure) for who in names]) for scenario in results.runs]
    rows = [row for row in rows if any(value and value > 0 for value in row[1])]
    return _histogram(names, rows, f"{title} ({results.setup})") if rows else None


def _ratios(results):
    peers = [peer for peer in ("curator", "kazoo") if results.has(peer)]
    rows = [(scenario, [results.ratio(scenario, peer, "rate") for peer in peers]) for scenario in results.runs]
    rows = [row for row in rows if any(row[1])]
    title = f"our rate divided by theirs ({results.setup})"
    line = "set arrow from graph 0, first 1 to graph 1, first 1 nohead linewidth 2\nset yrange [0.25:*]\n"
    return _histogram(peers, rows, title, line) if rows else None


def _hand_over(results):
    drains = {int(match[1]): name for name in results.runs if (match := re.fullmatch(r"D(\d+)", name))}
    names = [who for who in RUNNERS if any(who in results.runs[name] for name in drains.values())]
    if len(drains) < 2:
        return None
    blocks, columns = "", []
    for who in names:
        rates = [(waiters, results.median(name, who, "rate")) for waiters, name in sorted(drains.items())]
        blocks += _data([(waiters, 1e6 / rate) for waiters, rate in rates if rate], who)
        style = f'with linespoints linewidth 2 linecolor rgb "{RUNNERS[who]}"'
        columns.append(f'${who} using 1:2 title "{who}" {style}')
    begin = {"title": f"microseconds per hand-over, by queued waiters ({results.setup})", "width": 720}
    return begin, blocks + "set logscale xy\nplot " + ", ".join(columns) + "\n"
