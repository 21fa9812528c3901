//! B413: import of PyCrypto
//!
//! PyCrypto has had no release since 2013 and has known holes.
//!
//! Use `cryptography`; PyCryptodome installs under `Cryptodome`, which is not meant here.
//!
//! ```python,finds
//! from Crypto.Cipher import AES
//! ```
//!
//! ```python,clean
//! from cryptography.fernet import Fernet
//! ```
//!
//! <https://cryptography.io/en/latest/>

use super::prelude::*;

pub(super) static TEST: Test = Test {
    meta: page::B413.rule(Severity::High, 327),
    name: "import_pycrypto",
    function: "blacklist",
    confidence: Confidence::High,
    on: On::ListedImport(Listed {
        names: &[
            "Crypto.Cipher",
            "Crypto.Hash",
            "Crypto.IO",
            "Crypto.Protocol",
            "Crypto.PublicKey",
            "Crypto.Random",
            "Crypto.Signature",
            "Crypto.Util",
        ],
        message: "PyCrypto (`{name}`) is unmaintained: use `cryptography`",
        fixed: &[36, 102],
    }),
};
