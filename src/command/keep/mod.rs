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

use super::{App, CommandError};
use crate::cli::KeepArguments;
use crate::cluster::{Client, Connection};
use crate::exit_code::ExitCode;
use crate::sanitize;
use crate::settings::ConnectionOptions;

/// Writes, lists or removes opt-outs.
pub(super) fn keep(arguments: &KeepArguments, wish: &ConnectionOptions, app: &App) -> Result<ExitCode, CommandError> {
    let ended = if arguments.list {
        list::list(arguments, wish, app)
    } else if arguments.remove {
        remove::remove(arguments, wish, app)
    } else {
        write::write(arguments, wish, app)
    };
    app.unless_interrupted(ended)
}

/// A client, and the word to whom it speaks: nobody is protected on another cluster than the one that is purged.
fn connect(wish: &ConnectionOptions, app: &App) -> Result<Client, CommandError> {
    let connection = Connection::resolve(wish)?;
    app.listen()?;
    let client = Client::new(&connection, app.interrupts.stop().clone())?;
    let (context, server) = (connection.context().as_str(), connection.server().as_str());
    app.printer.info(format_args!("on {} ({})", sanitize::line(context), sanitize::line(server)));
    Ok(client)
}
