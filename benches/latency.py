#!/usr/bin/env python3
"""Measure how long an edit takes to show: from saving an article to its page, on disk or answered.

    latency.py PROGRAM CONTENT [--project benches/peers] [--work DIR] [--edits 20] [--serve]

CONTENT is a folder of articles, which is copied. Starts `PROGRAM watch` (or `PROGRAM serve`) and waits for the first page;
then adds a word of its own to the body of one article, again and again, then to its title, and looks for it every two
milliseconds. Prints seconds until the first page; median, 95th percentile and worst of the edits, and processor time of
one; processor time of ten idle seconds, and peak memory.
"""
import os, pathlib, re, signal, statistics, subprocess, time, urllib.error, urllib.request

import project

TICK = os.sysconf("SC_CLK_TCK")


def cpu(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def peak(pid):
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def wait(page, word, limit=600):
    start = time.monotonic()
    while word not in page():
        if time.monotonic() - start > limit:
            raise SystemExit(f"`{word}` did not show in {limit} s")
        time.sleep(0.002)
    return time.monotonic() - start


def main():
    arguments = project.arguments(__doc__)
    arguments.add_argument("--edits", type=int, default=20)
    arguments.add_argument("--serve", action="store_true")
    options = arguments.parse_args()
    folder = project.copied(options)
    _, article = project.middle(folder)
    path = article.relative_to(folder / "content").with_suffix("")
    port = 18321

    def page():
        try:
            if not options.serve:
                return (folder / "public" / path / "index.html").read_text()
            return urllib.request.urlopen(f"http://localhost:{port}/{path.as_posix()}/").read().decode()
        except (FileNotFoundError, urllib.error.URLError, ConnectionError):
            return ""

    for state in ["without a state", "with one"]:
        command = ["serve", "--port", str(port)] if options.serve else ["watch"]
        process = subprocess.Popen([os.path.abspath(options.program), *command, "--quiet"], cwd=folder)
        try:
            print(f"first page {state:16} {wait(page, '</html>'):8.3f} s", flush=True)
            if state == "with one":
                measure(process.pid, article, page, options.edits)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait()
        if options.serve:
            subprocess.run([os.path.abspath(options.program), "build", "--quiet"], cwd=folder, check=True)


def body(article, word):
    with article.open("a") as file:
        file.write(f"\n{word}\n")


def title(article, word):
    article.write_text(re.sub('title: "(word-[^ ]* )?', f'title: "{word} ', article.read_text(), count=1))


def measure(pid, article, page, edits):
    # What the start left to be done is done.
    time.sleep(5)
    for edit in body, title:
        before, times = cpu(pid), []
        for number in range(edits):
            word = f"word-{number}-{time.monotonic_ns()}"
            edit(article, word)
            times.append(wait(page, word))
            time.sleep(0.5)
        spent = (cpu(pid) - before) / edits
        times.sort()
        nearly = times[min(len(times) - 1, int(len(times) * 0.95))]
        print(f"{edit.__name__} edited: median {statistics.median(times):.3f} s, 95 % {nearly:.3f} s, "
              f"worst {times[-1]:.3f} s, cpu {spent:.3f} s", flush=True)
    idle = cpu(pid)
    time.sleep(10)
    print(f"ten idle seconds: cpu {cpu(pid) - idle:.2f} s; peak memory {peak(pid):.0f} MiB", flush=True)


if __name__ == "__main__":
    main()
