//! The theme and the sample archive are compiled in: a file added to them must be noticed.

fn main() {
    for folder in ["templates", "content"] {
        println!("cargo::rerun-if-changed={folder}");
    }
}
