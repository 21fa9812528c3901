//! Secrets, names and texts made up from a seed.

use std::hash::{BuildHasher, RandomState};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Returns a seed that nobody knows before the run.
pub(super) fn fresh_seed() -> u64 {
    RandomState::new().hash_one("seed")
}

/// A source of numbers that is the same for the same seed.
pub(super) struct Dice(u64);

const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS: &str = "0123456789";

/// Words that people make passwords of.
const WORDS: &[&str] = &[
    "summer", "dragon", "monkey", "winter", "tiger", "falcon", "banana", "rocket", "purple",
    "sunshine", "silver", "thunder", "coffee", "garden", "pepper", "shadow", "river", "orange",
    "maple", "hammer", "lucky", "ninja", "pirate", "wizard", "cobra", "eagle", "panda", "bicycle",
    "harvest", "meadow", "captain", "whiskey",
];

const PASSWORD_NAMES: &[&str] = &[
    "password",
    "passwd",
    "db_password",
    "DB_PASSWORD",
    "dbPassword",
    "admin_password",
    "smtpPassword",
    "userPass",
    "pwd",
    "MYSQL_ROOT_PASSWORD",
    "redis_password",
    "ldap_bind_password",
    "passphrase",
    "PGPASSWORD",
];

const KEY_NAMES: &[&str] = &[
    "secret_key",
    "SECRET_KEY",
    "client_secret",
    "clientSecret",
    "api_key",
    "apiKey",
    "API_KEY",
    "access_token",
    "accessToken",
    "auth_token",
    "private_key",
    "encryption_key",
    "jwt_secret",
    "JWT_SECRET",
    "app_secret",
    "session_secret",
    "SECRET_KEY_BASE",
    "signing_key",
    "webhook_secret",
    "consumer_secret",
];

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    /// Returns the next number.
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    fn one_of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }

    fn text(&mut self, alphabet: &str, length: usize) -> String {
        let letters = alphabet.as_bytes();
        (0..length)
            .map(|_| char::from(letters[self.below(letters.len())]))
            .collect()
    }

    /// Returns a name that holds a password, or a key.
    pub(super) fn name(&mut self, password: bool) -> Name {
        Name::new(self.one_of(if password { PASSWORD_NAMES } else { KEY_NAMES }))
    }

    /// Returns a password as people and generators make them, or a key; without signs that a bare value cannot have.
    pub(super) fn secret(&mut self, password: bool, bare: bool) -> String {
        let made = if password { self.below(4) } else { 3 };
        match made {
            0 | 1 => self.of_words(bare),
            2 => {
                let sign = if bare {
                    "-"
                } else {
                    self.one_of(&["!", "@", "#", "^", "*", "?"])
                };
                let length = 6 + self.below(6);
                self.text(&[LOWER, UPPER, DIGITS].concat(), length) + sign + &self.text(DIGITS, 3)
            }
            _ => self.of_a_machine(),
        }
    }

    fn of_words(&mut self, bare: bool) -> String {
        let (one, two) = (self.one_of(WORDS), self.one_of(WORDS));
        let number = 10 + self.below(9990);
        let sign = if bare {
            "_"
        } else {
            self.one_of(&["!", "@", "#", "^", "*", "?"])
        };
        let title = |word: &str| word[..1].to_uppercase() + &word[1..];
        match self.below(7) {
            0 => format!("{}{number}{sign}", title(one)),
            1 => format!("{one}{}{number}", title(two)),
            2 => format!("{one}_{two}{number}{sign}"),
            3 => format!("{}-{}-{}", title(one), title(two), number.max(100)),
            4 => format!("{one}{number}{two}"),
            5 => format!("{}{}{number}{sign}", one[..3].to_uppercase(), &two[..4]),
            _ => format!(
                "{}{sign}{number}",
                one.replace('a', "4").replace('e', "3").replace('o', "0")
            ),
        }
    }

    fn of_a_machine(&mut self) -> String {
        let all = [LOWER, UPPER, DIGITS].concat();
        match self.below(6) {
            0 => {
                let length = [16, 20, 24, 32, 40][self.below(5)];
                self.text(&all, length)
            }
            1 => {
                let length = [32, 40, 64][self.below(3)];
                self.text("0123456789abcdef", length)
            }
            2 => {
                let bytes: Vec<u8> = (0..32).map(|_| self.next() as u8).collect();
                STANDARD.encode(bytes)
            }
            3 => {
                let length = 20 + 12 * self.below(2);
                self.text(&[LOWER, DIGITS].concat(), length)
            }
            4 => {
                let length = [22, 43][self.below(2)];
                self.text(&(all.clone() + "_"), length - 1) + &self.text(&all, 1)
            }
            _ => self.text(&(UPPER.to_owned() + "234567"), 32),
        }
    }
}

/// A name in the spellings of several languages.
pub(super) struct Name {
    plain: String,
    constant: String,
    camel: String,
    pascal: String,
    dashed: String,
}

impl Name {
    pub(super) fn new(plain: &str) -> Self {
        let mut words: Vec<String> = vec![String::new()];
        let mut lower = false;
        for c in plain.chars() {
            let breaks = c == '_' || lower && c.is_ascii_uppercase();
            if breaks && words.last().is_some_and(|word| !word.is_empty()) {
                words.push(String::new());
            }
            lower = c.is_ascii_lowercase();
            if c != '_' {
                words.last_mut().unwrap().push(c.to_ascii_lowercase());
            }
        }
        let title = |word: &String| word[..1].to_uppercase() + &word[1..];
        let pascal: String = words.iter().map(title).collect();
        Self {
            plain: plain.to_owned(),
            constant: words.join("_").to_uppercase(),
            camel: words[0].clone() + &pascal[words[0].len()..],
            pascal,
            dashed: words.join("-"),
        }
    }
}

/// Writes a template out; returns the text and what of it has to be found.
pub(super) fn fill(template: &str, name: &Name, value: &str, dice: &mut Dice) -> (String, String) {
    let all = [LOWER, UPPER, DIGITS].concat();
    let mut text = String::new();
    let mut planted = None;
    let mut rest = template;
    while let Some(open) = rest.find('<') {
        text.push_str(&rest[..open]);
        rest = &rest[open..];
        let close = rest.find('>').unwrap_or(0);
        let inside = rest.get(1..close).unwrap_or_default();
        let (word, length) = inside.split_once(':').unwrap_or((inside, "32"));
        let length = length.parse().unwrap_or(0);
        let secret = match word {
            "v" => value.to_owned(),
            "x" => value.replace('&', "&amp;").replace('<', "&lt;"),
            "q" => percent_encoded(value),
            "b" => STANDARD.encode(value),
            "basic" => STANDARD.encode(format!("svc:{value}")),
            "m" if dice.below(2) == 0 => dice.text(&all, 32),
            "m" => dice.text("0123456789abcdef", 40),
            "hash" => dice.text(&(all.clone() + "./"), length),
            "b64" => dice.text(&(all.clone() + "+/"), length),
            _ => {
                text.push_str(match word {
                    "n" => &name.plain,
                    "N" => &name.constant,
                    "c" => &name.camel,
                    "C" => &name.pascal,
                    "dash" => &name.dashed,
                    "up" => "QDM7XTR2KPLYA4WZ",
                    _ => {
                        text.push('<');
                        rest = &rest[1..];
                        continue;
                    }
                });
                rest = &rest[close + 1..];
                continue;
            }
        };
        text.push_str(&secret);
        planted = Some(secret);
        rest = &rest[close + 1..];
    }
    text.push_str(rest);
    (text, planted.unwrap_or_default())
}

fn percent_encoded(value: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    value
        .bytes()
        .map(|b| {
            if plain(b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}
