//! `vincula password`: makes the hash of a password for the console.

use std::io::{self, BufRead as _, IsTerminal as _, Read as _, Write as _};

use rustix::termios::{self, LocalModes, OptionalActions, Termios};
use secrecy::{ExposeSecret as _, SecretString};

use super::common::{ExitStatus, print_line};
use crate::console::sign_in::password::{MAX_PASSWORD_BYTES, MIN_PASSWORD_CHARS, hash_password};

pub(super) fn password() -> anyhow::Result<ExitStatus> {
    let password = if io::stdin().is_terminal() { ask_twice()? } else { read_line()? };
    check(&password)?;
    print_line(&hash_password(&password)?);
    Ok(ExitStatus::Success)
}

fn check(password: &SecretString) -> anyhow::Result<()> {
    let password = password.expose_secret();
    anyhow::ensure!(
        password.chars().count() >= MIN_PASSWORD_CHARS,
        "a password has {MIN_PASSWORD_CHARS} characters or more: take a few random words"
    );
    anyhow::ensure!(
        password.len() <= MAX_PASSWORD_BYTES,
        "a password has {MAX_PASSWORD_BYTES} bytes at most"
    );
    Ok(())
}

/// Asks for a password, and for the same once more.
fn ask_twice() -> anyhow::Result<SecretString> {
    let hidden = HiddenInput::begin()?;
    let password = ask("Password: ")?;
    check(&password)?;
    let again = ask("The same again: ")?;
    drop(hidden);
    let is_same = password.expose_secret() == again.expose_secret();
    anyhow::ensure!(is_same, "the two passwords differ");
    Ok(password)
}

fn ask(question: &str) -> anyhow::Result<SecretString> {
    eprint!("{question}");
    io::stderr().flush()?;
    let line = read_line();
    // The line break that was typed is not shown either.
    eprintln!();
    line
}

/// The first line of the standard input.
fn read_line() -> anyhow::Result<SecretString> {
    let mut line = String::new();
    // More than the longest password and its line break, so that a longer one is noticed.
    let limit = u64::try_from(MAX_PASSWORD_BYTES).unwrap_or(u64::MAX) + 3;
    io::stdin().lock().take(limit).read_line(&mut line)?;
    let line = line.strip_suffix('\n').map_or(line.as_str(), |line| line.strip_suffix('\r').unwrap_or(line));
    Ok(line.into())
}

/// The terminal shows nothing that is typed until this is dropped.
struct HiddenInput(Termios);

impl HiddenInput {
    fn begin() -> io::Result<Self> {
        let shown = termios::tcgetattr(io::stdin())?;
        let mut hidden = shown.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        termios::tcsetattr(io::stdin(), OptionalActions::Flush, &hidden)?;
        Ok(Self(shown))
    }
}

impl Drop for HiddenInput {
    fn drop(&mut self) {
        let _ = termios::tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
    }
}
