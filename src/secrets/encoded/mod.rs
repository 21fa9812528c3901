//! Finds what is written in another form, and reads it: base64, hexadecimal digits, the escapes of URLs, programs and
//! markup, gzip within base64, and literals that a program puts together.
//!
//! In comes a text, out go plain texts that know where in it they come from. What may be encoded is a long run of
//! characters without blanks, quotation marks and brackets; a look at its beginning tells whether it decodes to text,
//! so that digests, images and certificates cost next to nothing.

mod escapes;
mod joined;

use std::io::Read as _;
use std::ops::Range;

pub(super) use joined::join;

use super::confirm::encoding;
use super::pairs::context::Kind;
use super::shape::{Class, classes_of};
use crate::input::Piece;

/// How many forms may be wrapped round each other.
pub(super) const DEPTH: usize = 3;
/// The shortest run that is decoded; what is shorter holds no credential with a format.
const SHORTEST: usize = 24;
/// How many bytes are looked at in one step.
const BLOCK: usize = 64;
/// How much of a compressed text is read.
const INFLATED: u64 = 1 << 20;
/// How many bytes have to be text before the rest is decoded.
const SAMPLE: usize = 12;

/// A text in plain, and where it comes from.
pub(super) struct Plain {
    /// The text.
    pub(super) bytes: Vec<u8>,
    /// What it was written in.
    pub(super) form: &'static str,
    origin: Origin,
    /// Where it was written.
    range: Range<usize>,
}

/// Where the bytes of a plain text come from.
enum Origin {
    /// Four characters for three bytes.
    Base64,
    /// Two digits a byte.
    Hex,
    /// For each byte the place where it is written, and for the end.
    Table(Vec<u32>),
    /// No byte has a place of its own.
    Whole,
}

impl Plain {
    /// Returns where a part of the plain text is written.
    pub(super) fn written(&self, part: &Range<usize>) -> Range<usize> {
        let (start, end) = match &self.origin {
            Origin::Base64 => (
                self.range.start + part.start * 4 / 3,
                self.range.start + (part.end * 4).div_ceil(3),
            ),
            Origin::Hex => (
                self.range.start + part.start * 2,
                self.range.start + part.end * 2,
            ),
            Origin::Table(places) => (place(places, part.start), place(places, part.end)),
            Origin::Whole => (self.range.start, self.range.end),
        };
        start.min(self.range.end)..end.min(self.range.end)
    }

    /// Returns how the plain text is written: nothing is known of it but what it looks like.
    pub(super) fn kind(&self) -> Kind {
        /// What is longer is a program or data more often than settings.
        const SETTINGS: usize = 4 << 10;
        match self.bytes.trim_ascii_start().first() {
            Some(b'{' | b'[') => Kind::Data,
            Some(b'<') => Kind::Markup,
            _ if self.bytes.len() <= SETTINGS => Kind::Config,
            _ => Kind::Source,
        }
    }
}

fn place(places: &[u32], at: usize) -> usize {
    places
        .get(at)
        .or(places.last())
        .map_or(0, |at| *at as usize)
}

/// Returns the runs that may be written in another form, in ascending order.
pub(super) fn sites(text: &[u8]) -> Vec<Range<usize>> {
    let mut sites = Vec::new();
    look(text, 0..text.len(), &mut sites);
    sites
}

/// Returns the sites of a text that is made of new parts and of copies out of another one, whose `sites` are known.
/// Only new parts and the runs at seams are looked at.
pub(super) fn sites_again(
    text: &[u8],
    pieces: &[Piece],
    sites: &[Range<usize>],
) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut done = 0;
    // What is to be looked at and has not been yet.
    let mut fresh = 0..0;
    for piece in pieces {
        let end = piece.start + piece.length;
        let Some(from) = piece.copied_from else {
            fresh.end = end;
            continue;
        };
        fresh.end = piece.start;
        done = look_round(text, done, fresh, &mut found);
        // What touches an end of the piece was looked at with the seam, or will be.
        let first = sites.partition_point(|site| site.start <= from);
        let inside = sites[first..]
            .iter()
            .take_while(|site| site.end < from + piece.length);
        found.extend(
            inside
                .map(|site| site.start - from + piece.start..site.end - from + piece.start)
                .filter(|site| site.start >= done),
        );
        fresh = end..end;
    }
    look_round(text, done, fresh, &mut found);
    found
}

/// Looks at a part of a text and at the runs that reach into it, but not at what stands before `done`; returns how
/// far it has looked.
fn look_round(
    text: &[u8],
    done: usize,
    part: Range<usize>,
    sites: &mut Vec<Range<usize>>,
) -> usize {
    let in_run = |byte: &&u8| is_in_run(**byte);
    let end = part.end + text[part.end..].iter().take_while(in_run).count();
    if end <= done {
        return done;
    }
    let start = part.start.max(done);
    let start = start - text[done..start].iter().rev().take_while(in_run).count();
    look(text, start..end, sites);
    end
}

/// Looks at the runs in a part of a text at whose ends no run goes on.
fn look(text: &[u8], part: Range<usize>, sites: &mut Vec<Range<usize>>) {
    let within = &text[part.clone()];
    runs(within, |run| {
        let is_site = escapes::are_in(&within[run.clone()])
            || pieces(within, run.clone()).any(|piece| is_likely(within, piece));
        if is_site {
            sites.push(part.start + run.start..part.start + run.end);
        }
    });
}

/// Calls `visit` with every plain text that is written in another form at one of the sites.
pub(super) fn each(text: &[u8], sites: &[Range<usize>], mut visit: impl FnMut(Plain)) {
    let mut read_to = 0;
    for run in sites {
        if let Some(plain) = escapes::decode(text, run.clone()) {
            visit(plain);
        }
        for piece in pieces(text, run.clone()) {
            if piece.start >= read_to
                && let Some(plain) = decoded(text, piece)
            {
                read_to = plain.range.end;
                visit(plain);
            }
        }
    }
}

/// The parts of a run that are long enough and of characters of base64 alone.
fn pieces(text: &[u8], run: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    const ENCODED: u32 = Class::B64.bit() | Class::B64u.bit();
    let mut start = run.start;
    text[run]
        .split(|byte| classes_of(*byte) & ENCODED == 0)
        .map(move |part| {
            let piece = start..start + part.len();
            start = piece.end + 1;
            piece
        })
        .filter(|piece| piece.len() >= SHORTEST)
}

/// Calls `visit` with every long run of characters that encoded text is made of, in ascending order.
fn runs(text: &[u8], mut visit: impl FnMut(Range<usize>)) {
    let (blocks, rest) = text.as_chunks::<BLOCK>();
    let mut last = [0; BLOCK];
    last[..rest.len()].copy_from_slice(rest);
    // Where the run began that the block before ended in.
    let mut open = None;
    for (index, block) in blocks.iter().chain([&last]).enumerate() {
        let at = index * BLOCK;
        let mut signs = signs_of_runs(block);
        if let Some(start) = open {
            let length = signs.trailing_ones();
            if length == u64::BITS {
                continue;
            }
            let end = at + length as usize;
            if end - start >= SHORTEST {
                visit(start..end);
            }
            signs &= u64::MAX << length;
        }
        // Each step doubles how many signs in a row a bit stands for, the last adds eight.
        let mut long = [1, 2, 4, 8, SHORTEST - 16]
            .into_iter()
            .fold(signs, |long, more| long & long >> more);
        while long != 0 {
            let start = long.trailing_zeros();
            let end = start + (signs >> start).trailing_ones();
            if end == u64::BITS {
                break;
            }
            visit(at + start as usize..at + end as usize);
            long &= u64::MAX << end;
        }
        let tail = signs.leading_ones() as usize;
        open = (tail > 0).then_some(at + BLOCK - tail);
    }
    // The last block ends with zeros, which are in no run.
}

/// Returns which bytes of a block may be in a run, the first one in the lowest bit.
fn signs_of_runs(block: &[u8; BLOCK]) -> u64 {
    let flags = block.map(|byte| u8::from(is_in_run(byte)));
    // The product has the flags of eight bytes side by side in its highest byte.
    let packed =
        flags.as_chunks::<8>().0.iter().map(|eight| {
            (u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56) as u8
        });
    packed
        .rev()
        .fold(0, |signs, eight| signs << 8 | u64::from(eight))
}

/// All that prints, without quotation marks, brackets and what parts the items of a list: comparisons alone, which the
/// compiler makes of many bytes at once.
fn is_in_run(byte: u8) -> bool {
    (b'!'..=b'~').contains(&byte)
        && !(b'\''..=b')').contains(&byte)
        && !(b'{'..=b'}').contains(&byte)
        && byte != b'"'
        && byte != b','
        && byte != b'<'
        && byte != b'>'
        && byte != b'['
        && byte != b']'
        && byte != b'`'
}

/// Reads a piece from one of its beginnings.
fn decoded(text: &[u8], piece: Range<usize>) -> Option<Plain> {
    beginnings(text, piece).find_map(|rest| digits(text, &rest).or_else(|| base64(text, rest)))
}

/// Whether a piece decodes to text as far as its beginnings tell.
fn is_likely(text: &[u8], piece: Range<usize>) -> bool {
    beginnings(text, piece).any(|rest| {
        let written = &text[rest];
        are_digits_of_text(written) || sample(written).is_some()
    })
}

/// A piece whole, and from behind each of the first signs that base64 shares with paths.
fn beginnings(text: &[u8], piece: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let behind_sign = move |rest: &Range<usize>| {
        let sign = text[rest.clone()]
            .iter()
            .position(|byte| !byte.is_ascii_alphanumeric())?;
        let start = rest.start + sign + 1;
        (rest.end - start >= SHORTEST).then_some(start..rest.end)
    };
    std::iter::successors(Some(piece), behind_sign).take(4)
}

/// Whether this begins with hexadecimal digits that stand for a text.
fn are_digits_of_text(written: &[u8]) -> bool {
    let digits = &written[..SHORTEST];
    digits.iter().all(u8::is_ascii_hexdigit) && is_text(&of_digits(digits))
}

fn of_digits(written: &[u8]) -> Vec<u8> {
    let value = |digit: u8| char::from(digit).to_digit(16);
    let byte = |pair: &[u8]| Some((value(pair[0])? << 4 | value(pair[1])?) as u8);
    written.chunks_exact(2).filter_map(byte).collect()
}

fn digits(text: &[u8], piece: &Range<usize>) -> Option<Plain> {
    let written = &text[piece.clone()];
    if !are_digits_of_text(written) || !written.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    Some(Plain {
        bytes: of_digits(written),
        form: "hexadecimal digits",
        origin: Origin::Hex,
        range: piece.clone(),
    })
}

/// What is within base64, as its first bytes tell.
#[derive(PartialEq)]
enum Sample {
    Text,
    Compressed,
}

/// Looks at the beginning of what may be base64; nothing where it is neither text nor compressed.
fn sample(written: &[u8]) -> Option<Sample> {
    let sample = &written[..SAMPLE / 3 * 4];
    // Most runs end here: the first character of each group tells a sign that prints, or the zero beside one.
    let prints = |first: &u8| matches!(first, b'I'..=b'Z' | b'a'..=b'f' | b'C' | b'D');
    let marks: [&[u8]; 3] = [b"H4s", b"77u", b"//4"];
    let is_likely = sample.iter().step_by(4).all(prints)
        || prints(&sample[0]) && sample[4] == b'A' && prints(&sample[8]) && sample[12] == b'A'
        || marks.iter().any(|mark| sample.starts_with(mark));
    if !is_likely {
        return None;
    }
    let sample = encoding::base64(sample)?;
    if sample.starts_with(&[0x1f, 0x8b]) {
        return Some(Sample::Compressed);
    }
    is_text(&sample).then_some(Sample::Text)
}

fn base64(text: &[u8], piece: Range<usize>) -> Option<Plain> {
    let sample = sample(&text[piece.clone()])?;
    let (written, places) = lines(text, &piece);
    let whole = written.len() / 4 * 4;
    let bytes = encoding::base64(&written).or_else(|| encoding::base64(&written[..whole]))?;
    let end = places.last().map_or(piece.end, |last| *last as usize);
    let range = piece.start..end;
    if sample == Sample::Compressed {
        let mut plain = Vec::new();
        let stream = flate2::read::GzDecoder::new(&bytes[..]);
        // What was read before an error counts.
        let _ = stream.take(INFLATED).read_to_end(&mut plain);
        return (!plain.is_empty()).then_some(Plain {
            bytes: plain,
            form: "compressed base64",
            origin: Origin::Whole,
            range,
        });
    }
    let origin = if places.is_empty() {
        Origin::Base64
    } else {
        let place = |at: usize| places[(at * 4 / 3).min(places.len() - 1)];
        let mut table: Vec<_> = (0..bytes.len()).map(place).collect();
        table.push(end as u32);
        Origin::Table(table)
    };
    Some(Plain {
        bytes,
        form: "base64",
        origin,
        range,
    })
}

/// The base64 of the piece and of the lines that go on with it, and where each character stands; no places for a
/// piece that ends on its line.
fn lines(text: &[u8], piece: &Range<usize>) -> (Vec<u8>, Vec<u32>) {
    /// The shortest line that tools break.
    const WRAPPED: usize = 60;
    let mut written = text[piece.clone()].to_vec();
    let mut places = Vec::new();
    let mut end = piece.end;
    while piece.len() >= WRAPPED {
        let gap = text[end..]
            .iter()
            .take(WRAPPED)
            .take_while(|byte| byte.is_ascii_whitespace())
            .count();
        let start = end + gap;
        let length = Class::B64.run(&text[start..], piece.len());
        if length == 0 || !text[end..start].contains(&b'\n') {
            break;
        }
        if places.is_empty() {
            places.extend((piece.start..piece.end).map(|at| at as u32));
        }
        written.extend_from_slice(&text[start..start + length]);
        places.extend((start..start + length).map(|at| at as u32));
        end = start + length;
        if length < piece.len() {
            break;
        }
    }
    if !places.is_empty() {
        places.push(end as u32);
    }
    (written, places)
}

/// Whether the first bytes are those of a text, in UTF-8 or UTF-16.
fn is_text(sample: &[u8]) -> bool {
    let prints =
        |byte: &u8| byte.is_ascii_graphic() || matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
    let wide = || {
        sample
            .chunks_exact(2)
            .all(|pair| prints(&pair[0]) && pair[1] == 0)
    };
    let marked = || sample.starts_with(b"\xef\xbb\xbf") || sample.starts_with(b"\xff\xfe");
    sample.iter().take(SAMPLE).all(prints) || wide() || marked()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Parts of texts: runs that may be encoded, others, and what parts them.
    const PART: &str = "[IYab]{9,30}|[%]41|&amp;|[ \"\n]|[a-z]{1,9}|6[0-9a-f]{11,17}";

    proptest! {
        #[test]
        fn long_runs_are_those_between_other_bytes(text in "([a-z%]{0,90}[ \"é]?){0,9}") {
            let mut expected = Vec::new();
            let mut start = 0;
            for part in text.as_bytes().split(|byte| !is_in_run(*byte)) {
                if part.len() >= SHORTEST {
                    expected.push(start..start + part.len());
                }
                start += part.len() + 1;
            }
            let mut found = Vec::new();
            runs(text.as_bytes(), |run| found.push(run));
            prop_assert_eq!(found, expected);
        }
    }

    proptest! {
        #[test]
        fn a_text_made_of_another_has_the_same_sites_as_if_it_stood_alone(
            base in prop::collection::vec(PART, 0..24),
            copies in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..150, prop::option::of(PART)), 0..8),
        ) {
            let base = base.concat();
            let (mut text, mut pieces) = (String::new(), Vec::new());
            for (from, length, inserted) in copies {
                let from = from.index(base.len() + 1);
                let length = length.min(base.len() - from);
                pieces.push(Piece { start: text.len(), length, copied_from: Some(from) });
                text += &base[from..from + length];
                if let Some(inserted) = inserted {
                    pieces.push(Piece { start: text.len(), length: inserted.len(), copied_from: None });
                    text += &inserted;
                }
            }
            let again = sites_again(text.as_bytes(), &pieces, &sites(base.as_bytes()));
            prop_assert_eq!(again, sites(text.as_bytes()));
        }
    }

    /// The plain texts within a text, each with what is written where its first and last byte come from.
    fn plains(text: &str) -> Vec<(String, String)> {
        let mut found = Vec::new();
        each(text.as_bytes(), &sites(text.as_bytes()), |plain| {
            let written = plain.written(&(0..plain.bytes.len()));
            found.push((
                String::from_utf8_lossy(&plain.bytes).into_owned(),
                text[written].to_owned(),
            ));
        });
        found
    }

    fn encoded(plain: &str) -> String {
        encoding::to_base64(plain.as_bytes(), false)
    }

    #[test]
    fn forms_are_read() {
        let plain = "login: svc, on db1.acme.com";
        let hex: String = plain.bytes().map(|byte| format!("{byte:02x}")).collect();
        let escaped: String = plain.bytes().map(|byte| format!("\\u{byte:04x}")).collect();
        let percent: String = plain.bytes().map(|byte| format!("%{byte:02X}")).collect();
        for form in [encoded(plain), hex, escaped, percent] {
            for text in [
                form.clone(),
                format!("data = \"{form}\"\n"),
                format!("a/{form}"),
            ] {
                let found = plains(&text);
                assert!(
                    found
                        .iter()
                        .any(|(read, written)| read.ends_with(plain) && written.ends_with(&form)),
                    "{text}: {found:?}"
                );
            }
        }
    }

    #[test]
    fn a_part_is_traced_to_where_it_is_written() {
        let text = format!("x = {}", encoded("one two three four five"));
        let mut seen = false;
        each(text.as_bytes(), &sites(text.as_bytes()), |plain| {
            let at = plain
                .bytes
                .windows(4)
                .position(|part| part == b"four")
                .unwrap();
            let written = plain.written(&(at..at + 4));
            let start = (written.start - 4) * 3 / 4;
            assert!(start <= at && written.len() >= 6 && written.len() <= 8);
            seen = true;
        });
        assert!(seen);
    }

    #[test]
    fn lines_of_base64_are_one_text() {
        let plain = "a line of settings that is longer than tools let it be, ".repeat(4);
        let encoded = encoded(&plain);
        let rows: Vec<_> = encoded
            .as_bytes()
            .chunks(64)
            .map(|row| String::from_utf8_lossy(row).into_owned())
            .collect();
        let text = format!("data: |\n  {}\nnext: 1\n", rows.join("\n  "));
        let found = plains(&text);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(plain.starts_with(found[0].0.trim_end()) && found[0].0.len() > 200);
        assert!(found[0].1.ends_with(rows.last().unwrap()));
    }

    #[test]
    fn what_is_no_text_is_let_go() {
        for text in [
            "AbstractSingletonProxyFactoryBeanDefinition",
            "integrity sha512-9v2KbgC3Sb2vZx1qEwG1xj1c0zWJ7xw6yX8yUuSx2Qd4wB3y",
            "commit 0123456789abcdef0123456789abcdef01234567",
            "https://acme.com/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o",
        ] {
            assert_eq!(plains(text), [], "{text}");
        }
    }
}
