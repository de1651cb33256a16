"""Pictures on logarithmic axes, as SVG. Curves on two of them: what grows in proportion is a
straight line up by one decade for each decade to the right, and what bends upward is seen to. Bars
on one, which stand to the right of 1 or to the left of it."""

import dataclasses
import html
import math

WIDTH, HEIGHT = 720, 440
LEFT, RIGHT, TOP, BOTTOM = 76, 190, 56, 56
LABEL_PIXELS = 16
BAR_PIXELS, BAR_LEFT, GROUP_GAP = 12, 300, 10
# Okabe and Ito's, which people with any colour vision tell apart on white.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")
INK, FAINT, GRID = "#222222", "#666666", "#dddddd"


@dataclasses.dataclass
class Axis:
    """One logarithmic axis; `first` and `last` are whole powers of ten around the values."""

    title: str
    low: float
    high: float
    begin: float  # Pixels.
    end: float

    def __post_init__(self):
        self.first = math.floor(math.log10(self.low) + 1e-9)
        self.last = max(self.first + 1, math.ceil(math.log10(self.high) - 1e-9))

    def at(self, value):
        part = (math.log10(value) - self.first) / (self.last - self.first)
        return self.begin + part * (self.end - self.begin)

    def decades(self):
        return [10.0 ** power for power in range(self.first, self.last + 1)]


def told(value):
    """A power of ten, in as few characters as possible."""
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g} {unit}"
    return f"{value:g}"


def text(x, y, words, anchor="start", colour=INK, size=12, extra=""):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" '
            f'font-size="{size}"{extra}>{html.escape(words)}</text>')


def line(x1, y1, x2, y2, colour, extra=""):
    return (f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"'
            f'{extra}/>')


def head(title, left, height):
    yield (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
           f'width="{WIDTH}" height="{height}" font-family="sans-serif" role="img" '
           f'aria-label="{html.escape(title)}">')
    yield f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>'
    yield text(left, 28, title, size=15)


def frame(across, up):
    for value in across.decades():
        x = across.at(value)
        yield line(x, up.begin, x, up.end, GRID)
        yield text(x, up.begin + 18, told(value), "middle", FAINT)
    for value in up.decades():
        y = up.at(value)
        yield line(across.begin, y, across.end, y, GRID)
        yield text(across.begin - 8, y + 4, told(value), "end", FAINT)
    yield text((across.begin + across.end) / 2, HEIGHT - 14, across.title, "middle", FAINT)
    yield text(16, (up.begin + up.end) / 2, up.title, "middle", FAINT, 12,
               f' transform="rotate(-90 16 {(up.begin + up.end) / 2:.1f})"')


def spread(places):
    """Where labels go that would rather be at `places`, so that none covers another."""
    moved = {}
    lowest = -math.inf
    for number in sorted(range(len(places)), key=places.__getitem__):
        lowest = max(places[number], lowest + LABEL_PIXELS)
        moved[number] = lowest
    too_far = max(0.0, lowest - (HEIGHT - BOTTOM))
    return [moved[number] - too_far for number in range(len(places))]


def curves(title, across_title, up_title, series):
    """`series`: points (x, y), both above zero, by name. The document."""
    points = [point for of_one in series.values() for point in of_one]
    across = Axis(across_title, min(x for x, _ in points), max(x for x, _ in points), LEFT,
                  WIDTH - RIGHT)
    up = Axis(up_title, min(y for _, y in points), max(y for _, y in points), HEIGHT - BOTTOM, TOP)
    parts = [*head(title, LEFT, HEIGHT), *frame(across, up)]
    ends = spread([up.at(of_one[-1][1]) for of_one in series.values()])
    for (name, of_one), colour, end in zip(series.items(), COLOURS, ends):
        places = [(across.at(x), up.at(y)) for x, y in of_one]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>'
                  for x, y in places]
        last_x, last_y = places[-1]
        parts.append(line(last_x + 5, last_y, WIDTH - RIGHT + 12, end, colour,
                          ' stroke-width="0.7"'))
        parts.append(text(WIDTH - RIGHT + 16, end + 4, name, colour=INK))
    return "\n".join([*parts, "</svg>"]) + "\n"


def bars(title, groups):
    """`groups`: values above zero by name, by title of the group. The document."""
    names = list(dict.fromkeys(name for values in groups.values() for name in values))
    colours = dict(zip(names, COLOURS))
    rows = sum(map(len, groups.values())) * BAR_PIXELS + len(groups) * GROUP_GAP
    bottom = TOP + 24 + rows
    values = [value for of_one in groups.values() for value in of_one.values()] + [0.5, 2]
    across = Axis("", min(values), max(values), BAR_LEFT, WIDTH - 50)
    parts = [*head(title, 20, bottom + 40)]
    for number, name in enumerate(names):
        x = 20 + number * 110
        parts.append(f'<rect x="{x}" y="{TOP - 12}" width="10" height="10" fill="{colours[name]}"/>')
        parts.append(text(x + 16, TOP - 3, name))
    for value in across.decades():
        parts.append(line(across.at(value), TOP + 12, across.at(value), bottom, GRID))
        parts.append(text(across.at(value), bottom + 18, f"{value:g} ×", "middle", FAINT))
    one, y = across.at(1), TOP + 24
    for name, of_one in groups.items():
        parts.append(text(BAR_LEFT - 12, y + len(of_one) * BAR_PIXELS / 2 + 4, name, "end"))
        for who, value in of_one.items():
            x = across.at(value)
            parts.append(f'<rect x="{min(one, x):.1f}" y="{y}" width="{abs(x - one):.1f}" '
                         f'height="{BAR_PIXELS - 2}" fill="{colours[who]}"/>')
            parts.append(text(max(one, x) + 4, y + BAR_PIXELS - 3, f"{value:.2g}", colour=FAINT,
                              size=10))
            y += BAR_PIXELS
        y += GROUP_GAP
    parts.append(line(one, TOP + 12, one, bottom, INK))
    return "\n".join([*parts, "</svg>"]) + "\n"
