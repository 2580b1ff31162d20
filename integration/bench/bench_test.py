"""Tests of the benchmark: bench_test.py BUILD_DIRECTORY."""
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE / "harness"))

from measure import percentiles  # noqa: E402
from report import COLUMNS, Results  # noqa: E402

BUILT = sys.argv.pop()


class ReportTest(unittest.TestCase):
    def test_percentiles_are_values_that_were_measured(self):
        self.assertEqual(percentiles(range(1, 1001)), {"p50": 500, "p99": 990, "p99.9": 999})
        self.assertEqual(percentiles([7]), {"p50": 7, "p99": 7, "p99.9": 7})
        self.assertEqual(percentiles([]), {})

    def test_ratio_is_how_many_times_better_ours_is_in_the_same_round(self):
        results = Results("1-ram")
        for ours, theirs in ((300, 100), (400, 100), (1000, 500)):
            results.add("A", "paddock", {"rate": ours, "p50": 1 / ours})
            results.add("A", "curator", {"rate": theirs, "p50": 1 / theirs})
        self.assertAlmostEqual(results.ratio("A", "curator", "rate"), 3)
        self.assertAlmostEqual(results.ratio("A", "curator", "p50"), 3)
        self.assertIsNone(results.ratio("A", "kazoo", "rate"))


class RunTest(unittest.TestCase):
    def test_two_hundred_uncontended_cycles_are_reported_completely(self):
        with tempfile.TemporaryDirectory() as folder:
            command = ["scripts/bench", "--built", BUILT, "--quick", "--scenario", "A", "--runner", "paddock"]
            command += ["--operations", "200", "--out", folder]
            done = subprocess.run(
                command, cwd=ROOT, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
            )
            self.assertEqual(done.returncode, 0, done.stderr)
            told = json.loads(Path(folder, "results.json").read_text())
            self.assertIn("| A | paddock |", Path(folder, "report.md").read_text())
        (run,) = told["setups"]["1-ram"]["runs"]["A"]["paddock"]
        self.assertEqual(run["operations"], 200)
        for measure in COLUMNS:
            self.assertGreater(run[measure], 0, measure)
        self.assertLessEqual(run["p50"], run["p99.9"])
        self.assertTrue(all(told["machine"].values()), told["machine"])


if __name__ == "__main__":
    unittest.main()
