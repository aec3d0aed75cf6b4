//! Pages that find articles by their original address.

use super::Renderer;
use super::views::{Counted, Link, LookUpPage, OldAddress, PageView, Pager, Shards};
use crate::plan::{Host, LOOKUP, LookUp, Part, list_path, shard_path, term_part_path};
use crate::route::{TRACKING, TRACKING_PREFIX};
use std::collections::BTreeMap;

/// Keys of a shard; for each the articles' titles and addresses.
pub(super) type Shard = BTreeMap<String, Vec<(String, String)>>;

impl Renderer<'_> {
    pub(super) fn lookup(&self) -> LookUpPage {
        let title = self.words.get(&["lookup"]).to_string();
        let LookUp { hosts, parts, shards, .. } = &self.plan.lookup;
        let any: String = self.plan.addresses.url(&shard_path(0)).into();
        let folder = any.strip_suffix("0.json").unwrap_or(&any).to_string();
        LookUpPage {
            page: PageView {
                script: Some("lookup.js"),
                ..self.page("lookup", &title, &list_path(LOOKUP, Part::Folder))
            },
            title,
            shards: Some(Shards {
                folder,
                count: *shards,
                tracking: TRACKING.join(" "),
                tracking_prefix: TRACKING_PREFIX.to_string(),
            }),
            hosts: if parts.is_empty() { self.counted(hosts) } else { Vec::new() },
            parts: self.links_to_parts(LOOKUP, parts),
            addresses: Vec::new(),
            pager: Pager::default(),
            breadcrumbs: Vec::new(),
        }
    }

    /// A page of a long list of hosts.
    pub(super) fn lookup_part(&self, index: usize) -> LookUpPage {
        let LookUp { hosts, parts, .. } = &self.plan.lookup;
        let part = &parts[index];
        let lookup = self.words.get(&["lookup"]).to_string();
        let title = format!("{lookup}: {}", self.part_name(part.by, part.number));
        LookUpPage {
            page: self.page("lookup", &title, &term_part_path(LOOKUP, part)),
            title,
            shards: None,
            hosts: self.counted(&hosts[part.range.clone()]),
            parts: self.links_to_parts(LOOKUP, parts),
            addresses: Vec::new(),
            pager: Pager::default(),
            breadcrumbs: vec![Link { title: lookup, url: self.folder_url(LOOKUP) }],
        }
    }

    fn counted(&self, hosts: &[Host]) -> Vec<Counted> {
        let counted = |host: &Host| Counted {
            title: host.name.clone(),
            url: self.folder_url(&host.folder),
            count: host.slots.len(),
        };
        hosts.iter().map(counted).collect()
    }

    pub(super) fn lookup_host(&self, index: usize, part: Part) -> LookUpPage {
        let host = &self.plan.lookup.hosts[index];
        let title = self.words.fill(&["lookup_of"], |key| if key == "host" { &host.name } else { "" }.into());
        let paging = host.paging(self.config);
        let pager = self.pager(&host.folder, &paging, part);
        let mut page = self.page("lookup", &title, &list_path(&host.folder, part));
        page.newer.clone_from(&pager.newer);
        page.older.clone_from(&pager.older);
        let slots = paging.chunk(part).slots.rev().map(|slot| host.slots[slot]);
        let breadcrumb =
            Link { title: self.words.get(&["lookup"]).to_string(), url: self.folder_url(LOOKUP) };
        LookUpPage {
            page,
            title,
            shards: None,
            hosts: Vec::new(),
            parts: Vec::new(),
            addresses: slots.map(|id| self.old_address(id)).collect(),
            pager,
            breadcrumbs: vec![breadcrumb],
        }
    }

    fn old_address(&self, id: usize) -> OldAddress {
        let entry = &self.archive.entries[id];
        let lang = entry.article.lang.clone().filter(|lang| *lang != self.config.site.lang);
        OldAddress {
            old: entry.article.provenance.original_url.clone().unwrap_or_default(),
            title: entry.title.clone(),
            url: self.plan.addresses.url(self.plan.addresses.article(id)).into(),
            dir: lang.as_deref().map(super::dir),
            lang,
        }
    }

    pub(super) fn lookup_shard(&self, number: usize) -> Shard {
        let mut shard = Shard::new();
        for (key, id) in &self.plan.lookup.keys[&number] {
            let address = self.old_address(*id);
            shard.entry(key.clone()).or_default().push((address.title, address.url));
        }
        shard
    }

    /// Whether there is a page of this kind to link to.
    pub(super) fn has_lookup(&self) -> bool {
        !self.plan.lookup.hosts.is_empty()
    }

    /// Indexes beside the taxonomies.
    pub(super) fn more(&self) -> Vec<Link> {
        let known = [
            ("corrections", crate::plan::CORRECTIONS, !self.archive.corrected.is_empty()),
            ("on_this_day", crate::plan::DAYS, self.config.on_this_day),
            ("lookup", LOOKUP, self.has_lookup()),
        ];
        let link = |(word, folder, _): (&str, &str, bool)| Link {
            title: self.words.get(&[word]).to_string(),
            url: self.folder_url(folder),
        };
        known.into_iter().filter(|(.., present)| *present).map(link).collect()
    }
}
