"""What the measurements share: their arguments, and a site of its own that may be edited."""
import argparse, pathlib, shutil


def arguments(description):
    """A parser with the arguments that all take."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("content")
    parser.add_argument("--project", default=str(pathlib.Path(__file__).parent / "peers"))
    parser.add_argument("--work", default="/tmp/backissue-bench")
    return parser


def copied(options):
    """The folder of a new site: the project with the content."""
    site = pathlib.Path(options.work)
    shutil.rmtree(site, ignore_errors=True)
    shutil.copytree(options.project, site)
    shutil.copytree(options.content, site / "content")
    return site


def middle(site):
    """All articles, and the one in the middle, which is the one to edit."""
    articles = sorted(path for path in (site / "content").rglob("*.md") if path.name != "_index.md")
    return articles, articles[len(articles) // 2]
