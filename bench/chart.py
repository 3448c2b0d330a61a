"""The table of ratios as a picture: one group of bars a workload, native speed as the line at 1."""
from xml.sax.saxutils import escape

COLOURS = ["#2563eb", "#0d9488", "#7c3aed", "#d97706", "#6b7280"]
LABEL, WIDTH, BAR, GAP, TOP = 210, 560, 11, 12, 64


def draw(ratios: dict[str, dict[str, float]], modes: list[str], caption: str) -> str:
    """An SVG of `ratios[workload][mode]`; what is missing has no bar. `caption` says what ran."""
    group = BAR * len(modes) + GAP
    height = TOP + group * len(ratios) + 30
    scale = WIDTH / 1.2
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{LABEL + WIDTH + 60}" height="{height}" font-family="sans-serif" font-size="12">',
           '<rect width="100%" height="100%" fill="white"/>',
           f'<text x="10" y="18" font-size="14" font-weight="bold">Throughput against native (1.0), longer is better</text>',
           f'<text x="10" y="34" fill="#555">{escape(caption)}</text>']
    for index, mode in enumerate(modes):
        x = LABEL + index * 160
        out.append(f'<rect x="{x}" y="42" width="10" height="10" fill="{COLOURS[index % len(COLOURS)]}"/><text x="{x + 15}" y="51">{escape(mode)}</text>')
    for number, (workload, values) in enumerate(ratios.items()):
        y = TOP + number * group
        out.append(f'<text x="{LABEL - 10}" y="{y + BAR * len(modes) / 2 + 4}" text-anchor="end">{escape(workload)}</text>')
        for index, mode in enumerate(modes):
            if mode not in values:
                continue
            length = min(values[mode], 1.2) * scale
            top = y + index * BAR
            out.append(f'<rect x="{LABEL}" y="{top}" width="{length:.1f}" height="{BAR - 1}" fill="{COLOURS[index % len(COLOURS)]}"/>')
            out.append(f'<text x="{LABEL + length + 4:.1f}" y="{top + 9}" font-size="9">{values[mode]:.2f}</text>')
    x = LABEL + scale
    out.append(f'<line x1="{x}" y1="{TOP - 4}" x2="{x}" y2="{height - 30}" stroke="#111" stroke-dasharray="3 3"/>')
    out.append("</svg>")
    return "\n".join(out) + "\n"
