#!/usr/bin/env python3
"""Measure how long an edit takes to show: from saving an article to its page, on disk or answered.

    latency.py PROGRAM CONTENT [--project benches/peers] [--work DIR] [--edits 20] [--idle 60] [--serve | --hugo SITE]

CONTENT is a folder of articles, which is copied. Starts `PROGRAM watch` (or `PROGRAM serve`) and waits for the first page;
then adds a word of its own to the body of one article, again and again, then to its title, and looks for it every two
milliseconds. With --hugo, PROGRAM is Hugo, CONTENT that of a site of its own, which it serves and which is edited in place.
Prints seconds until the first page; median, 95th percentile and worst of the edits, and processor time of one; for the
largest list, its size and how long it takes to be answered; processor time of idle seconds and what the program said in
them, and peak memory.
"""
import os, pathlib, re, shutil, signal, statistics, subprocess, tempfile, time, urllib.error, urllib.request

import project

TICK = os.sysconf("SC_CLK_TCK")
PORT = 18321


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


def get(path):
    return urllib.request.urlopen(f"http://localhost:{PORT}/{path}").read()


def main():
    arguments = project.arguments(__doc__)
    arguments.add_argument("--edits", type=int, default=20)
    arguments.add_argument("--idle", type=int, default=60)
    arguments.add_argument("--serve", action="store_true")
    arguments.add_argument("--hugo", metavar="SITE")
    options = arguments.parse_args()
    folder = pathlib.Path(options.hugo) if options.hugo else project.copied(options)
    _, article = project.middle(folder)
    path = article.relative_to(folder / "content").with_suffix("").as_posix()
    serves = options.serve or options.hugo

    def page():
        try:
            return get(f"{path}/").decode() if serves else (folder / "public" / path / "index.html").read_text()
        except (FileNotFoundError, urllib.error.URLError, ConnectionError):
            return ""

    program = os.path.abspath(shutil.which(options.program) or options.program)
    command = ["serve", "--port", str(PORT)] if options.serve else ["watch"]
    if options.hugo:
        command = ["server", "--noBuildLock", "--disableLiveReload", "--port", str(PORT)]
    # Hugo has no state between runs.
    states = [""] if options.hugo else ["without a state", "with one"]
    for state in states:
        said = tempfile.TemporaryFile()
        process = subprocess.Popen([program, *command], cwd=folder, stdout=said, stderr=said)
        try:
            print(f"first page {state:16} {wait(page, '</html>', 3000):8.3f} s", flush=True)
            if state == states[-1]:
                measure(process.pid, article, page, options.edits)
                if options.serve:
                    largest(folder)
                idle(process.pid, said, options.idle)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait()
        if options.serve:
            subprocess.run([program, "build", "--quiet"], cwd=folder, check=True)


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


def largest(folder):
    """The largest page that is no article's, as the last build left it."""
    public, content = folder / "public", folder / "content"
    articles = {path.relative_to(content).with_suffix("") for path in content.rglob("*.md")}
    pages = (path for path in public.rglob("*.html") if path.parent.relative_to(public) not in articles)
    page = max(pages, key=lambda page: page.stat().st_size).relative_to(public)
    times = []
    for _ in range(50):
        start = time.monotonic()
        size = len(get(page.as_posix()))
        times.append(time.monotonic() - start)
    times.sort()
    print(f"largest list, {page}, {size / 1024:.0f} KiB: median {statistics.median(times) * 1000:.1f} ms, "
          f"worst {times[-1] * 1000:.1f} ms", flush=True)


def idle(pid, said, seconds):
    before, heard = cpu(pid), os.fstat(said.fileno()).st_size
    time.sleep(seconds)
    spent, heard = cpu(pid) - before, os.fstat(said.fileno()).st_size - heard
    print(f"{seconds} idle seconds: cpu {spent:.2f} s, {heard} bytes said; peak memory {peak(pid):.0f} MiB", flush=True)


if __name__ == "__main__":
    main()
