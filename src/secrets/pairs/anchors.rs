//! The anchors of the automaton, and what stands behind each of them.
//!
//! `build.rs` includes this file to put them into the automaton, so it knows nothing else.

/// A command whose options are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    /// `curl`
    Curl,
    /// `sshpass`
    Sshpass,
    /// `mysql`, `mysqldump`, `mysqladmin`, `mariadb`
    Mysql,
    /// `redis-cli`
    Redis,
    /// `docker login`
    DockerLogin,
    /// `ConvertTo-SecureString`
    SecureString,
}

/// What an anchor starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    /// A name that may hold a secret.
    Name,
    /// A URL, at its `://`.
    Url,
    /// `Authorization: Basic`
    Basic,
    /// `Authorization: Bearer`
    Bearer,
    /// A command with password options.
    Command(Command),
    /// `IDENTIFIED BY`
    Sql,
    /// A call that takes user and password.
    UserAndPassword,
}

/// Declares [`KEYWORDS`] and [`STARTS`] side by side.
macro_rules! anchors {
    ($($anchor:literal => $start:expr),* $(,)?) => {
        /// ASCII case-insensitive anchors, in the order of [`STARTS`].
        pub(crate) const KEYWORDS: &[&str] = &[$($anchor),*];
        /// What each anchor starts.
        pub(super) const STARTS: [Start; KEYWORDS.len()] = [$($start),*];
    };
}

anchors! {
    "pass" => Start::Name,
    "pwd" => Start::Name,
    "_pw" => Start::Name,
    "rootpw" => Start::Name,
    "bindpw" => Start::Name,
    "kennwort" => Start::Name,
    "senha" => Start::Name,
    "contrasena" => Start::Name,
    "wachtwoord" => Start::Name,
    "secret" => Start::Name,
    "token" => Start::Name,
    "credential" => Start::Name,
    "creds" => Start::Name,
    "_auth" => Start::Name,
    "\"auth\"" => Start::Name,
    "masterauth" => Start::Name,
    "apikey" => Start::Name,
    "api_key" => Start::Name,
    "api-key" => Start::Name,
    "api.key" => Start::Name,
    "api key" => Start::Name,
    "appkey" => Start::Name,
    "app_key" => Start::Name,
    "app-key" => Start::Name,
    "accesskey" => Start::Name,
    "access_key" => Start::Name,
    "access-key" => Start::Name,
    "privatekey" => Start::Name,
    "private_key" => Start::Name,
    "private-key" => Start::Name,
    "encryptionkey" => Start::Name,
    "encryption_key" => Start::Name,
    "encryption-key" => Start::Name,
    "encryption.key" => Start::Name,
    "encrypt_key" => Start::Name,
    "crypt_key" => Start::Name,
    "signingkey" => Start::Name,
    "signing_key" => Start::Name,
    "signing-key" => Start::Name,
    "masterkey" => Start::Name,
    "master_key" => Start::Name,
    "master-key" => Start::Name,
    "authkey" => Start::Name,
    "auth_key" => Start::Name,
    "auth-key" => Start::Name,
    "accountkey" => Start::Name,
    "account_key" => Start::Name,
    "account-key" => Start::Name,
    "sharedkey" => Start::Name,
    "shared_key" => Start::Name,
    "subscriptionkey" => Start::Name,
    "subscription_key" => Start::Name,
    "subscription-key" => Start::Name,
    "service_key" => Start::Name,
    "hmac_key" => Start::Name,
    "hmackey" => Start::Name,
    "aes_key" => Start::Name,
    "aeskey" => Start::Name,
    "jwt_key" => Start::Name,
    "jwtkey" => Start::Name,
    "storage_key" => Start::Name,
    "sas_key" => Start::Name,
    "://" => Start::Url,
    "basic" => Start::Basic,
    "bearer" => Start::Bearer,
    "curl " => Start::Command(Command::Curl),
    "\"curl\"" => Start::Command(Command::Curl),
    "sshpass " => Start::Command(Command::Sshpass),
    "mysql" => Start::Command(Command::Mysql),
    "mariadb " => Start::Command(Command::Mysql),
    "redis-cli " => Start::Command(Command::Redis),
    "docker login" => Start::Command(Command::DockerLogin),
    "to-securestring" => Start::Command(Command::SecureString),
    "identified by" => Start::Sql,
    "auth=(" => Start::UserAndPassword,
    "basicauth(" => Start::UserAndPassword,
    "basic_auth(" => Start::UserAndPassword,
}
