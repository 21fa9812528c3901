//! What the rules of this folder say about themselves.

use crate::finding::{Category, Engine, Severity};
use crate::rule::RuleMeta;

const fn rule(
    id: &'static str,
    title: &'static str,
    severity: Severity,
    page: &'static str,
    references: &'static [&'static str],
) -> RuleMeta {
    RuleMeta {
        id,
        title,
        engine: Engine::Secrets,
        category: Category::Credential,
        severity,
        since: "0.1.0",
        page,
        references,
        cwe: Some(321),
    }
}

/// Every rule that can have a finding, sorted by id.
pub(super) static ALL: &[RuleMeta] = &[GOOGLE, JWK, OPENSSH, PGP, PRIVATE_KEY, PUTTY];

/// Marks what is encrypted, so that no other rule speaks of it; it never has a finding.
pub(super) static ENCRYPTED: RuleMeta = rule(
    "encrypted-private-key",
    "Encrypted private key",
    Severity::Low,
    "",
    &[],
);

/// The rules of [`ALL`], where each is found.
pub(super) static PRIVATE_KEY_RULE: &RuleMeta = &ALL[4];
pub(super) static GOOGLE_RULE: &RuleMeta = &ALL[0];
pub(super) static JWK_RULE: &RuleMeta = &ALL[1];
pub(super) static OPENSSH_RULE: &RuleMeta = &ALL[2];
pub(super) static PGP_RULE: &RuleMeta = &ALL[3];
pub(super) static PUTTY_RULE: &RuleMeta = &ALL[5];

const GOOGLE: RuleMeta = rule(
    "google-service-account-key",
    "Google service account key",
    Severity::Critical,
    "Whoever holds the key of a service account acts as it in every project that gave it a role, without a second factor.

Delete the key under IAM, Service accounts, Keys in the Google Cloud console and create a new one, or better bind a workload identity that needs no key. Look through the audit log of the project for calls of the account since the commit.",
    &["https://cloud.google.com/iam/docs/keys-create-delete"],
);

const JWK: RuleMeta = rule(
    "jwk-private-key",
    "Private key as JSON Web Key",
    Severity::High,
    "A private JSON Web Key signs tokens that every service trusting its public half accepts, or decrypts what was meant for its owner.

Make a new key, publish its public half in the key set, and remove the old one from it, so that tokens it signed are refused.",
    &["https://www.rfc-editor.org/rfc/rfc7517"],
);

const OPENSSH: RuleMeta = rule(
    "openssh-private-key",
    "OpenSSH private key",
    Severity::Critical,
    "The key logs in wherever its public half is authorised, without a passphrase.

Remove the public half from every authorized_keys file, Git host and deploy setting that has it, make a new pair with ssh-keygen, and keep the private half out of repositories. Check the login records of the hosts concerned.",
    &["https://man.openbsd.org/ssh-keygen"],
);

const PGP: RuleMeta = rule(
    "pgp-private-key",
    "PGP private key",
    Severity::Critical,
    "The key decrypts what was sent to its owner and signs commits, packages and messages in their name, without a passphrase.

Revoke it with gpg --gen-revoke, publish the revocation where the public key is, and make a new key.",
    &["https://www.rfc-editor.org/rfc/rfc9580"],
);

const PRIVATE_KEY: RuleMeta = rule(
    "private-key",
    "Private key",
    Severity::Critical,
    "The key is the identity of whatever holds its certificate or its public half: it impersonates a server, signs in its name, or opens its sessions.

Make a new key, have its certificate reissued and the old one revoked by the authority that signed it, and replace the public half wherever it is trusted. Keep private keys in a secret store, not in a repository.",
    &["https://www.rfc-editor.org/rfc/rfc7468", "https://www.rfc-editor.org/rfc/rfc5958"],
);

const PUTTY: RuleMeta = rule(
    "putty-private-key",
    "PuTTY private key",
    Severity::Critical,
    "The key logs in wherever its public half is authorised, without a passphrase.

Remove the public half from every host and Git service that has it and make a new pair with PuTTYgen.",
    &["https://the.earth.li/~sgtatham/putty/0.81/htmldoc/AppendixC.html"],
);
