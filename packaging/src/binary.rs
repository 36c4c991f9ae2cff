//! A finished binary, and whether it is what it was given as.
//!
//! Must not run it: most are for other machines.

use std::fs;
use std::path::{Path, PathBuf};

use object::read::elf::{ElfFile64, ProgramHeader};
use object::{Architecture, BinaryFormat, Endianness, File, Object};

use crate::{Error, Platform};

/// The program for a platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binary {
    /// What it runs on.
    pub platform: Platform,
    /// Where it is.
    pub path: PathBuf,
}

impl Binary {
    /// A file that is a program for this platform, and on Linux needs nothing but the kernel.
    ///
    /// # Errors
    /// The file cannot be read, or is something else: two binaries that were mixed up, or one that was linked
    /// dynamically, end here and not on the machines of others.
    pub fn checked(platform: Platform, path: &Path) -> Result<Self, Error> {
        let bytes = fs::read(path).map_err(Error::file("read", path))?;
        match fault(platform, &bytes) {
            None => Ok(Self { platform, path: path.to_owned() }),
            Some(why) => Err(Error::Unfit { path: path.to_owned(), platform, why }),
        }
    }
}

fn fault(platform: Platform, bytes: &[u8]) -> Option<String> {
    let Ok(file) = File::parse(bytes) else { return Some("this is no program".to_owned()) };
    let format = if platform.os() == "linux" { BinaryFormat::Elf } else { BinaryFormat::MachO };
    let architecture = if platform.arch() == "amd64" { Architecture::X86_64 } else { Architecture::Aarch64 };
    if (file.format(), file.architecture()) != (format, architecture) {
        return Some(format!("this is a program for {:?} on {:?}", file.format(), file.architecture()));
    }
    let needs_a_loader = format == BinaryFormat::Elf && has_interpreter(bytes);
    needs_a_loader.then(|| "this program is linked dynamically, and would not run on every Linux".to_owned())
}

/// Static programs, relocatable ones among them, name no loader that the kernel would have to start first.
fn has_interpreter(bytes: &[u8]) -> bool {
    let Ok(file) = ElfFile64::<Endianness>::parse(bytes) else { return true };
    file.elf_program_headers().iter().any(|header| header.p_type(file.endian()) == object::elf::PT_INTERP)
}
