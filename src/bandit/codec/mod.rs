//! Python's codecs, as far as source files declare them.
//!
//! The single-byte ones are tables, so that a byte without meaning is an error as in Python; those of East Asia
//! come from `encoding_rs`, whose tables differ from Python's in a few rare characters.

mod tables;

use std::borrow::Cow;

use encoding_rs::{BIG5, EUC_JP, EUC_KR, Encoding, GB18030, GBK, ISO_2022_JP, SHIFT_JIS};

use tables::SINGLE_BYTE;

/// Why bytes are no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoText {
    /// Nobody knows the encoding, or some byte has no meaning in it.
    Wrong,
    /// Python knows the name, but it is no encoding of text.
    NotText,
    /// Python knows the encoding, this engine does not.
    Unsupported,
}

const UTF_8: &[&str] = &[
    "utf_8",
    "utf8",
    "u8",
    "utf",
    "utf8_ucs2",
    "utf8_ucs4",
    "cp65001",
];

const ASCII: &[&str] = &[
    "ascii",
    "us_ascii",
    "646",
    "us",
    "cp367",
    "ibm367",
    "csascii",
    "iso646_us",
    "iso_646.irv_1991",
    "iso_ir_6",
    "ansi_x3.4_1968",
    "ansi_x3.4_1986",
    "ansi_x3_4_1968",
];

const LATIN_1: &[&str] = &[
    "iso8859_1",
    "iso_8859_1",
    "iso_8859_1_1987",
    "iso8859",
    "8859",
    "latin",
    "latin1",
    "latin_1",
    "l1",
    "cp819",
    "ibm819",
    "csisolatin1",
    "iso_ir_100",
    "charmap",
];

const EAST_ASIAN: &[(&[&str], &Encoding)] = &[
    (
        &[
            "big5",
            "big5_tw",
            "csbig5",
            "x_mac_trad_chinese",
            "big5_hkscs",
            "big5hkscs",
            "hkscs",
            "950",
            "cp950",
            "ms950",
        ],
        BIG5,
    ),
    (&["euc_jp", "eucjp", "u_jis", "ujis"], EUC_JP),
    (
        &[
            "949",
            "cp949",
            "ms949",
            "uhc",
            "euc_kr",
            "euckr",
            "korean",
            "ks_c_5601",
            "ks_c_5601_1987",
            "ks_x_1001",
            "ksc5601",
            "ksx1001",
            "x_mac_korean",
        ],
        EUC_KR,
    ),
    (&["gb18030", "gb18030_2000"], GB18030),
    (
        &[
            "936",
            "cp936",
            "gbk",
            "ms936",
            "chinese",
            "csiso58gb231280",
            "euc_cn",
            "euccn",
            "eucgb2312_cn",
            "gb2312",
            "gb2312_1980",
            "gb2312_80",
            "iso_ir_58",
            "x_mac_simp_chinese",
        ],
        GBK,
    ),
    (
        &["csiso2022jp", "iso2022_jp", "iso2022jp", "iso_2022_jp"],
        ISO_2022_JP,
    ),
    (
        &[
            "932",
            "cp932",
            "ms932",
            "ms_kanji",
            "mskanji",
            "csshiftjis",
            "s_jis",
            "shift_jis",
            "shiftjis",
            "sjis",
            "x_mac_japanese",
        ],
        SHIFT_JIS,
    ),
];

const NOT_TEXT: &[&str] = &[
    "base64",
    "base64_codec",
    "base_64",
    "bz2",
    "bz2_codec",
    "hex",
    "hex_codec",
    "quopri",
    "quopri_codec",
    "quoted_printable",
    "quotedprintable",
    "rot13",
    "rot_13",
    "uu",
    "uu_codec",
    "zip",
    "zlib",
    "zlib_codec",
    "idna",
    "undefined",
];

/// How the names of Python's encodings that are not here begin.
const UNSUPPORTED: &[&str] = &[
    "euc_jis",
    "eucjis",
    "jisx0213",
    "hz",
    "iso2022_",
    "iso_2022_",
    "iso2022jp_",
    "iso2022kr",
    "csiso2022kr",
    "johab",
    "cp1361",
    "ms1361",
    "s_jis_2004",
    "s_jisx0213",
    "shift_jis_2004",
    "shift_jisx0213",
    "shiftjis2004",
    "shiftjisx0213",
    "sjis_2004",
    "sjisx0213",
    "utf_7",
    "utf7",
    "u7",
    "unicode_1_1_utf_7",
    "raw_unicode_escape",
    "unicode_escape",
    "864",
    "cp864",
    "ibm864",
    "csibm864",
];

/// Decodes bytes in the encoding of this name; every byte has to have a meaning.
pub(super) fn decode<'a>(name: &str, bytes: &'a [u8]) -> Result<Cow<'a, str>, NoText> {
    let name = fold(name);
    let name = name.as_str();
    if UTF_8.contains(&name) {
        return utf_8(bytes);
    }
    if ASCII.contains(&name) {
        let ascii = bytes.is_ascii().then_some(bytes);
        return ascii.map_or(Err(NoText::Wrong), utf_8);
    }
    if LATIN_1.contains(&name) {
        return single_byte(bytes, |byte| Some(char::from(byte)));
    }
    if let Some((_, table)) = SINGLE_BYTE.iter().find(|(names, _)| names.contains(&name)) {
        let upper: Vec<char> = table.chars().collect();
        let meaning = |byte: u8| {
            let c = upper.get(usize::from(byte) - 0x80).copied();
            c.filter(|c| *c != '\u{fffd}')
        };
        return single_byte(bytes, meaning);
    }
    if let Some((_, encoding)) = EAST_ASIAN.iter().find(|(names, _)| names.contains(&name)) {
        let text = encoding.decode_without_bom_handling_and_without_replacement(bytes);
        return text.ok_or(NoText::Wrong);
    }
    if NOT_TEXT.contains(&name) {
        return Err(NoText::NotText);
    }
    if UNSUPPORTED.iter().any(|start| name.starts_with(start)) {
        return Err(NoText::Unsupported);
    }
    Err(NoText::Wrong)
}

/// Folds a name as Python does: runs of other characters become one `_`.
fn fold(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    let mut gap = false;
    for c in name.chars() {
        if c.is_ascii_alphanumeric() || c == '.' {
            if gap && !folded.is_empty() {
                folded.push('_');
            }
            folded.push(c.to_ascii_lowercase());
            gap = false;
        } else {
            gap = true;
        }
    }
    folded
}

fn utf_8(bytes: &[u8]) -> Result<Cow<'_, str>, NoText> {
    let text = std::str::from_utf8(bytes).map(Cow::Borrowed);
    text.map_err(|_| NoText::Wrong)
}

/// Decodes bytes of which those from 0x80 on have the meaning that a function gives.
fn single_byte(bytes: &[u8], meaning: impl Fn(u8) -> Option<char>) -> Result<Cow<'_, str>, NoText> {
    if bytes.is_ascii() {
        return utf_8(bytes);
    }
    let chars = bytes.iter().map(|&byte| {
        if byte.is_ascii() {
            Some(char::from(byte))
        } else {
            meaning(byte)
        }
    });
    let text: Option<String> = chars.collect();
    text.map(Cow::Owned).ok_or(NoText::Wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_complete() {
        for (names, table) in SINGLE_BYTE {
            assert_eq!(table.chars().count(), 128, "{names:?}");
        }
    }

    #[test]
    fn encodings_are_found_by_any_name() {
        for (name, bytes, expected) in [
            ("latin9", &b"\xa4"[..], Ok("€")),
            ("ISO-8859-15", b"\xa4", Ok("€")),
            ("cp1252", b"\x80\x81", Err(NoText::Wrong)),
            ("windows-1252", b"\x80", Ok("€")),
            ("mac_roman", b"\x8a", Ok("ä")),
            ("KOI8-R", b"\xc1", Ok("а")),
            ("shift-jis", b"\x93\xfa", Ok("日")),
            ("euc-kr", b"\xff", Err(NoText::Wrong)),
            ("ascii", b"\xff", Err(NoText::Wrong)),
            ("rot13", b"x", Err(NoText::NotText)),
            ("utf-7", b"x", Err(NoText::Unsupported)),
            ("utf-16", b"x", Err(NoText::Wrong)),
            ("nonsense", b"x", Err(NoText::Wrong)),
        ] {
            assert_eq!(
                decode(name, bytes).as_deref(),
                expected.as_ref().copied(),
                "{name}"
            );
        }
    }
}
