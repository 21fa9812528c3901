//! B304: broken or outdated cipher
//!
//! DES, RC2, RC4, Blowfish and their contemporaries can be broken outright or have blocks so small that
//! long messages leak.
//!
//! Use AES in an authenticated mode such as GCM, or ChaCha20-Poly1305.
//!
//! ```python,finds
//! from Crypto.Cipher import DES
//!
//! DES.new(key)
//! ```
//!
//! ```python,clean
//! from Crypto.Cipher import AES
//!
//! AES.new(key, AES.MODE_GCM)
//! ```
//!
//! <https://cryptography.io/en/latest/hazmat/primitives/aead/>

use super::prelude::*;

pub(super) static TEST: Test = Test {
    meta: page::B304.rule(Severity::High, 327),
    name: "ciphers",
    function: "blacklist",
    confidence: Confidence::High,
    on: On::ListedCall(Listed {
        names: &[
            "Crypto.Cipher.ARC2.new",
            "Crypto.Cipher.ARC4.new",
            "Crypto.Cipher.Blowfish.new",
            "Crypto.Cipher.DES.new",
            "Crypto.Cipher.XOR.new",
            "Cryptodome.Cipher.ARC2.new",
            "Cryptodome.Cipher.ARC4.new",
            "Cryptodome.Cipher.Blowfish.new",
            "Cryptodome.Cipher.DES.new",
            "Cryptodome.Cipher.XOR.new",
            "cryptography.hazmat.primitives.ciphers.algorithms.ARC4",
            "cryptography.hazmat.primitives.ciphers.algorithms.Blowfish",
            "cryptography.hazmat.primitives.ciphers.algorithms.CAST5",
            "cryptography.hazmat.primitives.ciphers.algorithms.IDEA",
            "cryptography.hazmat.primitives.ciphers.algorithms.SEED",
            "cryptography.hazmat.primitives.ciphers.algorithms.TripleDES",
        ],
        message: "`{name}` is a weak cipher: use AES-GCM or ChaCha20-Poly1305",
        fixed: &[23, 49],
    }),
};
