#!/usr/bin/env python3
"""Puts bugs that other tools had into a copy of lansync, and sees whether the simulator finds them.

  scoreboard.py                  all bugs and mutants, and writes docs/scoreboard.md
  scoreboard.py --only NAME...   these; of the others the table keeps what it has
  scoreboard.py --missing        those that have no row yet
  scoreboard.py --document       only writes the table, of what was found before
      --build FOLDER   where to work (build/scoreboard)
      --minutes M      the limit for each bug (10)

A bug counts as found when a story ends badly with it and well without. It takes some minutes to build
the first time, and half a minute for each bug after that.
"""

import argparse
import dataclasses
import json
import signal
import sys
from pathlib import Path

import document
from injury import ROOT, load
from search import Search
from units import failures
from workshop import Workshop

UNIT_TESTS = ["sync_tests", "lansync_engine_tests"]


def try_bug(workshop, sound, bug, seconds_max):
    injured = workshop.build_injured(bug, ["lansync-sim"])["lansync-sim"]
    search = Search(sound, injured, workshop.folder / "stories" / bug.name, bug.breaks)
    find = search.run(seconds_max)
    return {"find": dataclasses.asdict(find) if find else None, "stories": search.stories,
            "seconds": seconds_max}


def try_mutant(workshop, sound, mutant, seconds_max):
    programs = workshop.build_injured(mutant, ["lansync-sim", *UNIT_TESTS])
    tests = [name for program in UNIT_TESTS for name in failures(programs[program])]
    search = Search(sound, programs["lansync-sim"], workshop.folder / "stories" / mutant.name,
                    mutant.breaks)
    find = search.run(seconds_max, brief_only=True)
    return {"tests": tests, "find": dataclasses.asdict(find) if find else None}


def describe(result):
    find = result["find"]
    told = (f"{find['promise']} by {find['profile']} {find['seed']} in {find['seconds']:.1f} s: "
            f"{find['what']}" if find else "no story")
    return told + (f"; tests: {result['tests'] or 'none'}" if "tests" in result else "")


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--only", nargs="+", default=[])
    parser.add_argument("--missing", action="store_true")
    parser.add_argument("--document", action="store_true")
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "scoreboard")
    parser.add_argument("--minutes", type=float, default=10)
    options = parser.parse_args()

    # However it ends, the sources in the workshop are whole again, and no compiler goes on.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("interrupted"))
    options.build.mkdir(parents=True, exist_ok=True)
    store = options.build / "results.json"
    results = json.loads(store.read_text()) if store.exists() else {"bugs": {}, "mutants": {}}
    known = {injury.name for kind in results for injury in load(kind)}
    if unknown := set(options.only) - known:
        sys.exit(f"no such bug or mutant: {', '.join(sorted(unknown))}")

    broken = []
    if not options.document:
        workshop = Workshop(options.build.resolve())
        sound = workshop.build("sound", ["lansync-sim"])["lansync-sim"]
        for kind, attempt in (("bugs", try_bug), ("mutants", try_mutant)):
            for injury in load(kind):
                if options.only and injury.name not in options.only:
                    continue
                if options.missing and injury.name in results[kind]:
                    continue
                try:
                    result = attempt(workshop, sound, injury, options.minutes * 60)
                except RuntimeError as error:
                    print(f"{injury.name}: {error}", flush=True)
                    broken.append(injury.name)
                    continue
                results[kind][injury.name] = result
                store.write_text(json.dumps(results, indent=1) + "\n")
                print(f"{injury.name}: {describe(result)}", flush=True)
    document.write(results)
    if broken:
        sys.exit(f"not tried, what the table says of them is old: {', '.join(broken)}")


if __name__ == "__main__":
    main()
