//! Turns `rules/secrets/*.toml` into one static table.
fn main() {}
