//! B305: cipher mode ECB
//!
//! In ECB mode equal blocks stay equal, so the shape of the plain text shows in the cipher text.
//!
//! Use an authenticated mode such as GCM.
//!
//! ```python,finds
//! from cryptography.hazmat.primitives.ciphers import modes
//!
//! modes.ECB()
//! ```
//!
//! ```python,clean
//! from cryptography.hazmat.primitives.ciphers import modes
//!
//! modes.GCM(nonce)
//! ```
//!
//! <https://cryptography.io/en/latest/hazmat/primitives/symmetric-encryption/>

use super::prelude::*;

pub(super) static TEST: Test = Test {
    meta: page::B305.rule(Severity::Medium, 327),
    name: "cipher_modes",
    function: "blacklist",
    confidence: Confidence::High,
    on: On::ListedCall(Listed {
        names: &["cryptography.hazmat.primitives.ciphers.modes.ECB"],
        message: "ECB shows which blocks are equal: use an authenticated mode such as GCM",
        fixed: &[],
    }),
};
