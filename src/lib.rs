//! `backissue` turns a pile of raw news articles into a clean, browsable, durable static archive.

pub mod problem;
pub mod yaml;
pub mod fs;
pub mod article;
pub mod config;
pub mod route;
