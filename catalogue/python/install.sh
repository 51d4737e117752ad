#!/bin/sh
set -eu
export DEBIAN_FRONTEND=noninteractive

apt-get update -q
apt-get install -q -y --no-install-recommends python3
apt-get clean
rm -rf /var/lib/apt/lists/* /var/log/apt /var/log/dpkg.log

# Runs before the prompt: what it defines is there for the visitor.
cat > /root/.welcome.py <<'PYTHON'
import platform

print(f"Python {platform.python_version()} on Debian. help() explains, exit() ends. Try for example:")
print('  sum(n * n for n in range(100))      or      import fractal; fractal.draw()')
del platform
PYTHON

cat > /root/fractal.py <<'PYTHON'
"""Draws the Mandelbrot set in the colours of the terminal."""

import shutil


def steps(c, limit=60):
    """How many steps the point c takes to run away; limit where it stays."""
    z = 0
    for n in range(limit):
        if abs(z) > 2:
            return n
        z = z * z + c
    return limit


def draw(centre=-0.6, width=3.2):
    """Draws what lies around centre; a smaller width looks closer."""
    columns, rows = shutil.get_terminal_size()
    rows -= 2
    height = width * rows * 2 / columns
    for row in range(rows):
        y = height * (0.5 - row / rows)
        line = ""
        for column in range(columns):
            x = width * (column / columns - 0.5)
            n = steps(centre + complex(x, y))
            line += "\033[0m " if n == 60 else f"\033[48;5;{17 + n * 3 % 214}m "
        print(line + "\033[0m")
PYTHON

python3 --version
