//! What is written in another form: encodings, escapes, compression, and literals that a program puts together.

use std::fmt::Write as _;
use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::made_up::Dice;

/// A way to write a value, and the file in which it is written.
type Form = (&'static str, fn(&str) -> Vec<u8>);

const FORMS: &[Form] = &[
    ("utf_16.txt", |value| {
        let text = format!("\u{feff}x = {value}\n");
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }),
    ("utf_16_without_mark.txt", |value| {
        let text = format!("x = {value}\n");
        text.encode_utf16().flat_map(u16::to_be_bytes).collect()
    }),
    ("utf_32.txt", |value| {
        let text = format!("\u{feff}x = {value}\n");
        text.chars()
            .flat_map(|c| u32::from(c).to_le_bytes())
            .collect()
    }),
    ("base64.py", |value| written(&STANDARD.encode(value))),
    ("base64_of_urls.py", |value| {
        written(&URL_SAFE_NO_PAD.encode(value))
    }),
    ("base64_twice.py", |value| {
        written(&STANDARD.encode(STANDARD.encode(value)))
    }),
    ("base64_in_lines.yml", |value| {
        let plain = format!("# settings of the service\nhost: db1\nx: {value}\nport: 5432\n");
        let encoded = STANDARD.encode(plain);
        let rows: Vec<_> = encoded
            .as_bytes()
            .chunks(64)
            .map(String::from_utf8_lossy)
            .collect();
        format!("data: |\n  {}\n", rows.join("\n  ")).into_bytes()
    }),
    ("base64_of_utf_16.ps1", |value| {
        let wide: Vec<u8> = format!("$x=\"{value}\"")
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        written(&STANDARD.encode(wide))
    }),
    ("gzip_in_base64.py", |value| {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        write!(gzip, "x={value}").unwrap();
        written(&STANDARD.encode(gzip.finish().unwrap()))
    }),
    ("hex.py", |value| written(&each_byte(value, "", 'x', ""))),
    ("percent.txt", |value| {
        each_byte(value, "%", 'X', "").into_bytes()
    }),
    ("escaped.js", |value| {
        written(&each_byte(value, "\\x", 'x', ""))
    }),
    ("unicode.js", |value| {
        written(&each_byte(value, "\\u00", 'x', ""))
    }),
    ("entities.xml", |value| {
        each_byte(value, "&#x", 'x', ";").into_bytes()
    }),
    ("plus.py", |value| in_pieces(value, "\" + \"")),
    ("plus_at_the_end.js", |value| {
        in_pieces(value, "\" +\n    \"")
    }),
    ("plus_at_the_beginning.js", |value| {
        in_pieces(value, "\"\n    + \"")
    }),
    ("dot.php", |value| in_pieces(value, "\" . \"")),
    ("nothing.c", |value| in_pieces(value, "\"\n    \"")),
    ("backslash.py", |value| in_pieces(value, "\" \\\n    \"")),
    ("ampersand.vb", |value| in_pieces(value, "\" & \"")),
    ("no_width.txt", |value| in_pieces(value, "\u{200b}")),
];

fn written(value: &str) -> Vec<u8> {
    format!("x = \"{value}\"\n").into_bytes()
}

fn each_byte(value: &str, before: &str, digits: char, after: &str) -> String {
    value.bytes().fold(String::new(), |mut text, byte| {
        let _ = match digits {
            'X' => write!(text, "{before}{byte:02X}{after}"),
            _ => write!(text, "{before}{byte:02x}{after}"),
        };
        text
    })
}

fn in_pieces(value: &str, seam: &str) -> Vec<u8> {
    let (one, rest) = value.split_at(9);
    let (two, three) = rest.split_at(11);
    written(&[one, two, three].join(seam))
}

#[test]
fn a_token_is_found_in_every_form() {
    let rules = super::families();
    let rule = rules.iter().find(|rule| rule.meta.id == "github-pat");
    let rule = rule.expect("GitHub's tokens have a rule");
    for seed in [1, super::made_up::fresh_seed()] {
        let value = rule.sample(0, Dice::new(seed).next()).unwrap();
        let wrong = rule.spoiled(0, Dice::new(seed).next()).unwrap();
        for (path, form) in FORMS {
            assert!(
                super::finds(path, &form(&value), rule.meta.id),
                "{path}, seed {seed}"
            );
            assert!(
                !super::finds(path, &form(&wrong), rule.meta.id),
                "{path}, a wrong checksum"
            );
        }
    }
}

#[test]
fn settings_are_read_in_base64() {
    for settings in [
        "DB_HOST=db1\nDB_PASSWORD=h7Gk-{}-pQz9x\n",
        "user: svc\npassword: h7Gk-{}-pQz9x\n",
        "{\"user\":\"svc\",\"password\":\"h7Gk-{}-pQz9x\"}",
        "https://svc:h7Gk-{}-pQz9x@git.corp.net/a.git",
    ] {
        let plain = settings.replace("{}", "2m");
        let text = format!("data: {}\n", STANDARD.encode(plain));
        assert!(super::finds("k8s/a.yml", text.as_bytes(), ""), "{settings}");
    }
}
