//! The `[roles]` and `[people]` tables: who holds which role, and by which addresses each is known.
//!
//! A role that a rule names and nobody holds is an error only where it is needed.

use super::PolicyError;
use super::reader::Reader;

/// Who holds which role, and by which addresses each is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct People {
    /// Each role with the names of those who hold it.
    pub roles: Vec<(String, Vec<String>)>,
    /// Each name with its addresses and handles.
    pub addresses: Vec<(String, Vec<String>)>,
}

impl People {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, PolicyError> {
        Ok(Self {
            roles: reader.names("roles")?,
            addresses: reader.names("people")?,
        })
    }
}
