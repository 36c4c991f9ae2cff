//! What the value of a key looks like: for editors and for the reference. `keys` reads it, and is stricter.

use super::Level;

/// The form of a value.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Form {
    /// It is not described.
    Unsaid,
    /// This text, letter by letter.
    Exactly(&'static str),
    /// Any text, up to a number of characters.
    Text(usize),
    /// What is written as a pattern of regular expressions says. Never stricter than the program.
    Shaped(Shaped),
    /// One word out of a few.
    Words(&'static [&'static str]),
    /// `true` or `false`.
    Truth,
    /// A whole number, from 1 up to this.
    Number(u32),
    /// A whole number, from 0 up to this.
    Count(u32),
    /// A mapping whose keys people choose themselves.
    Labels(Labels),
    /// A mapping with the keys of a level.
    Keys(&'static Level, Condition),
    /// A list.
    List(&'static Form, Items),
    /// The short form, or the long one.
    Either(&'static Form, &'static Form),
}

/// Texts that have a shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shaped {
    /// A name for reports: the rules of a namespace.
    Name,
    /// A glob over names, contexts or servers.
    Glob,
    /// `namespace/release`, each a glob.
    NamespaceAndRelease,
    /// A length of time with its unit.
    Duration,
    /// A date, or a time with its offset.
    Until,
    /// Hours and minutes.
    TimeOfDay,
    /// The name of a zone in the IANA database.
    Zone,
    /// A UUID.
    Uid,
    /// The key of a label.
    LabelKey,
    /// The value of a label.
    LabelValue,
}

/// What a list may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Items {
    /// Anything, or nothing.
    Any,
    /// At least one.
    Some,
    /// At least one, and none twice.
    Distinct,
}

/// Mappings from texts to texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Labels {
    /// Not looked at.
    Ignored,
    /// Labels by Kubernetes' rules, at least one.
    Matched,
}

/// What the keys of a level have to do with each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Condition {
    /// Nothing.
    None,
    /// At least one of these has to be there.
    AnyOf(&'static [&'static str]),
    /// The first has no meaning without the second.
    OnlyWith(&'static str, &'static str),
    /// A fence around everything needs `limits`, as far as that can be seen from one pattern.
    LimitsWithEverything,
    /// `values` goes with `In` and `NotIn`, and not with the other operators.
    ValuesByOperator,
}
