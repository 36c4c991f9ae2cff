//! The smallest files that are programs for a platform, as far as their headers go.

use packaging::Platform;

/// How a Linux program is linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Static,
    Dynamic,
}

/// The headers of a program for this platform, without a program.
pub(crate) fn program(platform: Platform, kind: Kind) -> Vec<u8> {
    match (platform.os(), platform.arch()) {
        ("linux", "amd64") => elf(62, kind),
        ("linux", _) => elf(183, kind),
        (_, "amd64") => mach(0x0100_0007),
        _ => mach(0x0100_000c),
    }
}

/// The header of a 64-bit ELF file, and one program header: what to load, or the loader's name.
fn elf(machine: u16, kind: Kind) -> Vec<u8> {
    let mut bytes = vec![0x7f, b'E', b'L', b'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    bytes.extend(2_u16.to_le_bytes());
    bytes.extend(machine.to_le_bytes());
    bytes.extend(1_u32.to_le_bytes());
    for address in [0_u64, 64, 0] {
        bytes.extend(address.to_le_bytes());
    }
    bytes.extend(0_u32.to_le_bytes());
    for size in [64_u16, 56, 1, 64, 0, 0] {
        bytes.extend(size.to_le_bytes());
    }
    let load_or_interpreter: u32 = if kind == Kind::Dynamic { 3 } else { 1 };
    bytes.extend(load_or_interpreter.to_le_bytes());
    bytes.extend([0; 52]);
    bytes
}

/// The header of a 64-bit Mach-O program without load commands.
fn mach(machine: u32) -> Vec<u8> {
    [0xfeed_facf_u32, machine, 0, 2, 0, 0, 0, 0].iter().flat_map(|word| word.to_le_bytes()).collect()
}
