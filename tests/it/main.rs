//! What a user can see, driven through the program itself on projects in temporary folders.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests set the stage and fail loudly")]

mod browser;
mod cli;
mod content;
mod copies;
mod failing;
mod foreign;
mod hostile;
mod import;
mod incremental;
mod inputs;
mod large;
mod layers;
mod left_out;
mod lists;
mod lookup;
mod machines;
mod outlets;
mod output;
mod redirects;
mod related;
mod remains;
mod running;
mod serve;
mod site;
mod standards;
mod theme;
mod translations;
mod verbs;
mod watch;
