//! Temporary PostgreSQL server, stopped when the run ends, even if the run crashes.
//!
//! A shell starts the server and waits on its stdin; when the harness closes stdin or dies, the shell
//! stops the server. PostgreSQL refuses to run as root, so root starts it as `nobody`.

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, bail};
use tempfile::TempDir;

/// `nobody`.
const NOBODY_UID: u32 = 65_534;

const SCRIPT: &str = r#"
trap '' INT TERM HUP
cd "$1" || exit
"$2/initdb" -D data -U vincula -A trust -E UTF8 --no-sync >log 2>&1 &&
    "$2/pg_ctl" -D data -w -t 60 -l server.log -o "-c listen_addresses= -c unix_socket_directories=$1" start \
        >>log 2>&1 </dev/null || { cat log server.log >&2; exit 1; }
echo ready
cat >/dev/null
"$2/pg_ctl" -D data -m immediate stop >>log 2>&1
"#;

/// A running server; stopped on drop.
pub(crate) struct Cluster {
    shell: Child,
    folder: TempDir,
}

impl Cluster {
    pub(crate) fn start() -> anyhow::Result<Self> {
        let programs = programs()?;
        let folder = tempfile::tempdir()?;
        let is_root = std::fs::metadata("/proc/self")?.uid() == 0;
        let mut command = if is_root {
            chown(folder.path(), Some(NOBODY_UID), Some(NOBODY_UID))?;
            let mut command = Command::new("setpriv");
            command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "sh"]);
            command
        } else {
            Command::new("sh")
        };
        command.args(["-c", SCRIPT, "cluster"]).arg(folder.path()).arg(&programs);
        command.env("LC_ALL", "C").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut shell = command.spawn().context("cannot start a shell for PostgreSQL")?;
        let mut line = String::new();
        BufReader::new(shell.stdout.take().context("no stdout")?).read_line(&mut line)?;
        if line.trim() != "ready" {
            let _ = shell.wait();
            bail!("PostgreSQL did not start from {}", programs.display());
        }
        Ok(Self { shell, folder })
    }

    /// The `store.url` of its database.
    pub(crate) fn url(&self) -> String {
        format!("postgres://vincula@localhost/postgres?host={}", self.folder.path().display())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}

/// The newest server of Debian's packages.
fn programs() -> anyhow::Result<PathBuf> {
    let root = Path::new("/usr/lib/postgresql");
    let versions = std::fs::read_dir(root).context("PostgreSQL is needed: apt-get install postgresql")?;
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let bin = entry.path().join("bin");
            Some((entry.file_name().to_str()?.parse().ok()?, bin.clone()))
                .filter(|_| bin.join("initdb").exists())
        })
        .collect();
    found.sort();
    Ok(found.pop().context("no initdb below /usr/lib/postgresql")?.1)
}
