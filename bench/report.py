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


def ratios(document):
    """For each work that takes a time: how many times as long each of the others took."""
    told = {}
    for work in document["works"].values():
        ours = work["runs"]["lansync"]
        if None in ours or "seconds" not in ours[0]:
            continue
        told[work["name"]] = {name: ratio(ours, runs) for name, runs in work["runs"].items()
                              if runs is not ours and None not in runs}
    return {name: of_it for name, of_it in told.items() if of_it}


def processor_per_gib(run, content_bytes):
    return sum(run["processor_s"].values()) / (content_bytes / GIB)


def peak_mib(run):
    return max(run["peak_resident_bytes"].values()) / 2**20


def amount(count_bytes):
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count_bytes >= size:
            return f"{count_bytes / size:.3g} {unit}"
    return f"{count_bytes:.0f} B"


def columns_of(work):
    """Title and the text of a contender's runs, for each column but the contender's name."""
    ours = work["runs"]["lansync"]
    content_bytes = work["content_bytes"]

    def beside(runs):
        return "" if runs is ours or None in ours else f"{ratio(ours, runs):.2f}"

    def median(value, form):
        return lambda runs: form(median_of(runs, value))
    yield "seconds", median(lambda run: run["seconds"], "{:.2f}".format)
    yield "× lansync", beside
    if work["link_mbit"]:
        yield "of a plain TCP stream", median(lambda run: of_line(run, content_bytes), "{:.1%}".format)
    if work["receivers"] > 1:
        yield "× to one", median(lambda run: run["seconds"] / run["to_one_seconds"], "{:.2f}".format)
    if work["link_mbit"]:
        yield "source sent × size", median(lambda run: run["source_sent_bytes"] / content_bytes,
                                           "{:.2f}".format)
    yield "processor s, all", median(lambda run: sum(run["processor_s"].values()), "{:.2f}".format)
    yield "peak MiB", median(peak_mib, "{:.0f}".format)
    yield "received", median(lambda run: run["received_bytes"], amount)
    yield "written", median(lambda run: run["written_bytes"], amount)


def of_line(run, content_bytes):
    """The speed at which one receiver has got the content, as a share of what the cable carries."""
    return content_bytes / run["seconds"] / run["line_bytes_per_s"]


def line_of(work):
    if not work["link_mbit"]:
        return ""
    lines = [run["line_bytes_per_s"] * 8 / 10**6
             for runs in work["runs"].values() for run in runs if run is not None]
    return (f" A plain TCP stream had {statistics.median(lines):.0f} Mbit/s ({min(lines):.0f} to "
            f"{max(lines):.0f}) of content." if lines else "")


def table(work):
    columns = list(columns_of(work))
    yield "| " + " | ".join(["", *(title for title, _ in columns)]) + " |"
    yield "|---" * (len(columns) + 1) + "|"
    for name, runs in work["runs"].items():
        cells = (["given up"] + [""] * (len(columns) - 1) if None in runs
                 else [told(runs) for _, told in columns])
        yield "| " + " | ".join([name, *cells]) + " |"


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


def markdown(document):
    where = document["machine"]
    lines = ["# lansync beside others", "",
             f"Written by `bench/run`, on {where['processors']} processors ({where['model']}), "
             f"{where['memory_gib']} GiB, Linux {where['kernel']}. Both ends on this machine.", "",
             "![How many times as long others take](peers.svg)", "",
             "| | version | durable | settings |", "|---|---|---|---|"]
    for name, one in document["contenders"].items():
        lines.append(f"| {name} | {one['version']} | {one['durable']} | {one['settings']} |")
    for work in document["works"].values():
        rounds = max(len(runs) for runs in work["runs"].values())
        has_figures = any(run and "figures" in run
                          for runs in work["runs"].values() for run in runs)
        lines += ["", f"## {work['name'][0].upper()}{work['name'][1:]}", "",
                  f"{amount(work['content_bytes'])}, {rounds} rounds on {work['date']}, "
                  f"medians.{line_of(work)}", "",
                  *(figures_table(work) if has_figures else table(work))]
    return "\n".join(lines) + "\n"
