//! B508: SNMP version 1 or 2
//!
//! SNMP before version 3 sends everything in the clear, the community included.
//!
//! Use version 3 with authentication and privacy.
//!
//! ```python,finds
//! from pysnmp.hlapi import CommunityData
//!
//! CommunityData("public", mpModel=0)
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
    meta: page::B508.rule(Severity::Medium, 319),
    name: "snmp_insecure_version",
    function: "snmp_insecure_version_check",
    confidence: Confidence::High,
    on: On::Call(Callee::Named(&["CommunityData"]), run),
};

fn run(_: &Context<'_, '_>, call: &Call<'_, '_>) -> Option<Found> {
    if call.qualname() != "pysnmp.hlapi.CommunityData" {
        return None;
    }
    let values = call.values()?;
    let old = match values.get("mpModel")? {
        Value::Int(model) => *model <= 1,
        Value::Number(model) => [0.0, 1.0].contains(model),
        _ => false,
    };
    old.then(|| {
        Found::new("SNMP before version 3 is not protected: use version 3")
            .at(call.start_of("CommunityData"))
    })
}
