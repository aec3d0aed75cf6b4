//! Original addresses → articles, for readers who have a dead link.
//!
//! A script asks for the one shard that an address falls into; without it there is a list for each site.

use super::terms::{self, By, TermPart};
use super::{Output, Page, Paging, Part, known, list_path, template};
use crate::archive::Archive;
use crate::config::Config;
use crate::route::{OutPath, Slug, lookup_key};
use std::collections::{BTreeMap, BTreeSet};

/// The folder of the look-up.
pub const FOLDER: &str = "/lookup/";
/// Addresses in a shard, on average at most: about 20 kB.
const PER_SHARD: usize = 128;

/// All original addresses.
#[derive(Debug, Default)]
pub struct LookUp {
    /// By host, sorted by letter and name.
    pub hosts: Vec<Host>,
    /// Parts of the list of hosts; none where one page holds all.
    pub parts: Vec<TermPart>,
    /// How many shards there are, a power of two, so that a new article seldom changes it.
    pub shards: usize,
    /// Key and article of every address, by shard.
    pub keys: BTreeMap<usize, Vec<(String, usize)>>,
}

/// The articles that came from a host.
#[derive(Debug)]
pub struct Host {
    /// Its name.
    pub name: String,
    /// The folder of its list.
    pub folder: String,
    /// Articles, oldest first.
    pub slots: Vec<usize>,
}

impl Host {
    /// How its list is cut into pages.
    pub fn paging(&self, config: &Config) -> Paging {
        Paging::new(self.slots.len(), config.per_page, true)
    }
}

impl LookUp {
    pub(super) fn new(archive: &Archive, config: &Config) -> Self {
        if !config.lookup {
            return Self::default();
        }
        let mut hosts: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let mut found = Vec::new();
        for (id, entry) in archive.entries.iter().enumerate().filter(|(_, entry)| !entry.removed()) {
            let url = entry.article.provenance.original_url.as_deref();
            let Some(key) = url.and_then(lookup_key) else { continue };
            let host = key.split('/').next().unwrap_or_default();
            hosts.entry(host.to_string()).or_default().push(id);
            found.push((key, id));
        }
        if found.is_empty() {
            return Self::default();
        }
        let shards = found.len().div_ceil(PER_SHARD).next_power_of_two();
        let mut keys: BTreeMap<usize, Vec<(String, usize)>> = BTreeMap::new();
        for (key, id) in found {
            keys.entry(shard(&key, shards)).or_default().push((key, id));
        }
        for keys in keys.values_mut() {
            keys.sort();
        }
        let hosts = folders(hosts);
        let parts = terms::by_letter(&hosts, |host| &host.name);
        Self { hosts, parts, shards, keys }
    }
}

fn folders(hosts: BTreeMap<String, Vec<usize>>) -> Vec<Host> {
    let mut taken = BTreeSet::new();
    let host = |(name, slots): (String, Vec<usize>)| {
        let mut slug = Slug::new(&name);
        if !taken.insert(slug.clone()) {
            slug = slug.with_suffix(&crate::route::suffix(&name));
        }
        Host { folder: format!("{FOLDER}{slug}/"), name, slots }
    };
    let mut hosts: Vec<Host> = hosts.into_iter().map(host).collect();
    hosts.sort_by_key(|host| By::letter_of(&host.name));
    hosts
}

/// FNV-1a, 32 bits (<http://www.isthe.com/chongo/tech/comp/fnv/>): five lines in the page's script as well.
fn shard(key: &str, shards: usize) -> usize {
    let hash =
        key.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash as usize & (shards - 1)
}

/// Path of a shard.
pub fn shard_path(number: usize) -> OutPath {
    known(&format!("{FOLDER}shards/{number:x}.json"))
}

pub(super) fn add(lookup: &LookUp, config: &Config, outputs: &mut Vec<Output>) {
    if lookup.hosts.is_empty() {
        return;
    }
    let mut add = |path, page| outputs.push(Output { path, page, source: template("lookup") });
    add(list_path(FOLDER, Part::Folder), Page::LookUp);
    for (index, part) in lookup.parts.iter().enumerate() {
        add(terms::term_part_path(FOLDER, part), Page::LookUpPart(index));
    }
    for (index, host) in lookup.hosts.iter().enumerate() {
        for part in host.paging(config).parts() {
            add(list_path(&host.folder, part), Page::LookUpHost(index, part));
        }
    }
    for shard in lookup.keys.keys() {
        add(shard_path(*shard), Page::LookUpShard(*shard));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_those_of_the_published_algorithm() {
        // Test vectors of the algorithm's authors.
        for (key, hash) in [("", 0x811c_9dc5), ("a", 0xe40c_292c), ("foobar", 0xbf9c_f968_u32)] {
            assert_eq!(shard(key, 1 << 16), hash as usize & 0xffff);
        }
    }
}
