//! What a run leaves behind: the last run of this repository, for `explain` and `override`.
//!
//! It must not know git, engines, reports or the command line.
