//! `-f txt`: text for people and for logs.

use std::io::{self, Write};

use super::Document;
use super::page::{self, Paint};

pub(super) fn render(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    page::render(document, Paint::None, out)
}
