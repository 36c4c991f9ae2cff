//! Why a command ended before it had begun anything.

use serde::Serialize;

use crate::guard::Refusal;

/// Why nothing was begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EarlyExit {
    /// `policy`, `usage`, `error`, `refused`, `declined`, `interrupted` or `dry-run`.
    pub why: &'static str,
    /// In words: each fault of the policies, each refusal, or the error.
    pub messages: Vec<String>,
    /// The way on, where there is one for all of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The guards that refused, in the order of their messages.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub guards: Vec<&'static str>,
}

impl EarlyExit {
    /// With one thing to say.
    pub fn new(why: &'static str, message: impl Into<String>) -> Self {
        Self { why, messages: vec![message.into()], hint: None, guards: Vec::new() }
    }

    /// By guards.
    pub fn refused(refusals: &[Refusal]) -> Self {
        Self {
            why: "refused",
            messages: refusals.iter().map(ToString::to_string).collect(),
            hint: refusals.first().map(|refusal| refusal.hint().to_owned()),
            guards: refusals.iter().map(Refusal::guard).collect(),
        }
    }
}
