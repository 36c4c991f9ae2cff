//! A login by an exec credential plugin, as managed clusters have it: a program prints the token.
//!
//! Must not need anything but a shell: the code under test may have an empty PATH.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::cluster::{Credentials, write_private};
use crate::{Cluster, Error};

/// A kubeconfig that logs in by a program, and a record of that program's calls.
#[derive(Clone, Debug)]
pub struct ExecPlugin {
    /// Its user has no token, but the program's path.
    pub kubeconfig: PathBuf,
    program: PathBuf,
}

impl ExecPlugin {
    /// How often the program was called so far, whether it gave a token or not.
    ///
    /// # Errors
    /// The record can't be read.
    pub fn calls(&self) -> Result<usize, Error> {
        let record = calls_of(&self.program);
        Ok(fs::read_to_string(&record).map_err(Error::file("read", &record))?.lines().count())
    }

    /// From the next call on the program has no token to give: it says these words on standard error, and fails.
    ///
    /// # Errors
    /// The program can't be replaced.
    pub fn refuse(&self, words: &str) -> Result<(), Error> {
        replace(&self.program, &format!("printf '%s\\n' {} >&2\nexit 1", quoted(words)))
    }

    /// From the next call on the program gives this token, which may be one that the API server does not take.
    ///
    /// # Errors
    /// The program can't be replaced.
    pub fn give(&self, token: &str) -> Result<(), Error> {
        let credential = credential(token).to_string();
        replace(&self.program, &format!("printf '%s\\n' {}", quoted(&credential)))
    }
}

impl Cluster {
    /// A kubeconfig for a service account that exists, with a program that gives its token.
    ///
    /// # Errors
    /// There is no such service account, or a file can't be written.
    pub fn exec_plugin(&self, namespace: &str, service_account: &str) -> Result<ExecPlugin, Error> {
        let token = self.service_account_token(namespace, service_account)?;
        let program = self.next_kubeconfig().with_extension("login");
        let record = calls_of(&program);
        fs::write(&record, "").map_err(Error::file("write", &record))?;
        let kubeconfig = self.write_kubeconfig(self.access(service_account, Credentials::Exec(&program)))?;
        let plugin = ExecPlugin { kubeconfig, program };
        plugin.give(&token)?;
        Ok(plugin)
    }
}

fn calls_of(program: &Path) -> PathBuf {
    program.with_extension("calls")
}

/// Without a time of expiry a client keeps it as long as it runs.
fn credential(token: &str) -> Value {
    json!({
        "apiVersion": "client.authentication.k8s.io/v1",
        "kind": "ExecCredential",
        "status": {"token": token},
    })
}

/// By a rename: who starts it at this moment gets the one program or the other, and never half of it.
fn replace(program: &Path, last_lines: &str) -> Result<(), Error> {
    let record = quoted(&calls_of(program).to_string_lossy());
    let fresh = program.with_extension("fresh");
    write_private(&fresh, &format!("echo called >> {record}\n{last_lines}\n"))?;
    fs::rename(&fresh, program).map_err(Error::file("write", program))
}

/// For the shell.
fn quoted(words: &str) -> String {
    format!("'{}'", words.replace('\'', r"'\''"))
}
