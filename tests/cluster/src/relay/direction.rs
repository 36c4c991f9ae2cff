//! One direction of one connection: every byte arrives, in order, and later.
//!
//! Must not wait for one piece before it reads the next: the delay is of each, not of all together.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::time::{Instant, sleep_until};

use super::Line;

/// At most so much is read at once.
pub(super) const PIECE: usize = 64 * 1024;

/// Pieces under way: with this many of 64 KiB in 10 ms the line is wider than the machine's own memory.
const UNDER_WAY: usize = 1024;

/// The runtime's clock ticks in milliseconds and is never early, so that on average it is late by half of one.
const LATENESS: Duration = Duration::from_micros(500);

/// From one end to the other.
pub(super) struct Direction<'a> {
    pub(super) line: Line,
    /// Nothing arrives before.
    pub(super) earliest: Instant,
    pub(super) bytes: &'a AtomicU64,
}

struct Piece {
    arrives: Instant,
    bytes: Vec<u8>,
}

impl Direction<'_> {
    /// Until one end closes, or the other does not take any more.
    pub(super) async fn carry(self, from: OwnedReadHalf, to: OwnedWriteHalf) {
        let (leave, arrive) = mpsc::channel(UNDER_WAY);
        tokio::join!(self.read(from, leave), self.write(arrive, to));
    }

    /// A broken line and the end of what there is to say look the same from the other side.
    async fn read(&self, mut from: OwnedReadHalf, leave: Sender<Piece>) {
        loop {
            let mut bytes = Vec::with_capacity(PIECE);
            let count = from.read_buf(&mut bytes).await.unwrap_or(0);
            let arrives = self.earliest.max(Instant::now() + self.line.delay.saturating_sub(LATENESS));
            // The end is a piece without bytes: it takes the same time.
            if leave.send(Piece { arrives, bytes }).await.is_err() || count == 0 {
                return;
            }
        }
    }

    async fn write(&self, mut arrive: Receiver<Piece>, mut to: OwnedWriteHalf) {
        while let Some(piece) = arrive.recv().await {
            if piece.arrives > Instant::now() {
                sleep_until(piece.arrives).await;
            }
            if piece.bytes.is_empty() || to.write_all(&piece.bytes).await.is_err() {
                return;
            }
            self.bytes.fetch_add(piece.bytes.len() as u64, Ordering::Relaxed);
        }
    }
}
