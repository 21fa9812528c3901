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

impl People {
    /// Returns the one name of a person who is called by a name, an address or a handle.
    pub(super) fn person(&self, called: &str) -> String {
        let plain = plain_name(called);
        let known = self.addresses.iter().find(|(name, addresses)| {
            plain_name(name) == plain
                || addresses.iter().any(|address| plain_name(address) == plain)
        });
        known.map_or(plain, |(name, _)| plain_name(name))
    }

    /// Returns whether a person is known by this very handle or address, or, where nothing is said of the person,
    /// by the name itself.
    pub(super) fn is_called(&self, name: &str, called: &str) -> bool {
        let (name, plain) = (self.person(name), plain_name(called));
        match self
            .addresses
            .iter()
            .find(|(known, _)| plain_name(known) == name)
        {
            Some((_, addresses)) => addresses.iter().any(|address| plain_name(address) == plain),
            None => name == plain,
        }
    }

    /// Returns who has this handle on the forge: nobody but who is known by it, or goes by no other.
    pub(super) fn of_handle(&self, handle: &str) -> String {
        let plain = plain_name(handle);
        let known = self
            .addresses
            .iter()
            .map(|(name, _)| name)
            .find(|name| self.is_called(name, handle));
        match known {
            Some(name) => plain_name(name),
            None if self.person(handle) == plain && !self.is_named(&plain) => plain,
            // Somebody of that name is known, and not by this handle.
            None => format!("{plain} (by that handle)"),
        }
    }

    fn is_named(&self, plain: &str) -> bool {
        self.addresses
            .iter()
            .any(|(name, _)| plain_name(name) == plain)
    }

    /// Returns the name by which the policy knows somebody.
    pub fn name_of(&self, called: &str) -> Option<&str> {
        let person = self.person(called);
        let names = self.addresses.iter().map(|(name, _)| name);
        names
            .chain(self.roles.iter().flat_map(|(_, holders)| holders))
            .find(|name| self.person(name) == person)
            .map(String::as_str)
    }

    /// Returns whether somebody holds a role.
    pub fn holds(&self, called: &str, role: &str) -> bool {
        let person = self.person(called);
        self.holders(role)
            .iter()
            .any(|holder| self.person(holder) == person)
    }

    /// Returns who holds a role.
    pub fn holders(&self, role: &str) -> &[String] {
        let known = self.roles.iter().find(|(name, _)| name == role);
        known.map_or(&[], |(_, holders)| holders)
    }
}

/// Returns a name so that two ways to write it are equal: of `Name <address>` the address, small letters, no `@`.
pub(super) fn plain_name(name: &str) -> String {
    let name = name.trim();
    let address = name
        .strip_suffix('>')
        .and_then(|name| Some(name.rsplit_once('<')?.1));
    address
        .unwrap_or(name)
        .trim()
        .trim_start_matches('@')
        .to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_one_whatever_they_are_called() {
        let people = People {
            roles: vec![("security-team".to_owned(), vec!["alice".to_owned()])],
            addresses: vec![(
                "alice".to_owned(),
                vec!["alice@example.org".to_owned(), "@al".to_owned()],
            )],
        };
        for called in ["alice", "@AL", "A. <Alice@Example.org>", "al"] {
            assert_eq!(people.person(called), "alice", "{called}");
            assert!(people.holds(called, "security-team"), "{called}");
        }
        assert!(!people.holds("bob", "security-team"));
        assert!(people.is_called("alice", "@al") && !people.is_called("alice", "@alice"));
        assert!(people.is_called("bob", "@bob") && !people.is_called("bob", "@alice"));
    }
}
