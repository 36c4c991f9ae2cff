//! The command line itself: usage, exit codes, formats; and what the documentation says of it.

mod fake_documentation;
mod fake_usage;
