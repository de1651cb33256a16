"""Writes docs/scoreboard.md from what the runs have found."""

from injury import HERE, ROOT, load

DOCUMENT = ROOT / "docs" / "scoreboard.md"

HEAD = """# Scoreboard

Would the [simulator](simulation.md) have found the bugs that other tools had? Each is put into lansync as a patch (`tests/scoreboard/bugs`), and the simulator looks
for a story that ends badly with it and well without, whatever the delays. {bugs} bugs, {found} found. The limit is ten minutes on two processors for each. And would anybody
notice if merge, projection or planner were subtly wrong? {mutants} changes by hand (`tests/scoreboard/mutants`), {noticed} noticed.

Rows that were "made for" a promise are nobody's bug: they show that what checks the promise can see it broken. S12 shows as S4. S5 was broken by
mutant 05 (brief 51986) with an earlier engine, and is by nothing in the table any more: `tests/sim/rest_test.cc` shows that its check sees it. Where a patch names a promise
(`Breaks`), nothing else breaks that one, and only stories count that do.

Not among them: two names that differ in case. The disk in memory can be one that does not tell them apart, but no story has one: where two names clash the devices do
not show the same, which is what stories end with (`tests/core/engine/case_clash_test.cc` has row 16 of [the decision table](sync.md)). The directory that is swapped for a link is one of the disk in memory; the real one is tested by
`tests/core/os`, and no broken build should be.

This file is generated. All rows anew, or only some:

```
tests/scoreboard/scoreboard.py
tests/scoreboard/scoreboard.py --only NAME
```

The promises (S1, L1, …) are those of [simulation.md](simulation.md#what-is-checked). A seed gives the same story again only with the same generator; the stories at the end
do not depend on it.

## Bugs of other tools

| bug | whose | in lansync | broken | profile and seed | stories | time |
|---|---|---|---|---|---|---|
"""

MUTANTS = """
## Mutants of merge and planner

Numbers 03, 04, 09 and 10 went unnoticed at first; `projection_test` was written for them.

| mutant | first unit test that fails, of core/sync and of core/engine | brief stories (two minutes at most) |
|---|---|---|
"""

STORIES = """
## The stories

As short as they could be made. `lansync-sim FILE` plays one; how to read it: [simulation.md](simulation.md#the-parts).
"""


def cell(text):
    return " ".join(str(text).split()).replace("|", "\\|")


def bug_row(bug, result):
    find = result.get("find")
    if not find:
        verdict = ["**not found**", "", str(result["stories"]), f"{result['seconds']:.0f} s"]
    else:
        verdict = [find["promise"], f"{find['profile']} {find['seed']}", f"{find['stories']:,}",
                   f"{max(find['seconds'], 0.1):.1f} s"]
    return "| " + " | ".join(cell(part) for part in [bug.name, bug.whose, bug.what, *verdict]) + " |"


def mutant_row(mutant, result):
    tests = "; ".join(result["tests"]) or "—"
    find = result.get("find")
    story = f"{find['promise']}, seed {find['seed']}" if find else "—"
    return f"| {cell(mutant.name)}: {cell(mutant.what)} | {cell(tests)} | {cell(story)} |"


def story_section(bug, result):
    find = result["find"]
    return "\n".join(["", f"### {bug.name}", "", f"{find['promise']}: {find['what']}", "", "```",
                      *find["story"], "```"])


def write(results):
    """`results`: kind → name → what the run has found. Rows that have not been run are left out."""
    bugs = [(bug, results["bugs"][bug.name]) for bug in load("bugs") if bug.name in results["bugs"]]
    mutants = [(mutant, results["mutants"][mutant.name]) for mutant in load("mutants")
               if mutant.name in results["mutants"]]
    text = HEAD.format(
        bugs=len(bugs), found=sum(1 for _, result in bugs if result.get("find")),
        mutants=len(mutants),
        noticed=sum(1 for _, result in mutants if result["tests"] or result.get("find")))
    text += "\n".join(bug_row(bug, result) for bug, result in bugs) + "\n"
    text += MUTANTS + "\n".join(mutant_row(*pair) for pair in mutants) + "\n"
    text += "\n" + (HERE / "found_in_lansync.md").read_text()
    text += STORIES + "\n".join(story_section(*pair) for pair in bugs if pair[1].get("find")) + "\n"
    DOCUMENT.write_text(text)
