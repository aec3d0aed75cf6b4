#!/usr/bin/env python3
"""Measure whole builds: wall seconds, processor seconds and peak memory of the process.

    whole.py PROGRAM CONTENT [--project benches/peers] [--work DIR] [--runs 3] [--hugo HUGO SITE]

CONTENT is a folder of articles; it is copied, as some are edited. --hugo runs another generator on a site of its own
before each cold build, so that both meet the same machine: SITE has Hugo's configuration, layouts and content.
Prints the median of each figure, and ratios to Hugo's in the same run. Put the working folder on a memory file system
or a fast disk.
"""
import os, pathlib, resource, shutil, statistics, subprocess, time

import project


def measure(command, folder):
    start = time.monotonic()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = process.stderr.read().decode()
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command} failed: {said}")
    return time.monotonic() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def show(name, rows, against=None):
    wall, cpu, memory = (statistics.median(column) for column in zip(*rows))
    ratio = f"   {against[0] / wall:6.1f} x wall {against[1] / cpu:6.1f} x cpu {against[2] / memory:5.1f} x memory" if against else ""
    print(f"{name:32} {wall:8.2f} s {cpu:8.2f} s cpu {memory:8.0f} MiB{ratio}", flush=True)
    return wall, cpu, memory


def main():
    arguments = project.arguments(__doc__)
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--hugo", nargs=2, metavar=("HUGO", "SITE"))
    options = arguments.parse_args()
    folder = project.copied(options)
    build = [os.path.abspath(options.program), "build", "--quiet"]

    cold, hugo = [], []
    for _ in range(options.runs):
        if options.hugo:
            shutil.rmtree(pathlib.Path(options.hugo[1]) / "public", ignore_errors=True)
            hugo.append(measure([options.hugo[0], "--noBuildLock", "--quiet"], options.hugo[1]))
        for made in ("public", ".backissue"):
            shutil.rmtree(folder / made, ignore_errors=True)
        cold.append(measure(build, folder))
    against = show("hugo, cold", hugo) if hugo else None
    show("cold", cold, against)
    measure(build, folder)
    show("nothing changed", [measure(build, folder) for _ in range(options.runs)], against)

    articles, article = project.middle(folder)

    def edited(change):
        rows = []
        for number in range(options.runs):
            time.sleep(0.05)
            change(number)
            rows.append(measure(build, folder))
        return rows

    def body(number):
        with article.open("a") as file:
            file.write(f"\nParagraph {number}.\n")

    def title(number):
        text = article.read_text()
        article.write_text(text.replace('title: "', f'title: "{number} ', 1))

    def added(number):
        new = articles[-1].with_name(f"brand-new-{number}.md")
        new.write_text(articles[-1].read_text().replace('title: "', f'title: "Brand new {number} ', 1))

    show("one body edited", edited(body), against)
    show("one title edited", edited(title), against)
    show("one article added", edited(added), against)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
