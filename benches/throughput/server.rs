//! A measured server: vincula or a baseline, as a process on the server's core.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, bail};
use clap::ValueEnum as _;
use tempfile::TempDir;

use crate::baseline::Baseline;
use crate::cores;
use crate::events::{ADMINS, HEADER, INSTANCE, NEWER_SECRET, SECRET, admin};
use crate::upstream::{RateLimitMode, Upstream};

/// The keys that the instance accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SigningKeys {
    One,
    /// A newer one first, and the one that signs.
    Two,
}

/// A running server; killed when it is dropped.
pub(crate) struct Server {
    pub(crate) name: String,
    pub(crate) address: SocketAddr,
    child: Child,
    /// Its working directory.
    folder: TempDir,
}

impl Server {
    /// Starts a build of vincula with one instance whose webhooks are signed, and 1,000 admins.
    ///
    /// # Errors
    /// It cannot be started, or ends before it is ready.
    pub(crate) fn start_binary(
        name: &str,
        path: &Path,
        keys: SigningKeys,
        upstream: &Upstream,
    ) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join("vincula.toml"), configuration(keys, upstream))?;
        let path = std::fs::canonicalize(path).with_context(|| format!("no {}", path.display()))?;
        let mut command = Command::new(path);
        command.arg("serve").current_dir(&folder).env("VINCULA_CONFIG", folder.path().join("vincula.toml"));
        command.env_remove("RUST_LOG").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = cores::on_server_core(|| Ok(command.spawn()?))?;
        let mut lines = BufReader::new(child.stderr.take().context("no stderr")?).lines();
        let mut log = String::new();
        let address = loop {
            let Some(line) = lines.next() else { bail!("{name} did not start:\n{log}") };
            let line = line?;
            if line.contains("\"message\":\"ready\"") {
                let ready: serde_json::Value = serde_json::from_str(&line)?;
                let public = ready["public"].as_str().or(ready["fields"]["public"].as_str());
                break public.context("its log names no address")?.parse()?;
            }
            log = log + &line + "\n";
        };
        // A full pipe would block the service. The thread ends with it.
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if std::env::var_os("VINCULA_SHOW_LOG").is_some() {
                    crate::progress(&line);
                }
            }
        });
        Ok(Self { name: name.to_owned(), address, child, folder })
    }

    /// Starts a baseline.
    ///
    /// # Errors
    /// It cannot be started.
    pub(crate) fn start_baseline(baseline: Baseline) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let name = baseline.to_possible_value().context("it has no name")?.get_name().to_owned();
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["baseline", &name]).current_dir(&folder).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = cores::on_server_core(|| Ok(command.spawn()?))?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("no stdout")?).read_line(&mut line)?;
        Ok(Self { name, address: line.trim().parse()?, child, folder })
    }

    /// Its working directory.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn configuration(keys: SigningKeys, upstream: &Upstream) -> String {
    let secrets = match keys {
        SigningKeys::One => format!("\"{SECRET}\""),
        SigningKeys::Two => format!("\"{NEWER_SECRET}\", \"{SECRET}\""),
    };
    let admins = (0..ADMINS)
        .map(|number| format!("[instances.main.admins.admin{number}]\nphone = \"{}\"\n", admin(number)));
    let Upstream { address, account, rate_limits, .. } = upstream;
    let limits = match rate_limits {
        RateLimitMode::Default => "",
        RateLimitMode::None => "changes_per_second = 1000\nmessages_per_minute = 60000\n",
    };
    format!(
        r#"[server]
listen = "127.0.0.1:0"
admin_listen = "127.0.0.1:0"
public_url = "https://bot.example.com"
[instances.main]
id = "{INSTANCE}"
token = "{}"
client_token = "{}"
base_url = "http://{address}"
max_event_age = "1h"
[instances.main.verify]
hmac = {{ header = "{HEADER}", secrets = [{secrets}] }}
[instances.main.limits]
commands_per_minute = 1000000
{limits}{}"#,
        account.token,
        account.client_token.as_deref().unwrap_or_default(),
        admins.collect::<String>()
    )
}
