//! The one integration test binary: structure, rules, and the program in real repositories.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has to stop")]

mod adoption;
mod audit;
mod backends;
mod bandit;
mod bandit_cli;
mod bypasses;
mod ci;
mod engines;
mod evidence;
mod failures;
mod findability;
mod formats;
mod framework;
mod history;
mod imported;
mod install;
mod layers;
mod lockfiles;
mod metrics;
mod pairs;
mod policy;
mod practices;
mod push;
mod python;
mod report;
mod rules;
mod secrets_quality;
mod situations;
mod story;
mod support;
mod templates;
mod theorem;
mod trace;
mod waivers;
mod why;
