//! Failures that only Linux lets us stage.

use super::changed;
use crate::site::{PROGRAM, Run, Site, tree};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

const NOW: &str = "2024-06-01T12:00:00Z";

/// Published pages, manifest left out.
fn pages(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let own = |name: &str| name.starts_with("manifest") || name.starts_with(".backissue-tmp");
    tree(folder).into_iter().filter(|(name, _)| !own(name)).collect()
}

/// What a clean build of a site gives.
fn clean(site: &Site) -> BTreeMap<String, Vec<u8>> {
    let elsewhere = tempfile::tempdir().unwrap();
    let output = elsewhere.path().join("public");
    let run = site.try_build(&["--output", output.to_str().unwrap()]);
    assert_eq!(run.code, Some(0), "{}", run.stdout);
    fs::remove_dir_all(site.path(".backissue")).unwrap();
    tree(&output)
}

/// Runs a script of the shell with the program as `$0`; `None` if it ends with 77, for want of what it needs.
fn shell(site: &Site, script: &str) -> Option<Run> {
    let mut command = Command::new("sh");
    command.current_dir(site.root()).args(["-c", script, PROGRAM]).env("NO_COLOR", "1");
    Some(Run::of(command.output().unwrap())).filter(|run| run.code != Some(77))
}

#[test]
fn too_few_descriptors_publish_all_or_nothing() {
    let site = changed();
    let new = clean(&site);
    let old = site.tree();
    let mut failed = 0;
    for limit in 5..=24 {
        let script = format!("ulimit -n {limit}; exec \"$0\" build --now {NOW} --jobs 8");
        let run = shell(&site, &script).unwrap();
        if run.code == Some(0) {
            assert!(site.tree() == new, "{limit}");
            break;
        }
        failed += 1;
        assert_eq!(run.code, Some(1), "{limit}: {}", run.stderr);
        assert!(run.stderr.contains("Too many open files"), "{limit}: {}", run.stderr);
        let mut after = site.tree();
        after.remove(".backissue-tmp/lock");
        assert!(after == old, "{limit}: {}", run.stderr);
    }
    assert!((1..20).contains(&failed), "{failed}");
}

/// Builds with the output on a small file system of its own, then on one with room.
#[track_caller]
fn on_a_full_disk(options: &str) {
    let site = changed();
    let new = clean(&site);
    let old = site.tree();
    let script = format!(
        "unshare -rm true || exit 77
         mv public old && mkdir public after healed && exec unshare -rm sh -c '
         mount -t tmpfs -o {options} none public 2>/dev/null || exit 77
         cp -a old/. public && \"$0\" build --now {NOW}; code=$?
         cp -a public/. after && mount -o remount,size=100m,nr_inodes=9999 public &&
         \"$0\" build --quiet --now {NOW} && cp -a public/. healed || exit 3
         exit $code' \"$0\""
    );
    let Some(run) = shell(&site, &script) else { return };
    assert_eq!(run.code, Some(1), "{options}: {}", run.stderr);
    assert!(run.stderr.contains("No space left on device"), "{}", run.stderr);
    assert!(run.stderr.contains(".backissue-tmp/"), "{}", run.stderr);
    assert!(tree(&site.path("after")) == old, "{options}: {}", run.stderr);
    assert!(tree(&site.path("healed")) == new, "{options}: {}", run.stderr);
}

#[test]
fn a_full_disk_leaves_the_old_site() {
    let site = changed();
    let pages = site.tree();
    let blocks: usize = pages.values().map(|bytes| bytes.len().div_ceil(4096)).sum();
    on_a_full_disk(&format!("size={}k", 4 * (blocks + 3)));
}

#[test]
fn a_disk_without_inodes_leaves_the_old_site() {
    let site = changed();
    let entries = walkdir::WalkDir::new(site.path("public")).into_iter().count();
    on_a_full_disk(&format!("size=9m,nr_inodes={}", entries + 5));
}

/// Fails one system call after the other, on a project of three articles; of those on `paths`, if any are given.
fn inject(call: &str, (error, cause): (&str, &str), paths: &[&str]) {
    let traces = Command::new("strace").args(["-f", "-qq", "-o", "/dev/null", "true"]).output();
    if !traces.is_ok_and(|output| output.status.success()) {
        return;
    }
    let site = changed();
    let new = clean(&site);
    let old = site.tree();
    let copy = |from: &Path, to: &Path| {
        let _ = fs::remove_dir_all(to);
        for (name, bytes) in tree(from) {
            let path = to.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    };
    let root = fs::canonicalize(site.root()).unwrap();
    let log = site.path("log");
    let mut seen = false;
    let before = site.path("before");
    copy(&site.path("public"), &before);
    for number in 1.. {
        copy(&before, &site.path("public"));
        let _ = fs::remove_dir_all(site.path(".backissue"));
        let mut command = Command::new("strace");
        command.current_dir(site.root()).args(["-f", "-qq", "-o"]).arg(&log);
        command.arg("-e").arg(format!("inject={call}:error={error}:when={number}"));
        for path in paths {
            // As it is written in a call, and as an open file is known.
            command.arg("-P").arg(format!("./{path}")).arg("-P").arg(root.join(path));
        }
        command.args([PROGRAM, "build", "--jobs", "1", "--now", NOW]).env("NO_COLOR", "1");
        let run = Run::of(command.output().unwrap());
        let lines = fs::read_to_string(&log).unwrap_or_default();
        let injected: Vec<&str> = lines.lines().filter(|line| line.contains("(INJECTED)")).collect();
        let Some(first) = injected.first() else { break };
        seen = true;
        // Libraries, what the system says of itself, and what is said to the user.
        let not_ours = ["\"/etc", "\"/lib", "\"/usr", "\"/proc", "\"/sys", "(1, ", "(2, "];
        if injected.iter().any(|line| not_ours.iter().any(|part| line.contains(part))) {
            continue;
        }
        let context = format!("{first}\n{}", run.stderr);
        let published = pages(&site.path("public"));
        match run.code {
            Some(0) => assert!(
                published.iter().eq(new.iter().filter(|(name, _)| !name.starts_with("manifest"))),
                "{context}"
            ),
            Some(1) => {
                assert!(run.stderr.contains(cause), "{context}");
                let whole = |(name, bytes): (&String, &Vec<u8>)| {
                    [&old, &new].iter().any(|tree| tree.get(name) == Some(bytes))
                };
                assert!(published.iter().all(whole), "{context}");
            }
            code => panic!("{code:?}: {context}"),
        }
        site.build().clean();
        assert!(site.tree() == new, "the next build: {context}");
    }
    assert!(seen, "no {call} to fail");
}

#[test]
fn a_folder_that_cannot_be_listed_is_not_taken_for_empty() {
    inject("getdents64", ("EIO", "Input/output error"), &[]);
}

#[test]
fn a_file_that_cannot_be_opened_now_is_not_taken_for_broken() {
    let paths = ["content", "content/b", "content/a.md", "content/b/b.md", "content/b/b.png", "static"];
    inject("openat", ("EMFILE", "Too many open files"), &paths);
    inject("read", ("EIO", "Input/output error"), &paths);
}

#[test]
fn a_write_that_fails_tears_nothing() {
    let files = (0..60).map(|number| format!("0/{number}"));
    let files = files.chain(["lock".to_string(), "manifest".to_string()]);
    let paths: Vec<String> = files.map(|name| format!("public/.backissue-tmp/{name}")).collect();
    inject(
        "write",
        ("ENOSPC", "No space left on device"),
        &paths.iter().map(String::as_str).collect::<Vec<_>>(),
    );
}

#[test]
fn a_limit_on_file_sizes_is_an_error_that_names_the_file() {
    let site = changed();
    let new = clean(&site);
    let old = site.tree();
    site.file("content/long.md", format!("---\ntitle: Long\n---\n\n{}\n", "Long. ".repeat(20_000)));
    let run = shell(&site, &format!("ulimit -f 64; exec \"$0\" build --now {NOW}")).unwrap();
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(run.stderr.contains(".backissue-tmp/0/"), "{}", run.stderr);
    assert!(run.stderr.contains("File too large"), "{}", run.stderr);
    assert!(site.tree() == old);
    fs::remove_file(site.path("content/long.md")).unwrap();
    site.build().clean();
    assert!(site.tree() == new);
}

/// Where nothing is published, whole folders are moved: each move fails in turn, and where a system cannot move a
/// folder, what is in it is moved.
#[test]
fn moves_that_fail_on_a_first_build_tear_nothing() {
    let traces = Command::new("strace").args(["-f", "-qq", "-o", "/dev/null", "true"]).output();
    if !traces.is_ok_and(|output| output.status.success()) {
        return;
    }
    let site = changed();
    let new = clean(&site);
    for (error, in_parts) in [("EDQUOT", false), ("EXDEV", true)] {
        let mut failed = 0;
        for number in 1.. {
            fs::remove_dir_all(site.path("public")).unwrap();
            let _ = fs::remove_dir_all(site.path(".backissue"));
            let script = format!(
                "exec strace -f -qq -o log -e inject=rename:error={error}:when={number} \
                 \"$0\" build --jobs 1 --now {NOW}"
            );
            let run = shell(&site, &script).unwrap();
            let log = site.read("log");
            let Some(line) = log.lines().find(|line| line.contains("(INJECTED)")) else { break };
            let context = format!("{line}\n{}", run.stderr);
            let whole = |(name, bytes): (&String, &Vec<u8>)| new.get(name) == Some(bytes);
            assert!(pages(&site.path("public")).iter().all(whole), "{context}");
            let top = line.split(".backissue-tmp/0/").nth(1).and_then(|rest| rest.split('"').next());
            let is_folder = top.is_some_and(|name| !name.contains('.'));
            // Without a cache the next build takes longer, and that is all.
            let harmless = line.contains(".backissue/") || (in_parts && is_folder);
            assert_eq!(run.code, Some(i32::from(!harmless)), "{context}");
            assert!(harmless || run.stderr.contains("public/"), "{context}");
            failed += usize::from(!harmless);
            site.build().clean();
            assert!(site.tree() == new, "the next build: {context}");
        }
        assert!(failed > 2, "{error}: {failed}");
    }
}
