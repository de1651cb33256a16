"""The table of a bench's document."""

import os
import pathlib
import statistics

GIB = 1 << 30


def machine(kernel):
    names = {line.split(":", 1)[1].strip()
             for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
             if line.startswith("model name")}
    memory_kib = int(pathlib.Path("/proc/meminfo").read_text().split()[1])
    return {"processors": os.cpu_count(), "model": ", ".join(sorted(names)),
            "memory_gib": round(memory_kib / 2**20), "kernel": kernel}


def median_of(runs, value):
    return statistics.median(value(run) for run in runs)


def ratio(runs, others):
    """How many times as long the others take, run by run."""
    return statistics.median(other["seconds"] / run["seconds"]
                             for run, other in zip(runs, others))


def processor_per_gib(run, content_bytes):
    return sum(run["processor_s"].values()) / (content_bytes / GIB)


def peak_mib(run):
    return max(run["peak_resident_bytes"].values()) / 2**20


def amount(count_bytes):
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count_bytes >= size:
            return f"{count_bytes / size:.3g} {unit}"
    return f"{count_bytes:.0f} B"


def rows_of(work):
    ours = work["runs"]["lansync"]
    for name, runs in work["runs"].items():
        if None in runs:
            yield [name, "given up", "", "", "", "", ""]
            continue
        beside = "" if name == "lansync" or None in ours else f"{ratio(ours, runs):.2f}"
        yield [name, f"{median_of(runs, lambda run: run['seconds']):.2f}", beside,
               f"{median_of(runs, lambda run: sum(run['processor_s'].values())):.2f}",
               f"{median_of(runs, peak_mib):.0f}",
               amount(median_of(runs, lambda run: run["received_bytes"])),
               amount(median_of(runs, lambda run: run["written_bytes"]))]


def first_figure(run):
    """In words, what a run is compared by."""
    if "seconds" in run:
        return f"{run['seconds']:.2f} s"
    name, value = next(iter(run["figures"].items()))
    return f"{name}: {value}"


def figures_table(work):
    """Of a work that has other outcomes than a time: a line for each figure."""
    runs_of = {name: runs for name, runs in work["runs"].items() if None not in runs}
    yield "| | " + " | ".join(work["runs"]) + " |"
    yield "|---" * (len(work["runs"]) + 1) + "|"
    for figure in next(iter(runs_of.values()), [{"figures": {}}])[0]["figures"]:
        told = [f"{median_of(runs_of[name], lambda run: run['figures'][figure]):.4g}"
                if name in runs_of else "given up" for name in work["runs"]]
        yield f"| {figure} | " + " | ".join(told) + " |"


def usual_table(work):
    yield "| | seconds | × lansync | processor s, both | peak MiB | received | written |"
    yield "|---|---|---|---|---|---|---|"
    for row in rows_of(work):
        yield "| " + " | ".join(row) + " |"


def markdown(document):
    where = document["machine"]
    lines = ["# lansync beside others", "",
             f"Written by `bench/run`, on {where['processors']} processors ({where['model']}), "
             f"{where['memory_gib']} GiB, Linux {where['kernel']}. Both ends on this machine.", "",
             "| | version | durable | settings |", "|---|---|---|---|"]
    for name, one in document["contenders"].items():
        lines.append(f"| {name} | {one['version']} | {one['durable']} | {one['settings']} |")
    for work in document["works"].values():
        rounds = max(len(runs) for runs in work["runs"].values())
        has_figures = any(run and "figures" in run
                          for runs in work["runs"].values() for run in runs)
        lines += ["", f"## {work['name'][0].upper()}{work['name'][1:]}", "",
                  f"{amount(work['content_bytes'])}, {rounds} rounds, medians.", "",
                  *(figures_table(work) if has_figures else usual_table(work))]
    return "\n".join(lines) + "\n"
