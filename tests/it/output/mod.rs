//! What users see, wherever it is written to: screens, terminals, logs, reports.

mod cluster_logs;
mod cluster_reports;
mod fake_logs;
mod fake_reports;
mod fake_streams;
mod fake_terminal;
mod fake_untrusted_text;
