//! Random bytes from the system.

use super::failure::Failure;

/// Returns random bytes.
pub(super) fn bytes<const N: usize>() -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| {
        Failure::could_not_look(format!("the system gives no random bytes: {error}"))
    })?;
    Ok(bytes)
}
