//! Names → [`Slug`], [`OutPath`], [`Url`]: the only way to make one, so that no other room has to ask whether a
//! path is safe or a name is taken.

mod old;
mod path;
mod slug;

pub use old::{OldUrl, TRACKING, TRACKING_PREFIX, Unusable, lookup_key};
pub use path::{OutPath, Url};
pub use slug::{Slug, suffix};
