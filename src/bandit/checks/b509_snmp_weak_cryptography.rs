//! B509: SNMP version 3 without encryption
//!
//! Without a key for privacy SNMP version 3 sends everything in the clear.
//!
//! Give keys for authentication and for privacy.
//!
//! ```python,finds
//! from pysnmp.hlapi import UsmUserData
//!
//! UsmUserData("user")
//! ```
//!
//! ```python,clean
//! from pysnmp.hlapi import UsmUserData
//!
//! UsmUserData("user", auth, priv)
//! ```
//!
//! <https://docs.lextudio.com/pysnmp/>

use super::prelude::*;

pub(super) static TEST: Test = Test {
    meta: page::B509.rule(Severity::Medium, 319),
    name: "snmp_weak_cryptography",
    function: "snmp_crypto_check",
    confidence: Confidence::High,
    on: On::Call(Callee::Named(&["UsmUserData"]), run),
};

fn run(_: &Context<'_, '_>, call: &Call<'_, '_>) -> Option<Found> {
    (call.qualname() == "pysnmp.hlapi.UsmUserData" && call.args().len() < 3).then(|| {
        Found::new("SNMP without a privacy key is not encrypted: give both keys")
            .at(call.start_of("UsmUserData"))
    })
}
