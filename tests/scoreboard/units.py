"""What the unit tests say of a mutant."""

import re
import subprocess
import xml.etree.ElementTree as ElementTree

SECONDS_MAX = 300


def failures(program):
    """The name of the first test case that fails, if one does; a program that dies counts as one."""
    try:
        run = subprocess.run([program, "--abort", "--reporter", "xml"], capture_output=True, text=True,
                             errors="replace", timeout=SECONDS_MAX)
    except subprocess.TimeoutExpired:
        return ["(does not end)"]
    if run.returncode == 0:
        return []
    try:
        cases = ElementTree.fromstring(run.stdout).iter("TestCase")
        names = [case.get("name") for case in cases
                 if case.find("OverallResult").get("success") == "false"]
    except (ElementTree.ParseError, AttributeError):
        names = []
    started = re.findall(r'<TestCase name="([^"]*)"', run.stdout)
    return names or [f"{started[-1]} (dies)" if started else "(dies)"]
