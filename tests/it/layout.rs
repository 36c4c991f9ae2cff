//! The layout of `src`: no imports that lead back, no two types of one name, and no more files and lines than agreed on.
//!
//! The numbers hold what has been reached. A change may raise them only with a reason in its message.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// 230; two for the API server's clock: how it is read, and what a difference means; two for label selectors and their
/// syntax on the command line.
const MOST_FILES: usize = 234;
/// 25,000; 255 for the options of a release that several rules select, with the places that decide each, and for
/// `maxPercent` of the scope; 155 for the notes about values that other values overrule; 190 for
/// releases that the command line names and selects, and for old names; 90 for `init`, which writes a file and counts the
/// releases of each namespace; 110 for the list of what an unattended run misses; 300 for exit code 9 and
/// for what follows of the command line; 230 for the labels of releases:
/// `selector` and `-l`; 230 for tables that lose columns and wrap reasons, `--show`, and the scope.
const MOST_LINES_OF_CODE: usize = 26_560;
/// A file that is longer has more than one responsibility.
const MOST_LINES_OF_A_FILE: usize = 450;

type ByPath<'a> = BTreeMap<&'a [String], &'a Module>;

/// A module: its path below the crate, such as `plan::decide`, and the text of its file without tests.
struct Module {
    path: Vec<String>,
    file: PathBuf,
    text: String,
    /// Every path that it imports, from the crate, and whether the import is public.
    imports: Vec<(bool, Vec<String>)>,
}

#[test]
fn no_import_leads_back_neither_between_folders_nor_inside_one() {
    let modules = modules();
    let by_path = modules.iter().map(|module| (module.path.as_slice(), module)).collect::<ByPath<'_>>();
    let targets = |module: &Module| paths_used(module).iter().filter_map(|used| resolve(used, &by_path)).collect();
    let used = modules.iter().map(|module| (module.path.as_slice(), targets(module))).collect::<Vec<(_, Vec<_>)>>();
    let mut cycles = Vec::new();
    for folder in folders(&modules) {
        let edges = edges_inside(&folder, &used);
        cycles.extend(cycle(&edges).map(|cycle| format!("src/{}: {}", folder.join("/"), cycle.join(" -> "))));
    }
    assert!(cycles.is_empty(), "imports that lead back:\n{}", cycles.join("\n"));
}

#[test]
fn a_type_that_other_files_use_has_a_name_of_its_own() {
    let mut owners = BTreeMap::<String, Vec<String>>::new();
    let mut shared = BTreeSet::new();
    for module in modules() {
        for line in module.text.lines() {
            let words = line.split(|letter: char| !letter.is_alphanumeric() && letter != '_').collect::<Vec<_>>();
            let position = words.iter().position(|word| ["struct", "enum", "trait", "type"].contains(word));
            let Some(name) = position.and_then(|position| words.get(position + 1)) else { continue };
            // An associated type is indented and belongs to its trait.
            if line.starts_with([' ', '/', '#']) || !name.starts_with(char::is_uppercase) {
                continue;
            }
            owners.entry((*name).to_owned()).or_default().push(module.file.display().to_string());
            if line.starts_with("pub") {
                shared.insert((*name).to_owned());
            }
        }
    }
    let twice = owners.iter().filter(|(name, files)| files.len() > 1 && shared.contains(*name));
    let twice = twice.map(|(name, files)| format!("{name}: {}", files.join(", "))).collect::<Vec<_>>();
    assert!(twice.is_empty(), "types with one name:\n{}", twice.join("\n"));
}

#[test]
fn there_are_no_more_files_and_lines_than_agreed_on() {
    let modules = modules();
    let code =
        |text: &str| text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//")).count();
    let lines = modules.iter().map(|module| code(&module.text)).sum::<usize>();
    assert!(modules.len() <= MOST_FILES, "{} files, {MOST_FILES} at most", modules.len());
    assert!(lines <= MOST_LINES_OF_CODE, "{lines} lines of code, {MOST_LINES_OF_CODE} at most");
    let long = modules.iter().filter(|module| code(&module.text) > MOST_LINES_OF_A_FILE);
    let long = long.map(|module| format!("{}: {}", module.file.display(), code(&module.text))).collect::<Vec<_>>();
    assert!(long.is_empty(), "more than {MOST_LINES_OF_A_FILE} lines of code:\n{}", long.join("\n"));
}

#[test]
fn every_file_and_folder_that_contributing_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("CONTRIBUTING.md")).expect("it is in the repository");
    let named =
        page.split('`').skip(1).step_by(2).filter(|code| code.starts_with("src/") || code.starts_with("tests/"));
    let missing = named.filter(|path| !root.join(path).exists()).collect::<Vec<_>>();
    assert!(missing.is_empty(), "CONTRIBUTING.md names what is not there: {missing:?}");
}

/// Every module of the crate that is not a test.
fn modules() -> Vec<Module> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut modules = Vec::new();
    collect(&root, &root, &mut modules);
    assert!(modules.len() > 50, "the sources were found");
    modules
}

fn collect(folder: &Path, root: &Path, modules: &mut Vec<Module>) {
    let entries = fs::read_dir(folder).expect("the folder can be listed").map(|entry| entry.expect("an entry").path());
    let mut entries = entries.collect::<Vec<_>>();
    entries.sort();
    for entry in entries {
        let name = entry.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        if entry.is_dir() && name != "tests" {
            collect(&entry, root, modules);
        } else if let Some(stem) = name.strip_suffix(".rs").filter(|stem| !stem.ends_with("_test")) {
            let inside = entry.parent().and_then(|parent| parent.strip_prefix(root).ok()).expect("below the root");
            let mut path = inside.iter().map(|part| part.to_string_lossy().into_owned()).collect::<Vec<_>>();
            if !["mod", "lib", "main"].contains(&stem) {
                path.push(stem.to_owned());
            }
            let text = without_tests(&fs::read_to_string(&entry).expect("the file can be read"));
            let file = entry.strip_prefix(root).expect("below the root").to_owned();
            let imports =
                imports(&text).into_iter().map(|(is_public, used)| (is_public, absolute(&used, &path))).collect();
            modules.push(Module { path, file, text, imports });
        }
    }
}

/// The text without what stands behind `#[cfg(test)]`: a block up to its closing brace, or one line.
fn without_tests(text: &str) -> String {
    let lines = text.lines().collect::<Vec<_>>();
    let (mut kept, mut index) = (Vec::new(), 0);
    while index < lines.len() {
        if lines[index].trim() != "#[cfg(test)]" {
            kept.push(lines[index]);
            index += 1;
            continue;
        }
        index += 1;
        while lines.get(index).is_some_and(|line| line.trim_start().starts_with("#[")) {
            index += 1;
        }
        let first = lines.get(index).copied().unwrap_or_default();
        if first.trim_end().ends_with('{') {
            let end = format!("{}}}", " ".repeat(first.len() - first.trim_start().len()));
            while lines.get(index).is_some_and(|line| *line != end) {
                index += 1;
            }
        }
        index += 1;
    }
    kept.join("\n")
}

/// Every folder: those paths below which there are modules. The crate itself is the empty one.
fn folders(modules: &[Module]) -> BTreeSet<Vec<String>> {
    modules
        .iter()
        .filter(|module| !module.path.is_empty())
        .map(|module| module.path[..module.path.len() - 1].to_vec())
        .collect()
}

/// Which of a folder's files and folders imports from which.
fn edges_inside(folder: &[String], used: &[(&[String], Vec<Vec<String>>)]) -> BTreeMap<String, BTreeSet<String>> {
    let is_inside = |path: &[String]| path.len() > folder.len() && path.starts_with(folder);
    let mut edges = BTreeMap::<String, BTreeSet<String>>::new();
    for (path, targets) in used.iter().filter(|(path, _)| is_inside(path)) {
        let from = &path[folder.len()];
        let others = targets.iter().filter(|target| is_inside(target)).map(|target| &target[folder.len()]);
        edges.entry(from.clone()).or_default().extend(others.filter(|other| *other != from).cloned());
    }
    edges
}

/// The module that a path leads to; through a folder's re-exports to the file that has the name.
fn resolve(path: &[String], modules: &ByPath<'_>) -> Option<Vec<String>> {
    // A folder without a `mod.rs` of its own is in the way of its files all the same.
    let is_module =
        |end: usize| modules.range(&path[..end]..).next().is_some_and(|(next, _)| next.starts_with(&path[..end]));
    let end = (1..=path.len()).take_while(|end| is_module(*end)).last().unwrap_or(0);
    let (module, rest) = path.split_at(end);
    let Some(name) = rest.first() else { return Some(module.to_vec()) };
    let file = modules.get(module).filter(|_| !module.is_empty())?;
    let exported = file.imports.iter().filter(|(is_public, _)| *is_public).map(|(_, from)| from);
    match exported.into_iter().find(|from| from.last() == Some(name)) {
        Some(from) if from.len() > 1 && from[..from.len() - 1] != *module => {
            resolve(from, modules).or_else(|| Some(module.to_vec()))
        }
        _ => Some(module.to_vec()),
    }
}

/// Every path of the crate that a module imports or names, as a path from the crate.
fn paths_used(module: &Module) -> BTreeSet<Vec<String>> {
    // A folder's own face names its files.
    let is_face = |path: &[String]| path.starts_with(&module.path) && module.file.ends_with("mod.rs");
    let of_uses = module.imports.iter().map(|(_, path)| path.clone());
    let code = module.text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let inline = code.flat_map(|line| line.match_indices("crate::").map(move |(at, _)| &line[at..]));
    let inline = inline.map(|text| {
        let end = text.find(|letter: char| !letter.is_alphanumeric() && letter != '_' && letter != ':');
        let text = &text[..end.unwrap_or(text.len())];
        text.trim_end_matches(':').split("::").skip(1).map(str::to_owned).collect::<Vec<_>>()
    });
    of_uses.chain(inline).filter(|path| !path.is_empty() && !is_face(path)).collect()
}

/// The paths of all `use` lines, groups taken apart, and whether they are public.
fn imports(text: &str) -> Vec<(bool, Vec<String>)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("use ") {
        let line = rest[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let before = rest[line..at].trim();
        let statement = &rest[at + 4..];
        let Some(end) = statement.find(';') else { break };
        if before.is_empty() || (before.starts_with("pub") && !before.contains("//")) {
            let mut paths = Vec::new();
            expand(&[], &statement[..end], &mut paths);
            found.extend(paths.into_iter().map(|path| (!before.is_empty(), path)));
            rest = &statement[end..];
        } else {
            rest = statement;
        }
    }
    found
}

/// `a::{b, c::d}` as `a::b` and `a::c::d`.
fn expand(prefix: &[String], tree: &str, paths: &mut Vec<Vec<String>>) {
    let tree = tree.trim();
    if let Some((head, group)) = tree.split_once('{') {
        let head = head.trim().trim_end_matches("::").split("::").filter(|part| !part.is_empty());
        let prefix = prefix.iter().cloned().chain(head.map(str::to_owned)).collect::<Vec<_>>();
        let (mut depth, mut start) = (0_usize, 0);
        let group = &group[..group.rfind('}').unwrap_or(group.len())];
        for (at, letter) in group.char_indices() {
            match letter {
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                ',' if depth == 0 => {
                    expand(&prefix, &group[start..at], paths);
                    start = at + 1;
                }
                _ => {}
            }
        }
        expand(&prefix, &group[start..], paths);
    } else if !tree.is_empty() {
        let name = tree.split(" as ").next().unwrap_or(tree).trim();
        let parts = name.split("::").filter(|part| *part != "self").map(str::to_owned);
        paths.push(prefix.iter().cloned().chain(parts).collect());
    }
}

/// A path from the crate; empty if it leads out of it.
fn absolute(path: &[String], module: &[String]) -> Vec<String> {
    match path.first().map(String::as_str) {
        Some("crate") => path[1..].to_vec(),
        Some("super") => {
            let ups = path.iter().take_while(|part| *part == "super").count();
            [&module[..module.len().saturating_sub(ups)], &path[ups..]].concat()
        }
        Some(first) if !["std", "core", "self"].contains(&first) => [module, path].concat(),
        _ => Vec::new(),
    }
}

/// One way round, if there is one.
fn cycle(edges: &BTreeMap<String, BTreeSet<String>>) -> Option<Vec<String>> {
    fn visit(
        at: &str,
        edges: &BTreeMap<String, BTreeSet<String>>,
        way: &mut Vec<String>,
        done: &mut BTreeSet<String>,
    ) -> Option<Vec<String>> {
        if let Some(start) = way.iter().position(|passed| passed == at) {
            return Some(way[start..].iter().cloned().chain([at.to_owned()]).collect());
        }
        if !done.insert(at.to_owned()) {
            return None;
        }
        way.push(at.to_owned());
        let found = edges.get(at).into_iter().flatten().find_map(|next| visit(next, edges, way, done));
        way.pop();
        found
    }
    let mut done = BTreeSet::new();
    edges.keys().find_map(|start| visit(start, edges, &mut Vec::new(), &mut done))
}
