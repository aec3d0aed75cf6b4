//! What stands where something was: tombstones and redirects.

use super::Renderer;
use super::views::{Link, PageView, RedirectPage, TombstonePage};
use crate::article::{Removal, Status};
use crate::plan::Subject;
use crate::route::OutPath;

impl<'a> Renderer<'a> {
    /// Says that something was removed, when, why and whom to ask; nothing of what it was.
    pub(super) fn tombstone(&self, subject: Subject, path: &OutPath) -> TombstonePage<'a> {
        let removal = match &subject.of(self.archive).article.status {
            Status::Removed(removal) => Removal::clone(removal),
            _ => Removal::default(),
        };
        let title = self.words.get(&["removed"]).to_string();
        let page = PageView { noindex: true, canonical: None, ..self.page("tombstone", &title, path) };
        TombstonePage {
            page,
            date: self.date(removal.date.as_ref()),
            reason: removal.reason,
            legal: removal.legal,
            links: self.indexes(),
        }
    }

    pub(super) fn redirect(&self, index: usize, path: &OutPath) -> RedirectPage {
        let to = self.plan.redirects[index].to;
        let target = self.plan.addresses.of(to);
        let site = &self.config.site;
        let title = self.words.get(&["moved"]).to_string();
        let canonical = (!site.base_url.is_empty()).then(|| self.absolute(target));
        let url = String::from(self.plan.addresses.url(target));
        let refresh = Some(url.clone());
        let page = PageView { noindex: true, canonical, refresh, ..self.page("redirect", &title, path) };
        let target = Link { title: to.of(self.archive).title.clone(), url };
        RedirectPage { page, target }
    }

    /// The indexes, for those who did not find what they looked for.
    pub(super) fn indexes(&self) -> Vec<Link> {
        let taxonomies = (0..self.config.taxonomies.len()).map(|index| self.taxonomy(index));
        let links = taxonomies.map(|head| Link { title: head.title, url: head.url });
        links.chain(self.more()).collect()
    }
}
