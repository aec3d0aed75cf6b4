//! Numbers for footnotes, given before anything is written, as a note may stand anywhere.

use std::collections::BTreeMap;

use pulldown_cmark::{Event, Tag, TagEnd};
use unicase::UniCase;

use crate::markdown::events;
use crate::markdown::shortcode::Source;

/// The footnotes of a body.
#[derive(Default)]
pub struct Footnotes {
    labels: BTreeMap<UniCase<String>, usize>,
    /// For each definition, in the order of the text: its number from 1 and the references so far.
    definitions: Vec<(usize, usize)>,
}

impl Footnotes {
    /// Numbers by first reference: those in the text, then those in the notes so found, then what nobody refers to.
    pub fn find(source: &Source) -> Self {
        let mut notes = Footnotes::default();
        if !source.text.contains("[^") {
            return notes;
        }
        // Labels referred to in the text (first) and in each definition.
        let mut references: Vec<Vec<UniCase<String>>> = vec![Vec::new()];
        let (mut open, mut images) = (vec![0], 0_usize);
        for event in events(&source.text) {
            match event {
                Event::Start(Tag::FootnoteDefinition(label)) => {
                    notes.labels.entry(UniCase::new(label.to_string())).or_insert(notes.definitions.len());
                    notes.definitions.push((0, 0));
                    open.push(references.len());
                    references.push(Vec::new());
                }
                Event::End(TagEnd::FootnoteDefinition) => drop(open.pop()),
                Event::Start(Tag::Image { .. }) => images += 1,
                Event::End(TagEnd::Image) => images -= 1,
                Event::FootnoteReference(label) if images == 0 => {
                    let inside = open.last().copied().unwrap_or_default();
                    references[inside].push(UniCase::new(label.to_string()));
                }
                _ => {}
            }
        }
        notes.number(&references);
        notes
    }

    fn number(&mut self, references: &[Vec<UniCase<String>>]) {
        let mut last = 0;
        // Every definition enters the queue once, so one that refers to itself ends too.
        let mut queue = vec![0];
        let mut next = 0;
        let mut unreferenced = 0;
        loop {
            while next < queue.len() {
                for label in &references[queue[next]] {
                    let Some(&index) = self.labels.get(label) else { continue };
                    if self.definitions[index].0 == 0 {
                        last += 1;
                        self.definitions[index].0 = last;
                        queue.push(index + 1);
                    }
                }
                next += 1;
            }
            let Some(index) = (unreferenced..self.definitions.len()).find(|&it| self.definitions[it].0 == 0)
            else {
                return;
            };
            unreferenced = index;
            last += 1;
            self.definitions[index].0 = last;
            queue.push(index + 1);
        }
    }

    /// Counts one more reference to a label: the note's number and how many references that makes.
    pub fn refer(&mut self, label: &str) -> Option<(usize, usize)> {
        let index = *self.labels.get(&UniCase::new(label.to_owned()))?;
        let (number, count) = self.definitions.get_mut(index)?;
        *count += 1;
        Some((*number, *count))
    }

    /// Number and count of references of the definition at an index, in the order of the text.
    pub fn definition(&self, index: usize) -> (usize, usize) {
        self.definitions.get(index).copied().unwrap_or_default()
    }
}

/// The id of the `count`th reference to a note.
pub fn reference_id(number: usize, count: usize) -> String {
    if count == 1 { format!("fnref-{number}") } else { format!("fnref-{number}-{count}") }
}
