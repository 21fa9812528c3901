//! The anchors of the automaton, and what stands behind each of them.
//!
//! `build.rs` includes this file to put them into the automaton, so it knows nothing else.

/// A command whose options are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    /// `curl`
    Curl,
    /// A command that takes its password behind this flag.
    Flag(&'static str),
    /// `mysql`, `mysqldump`, `mysqladmin`, `mariadb`
    Mysql,
    /// `chpasswd`, which reads `user:password` lines.
    Chpasswd,
    /// `sudo -S`, which reads a password.
    Sudo,
    /// A command that takes its password behind a flag and the arguments of this number.
    Behind(&'static str, usize),
    /// A command that takes `user%password` behind `-U`.
    Samba,
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
    /// A call whose argument of this number is a password.
    Arguments(usize),
    /// A call whose argument of this number is a key to sign or encrypt with.
    KeyArgument(usize),
    /// `user:password@tcp(host)` of Go, at its `@`.
    GoSource,
    /// `user/password@service` of Oracle.
    Oracle,
    /// `Authorization`, whatever the scheme.
    Authorization,
    /// A call that encodes a user and a password.
    Encoded,
    /// A literal that is made an array of characters, at its closing mark.
    Characters,
    /// The question for a password that a script waits for.
    Expected,
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
    "basicauth" => Start::Name,
    "basic_auth" => Start::Name,
    "basic-auth" => Start::Name,
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
    "key=" => Start::Name,
    "key =" => Start::Name,
    "key:" => Start::Name,
    "key\"" => Start::Name,
    "key'" => Start::Name,
    "key>" => Start::Name,
    "_pat=" => Start::Name,
    "_pat:" => Start::Name,
    "_pat\"" => Start::Name,
    "_pat " => Start::Name,
    "salt" => Start::Name,
    "pw=" => Start::Name,
    "pw =" => Start::Name,
    "pw:" => Start::Name,
    "\"pw\"" => Start::Name,
    "'pw'" => Start::Name,
    "://" => Start::Url,
    "@tcp(" => Start::GoSource,
    "@unix(" => Start::GoSource,
    "oracle:thin:" => Start::Oracle,
    "oracle:oci:" => Start::Oracle,
    "sqlplus " => Start::Oracle,
    "basic" => Start::Basic,
    "bearer" => Start::Bearer,
    "curl " => Start::Command(Command::Curl),
    "\"curl\"" => Start::Command(Command::Curl),
    "sshpass " => Start::Command(Command::Flag("-p")),
    "sqlcmd " => Start::Command(Command::Flag("-P")),
    "ipmitool " => Start::Command(Command::Flag("-P")),
    "ldapsearch " => Start::Command(Command::Flag("-w")),
    "ldapadd " => Start::Command(Command::Flag("-w")),
    "ldapmodify " => Start::Command(Command::Flag("-w")),
    "mongodump " => Start::Command(Command::Flag("-p")),
    "mongorestore " => Start::Command(Command::Flag("-p")),
    "mongo " => Start::Command(Command::Flag("-p")),
    "mongosh " => Start::Command(Command::Flag("-p")),
    "az login" => Start::Command(Command::Flag("-p")),
    "openssl enc" => Start::Command(Command::Flag("-k")),
    "plink " => Start::Command(Command::Flag("-pw")),
    "pscp " => Start::Command(Command::Flag("-pw")),
    "smbclient " => Start::Command(Command::Samba),
    "htpasswd -" => Start::Command(Command::Behind("b", 2)),
    "net use " => Start::Command(Command::Behind("/user:", 1)),
    "chpasswd" => Start::Command(Command::Chpasswd),
    "sudo -s" => Start::Command(Command::Sudo),
    "mysql" => Start::Command(Command::Mysql),
    "mariadb " => Start::Command(Command::Mysql),
    "redis-cli " => Start::Command(Command::Flag("-a")),
    "docker login" => Start::Command(Command::Flag("-p")),
    "to-securestring" => Start::Command(Command::SecureString),
    "identified by" => Start::Sql,
    "authorization" => Start::Authorization,
    "auth=(" => Start::Arguments(1),
    "basicauth(" => Start::Arguments(1),
    "basic_auth(" => Start::Arguments(1),
    ".auth(" => Start::Arguments(1),
    ".login(" => Start::Arguments(1),
    ".authenticate(" => Start::Arguments(1),
    "basic_auth " => Start::Arguments(1),
    "digestauth(" => Start::Arguments(1),
    "plaincredentials(" => Start::Arguments(1),
    "passwordcredential(" => Start::Arguments(1),
    "mysql_real_connect(" => Start::Arguments(3),
    "authenticationtoken(" => Start::Arguments(1),
    "mysql.connect(" => Start::Arguments(2),
    "mysqldb.connect(" => Start::Arguments(2),
    "curlopt_userpwd" => Start::Encoded,
    "btoa(" => Start::Encoded,
    "b64encode(" => Start::Encoded,
    "base64.encode(" => Start::Encoded,
    "base64encode(" => Start::Encoded,
    "base64_encode(" => Start::Encoded,
    "encode64(" => Start::Encoded,
    "encodetostring(" => Start::Encoded,
    "buffer.from(" => Start::Encoded,
    "\".tochararray(" => Start::Characters,
    "assword:" => Start::Expected,
    " credentials(" => Start::Arguments(3),
    "networkcredential(" => Start::Arguments(1),
    "passwordcredentials(" => Start::Arguments(1),
    "passwordauthentication(" => Start::Arguments(1),
    "getconnection(" => Start::Arguments(2),
    "mysqli(" => Start::Arguments(2),
    "mysql_connect(" => Start::Arguments(2),
    "mysqli_connect(" => Start::Arguments(2),
    " pdo(" => Start::Arguments(2),
    "hmac.new(" => Start::KeyArgument(0),
    "hmac256(" => Start::KeyArgument(0),
    "hmac384(" => Start::KeyArgument(0),
    "hmac512(" => Start::KeyArgument(0),
    "createhmac(" => Start::KeyArgument(1),
    "hash_hmac(" => Start::KeyArgument(2),
    "createcipheriv(" => Start::KeyArgument(1),
    "jwt.encode(" => Start::KeyArgument(1),
    "jwt.decode(" => Start::KeyArgument(1),
    "jwt.sign(" => Start::KeyArgument(1),
    "jwt.verify(" => Start::KeyArgument(1),
    "jwt::encode(" => Start::KeyArgument(1),
    "signwith(" => Start::KeyArgument(1),
    "secretkeyspec(" => Start::KeyArgument(0),
    "symmetricsecuritykey(" => Start::KeyArgument(0),
    "hmackeyfor(" => Start::KeyArgument(0),
    "aes.new(" => Start::KeyArgument(0),
    "fernet(" => Start::KeyArgument(0),
}
