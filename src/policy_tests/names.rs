//! What several sections of a case read: names of releases and namespaces, maps of texts.

use std::collections::BTreeMap;

use crate::location::Location;
use crate::policy::Span;
use crate::policy::decode::{Decoded, Decoder, Field};
use crate::policy::diagnostic::Diagnostic;
use crate::release::{InvalidName, Namespace, ReleaseId};
use crate::sanitize::quoted;

/// The word for what is not known.
pub(super) const UNKNOWN: &str = "unknown";

/// A release, and where it is named.
#[derive(Debug, Clone)]
pub(crate) struct NamedRelease {
    pub(super) id: ReleaseId,
    pub(super) span: Span,
    pub(super) place: Location,
}

/// Reads `namespace/release`.
pub(super) fn release(text: &str, span: Span, decoder: &Decoder<'_>) -> Decoded<NamedRelease> {
    let Some((namespace_text, name)) = text.split_once('/') else {
        let error = Diagnostic::at(span, format!("{} is not `namespace/release`", quoted(text)));
        return decoder.refuse(error.label("a case names releases one by one, as in `dev-alice/web`"));
    };
    let namespace = namespace(namespace_text, span, decoder)?;
    let name = name.parse().or_else(|why| decoder.refuse(illegal("release", name, &why, span)))?;
    Ok(NamedRelease { id: ReleaseId { namespace, name }, span, place: decoder.place(span) })
}

/// Reads `namespace/release` from a text.
pub(super) fn release_of(field: &Field<'_>) -> Decoded<NamedRelease> {
    release(&field.text()?.text, field.span(), field.decoder)
}

/// Reads the name of a namespace.
pub(super) fn namespace(text: &str, span: Span, decoder: &Decoder<'_>) -> Decoded<Namespace> {
    text.parse().or_else(|why| decoder.refuse(illegal("namespace", text, &why, span)))
}

fn illegal(what: &str, name: &str, why: &InvalidName, span: Span) -> Diagnostic {
    Diagnostic::at(span, format!("{} is no {what}'s name", quoted(name))).label(why.to_string())
}

/// Reports every release that is named again; `how` is the purpose of the names.
pub(super) fn refuse_twice<'n>(
    named: impl Iterator<Item = &'n NamedRelease>,
    how: &str,
    decoder: &Decoder<'_>,
) -> Decoded<()> {
    let (mut seen, mut result) = (BTreeMap::new(), Ok(()));
    for named in named {
        match seen.get(&named.id) {
            None => drop(seen.insert(&named.id, named.span)),
            Some(first) => {
                let error = Diagnostic::at(named.span, format!("`{}` is {how} twice", named.id));
                result = decoder.refuse(error.label("again here: remove one").also(*first, "the first"));
            }
        }
    }
    result
}

/// Reads keys and texts, as of labels and annotations.
pub(super) fn texts(field: &Field<'_>) -> Decoded<BTreeMap<String, String>> {
    let texts = field.entries(|key, field| Ok((key.to_owned(), field.text()?.text.clone())))?;
    Ok(texts.into_iter().collect())
}
