//! Runs the release binary in a folder, with a given number of instances, admins and old commands.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

use crate::cores;
use crate::events::{HEADER, SECRET, admin, id, name};

/// Size of an installation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) instances: usize,
    /// Per instance.
    pub(crate) admins: usize,
    /// Finished commands in the journal.
    pub(crate) rows: usize,
}

/// A running service; killed on drop.
pub(crate) struct Service {
    pub(crate) address: SocketAddr,
    /// Time from process start to ready.
    pub(crate) start: Duration,
    child: Child,
}

impl Service {
    /// Starts it in a folder, on the server's core.
    ///
    /// # Errors
    /// If it cannot be started, or exits before it is ready.
    pub(crate) fn start(folder: &Path, size: Size) -> anyhow::Result<Self> {
        std::fs::write(folder.join("vincula.toml"), configuration(size))?;
        let usual = || PathBuf::from(env!("CARGO_BIN_EXE_vincula"));
        let path = std::env::var_os("VINCULA_BIN").map_or_else(usual, PathBuf::from);
        let path = std::fs::canonicalize(&path).with_context(|| format!("no {}", path.display()))?;
        let mut command = Command::new(path);
        command.arg("serve").current_dir(folder).env("VINCULA_CONFIG", folder.join("vincula.toml"));
        command.env_remove("RUST_LOG").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let started = Instant::now();
        let mut child = cores::on_server_core(|| Ok(command.spawn()?))?;
        let mut lines = BufReader::new(child.stderr.take().context("no stderr")?).lines();
        let mut log = String::new();
        let address = loop {
            let Some(line) = lines.next() else { bail!("the service did not start:\n{log}") };
            let line = line?;
            if line.contains("\"message\":\"ready\"") {
                let ready: serde_json::Value = serde_json::from_str(&line)?;
                break ready["public"].as_str().context("no address in its log")?.parse()?;
            }
            log = log + &line + "\n";
        };
        let start = started.elapsed();
        // A full pipe would block the service. The thread ends with it.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Ok(Self { address, start, child })
    }

    /// Current and peak resident memory in MiB.
    pub(crate) fn memory_mib(&self) -> anyhow::Result<(f64, f64)> {
        let (now, most) = cores::memory_kib(self.child.id())?;
        Ok((now as f64 / 1024.0, most as f64 / 1024.0))
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn configuration(size: Size) -> String {
    let mut text = "[server]\nlisten = \"127.0.0.1:0\"\nadmin_listen = \"127.0.0.1:0\"\n\
        public_url = \"https://bot.example.com\"\nmax_connections = 4096\n"
        .to_owned();
    for instance in 0..size.instances {
        text += &format!(
            "[instances.{}]\nid = \"{}\"\ntoken = \"0123456789ABCDEF{instance:08}\"\n\
             base_url = \"http://127.0.0.1:9\"\nmax_event_age = \"1h\"\nnon_admins = \"refuse\"\n\
             limits.commands_per_minute = 1000000\n\
             verify.hmac = {{ header = \"{HEADER}\", secrets = [\"{SECRET}\"] }}\n",
            name(instance),
            id(instance)
        );
        for number in 0..size.admins {
            text += &format!("admins.a{number}.phone = \"{}\"\n", admin(number));
        }
    }
    text
}
