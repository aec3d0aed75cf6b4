//! What many pages show, made once for all of them: the addresses of terms and periods, and what names stand for.

use crate::archive::{Aliases, Archive, Period, TermId};
use crate::article::term_key;
use crate::config::{Config, Taxonomy};
use crate::plan::{Addresses, Part, list_path, period_folder, term_folder};
use std::collections::{BTreeMap, HashMap};

/// Addresses and names that pages have in common.
pub struct Ready {
    /// For each taxonomy: what articles call it, its address and those of its terms.
    taxonomies: Vec<(String, String, Vec<String>)>,
    periods: HashMap<Period, String>,
    /// Of names that have no pages.
    aliases: BTreeMap<String, Aliases>,
}

impl Ready {
    /// Those of an archive.
    pub fn new(config: &Config, archive: &Archive, addresses: &Addresses) -> Self {
        let url = |folder: &str| String::from(addresses.url(&list_path(folder, Part::Folder)));
        let taxonomy = |(index, taxonomy): (usize, &Taxonomy)| {
            let term = |term| url(&term_folder(archive, taxonomy, (index, term)));
            let terms = (0..archive.terms[index].len()).map(term).collect();
            (term_key(&taxonomy.name).to_string(), url(&taxonomy.path), terms)
        };
        let taxonomies: Vec<_> = config.taxonomies.iter().enumerate().map(taxonomy).collect();
        let periods = archive.periods.keys().map(|period| (*period, url(&period_folder(*period)))).collect();
        let keys = config.aliases.iter().map(|(name, _)| term_key(name));
        let plain = keys.filter(|key| taxonomies.iter().all(|(taken, ..)| taken != key));
        let aliases = plain.map(|key| (key.to_string(), Aliases::of(config, key))).collect();
        Self { taxonomies, periods, aliases }
    }

    /// The taxonomy of what articles have under a key.
    pub fn taxonomy_of(&self, key: &str) -> Option<usize> {
        self.taxonomies.iter().position(|(known, ..)| *known == key)
    }

    /// The address of a taxonomy.
    pub fn taxonomy(&self, index: usize) -> &str {
        &self.taxonomies[index].1
    }

    /// The address of a term.
    pub fn term(&self, taxonomy: usize, term: TermId) -> &str {
        &self.taxonomies[taxonomy].2[term]
    }

    /// The address of a year, month or day, if it has a page.
    pub fn period(&self, period: Period) -> Option<&str> {
        self.periods.get(&period).map(String::as_str)
    }

    /// What a name without a page stands for.
    pub fn resolve<'n>(&'n self, key: &str, name: &'n str) -> &'n str {
        self.aliases.get(key).map_or(name, |aliases| aliases.name(name))
    }
}
