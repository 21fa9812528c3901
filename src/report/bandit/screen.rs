//! `-f screen`: text for people at a terminal.

use std::io::{self, Write};

use super::Document;
use super::page::{self, Paint};

pub(super) fn render(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    page::render(document, Paint::Ansi, out)
}
