//! B303: broken hash of a cryptography package
//!
//! Two texts with the same MD2, MD4, MD5 or SHA-1 digest can be made at will, so such a digest proves nothing.
//!
//! Use SHA-256 or newer; for passwords use a function made for them, such as scrypt or Argon2.
//!
//! ```python,finds
//! from cryptography.hazmat.primitives import hashes
//!
//! hashes.SHA1()
//! ```
//!
//! ```python,clean
//! from cryptography.hazmat.primitives import hashes
//!
//! hashes.SHA256()
//! ```
//!
//! <https://cryptography.io/en/latest/hazmat/primitives/cryptographic-hashes/>

use super::prelude::*;

pub(super) static TEST: Test = Test {
    meta: page::B303.rule(Severity::Medium, 327),
    name: "md5",
    function: "blacklist",
    confidence: Confidence::High,
    on: On::ListedCall(Listed {
        names: &[
            "Crypto.Hash.MD2.new",
            "Crypto.Hash.MD4.new",
            "Crypto.Hash.MD5.new",
            "Crypto.Hash.SHA.new",
            "Cryptodome.Hash.MD2.new",
            "Cryptodome.Hash.MD4.new",
            "Cryptodome.Hash.MD5.new",
            "Cryptodome.Hash.SHA.new",
            "cryptography.hazmat.primitives.hashes.MD5",
            "cryptography.hazmat.primitives.hashes.SHA1",
        ],
        message: "`{name}` is a broken hash: use SHA-256 or newer",
        fixed: &[],
    }),
};
