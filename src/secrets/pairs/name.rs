//! What a name says: whether it *holds* a secret (`db_password`) or is *about* one (`password_field`).
//!
//! A name is cut into words, the word that names the secret is found, and the words around it may turn the
//! meaning. In English names the head stands last, so most turning words come after the noun.

use std::ops::Range;

use super::text::{before, byte, is_word};

/// The kind of secret that a name holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::secrets) enum Holder {
    /// A password, passphrase, or passcode.
    Password,
    /// A secret, private, or signing key.
    Secret,
    /// An API or access key.
    ApiKey,
    /// A token.
    Token,
    /// A key of some kind: `stripe_key`, a salt.
    Key,
    /// A word that often means something else: `pass`, `auth`, `creds`.
    Vague,
}

/// The longest name that is read, to each side of the anchor.
const REACH: usize = 80;

/// Returns the whole name round an anchor: words, dots and dashes, without quotes.
pub(super) fn around(text: &[u8], hit: Range<usize>) -> Range<usize> {
    let mut start = hit.start;
    while start > 0 && hit.start - start < REACH && belongs_left(text, start - 1) {
        start -= 1;
    }
    let mut end = hit.end;
    while end < text.len() && end - hit.end < REACH && belongs_right(text, end) {
        end += 1;
    }
    // A dash or dot at the edge is a flag's mark or punctuation.
    while start < hit.start && !is_word(text[start]) {
        start += 1;
    }
    while end > hit.end && !is_word(text[end - 1]) {
        end -= 1;
    }
    start..end
}

fn belongs_left(text: &[u8], at: usize) -> bool {
    match text[at] {
        // An escaped line break before a name (`\nPASSWORD`) is not part of it.
        b'n' | b't' | b'r' => before(text, at) != Some(b'\\'),
        b'-' => byte(text, at + 1) != Some(b'>'),
        b'.' => true,
        b => is_word(b),
    }
}

fn belongs_right(text: &[u8], at: usize) -> bool {
    match text[at] {
        b'-' | b'.' => byte(text, at + 1).is_some_and(is_word),
        b => is_word(b),
    }
}

/// Cuts a name into words of lower-case letters; digits and punctuation part them.
pub(super) fn words(name: &[u8]) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for (i, &b) in name.iter().enumerate() {
        let next_is_lower = byte(name, i + 1).is_some_and(|b| b.is_ascii_lowercase());
        let after_lower = i > 0 && name[i - 1].is_ascii_lowercase();
        let after_upper = i > 0 && name[i - 1].is_ascii_uppercase();
        let starts_word = b.is_ascii_uppercase() && (after_lower || after_upper && next_is_lower);
        // `APIs`, `IDs`: a plural s does not begin a word.
        let plural = next_is_lower
            && byte(name, i + 1) == Some(b's')
            && !byte(name, i + 2).is_some_and(is_word);
        if (starts_word && !(after_upper && plural) || !b.is_ascii_alphabetic()) && !word.is_empty()
        {
            words.push(std::mem::take(&mut word));
        }
        if b.is_ascii_alphabetic() {
            word.push(b.to_ascii_lowercase() as char);
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// Nouns that name a secret wherever they stand in a word.
const NOUNS: &[(&str, Holder)] = &[
    ("password", Holder::Password),
    ("passphrase", Holder::Password),
    ("passwd", Holder::Password),
    ("passwort", Holder::Password),
    ("passcode", Holder::Password),
    ("passwrd", Holder::Password),
    ("kennwort", Holder::Password),
    ("contrasena", Holder::Password),
    ("senha", Holder::Password),
    ("wachtwoord", Holder::Password),
    ("secret", Holder::Secret),
    ("token", Holder::Token),
    ("apikey", Holder::ApiKey),
    ("credential", Holder::Vague),
];

/// Nouns that name a secret only as a whole word, or behind one of [`GLUED`].
const SHORT_NOUNS: &[(&str, Holder)] = &[
    ("pass", Holder::Password),
    ("pwd", Holder::Password),
    ("psw", Holder::Password),
    ("pswd", Holder::Password),
    ("pw", Holder::Password),
    ("passw", Holder::Password),
    ("passe", Holder::Password),
    ("mdp", Holder::Password),
    ("psk", Holder::Password),
    ("creds", Holder::Vague),
    ("cred", Holder::Vague),
    ("auth", Holder::Vague),
    ("requirepass", Holder::Password),
    ("masterauth", Holder::Password),
    ("keypass", Holder::Password),
    ("storepass", Holder::Password),
    ("accesskey", Holder::ApiKey),
    ("secretkey", Holder::Secret),
    ("privatekey", Holder::Secret),
    ("encryptionkey", Holder::Secret),
    ("signingkey", Holder::Secret),
    ("masterkey", Holder::Secret),
    ("authkey", Holder::Secret),
    ("accountkey", Holder::Secret),
    ("sharedkey", Holder::Secret),
    ("subscriptionkey", Holder::ApiKey),
    ("sharedaccesskey", Holder::Secret),
    ("appkey", Holder::ApiKey),
    ("secretaccesskey", Holder::Secret),
    ("pat", Holder::Token),
    ("salt", Holder::Key),
];

/// What is written before a short noun without a separator: `dbpass`, `rootpw`, `smtppwd`.
#[rustfmt::skip]
const GLUED: &[&str] = &[
    "db", "user", "my", "admin", "root", "mysql", "pg", "mail", "smtp", "ftp", "ssh", "ldap", "web", "wifi",
    "redis", "proxy", "login", "sql", "imap", "bind", "vpn", "http", "usr", "sa", "key", "store", "postgres",
    "mongo", "rabbit", "sys", "service", "svc", "account", "old", "new", "master", "client", "server", "wlan",
];

/// What makes a key secret, and of which kind.
const KEY_QUALIFIERS: &[(&str, Holder)] = &[
    ("api", Holder::ApiKey),
    ("app", Holder::ApiKey),
    ("access", Holder::ApiKey),
    ("subscription", Holder::ApiKey),
    ("service", Holder::ApiKey),
    ("auth", Holder::Secret),
    ("account", Holder::Secret),
    ("private", Holder::Secret),
    ("encryption", Holder::Secret),
    ("encrypt", Holder::Secret),
    ("encrypted", Holder::Vague),
    ("crypt", Holder::Secret),
    ("crypto", Holder::Secret),
    ("signing", Holder::Secret),
    ("signature", Holder::Secret),
    ("master", Holder::Secret),
    ("shared", Holder::Secret),
    ("hmac", Holder::Secret),
    ("aes", Holder::Secret),
    ("jwt", Holder::Secret),
    ("storage", Holder::Secret),
    ("sas", Holder::Secret),
    ("secret", Holder::Secret),
];

/// Words behind the noun that make the name speak *about* a secret.
#[rustfmt::skip]
const TURNS_AFTER: &[&str] = &[
    // where it is shown or typed in
    "button", "control", "dialog", "field", "form", "icon", "input", "label", "lbl", "btn", "modal", "page",
    "placeholder", "prompt", "screen", "textbox", "toggle", "tooltip", "view", "widget", "visibility",
    "caption",
    // what is said about it
    "description", "desc", "doc", "docs", "error", "errors", "exception", "help", "hint", "info",
    "instructions", "message", "msg", "question", "text", "title", "warning", "email", "mail", "notice",
    "changed", "reminder",
    // what it must look like
    "alphabet", "chars", "charset", "characters", "complexity", "format", "length", "len", "limit", "max",
    "min", "maxlength", "minlength", "pattern", "policy", "regex", "regexp", "re", "requirement",
    "requirements", "rule", "rules", "schema", "size", "strength", "validation", "validator", "validators",
    "quality",
    // a measure or a time of it
    "age", "at", "budget", "count", "counter", "counts", "date", "duration", "expiration", "expire",
    "expires", "expired", "expiry", "index", "interval", "lifetime", "offset", "position", "refresh",
    "rotation", "seconds", "time", "timeout", "timestamp", "ttl", "usage", "version", "rate", "total",
    "window", "minutes", "hours", "days", "updated", "created", "length",
    // where it is kept: a name of it, not the thing
    "arn", "attr", "attribute", "bucket", "class", "column", "cookie", "dir", "directory", "dict", "endpoint",
    "env", "environment", "file", "filename", "filepath", "folder", "header", "host", "id", "identifier",
    "ids", "keyname", "link", "list", "location", "loc", "manager", "map", "mount", "name", "names",
    "namespace", "param", "parameter", "params", "path", "paths", "prop", "property", "provider", "ref",
    "reference", "refs", "region", "route", "selector", "service", "source", "src", "store", "storage",
    "table", "uri", "url", "urls", "var", "variable", "vault", "volume", "xpath", "address", "port",
    "username", "user", "domain", "server",
    // of what kind it is
    "alg", "algo", "algorithm", "audience", "category", "encoding", "kind", "mechanism", "method", "methods",
    "mode", "scheme", "scope", "scopes", "status", "state", "strategy", "subtype", "type", "types", "flow",
    "grant", "issuer", "protocol", "plugin", "level", "flags", "flag", "option", "options", "config",
    "backend",
    // what is derived from it or done with it
    "callback", "checker", "checksum", "check", "command", "cmd", "decoder", "detection", "digest", "encoder",
    "encryptor", "encryption", "factory", "fingerprint", "func", "function", "generator", "getter", "handler",
    "hash", "hashed", "hasher", "hashes", "helper", "hook", "lexer", "listener", "mapper", "match", "mask",
    "mixin", "model", "parser", "processor", "resolver", "reader", "writer", "reset", "salt", "serializer",
    "setter", "spec", "stream", "template", "util", "utils", "verifier", "verification", "action", "event",
    "request", "response", "query", "endpoint", "operation", "mutation", "authenticator", "authentication",
    // whether there is one
    "allowed", "disabled", "enabled", "exists", "invalid", "missing", "needed", "optional", "provided",
    "required", "set", "valid", "used", "changeable", "protected", "protection", "only", "less", "free",
    "based", "supported", "stdin", "fd", "confirmed", "incorrect", "wrong", "mismatch", "empty", "present",
    "forgotten", "filter",
    // grammar, cryptography, design and payment vocabulary that is public by nature
    "symbol", "standard", "pair", "prefix", "suffix", "separator", "delimiter", "bucket", "vocab",
    "embedding", "ring", "chain", "contract", "mint", "supply", "decimals", "logo", "owner", "creator",
    "role", "roles",
];

/// Words before the noun that do the same.
#[rustfmt::skip]
const TURNS_BEFORE: &[&str] = &[
    // a count or a limit
    "max", "min", "num", "number", "total", "count", "n", "nb", "avg", "per",
    // a question whether
    "is", "has", "should", "can", "use", "uses", "using", "no", "without", "need", "needs", "require",
    "requires", "required", "enable", "disable", "allow", "show", "hide", "toggle", "ask", "prompt",
    "prompts", "existing",
    // an action on it
    "forgot", "forget", "forgotten", "lost", "change", "reset", "recover", "recovery", "validate", "check",
    "verify", "generate", "create", "make", "get", "fetch", "load", "read", "find", "parse", "lookup",
    "decode", "encode", "compare", "match", "on", "handle", "remove", "delete", "clear", "mask", "redact",
    "hash", "encrypt", "decrypt", "strip", "filter", "delete", "revoke", "rotate", "detect", "extract",
    "consume", "expect", "skip", "peek",
    // wrong on purpose, or not a value
    "invalid", "wrong", "bad", "missing", "empty", "incorrect", "unexpected", "unknown", "expired", "fake",
    "dummy", "mock", "example", "placeholder", "hashed", "salted", "encrypted", "crypted", "masked",
    "redacted",
    // said about it
    "label", "lbl", "btn", "title", "error", "err", "msg", "message", "hint", "help", "placeholder", "type",
    "i18n",
    // public by nature
    "csrf", "xsrf", "antiforgery", "public", "anon", "next", "page", "pagination", "continuation", "cursor", "sync",
    "cancellation", "cancel", "special", "eos", "bos", "pad", "unk", "sep", "cls", "design", "color", "theme",
    "syntax", "lex", "lexer", "comment", "keyword", "punctuation", "operator", "site", "publishable",
    "resume", "injection", "completion", "input", "output", "stop", "start", "end", "eof", "verification",
    "anonymous", "first", "last", "prev", "previous", "boundary", "delimiter", "separator", "non", "not",
    "image", "device", "erc", "asset", "nft", "pull", "registration",
];

/// Words after the noun that leave it what it is when a dot stands between: `password.value = "…"`.
#[rustfmt::skip]
const MEMBERS: &[&str] = &[
    "value", "default", "text", "prod", "production", "dev", "development", "staging", "live", "key", "plain",
    "admin", "root", "user", "primary", "secondary", "current", "string", "str", "raw", "id", "secret",
    "password", "token", "innerhtml", "content",
];

/// What a name says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Meaning {
    /// The kind of secret it holds.
    pub(super) holder: Holder,
    /// Its words, in lower case.
    pub(super) words: Vec<String>,
}

/// Returns what kind of secret the name holds, or nothing for a name that holds none or is about one.
pub(super) fn meaning(name: &[u8]) -> Option<Meaning> {
    let words = words(name);
    let (noun, holder) = noun(&words)?;
    let before = &words[..noun.start];
    let after = &words[noun.end..];
    // `text_password`, `password_text` are the widgets; `password.text` is their content.
    let member = is_member(name, after);
    if before
        .iter()
        .any(|word| TURNS_BEFORE.contains(&word.as_str()))
    {
        return None;
    }
    let turned = after
        .iter()
        .any(|word| TURNS_AFTER.contains(&word.as_str()));
    let derived = holder == Holder::Password && before.iter().any(|word| word.starts_with("encod"));
    if derived || turned && !member || is_constant_of_key(holder, after) {
        return None;
    }
    Some(Meaning { holder, words })
}

/// Whose password it is: the word before `password` that tells an account from a label.
#[rustfmt::skip]
const ACCOUNTS: &[&str] = &[
    "db", "database", "admin", "root", "mysql", "mariadb", "postgres", "pg", "sql", "oracle", "mongo", "redis",
    "smtp", "mail", "email", "gmail", "imap", "ftp", "sftp", "ssh", "ldap", "vpn", "wifi", "wlan", "ap", "mqtt",
    "rabbit", "rabbitmq", "amqp", "server", "datasource", "master", "sa", "keystore", "truststore", "key", "store",
];

impl Meaning {
    /// Returns whether the name of a password says of which account it is.
    pub(super) fn is_of_account(&self) -> bool {
        self.holder == Holder::Password
            && self.words.iter().any(|word| {
                ACCOUNTS.contains(&word.as_str())
                    || noun_in_word(word).is_some()
                        && ACCOUNTS.iter().any(|account| word.starts_with(account))
            })
    }

    /// Returns whether the name is that of the key that a program signs sessions and tokens with.
    pub(super) fn is_of_signing_key(&self) -> bool {
        let ends = |with: &[&str]| {
            self.words.len() >= with.len() && self.words[self.words.len() - with.len()..] == *with
        };
        [
            &["secret", "key"][..],
            &["jwt", "secret"],
            &["session", "secret"],
            &["cookie", "secret"],
        ]
        .into_iter()
        .any(ends)
    }
}

/// `password.value`, `token.default`: one known member behind a dot.
fn is_member(name: &[u8], after: &[String]) -> bool {
    after.len() == 1
        && MEMBERS.contains(&after[0].as_str())
        && name[..name.len() - after[0].len()].last() == Some(&b'.')
}

/// `PASSWORD_KEY`, `TOKEN_KEY` name a key of a map; `SECRET_KEY` and `API_KEY` are keys.
fn is_constant_of_key(holder: Holder, after: &[String]) -> bool {
    matches!(holder, Holder::Password | Holder::Token | Holder::Vague)
        && after
            .first()
            .is_some_and(|word| word == "key" || word == "keys")
}

/// Finds the last word, or pair of words, that names a secret.
fn noun(words: &[String]) -> Option<(Range<usize>, Holder)> {
    for i in (0..words.len()).rev() {
        let word = words[i].as_str();
        if (word == "key" || word == "keys")
            && i > 0
            && let Some(holder) = qualified_key(&words[i - 1])
        {
            return Some((i - 1..i + 1, holder));
        }
        if word == "key"
            && let Some(holder) = plain_key(&words[..i])
        {
            return Some((i..i + 1, holder));
        }
        if let Some(holder) = noun_in_word(word) {
            return Some((i..i + 1, holder));
        }
    }
    None
}

/// Words before `key` that make it a key of a map, a table, a keyboard or a cache, or one that may be known.
#[rustfmt::skip]
const OPEN_KEYS: &[&str] = &[
    "public", "pub", "primary", "foreign", "partition", "sort", "hash", "cache", "index", "object", "map", "row",
    "column", "lookup", "group", "composite", "unique", "range", "arrow", "shift", "ctrl", "hot", "short",
    "function", "enter", "return", "delete", "escape", "tab", "space", "any", "config", "setting", "settings",
    "option", "local", "translation", "message", "label", "query", "search", "order", "filter", "parent", "child",
    "item", "entry", "data", "dict", "json", "yaml", "env", "header", "registry", "product", "idempotency",
    "routing", "topic", "event", "metric", "tag", "node", "ssh", "gpg", "pgp", "host", "known", "authorized",
    "feature", "flag", "param", "field", "prop", "attr", "property", "new", "old", "other", "same", "left",
    "right", "up", "down", "react", "string", "name", "type", "id", "user", "file", "path", "verify", "deploy",
    "trust", "trusted", "rsa", "jwk", "record", "cookie", "i18n", "locale", "text", "title", "menu", "module",
    "normalized", "package", "dependency", "signature", "fingerprint", "checksum", "digest", "content", "s3",
    "bucket", "blob", "document", "doc", "answer", "foo", "bar", "default", "resource", "state", "scan",
];

/// A key that nothing qualifies, or that a word of its own does: `stripe_key`.
fn plain_key(before: &[String]) -> Option<Holder> {
    match before.last() {
        None => Some(Holder::Vague),
        // `PASSWORD_KEY` names a key of a map.
        Some(word) if noun_in_word(word).is_some() => None,
        Some(word) => (!OPEN_KEYS.contains(&word.as_str())).then_some(Holder::Key),
    }
}

fn qualified_key(qualifier: &str) -> Option<Holder> {
    KEY_QUALIFIERS
        .iter()
        .find(|(word, _)| *word == qualifier)
        .map(|(_, holder)| *holder)
}

/// Reads one word: `password`, `dbpassword`, `passwords`, `userpass`, but not `passwordfield` or `tokenizer`.
fn noun_in_word(word: &str) -> Option<Holder> {
    for (noun, holder) in NOUNS {
        if let Some(at) = memchr::memmem::find(word.as_bytes(), noun.as_bytes()) {
            let rest = &word[at + noun.len()..];
            let prefix = &word[..at];
            let plain = matches!(
                rest,
                "" | "s" | "key" | "value" | "str" | "string" | "base" | "accesskey" | "token"
            );
            return (plain && !TURNS_BEFORE.contains(&prefix)).then_some(*holder);
        }
    }
    let singular = word
        .strip_suffix('s')
        .filter(|w| !w.ends_with('s') && *w != "pas")
        .unwrap_or(word);
    SHORT_NOUNS.iter().find_map(|(noun, holder)| {
        let prefix = singular.strip_suffix(noun)?;
        (prefix.is_empty() || GLUED.contains(&prefix)).then_some(*holder)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_hold_a_secret() {
        for (name, holder) in [
            ("password", Holder::Password),
            ("db_password", Holder::Password),
            ("dbPassword", Holder::Password),
            ("DB_PASSWD", Holder::Password),
            ("spring.datasource.password", Holder::Password),
            ("userpass", Holder::Password),
            ("DB_PASS", Holder::Password),
            ("rootpw", Holder::Password),
            ("PGPASSWORD", Holder::Password),
            ("password2", Holder::Password),
            ("passwordConfirmation", Holder::Password),
            ("password.value", Holder::Password),
            ("adminPwd", Holder::Password),
            ("client_secret", Holder::Secret),
            ("clientSecret", Holder::Secret),
            ("SECRET_KEY", Holder::Secret),
            ("SECRET_KEY_BASE", Holder::Secret),
            ("privateKey", Holder::Secret),
            ("encryption-key", Holder::Secret),
            ("api_key", Holder::ApiKey),
            ("apiKey", Holder::ApiKey),
            ("APIKey", Holder::ApiKey),
            ("API-KEY", Holder::ApiKey),
            ("X-Api-Key", Holder::ApiKey),
            ("STRIPE_APIKEY", Holder::ApiKey),
            ("access_key", Holder::ApiKey),
            ("authToken", Holder::Token),
            ("ACCESS_TOKEN", Holder::Token),
            ("PRIVATE-TOKEN", Holder::Token),
            ("botToken", Holder::Token),
            ("setPassword", Holder::Password),
            ("withToken", Holder::Token),
            ("creds", Holder::Vague),
            ("stripe_key", Holder::Key),
            ("mapsKey", Holder::Key),
            ("auth.salt", Holder::Key),
            ("key", Holder::Vague),
            ("GITHUB_PAT", Holder::Token),
        ] {
            assert_eq!(
                meaning(name.as_bytes()).map(|m| m.holder),
                Some(holder),
                "{name}"
            );
        }
    }

    #[test]
    fn names_about_a_secret() {
        for name in [
            "password_field",
            "passwordField",
            "token_type",
            "secretName",
            "passwordResetUrl",
            "max_tokens",
            "tokenizer",
            "tokenize",
            "token_count",
            "password_hash",
            "secret_arn",
            "api_key_id",
            "publicKey",
            "keyboard",
            "csrf_token",
            "csrfToken",
            "forgot_password",
            "PASSWORD_MIN_LENGTH",
            "password_label",
            "tokenUrl",
            "secretRef",
            "keychain",
            "access_key_id",
            "bypass",
            "compass",
            "passed",
            "passenger",
            "secretary",
            "passwordless",
            "password_required",
            "is_password",
            "hashed_password",
            "PASSWORD_KEY",
            "token_key",
            "author",
            "authority",
            "next_page_token",
            "nextToken",
            "token.length",
            "existingSecret",
            "password_env",
            "secretsmanager",
            "eos_token",
            "primary_key",
            "cacheKey",
            "encryptedPasswordColumn",
        ] {
            assert_eq!(meaning(name.as_bytes()), None, "{name}");
        }
    }

    #[test]
    fn a_name_is_read_whole() {
        for (text, anchor, expected) in [
            ("x['db.password'] =", "pass", "db.password"),
            ("--api-key=", "api-key", "api-key"),
            ("$this->dbPassword =", "Pass", "dbPassword"),
            ("password->", "pass", "password"),
            (r"\nPASSWORD=", "PASS", "PASSWORD"),
        ] {
            let at = text.find(anchor).unwrap();
            let range = around(text.as_bytes(), at..at + anchor.len());
            assert_eq!(&text[range], expected);
        }
    }
}
