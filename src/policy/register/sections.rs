//! The Markdown of a register, cut into sections: one `##` heading, one block of TOML, prose.
//!
//! Comes in: the text. Goes out: the sections with their lines, and what is wrong with the Markdown. What stands
//! in the blocks is not this file's business.

use crate::finding::printable;
use crate::policy::PolicyError;
use crate::policy::source::Source;

/// The largest register that is read: some 30,000 waivers.
pub(super) const SIZE_LIMIT: usize = 16 << 20;
/// What an unresolved merge leaves at the start of lines.
const CONFLICT_MARKS: [&str; 3] = ["<<<<<<< ", ">>>>>>> ", "||||||| "];

/// One section of a register.
#[derive(Debug, Default)]
pub(super) struct Section<'t> {
    /// The heading without its `##`.
    pub(super) heading: &'t str,
    /// The line of the heading.
    pub(super) line: u32,
    /// The block of TOML and the line on which it begins.
    pub(super) block: Option<(&'t str, u32)>,
    /// The lines of prose.
    pub(super) prose: Vec<&'t str>,
    /// Where the section begins and ends in the text, in bytes.
    pub(super) span: std::ops::Range<usize>,
}

impl<'t> Section<'t> {
    /// Returns what the heading has in front of its colon, where ids stand.
    pub(super) fn id(&self) -> &'t str {
        self.heading.split(':').next().unwrap_or_default()
    }
}

/// Cuts a register into its sections, or a part of it that begins on this line.
pub(super) fn split<'t>(
    file: &'t str,
    text: &'t str,
    first_line: u32,
) -> (Vec<Section<'t>>, Vec<PolicyError>) {
    let source = Source::part(file, text, first_line);
    if text.len() > SIZE_LIMIT {
        let error = source.fail(0, "the register is larger than 16 MiB", None);
        return (Vec::new(), vec![error]);
    }
    let mut cutter = Cutter {
        source,
        sections: Vec::new(),
        errors: Vec::new(),
        fence: None,
        has_comments: memchr::memmem::find(text.as_bytes(), b"<!--").is_some(),
    };
    let mut offset = 0;
    let mut number = first_line;
    for newline in memchr::memchr_iter(b'\n', text.as_bytes()) {
        cutter.line(&text[offset..=newline], number, offset);
        offset = newline + 1;
        number += 1;
    }
    if offset < text.len() {
        cutter.line(&text[offset..], number, offset);
    }
    cutter.finish(text.len());
    (cutter.sections, cutter.errors)
}

/// A block between fences that is being read.
struct Fence<'t> {
    mark: &'t str,
    is_toml: bool,
    offset: usize,
    content: usize,
    content_line: u32,
}

struct Cutter<'t> {
    source: Source<'t>,
    sections: Vec<Section<'t>>,
    errors: Vec<PolicyError>,
    fence: Option<Fence<'t>>,
    /// Whether there is a comment anywhere.
    has_comments: bool,
}

impl<'t> Cutter<'t> {
    fn line(&mut self, line: &'t str, number: u32, offset: usize) {
        let first = line.as_bytes().first().copied().unwrap_or_default();
        if let Some(fence) = &self.fence
            && fence.is_toml
            && !b"`~<>|=".contains(&first)
        {
            return;
        }
        let trimmed = line.trim_end();
        if CONFLICT_MARKS.iter().any(|mark| trimmed.starts_with(mark)) || trimmed == "=======" {
            let hint = "keep both sides' sections, in the order of their ids";
            self.wrong(offset, "an unresolved merge conflict", hint);
        }
        if let Some(fence) = &self.fence {
            let is_toml = fence.is_toml;
            if trimmed.strip_prefix(fence.mark).is_some_and(str::is_empty) {
                self.close(offset);
            }
            if !is_toml && let Some(section) = self.sections.last_mut() {
                section.prose.push(trimmed);
            }
            return;
        }
        let mut marks = ["```", "~~~"].into_iter();
        let mark = marks.find(|mark| trimmed.starts_with(mark));
        if let Some(mark) = mark {
            let is_toml = trimmed.trim_start_matches(&mark[..1]).trim() == "toml";
            if !is_toml && let Some(section) = self.sections.last_mut() {
                section.prose.push(trimmed);
            }
            let length = trimmed.len() - trimmed.trim_start_matches(&mark[..1]).len();
            let mark = &trimmed[..length];
            self.fence = Some(Fence {
                mark,
                is_toml,
                offset,
                content: offset + line.len(),
                content_line: number + 1,
            });
        } else if let Some(heading) = trimmed.strip_prefix("## ") {
            self.end_section(offset);
            self.sections.push(Section {
                heading: heading.trim(),
                line: number,
                span: offset..offset,
                ..Section::default()
            });
        } else {
            self.prose(trimmed, offset);
        }
    }

    fn prose(&mut self, line: &'t str, offset: usize) {
        if self.has_comments && line.contains("<!--") {
            let hint = "write for everybody who reads the rendered page";
            self.wrong(offset, "a comment hides text from readers", hint);
        }
        let heading = line.trim_start();
        let depth = heading.len() - heading.trim_start_matches('#').len();
        if depth == 2 {
            let hint = "`## w-1a2b3c4d: what it is about`, at the start of the line";
            self.wrong(offset, "a heading that is none", hint);
        }
        if let Some(section) = self.sections.last_mut() {
            section.prose.push(line);
        }
    }

    /// Ends the block whose closing fence begins at `offset`.
    fn close(&mut self, offset: usize) {
        let Some(fence) = self.fence.take() else {
            return;
        };
        if !fence.is_toml {
            return;
        }
        let text = self.source.slice(fence.content..offset);
        match self.sections.last_mut() {
            None => {
                let hint = "each waiver has a heading: `## w-1a2b3c4d: what it is about`";
                self.wrong(fence.offset, "a block of TOML outside any section", hint);
            }
            Some(section) if section.block.is_some() => {
                let hint = "one section a waiver, one block a section";
                self.wrong(fence.offset, "a second block of TOML in this section", hint);
            }
            Some(section) => section.block = Some((text, fence.content_line)),
        }
    }

    fn end_section(&mut self, offset: usize) {
        if let Some(section) = self.sections.last_mut() {
            section.span.end = offset;
        }
    }

    fn finish(&mut self, end: usize) {
        if let Some(fence) = self.fence.take() {
            let message = format!(
                "the block that begins here has no end `{}`",
                printable(fence.mark)
            );
            self.wrong(fence.offset, &message, "close it on a line of its own");
        }
        self.end_section(end);
    }

    fn wrong(&mut self, offset: usize, message: &str, hint: &str) {
        self.errors
            .push(self.source.fail(offset, message, Some(hint.to_owned())));
    }
}
