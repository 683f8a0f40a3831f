//! Runs the release binary in a folder, with two instances of 40 admins each.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, bail};

use crate::cores;
use crate::upstream::Upstream;

/// The password of operators.
pub(crate) const PASSWORD: &str = "correct horse battery";
/// Admins of an instance.
pub(crate) const ADMINS: usize = 40;

/// What the configuration says about the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConsoleSection {
    /// Nothing: it is open to everybody on this machine.
    Absent,
    WithPassword,
}

/// A running service; killed on drop.
pub(crate) struct Service {
    pub(crate) public: SocketAddr,
    pub(crate) private: SocketAddr,
    /// The id and the token of its first instance.
    pub(crate) instance_id: String,
    pub(crate) token: String,
    child: Child,
}

/// The number of an admin.
pub(crate) fn phone(number: usize) -> String {
    format!("55449{:08}", 90_000_000 + number)
}

impl Service {
    /// Starts it in a folder, on the server's core.
    pub(crate) fn start(folder: &Path, upstream: &Upstream, console: ConsoleSection) -> anyhow::Result<Self> {
        std::fs::write(folder.join("vincula.toml"), configuration(upstream, console)?)?;
        let mut command = Command::new(binary()?);
        command.arg("serve").current_dir(folder).env("VINCULA_CONFIG", folder.join("vincula.toml"));
        command.env_remove("RUST_LOG").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = cores::on_server_core(|| Ok(command.spawn()?))?;
        let mut lines = BufReader::new(child.stderr.take().context("no stderr")?).lines();
        let mut log = String::new();
        let ready: serde_json::Value = loop {
            let Some(line) = lines.next() else { bail!("the service did not start:\n{log}") };
            let line = line?;
            if line.contains("\"message\":\"ready\"") {
                break serde_json::from_str(&line)?;
            }
            log = log + &line + "\n";
        };
        let address = |name: &str| -> anyhow::Result<SocketAddr> {
            Ok(ready[name].as_str().context("no address in its log")?.parse()?)
        };
        let (public, private) = (address("public")?, address("private")?);
        // A full pipe would block the service. The thread ends with it.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        let account = upstream.sandbox.account();
        let (instance_id, token) = (account.id.clone(), account.token.clone());
        Ok(Self { public, private, instance_id, token, child })
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

fn binary() -> anyhow::Result<PathBuf> {
    let usual = || PathBuf::from(env!("CARGO_BIN_EXE_vincula"));
    let path = std::env::var_os("VINCULA_BIN").map_or_else(usual, PathBuf::from);
    std::fs::canonicalize(&path).with_context(|| format!("no {}", path.display()))
}

/// The hash of [`PASSWORD`].
fn password_hash() -> anyhow::Result<String> {
    let mut command = Command::new(binary()?);
    command.arg("password").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn()?;
    writeln!(child.stdin.take().context("no stdin")?, "{PASSWORD}")?;
    let output = child.wait_with_output()?;
    anyhow::ensure!(output.status.success(), "vincula password: {}", output.status);
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

fn configuration(upstream: &Upstream, console: ConsoleSection) -> anyhow::Result<String> {
    let account = upstream.sandbox.account();
    let mut text = "[server]\nlisten = \"127.0.0.1:0\"\nadmin_listen = \"127.0.0.1:0\"\n\
        public_url = \"https://bot.example.com\"\n[store]\nretention = \"90d\"\ntext_retention = \"90d\"\n"
        .to_owned();
    if console == ConsoleSection::WithPassword {
        text += &format!("[console]\npassword_hash = '{}'\n", password_hash()?);
    }
    for (instance, id) in [("main", account.id.as_str()), ("annex", "3AF1C0DE3AF1C0DE3AF1C0DE3AF1C0DE")] {
        text += &format!(
            "[instances.{instance}]\nid = \"{id}\"\ntoken = \"{}\"\nclient_token = \"{}\"\n\
             base_url = \"{}\"\nverify = {{ zapi_token = true }}\n",
            account.token,
            account.client_token.as_deref().unwrap_or_default(),
            upstream.url
        );
        for number in 0..ADMINS {
            text += &format!(
                "admins.p{number:02} = {{ phone = \"{}\", name = \"Pessoa {number:02}\" }}\n",
                phone(number)
            );
        }
    }
    Ok(text)
}
