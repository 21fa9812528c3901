//! The pipeline: changes go in, judged findings come out.
