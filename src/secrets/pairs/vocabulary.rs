//! What ordinary language looks like: a table of common letter pairs and a short list of words that
//! programmers write as values.

/// The letter pairs that make up most of English text and identifiers.
const COMMON_PAIRS: &str = "th he in er an re nd at on nt ha es st en ed to it ou ea hi is or ti as te et ng of al \
de se le sa si ar ve ra ld ur ro ic ne me ri li la el us io om ec ch co ll ma ce pe ss ac il be ca no so ta un \
ot ge em tr di us po pr ai ie ly lo ut ad fo wo ke ow wh ee mi sh ul ns id pa mo ig bl op ay ho am ir iv su ab \
oo na ct pl sp wa gh rs ts oc wi do ey ag ef ex ty im if ev ck by my up fi gi vi ap ni cr br cl fe ff rd rt \
ep os go gr bo ub ob ue ui od og ip ud ug rm rn ry ys sc sw sk sy tu ua bu bi ba da fa fr fu ga gu ki ks lt lu \
mb mp mu ok ol ov oa pp pi pu qu rc rk rl rv sl sm sn ru um uc tt tl va vo ye yo ze ph ht rg dd mm nn gn ft ws";

/// One bit a pair of letters.
static PAIRS: [u32; 26] = pairs();

const fn pairs() -> [u32; 26] {
    let text = COMMON_PAIRS.as_bytes();
    let mut table = [0; 26];
    let mut i = 0;
    while i + 1 < text.len() {
        if text[i] != b' ' && text[i + 1] != b' ' {
            table[(text[i] - b'a') as usize] |= 1 << (text[i + 1] - b'a');
            i += 1;
        }
        i += 1;
    }
    table
}

/// Returns how many of each hundred neighbouring letters are a common pair; 0 where there are no pairs.
///
/// Language scores above 75, letters drawn at random about 30.
pub(super) fn likeness(text: &[u8]) -> u32 {
    let (mut common, mut all) = (0, 0);
    for pair in text.windows(2) {
        if pair.iter().all(u8::is_ascii_alphabetic) {
            let (a, b) = (
                pair[0].to_ascii_lowercase() - b'a',
                pair[1].to_ascii_lowercase() - b'a',
            );
            all += 1;
            common += PAIRS[usize::from(a)] >> b & 1;
        }
    }
    // A few pairs between digits say nothing.
    if all as usize * 4 < text.len() {
        return 0;
    }
    u32::checked_div(common * 100, all).unwrap_or(0)
}

/// Words that say nothing secret: a value made of them is a stand-in, an identifier, a label.
///
/// Sorted, for the binary search.
#[rustfmt::skip]
pub(super) const PLAIN: &[&str] = &[
    "a", "abc", "abcd", "access", "account", "action", "active", "add", "admin", "administrator", "all", "an",
    "and", "anonymous", "any", "api", "app", "application", "apply", "arg", "args", "asdf", "attr",
    "attribute", "auth", "authentication", "authorization", "auto", "aws", "azure", "backend", "bar", "base",
    "basic", "baz", "bearer", "blank", "body", "bool", "boolean", "bot", "bucket", "build", "by", "bytes",
    "cache", "cert", "change", "changed", "char", "check", "ci", "claim", "class", "cli", "client", "cloud",
    "cluster", "code", "com", "command", "config", "confirm", "confirmation", "console", "const", "content",
    "context", "cookie", "core", "create", "cred", "credential", "credentials", "creds", "current", "custom",
    "data", "database", "date", "db", "debug", "default", "delete", "demo", "deploy", "dev", "development",
    "digest", "disabled", "docker", "domain", "edit", "email", "empty", "enable", "enabled", "encrypted",
    "encryption", "end", "enter", "env", "environment", "error", "external", "false", "field", "file", "fill",
    "flag", "foo", "for", "forgot", "form", "from", "function", "generate", "generated", "generic", "get",
    "git", "github", "gitlab", "global", "google", "grant", "group", "guest", "hash", "header", "hello",
    "here", "host", "http", "https", "id", "identity", "if", "image", "in", "info", "input", "int",
    "internal", "invalid", "is", "issue", "item", "json", "jwt", "key", "keys", "kube", "kubernetes", "label",
    "ldap", "length", "list", "local", "localhost", "log", "login", "logout", "mail", "main", "manager",
    "master", "max", "me", "message", "method", "min", "missing", "mode", "mongo", "mongodb", "my", "mysql",
    "name", "new", "next", "no", "node", "none", "not", "null", "number", "oauth", "object", "of", "off",
    "ok", "old", "on", "only", "op", "open", "option", "optional", "options", "or", "page", "param",
    "parameter", "pass", "passphrase", "passwd", "password", "passwords", "path", "pg", "phrase", "plain",
    "please", "policy", "post", "postgres", "postgresql", "pref", "private", "prod", "production", "profile",
    "project", "prompt", "property", "provider", "proxy", "public", "pull", "push", "put", "pwd", "qwerty",
    "random", "read", "redis", "ref", "refresh", "registry", "release", "remote", "request", "require",
    "required", "reset", "role", "root", "route", "rule", "run", "s", "sa", "sample", "schema", "scope",
    "secret", "secrets", "secure", "security", "select", "sensitive", "server", "service", "session", "set",
    "setting", "settings", "shared", "sign", "signature", "signin", "signing", "signup", "smtp", "some",
    "source", "sql", "ssh", "ssl", "staging", "start", "state", "static", "status", "storage", "store", "str",
    "string", "strong", "svc", "system", "tag", "target", "temp", "template", "test", "tester", "testing",
    "tests", "text", "the", "this", "tls", "tmp", "to", "toke", "token", "tokens", "true", "type",
    "undefined", "unknown", "unset", "update", "upload", "url", "use", "user", "username", "users", "uuid",
    "valid", "validate", "value", "var", "vault", "verify", "version", "view", "web", "webhook", "with",
    "word", "world", "write", "wrong", "xyz", "yaml", "yes", "you", "your",
];

/// Returns whether a lower-case word is one of [`PLAIN`].
pub(super) fn is_plain(word: &str) -> bool {
    PLAIN.binary_search(&word).is_ok()
}

/// The length of the longest of [`PLAIN`].
const LONGEST_PLAIN: usize = 14;

/// Returns whether a lower-case word is one of [`PLAIN`], or several of them without anything between: `rootpassword`.
pub(super) fn is_made_of_plain(word: &str) -> bool {
    let mut reached = vec![false; word.len() + 1];
    reached[0] = true;
    for end in 1..=word.len() {
        reached[end] = (end.saturating_sub(LONGEST_PLAIN)..end).any(|start| {
            let part = word.get(start..end).unwrap_or_default();
            reached[start] && part.len() > 1 && is_plain(part)
        });
    }
    reached[word.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted() {
        assert!(PLAIN.is_sorted_by(|a, b| a < b));
        assert_eq!(
            PLAIN.iter().map(|word| word.len()).max(),
            Some(LONGEST_PLAIN)
        );
    }

    #[test]
    fn language_is_told_from_chance() {
        for text in [
            "authentication",
            "swordfish",
            "getUserByIdentifier",
            "administrator",
            "production",
        ] {
            assert!(
                likeness(text.as_bytes()) >= 70,
                "{text} {}",
                likeness(text.as_bytes())
            );
        }
        for text in ["kqzvxjwpfb", "xkcdqpzmwv", "hGtRwQzXcVbJ"] {
            assert!(
                likeness(text.as_bytes()) <= 40,
                "{text} {}",
                likeness(text.as_bytes())
            );
        }
    }
}
