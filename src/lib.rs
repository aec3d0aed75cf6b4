//! `backissue` turns a pile of raw news articles into a clean, browsable, durable static archive.
