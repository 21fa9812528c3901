//! The one integration test binary: structure, rules, and the program in real repositories.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has to stop")]

mod backends;
