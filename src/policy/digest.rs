//! The digest of everything that decides, so that two verdicts can be told to come from the same rules.

/// Returns the digest of everything that decides, given the parts' own texts (policies, rules, register,
/// version, advisories): the first 16 hexadecimal digits.
pub fn digest(parts: &[&[u8]]) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        // The length keeps `ab` + `c` apart from `a` + `bc`.
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize().to_hex()[..16].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_kept_apart() {
        assert_eq!(digest(&[b"ab", b"c"]), digest(&[b"ab", b"c"]));
        assert_ne!(digest(&[b"ab", b"c"]), digest(&[b"a", b"bc"]));
        assert_ne!(digest(&[]), digest(&[b""]));
        assert_eq!(digest(&[b"x"]).len(), 16);
    }
}
