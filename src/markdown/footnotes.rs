//! Footnotes: their numbers, given before anything is written as a note may stand anywhere, and their section.

use std::collections::BTreeMap;

use pulldown_cmark::{Event, Tag, TagEnd};
use unicase::UniCase;

use crate::markdown::escape::push_attribute;
use crate::markdown::shortcode::Source;
use crate::markdown::{Words, events};

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
    fn definition(&self, index: usize) -> (usize, usize) {
        self.definitions.get(index).copied().unwrap_or_default()
    }

    /// Writes the notes in the order of their numbers, each with a link back to every reference.
    ///
    /// `definitions` holds their HTML in the order of the text.
    pub fn write_section(&self, out: &mut String, definitions: Vec<String>, marker: &str, words: &Words) {
        let place = |(index, html)| (self.definition(index), html);
        let mut notes: Vec<((usize, usize), String)> =
            definitions.into_iter().enumerate().map(place).collect();
        if notes.is_empty() {
            return;
        }
        notes.sort_by_key(|((number, _), _)| *number);
        out.push_str("<section");
        push_attribute(out, marker, "footnotes");
        push_attribute(out, "aria-label", words.footnotes);
        out.push_str(">\n<ol>\n");
        for ((number, count), html) in notes {
            out.push_str("<li");
            push_attribute(out, marker, &format!("fn-{number}"));
            out.push('>');
            let html = html.trim_end();
            let (text, end) = html.strip_suffix("</p>").map_or((html, ""), |text| (text, "</p>"));
            out.push_str(text);
            for reference in 1..=count {
                back_link(out, number, reference, words);
            }
            out.push_str(end);
            out.push_str("</li>\n");
        }
        out.push_str("</ol>\n</section>\n");
    }
}

fn back_link(out: &mut String, number: usize, reference: usize, words: &Words) {
    // The sign is that of an arrow, not of an emoji.
    let (mut label, mut sign) = (words.back.to_owned(), "\u{21a9}\u{fe0e}".to_owned());
    if reference > 1 {
        label.push_str(&format!(" {reference}"));
        sign.push_str(&format!("<sup>{reference}</sup>"));
    }
    out.push_str(" <a");
    push_attribute(out, "href", &format!("#{}", reference_id(number, reference)));
    push_attribute(out, "aria-label", &label);
    out.push_str(&format!(">{sign}</a>"));
}

/// The id of the `count`th reference to a note.
pub fn reference_id(number: usize, count: usize) -> String {
    if count == 1 { format!("fnref-{number}") } else { format!("fnref-{number}-{count}") }
}
