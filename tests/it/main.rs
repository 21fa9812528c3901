//! The one integration test binary: structure, rules, and the program in real repositories.
mod report;
