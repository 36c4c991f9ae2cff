//! Base64 and gzip, in bounds.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::MultiGzDecoder;

/// A record is at most a megabyte packed; what is larger than this unpacked was made to be.
const LARGEST: u64 = 64 << 20;

/// What gzip begins with. Helm before 2.0 did not pack at all, and Helm still reads that.
const GZIP: [u8; 3] = [0x1f, 0x8b, 0x08];

/// Unpacks a record as Helm does.
pub(in crate::inventory) fn unpack(packed: &[u8]) -> Result<Vec<u8>, String> {
    let bytes = STANDARD.decode(packed).map_err(|error| format!("it is not base64: {error}"))?;
    if !bytes.starts_with(&GZIP) {
        return Ok(bytes);
    }
    let mut unpacked = Vec::new();
    let read = MultiGzDecoder::new(bytes.as_slice()).take(LARGEST + 1).read_to_end(&mut unpacked);
    read.map_err(|error| format!("it cannot be unpacked: {error}"))?;
    if unpacked.len() as u64 > LARGEST {
        return Err(format!("it is larger than {} MiB when unpacked", LARGEST >> 20));
    }
    Ok(unpacked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).expect("memory takes everything");
        STANDARD.encode(encoder.finish().expect("memory takes everything")).into_bytes()
    }

    #[test]
    fn a_record_comes_out_as_it_went_in_packed_or_not() {
        assert_eq!(unpack(&packed(b"{}")).as_deref(), Ok(&b"{}"[..]));
        assert_eq!(unpack(STANDARD.encode("{}").as_bytes()).as_deref(), Ok(&b"{}"[..]));
    }

    #[test]
    fn a_bomb_is_stopped_and_garbage_is_named() {
        let bomb = packed(&vec![0; usize::try_from(LARGEST).expect("64 bits") + 1]);
        assert!(bomb.len() < 1 << 20);
        assert_eq!(unpack(&bomb), Err("it is larger than 64 MiB when unpacked".to_owned()));
        assert!(unpack(b"%%%").is_err());
        assert!(unpack(STANDARD.encode([0x1f, 0x8b, 0x08, 1, 2, 3]).as_bytes()).is_err());
    }
}
