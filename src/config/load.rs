//! Finds the file, applies the environment, and reads a [`Config`] or reports every error at once.

use std::cell::RefCell;
use std::fmt;
use std::io::ErrorKind::{NotADirectory, NotFound};
use std::path::PathBuf;

use super::diagnostic::{Diagnostic, ENV_PREFIX, problem};
use super::environment;
use super::instance::{Instance, read_instances};
use super::section::{Reader, Section};
use super::server::{ServerConfig, StoreConfig, read_server, read_store};
use super::unknown_keys::report_unknown_keys;
use super::value_tree::{self, ENVIRONMENT};

/// The variable that names the file.
const CONFIG_VARIABLE: &str = "VINCULA_CONFIG";
/// The file's name in the working directory.
const LOCAL_FILE: &str = "vincula.toml";
/// The file of the whole machine.
const SYSTEM_FILE: &str = "/etc/vincula/vincula.toml";

/// The whole configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// Listeners and limits of HTTP.
    pub server: ServerConfig,
    /// Where the journal is.
    pub store: StoreConfig,
    /// The connected WhatsApp numbers, in the order of their names; at least one.
    pub instances: Vec<Instance>,
}

/// Everything that [`load`] reads; tests make their own.
#[derive(Clone)]
pub struct ConfigSource {
    /// The file named by `--config`.
    pub explicit: Option<PathBuf>,
    /// The environment: names and values.
    pub env: Vec<(String, String)>,
    /// Variables named `VINCULA_…` whose value is no UTF-8 text.
    pub unreadable: Vec<String>,
    /// The working directory: relative paths start from it.
    pub directory: PathBuf,
    /// The file that is read if no other exists.
    pub system: PathBuf,
}

impl ConfigSource {
    /// Takes what this process has; of its variables, only those that begin with `VINCULA_`.
    pub fn from_process(explicit: Option<PathBuf>) -> Self {
        let (mut env, mut unreadable) = (Vec::new(), Vec::new());
        for (name, value) in std::env::vars_os() {
            let Some(name) = name.to_str().filter(|name| name.starts_with("VINCULA_")) else { continue };
            match value.into_string() {
                Ok(value) => env.push((name.to_owned(), value)),
                Err(_) => unreadable.push(name.to_owned()),
            }
        }
        // The environment has no order, but errors are reported in one.
        env.sort();
        unreadable.sort();
        Self { explicit, env, unreadable, directory: PathBuf::new(), system: SYSTEM_FILE.into() }
    }

    /// The first file in the order of search, with its text. A file that was named must be there.
    fn read_file(&self) -> Result<Option<(PathBuf, String)>, Diagnostic> {
        let named = self.env.iter().find(|(name, path)| name == CONFIG_VARIABLE && !path.is_empty());
        let (paths, remedy) = match (&self.explicit, named) {
            (Some(path), _) => (
                vec![path.clone()],
                "Correct the path after --config, or leave it away to search for vincula.toml",
            ),
            (None, Some((_, path))) => (
                vec![path.into()],
                "Correct the path in VINCULA_CONFIG, or unset it where the environment says everything",
            ),
            (None, None) => (
                vec![LOCAL_FILE.into(), self.system.clone()],
                "Let the service's user read it, or name another file with --config",
            ),
        };
        let is_search = paths.len() > 1;
        for path in paths {
            match std::fs::read_to_string(self.directory.join(&path)) {
                Ok(text) => return Ok(Some((path, text))),
                Err(error) if is_search && matches!(error.kind(), NotFound | NotADirectory) => {}
                Err(error) => {
                    let problem = problem!("cannot be read: {error}"; "{remedy}");
                    return Err(problem.at(path.display().to_string(), ""));
                }
            }
        }
        Ok(None)
    }
}

impl fmt::Debug for ConfigSource {
    /// Without the values of the variables: many are secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let env: Vec<&str> = self.env.iter().map(|(name, _)| name.as_str()).collect();
        write!(f, "ConfigSource {{ explicit: {:?}, env: {env:?}, .. }}", self.explicit)
    }
}

/// A configuration with its warnings.
#[derive(Debug)]
pub struct LoadedConfig {
    /// The configuration.
    pub config: Config,
    /// The file it came from; `None` if everything came from the environment.
    pub path: Option<PathBuf>,
    /// What is valid and may still be a mistake.
    pub warnings: Vec<Diagnostic>,
}

/// Reads the configuration. `known_commands` are the English names of commands.
///
/// # Errors
///
/// Everything that is wrong, in the order of the file; a file that is no TOML is one error.
pub fn load(source: &ConfigSource, known_commands: &[&str]) -> Result<LoadedConfig, Vec<Diagnostic>> {
    let file = source.read_file().map_err(|error| vec![error])?;
    let mut tree = match &file {
        Some((path, text)) => value_tree::parse(path, text).map_err(|error| vec![error])?,
        None => value_tree::empty_tree(ENVIRONMENT.to_owned()),
    };
    let no_text = |name: &String| problem!("is no UTF-8 text"; "Set it again, as text").at(name, "");
    let mut errors: Vec<Diagnostic> = source.unreadable.iter().map(no_text).collect();
    errors.extend(environment::apply_variables(&mut tree, &source.env));
    let suggested_keys = report_unknown_keys(&tree, &mut errors);

    let reader = Reader {
        tree,
        errors: RefCell::new(errors),
        warnings: RefCell::new(environment::find_lookalikes(&source.env)),
        suggested_keys,
        directory: source.directory.clone(),
        known_commands,
    };
    let root = Section { reader: &reader, path: Vec::new() };
    let (listen, server) = read_server(&root.child("server"));
    let instances = read_instances(&root.child("instances"), listen);
    let max_event_age = instances.iter().map(|instance| instance.max_event_age).max().unwrap_or_default();
    let store = read_store(&root.child("store"), max_event_age);

    let mut errors = reader.errors.into_inner();
    if let (Some(server), Some(store), true) = (server, store, errors.is_empty()) {
        let config = Config { server, store, instances };
        let path = file.as_ref().map(|(path, _)| path.clone());
        return Ok(LoadedConfig { config, path, warnings: reader.warnings.into_inner() });
    }
    // Stable: errors of one line, and those without a line, keep their order.
    errors.sort_by_key(Diagnostic::line);
    if file.is_none() && !source.env.iter().any(|(name, _)| name.starts_with(ENV_PREFIX)) {
        let system = source.system.display();
        let problem = problem!("no file was found at ./{LOCAL_FILE} or {system}";
            "Write one there, or name it with --config or {CONFIG_VARIABLE}");
        errors.push(problem.at("configuration", ""));
    }
    Err(errors)
}
