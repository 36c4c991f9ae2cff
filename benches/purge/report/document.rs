//! The page in docs: its tables are replaced, its words stay.
//!
//! Must not be called with less than everything.

use std::fs;
use std::path::Path;

use crate::fault::Fault;

const BEGIN: &str = "<!-- measured: begin -->";
const END: &str = "<!-- measured: end -->";
const PICTURE: &str = "![Seconds for uninstalling a hundred releases](benchmarks.svg)";

/// Writes `docs/benchmarks.md` and `docs/benchmarks.svg` of this clone.
pub(super) fn write(tables: &str, plot: &str) -> Result<(), Fault> {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let (page, picture) = (docs.join("benchmarks.md"), docs.join("benchmarks.svg"));
    let text = fs::read_to_string(&page).map_err(Fault::file("read", &page))?;
    let marked = text.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let (before, after) =
        marked.ok_or_else(|| Fault::new(format!("{} has lost its marks {BEGIN} and {END}", page.display())))?;
    let fresh = format!("{before}{BEGIN}\n\n{PICTURE}\n\n{}\n\n{END}{after}", tables.trim());
    fs::write(&page, fresh).map_err(Fault::file("write", &page))?;
    fs::write(&picture, plot).map_err(Fault::file("write", &picture))
}
