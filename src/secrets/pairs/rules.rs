//! The pages of the rules that read names and values.

use super::name::Holder;
use crate::finding::{Category, Engine, Severity};
use crate::rule::RuleMeta;

/// Declares a rule of this engine; all share the weakness "hard-coded credentials".
const fn rule(
    id: &'static str,
    title: &'static str,
    category: Category,
    severity: Severity,
    page: &'static str,
) -> RuleMeta {
    RuleMeta {
        id,
        title,
        engine: Engine::Secrets,
        category,
        severity,
        since: "0.1.0",
        page,
        references: REFERENCES,
        cwe: Some(798),
    }
}

#[rustfmt::skip]
const REFERENCES: &[&str] = &[
    "https://cwe.mitre.org/data/definitions/798.html",
    "https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html",
];

/// A rule of this reader; the order is that of [`ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// `authorization-basic`
    Basic,
    /// `authorization-bearer`
    Bearer,
    /// `command-line-password`
    Command,
    /// `connection-string-password`
    ConnectionString,
    /// `credentials-file`
    File,
    /// `curl-credentials`
    Curl,
    /// `kw-api-key`
    ApiKey,
    /// `kw-password`
    Password,
    /// `kw-secret`
    Secret,
    /// `kw-token`
    Token,
    /// `securestring-plaintext`
    SecureString,
    /// `sql-account-password`
    Sql,
    /// `url-credentials`
    Url,
}

/// Every rule of this reader, sorted by id.
pub(super) static ALL: &[RuleMeta] = &[
    BASIC,
    BEARER,
    COMMAND,
    CONNECTION_STRING,
    FILE,
    CURL,
    API_KEY,
    PASSWORD,
    SECRET,
    TOKEN,
    SECURE_STRING,
    SQL,
    URL,
];

impl Rule {
    /// Returns what the rule says about itself.
    pub(super) fn meta(self) -> &'static RuleMeta {
        &ALL[self as usize]
    }

    /// Returns the rule that speaks for names of this kind.
    pub(super) fn of(holder: Holder) -> Self {
        match holder {
            Holder::Password => Self::Password,
            Holder::Secret | Holder::Key | Holder::Vague => Self::Secret,
            Holder::ApiKey => Self::ApiKey,
            Holder::Token => Self::Token,
        }
    }

    /// Returns what goes into the fingerprint beside the value.
    pub(super) fn family(self) -> &'static str {
        match self {
            Self::ApiKey | Self::Password | Self::Secret | Self::Token => "keyword",
            _ => self.meta().id,
        }
    }
}

/// A name such as `password` with a literal for a value.
const PASSWORD: RuleMeta = rule(
    "kw-password",
    "password assigned a literal",
    Category::Keyword,
    Severity::Medium,
    "A password written into a file is known to everybody who can read the repository, now and in all copies of its history.

The rule reads a name such as `password`, `passwd`, `db_pwd` or `passphrase` together with the value it is given. References to \
variables and vaults, placeholders, texts for people and names of fields are left alone; what remains is weighed by the shape of the value \
and by the place.

Change the password where it is used, then read it from the environment or a secret store. If the literal is no password, mark the line \
with `gate-hook:allow` and a reason, or list it in `secrets.allow`.",
);

/// A name such as `client_secret` with a literal for a value.
const SECRET: RuleMeta = rule(
    "kw-secret",
    "secret assigned a literal",
    Category::Keyword,
    Severity::Medium,
    "A secret written into a file lets every reader of the repository sign, decrypt or log in as the application.

The rule reads names such as `client_secret`, `SECRET_KEY`, `private_key` or `encryption-key` together with their value.

Make a new secret where the old one is used, withdraw the old one, and read the new one from the environment or a secret store. If the \
literal is none, mark the line with `gate-hook:allow` and a reason, or list it in `secrets.allow`.",
);

/// A name such as `access_token` with a literal for a value.
const TOKEN: RuleMeta = rule(
    "kw-token",
    "token assigned a literal",
    Category::Keyword,
    Severity::Medium,
    "A token written into a file acts for its owner until it is revoked, whoever reads it.

The rule reads names such as `access_token`, `authToken` or `PRIVATE-TOKEN` together with their value. Tokens of parsers, pages and \
forms have other names or other values.

Revoke the token, then read a new one from the environment or a secret store. If the literal is no credential, mark the line with \
`gate-hook:allow` and a reason, or list it in `secrets.allow`.",
);

/// A name such as `api_key` with a literal for a value.
const API_KEY: RuleMeta = rule(
    "kw-api-key",
    "API key assigned a literal",
    Category::Keyword,
    Severity::Medium,
    "An API key written into a file can be used, and run up costs, by everybody who reads the repository.

The rule reads names such as `api_key`, `X-Api-Key` or `access_key` together with their value.

Replace the key at its provider, then read it from the environment or a secret store. Keys that are public by design (of a map shown in \
a browser, say) are best listed in `secrets.allow` with that reason.",
);

/// `scheme://user:password@host`.
const URL: RuleMeta = rule(
    "url-credentials",
    "credentials in a URL",
    Category::Credential,
    Severity::High,
    "A URL with a password in it opens the database, broker or server that it names.

The rule reads `scheme://user:password@host`, the forms without a user included. Variables and placeholders are left alone, and so are \
trivial passwords of hosts that only a development machine has.

Change the password on the server, then build the URL from a variable: most clients read user and password from the environment or from \
a file outside the repository.",
);

/// `Authorization: Basic …`.
const BASIC: RuleMeta = rule(
    "authorization-basic",
    "credentials in a Basic authorization header",
    Category::Credential,
    Severity::High,
    "Basic authorization is the user's name and password in base64, which anybody can read.

The rule decodes the value and speaks up only if it is a name, a colon and a password that is no placeholder.

Change the password, and make the header at run time from a secret that is kept elsewhere.",
);

/// `Authorization: Bearer …`.
const BEARER: RuleMeta = rule(
    "authorization-bearer",
    "token in a Bearer authorization header",
    Category::Credential,
    Severity::High,
    "A bearer token opens what it was made for to whoever presents it.

The rule reads the value behind `Bearer` where it looks drawn at random and has twenty characters or more; tokens of known formats have \
rules of their own.

Revoke the token, and read a new one from the environment.",
);

/// `Password=…;` in a connection string.
const CONNECTION_STRING: RuleMeta = rule(
    "connection-string-password",
    "password in a connection string",
    Category::Credential,
    Severity::High,
    "A connection string with a password opens the database that it names.

The rule reads `Password=` and `Pwd=` where keys such as `Server`, `Data Source`, `User Id` or `jdbc:` stand in the same string, and the \
account and access keys of storage services.

Change the password, and use integrated authentication or a secret store; for development, user secrets or an ignored file.",
);

/// `curl -u user:password`.
const CURL: RuleMeta = rule(
    "curl-credentials",
    "credentials of a curl command",
    Category::Credential,
    Severity::High,
    "A password given to curl is in the file, in the shell's history and in the process list of every machine that runs it.

The rule reads `-u user:password` and `--user user:password`, proxies included.

Change the password; let curl read it from a `.netrc` outside the repository (`--netrc`), or from a variable.",
);

/// The password switches of other commands.
const COMMAND: RuleMeta = rule(
    "command-line-password",
    "password on a command line",
    Category::Credential,
    Severity::High,
    "A password on a command line is in the file, in the shell's history and in the process list of every machine that runs it.

The rule reads `sshpass -p`, `mysql -p…`, `redis-cli -a` and `docker login -p`.

Change the password; let the command read it from standard input, a file with narrow permissions, or the environment.",
);

/// `machine … login … password …`, `.pgpass`, `.npmrc`, `.pypirc`, docker's `auth`.
const FILE: RuleMeta = rule(
    "credentials-file",
    "password in a credentials file",
    Category::Credential,
    Severity::High,
    "Files such as `.netrc`, `.pgpass`, `.npmrc`, `.pypirc` and docker's `config.json` hold passwords in plain text and belong to one person's \
home, not to a repository.

The rule reads each by its own grammar, wherever such a line stands.

Change the password or revoke the token, remove the file from the repository, and ignore its name.",
);

/// `IDENTIFIED BY '…'`, `WITH PASSWORD '…'`.
const SQL: RuleMeta = rule(
    "sql-account-password",
    "password of a database account",
    Category::Credential,
    Severity::High,
    "A statement that creates an account with a password tells it to every reader of the script.

The rule reads `IDENTIFIED BY '…'` and `CREATE|ALTER USER|ROLE|LOGIN … PASSWORD '…'`.

Change the account's password, and pass the new one as a variable of the client that runs the script.",
);

/// `ConvertTo-SecureString "…" -AsPlainText`.
const SECURE_STRING: RuleMeta = rule(
    "securestring-plaintext",
    "plain text made a SecureString",
    Category::Credential,
    Severity::High,
    "A SecureString made from a literal is as readable as the script it stands in.

The rule reads the literal given to `ConvertTo-SecureString` with `-AsPlainText`.

Change the password, and ask for it (`Read-Host -AsSecureString`) or read it from a vault.",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_are_sorted_and_lead_to_their_pages() {
        assert!(ALL.is_sorted_by(|a, b| a.id < b.id));
        assert_eq!(Rule::Basic.meta().id, "authorization-basic");
        assert_eq!(Rule::Curl.meta().id, "curl-credentials");
        assert_eq!(Rule::Password.meta().id, "kw-password");
        assert_eq!(Rule::Url.meta().id, "url-credentials");
        assert_eq!(Rule::Url as usize + 1, ALL.len());
    }
}
