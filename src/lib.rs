//! `backissue` turns a pile of raw news articles into a clean, browsable, durable static archive.
//!
//! The rooms below are declared in reading order; each uses only rooms above it, as `tests/it/layers.rs` lists.

pub mod problem;
pub mod yaml;
pub mod fs;
pub mod article;
pub mod config;
pub mod route;
pub mod raw;
pub mod markdown;
pub mod clean;
pub mod import;
pub mod theme;
pub mod content;
pub mod archive;
pub mod plan;
pub mod render;
pub mod publish;
pub mod cache;
pub mod build;
pub mod watch;
pub mod serve;
pub mod cli;
