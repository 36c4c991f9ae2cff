//! `keep`: protects what is yours, without the policy's file.
//!
//! Everything that was typed is checked before anything is sent, and every ConfigMap is looked at before the first is
//! written. Reads no policy: it is for those who have none.

mod list;
mod missing;
mod others;
mod outcome;
mod reason;
mod remove;
mod target;
mod until;
mod write;

use super::{Stopped, Surroundings};
use crate::cli::KeepArguments;
use crate::cluster::{Client, Connection};
use crate::exit_code::ExitCode;
use crate::settings::ConnectionWish;
use crate::visible;

/// Writes, lists or removes opt-outs.
pub(super) fn keep(
    arguments: &KeepArguments,
    wish: &ConnectionWish,
    surroundings: &mut Surroundings,
) -> Result<ExitCode, Stopped> {
    let ended = if arguments.list {
        list::list(arguments, wish, surroundings)
    } else if arguments.remove {
        remove::remove(arguments, wish, surroundings)
    } else {
        write::write(arguments, wish, surroundings)
    };
    surroundings.unless_interrupted(ended)
}

/// A client, and the word to whom it speaks: nobody is protected on another cluster than the one that is purged.
fn connect(wish: &ConnectionWish, surroundings: &mut Surroundings) -> Result<Client, Stopped> {
    let connection = Connection::resolve(wish)?;
    surroundings.listen()?;
    let client = Client::new(&connection, surroundings.interrupts.stop().clone())?;
    let (context, server) = (connection.context().as_str(), connection.server().as_str());
    surroundings.printer.say(&format!("on {} ({})", visible::line(context), visible::line(server)));
    Ok(client)
}
