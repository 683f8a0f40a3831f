//! Finds the file, applies the environment, and reads a [`Config`] or reports every error at once.

use std::cell::RefCell;
use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::diagnostic::{Diagnostic, Problem};
use super::environment;
use super::instance::{Instance, read_instances};
use super::section::{Diagnostics, Section};
use super::server::{ServerConfig, StoreConfig, read_server, read_store};
use super::unknown_keys::{UnknownKeys, find_unknown_keys};
use super::value_tree::{self, Node, ValueSource};

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

    /// The first file in the order of search, with its text.
    fn read_file(&self) -> Result<Option<(PathBuf, String)>, Diagnostic> {
        let named = self.env.iter().find(|(name, path)| name == CONFIG_VARIABLE && !path.is_empty());
        let demanded = match (&self.explicit, named) {
            (Some(path), _) => Some(("--config", path.clone())),
            (None, Some((_, path))) => Some((CONFIG_VARIABLE, PathBuf::from(path))),
            (None, None) => None,
        };
        if let Some((by, path)) = demanded {
            return match std::fs::read_to_string(self.directory.join(&path)) {
                Ok(text) => Ok(Some((path, text))),
                Err(error) => Err(unreadable_file(by, &path, &error)),
            };
        }
        for path in [Path::new(LOCAL_FILE), &self.system] {
            match std::fs::read_to_string(self.directory.join(path)) {
                Ok(text) => return Ok(Some((path.to_owned(), text))),
                Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
                Err(error) => return Err(unreadable_file("search", path, &error)),
            }
        }
        Ok(None)
    }
}

impl fmt::Debug for ConfigSource {
    /// The names of the variables without their values: many are secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.env.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Source")
            .field("explicit", &self.explicit)
            .field("env", &names)
            .field("unreadable", &self.unreadable)
            .field("directory", &self.directory)
            .field("system", &self.system)
            .finish()
    }
}

fn unreadable_file(by: &str, path: &Path, error: &std::io::Error) -> Diagnostic {
    let remedy = match by {
        CONFIG_VARIABLE => {
            "Correct the path in VINCULA_CONFIG, or unset it where the environment says everything"
        }
        "--config" => "Correct the path after --config, or leave it away to search for vincula.toml",
        _ => "Let the service's user read it, or name another file with --config",
    };
    Problem::new(format!("cannot be read: {error}"), remedy).at(path.display().to_string(), String::new())
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
    let mut root = match &file {
        Some((path, text)) => value_tree::parse(path, text).map_err(|error| vec![error])?,
        None => Node::table(ValueSource::Environment),
    };
    let no_text = |name: &String| {
        Problem::new("is no UTF-8 text", "Set it again, as text").at(name.clone(), String::new())
    };
    let mut errors: Vec<Diagnostic> = source.unreadable.iter().map(no_text).collect();
    errors.extend(environment::apply_variables(&mut root, &source.env));
    let mut unknown = UnknownKeys::default();
    find_unknown_keys(&root, "", "", &mut unknown);
    errors.append(&mut unknown.diagnostics);

    let diagnostics = Diagnostics {
        errors: RefCell::new(errors),
        warnings: RefCell::new(environment::find_lookalikes(&source.env)),
        suggested_keys: unknown.suggested_keys,
        directory: source.directory.clone(),
        known_commands: known_commands.iter().map(|&name| name.to_owned()).collect(),
    };
    let section = Section::root(&root, &diagnostics);
    let (listen, server) = read_server(&section.child("server"));
    let instances = read_instances(&section.child("instances"), listen);
    let max_event_age = instances.iter().map(|instance| instance.max_event_age).max().unwrap_or_default();
    let store = read_store(&section.child("store"), max_event_age);

    let mut errors = diagnostics.errors.into_inner();
    match (server, store) {
        (Some(server), Some(store)) if errors.is_empty() => Ok(LoadedConfig {
            config: Config { server, store, instances },
            path: file.map(|(path, _)| path),
            warnings: diagnostics.warnings.into_inner(),
        }),
        _ => {
            // Stable: errors of one line, and those without a line, keep their order.
            errors.sort_by_key(|error| error.line());
            if file.is_none() && !environment::has_config(&source.env) {
                let system = source.system.display();
                let problem = format!("no file was found at ./{LOCAL_FILE} or {system}");
                let remedy = format!("Write one there, or name it with --config or {CONFIG_VARIABLE}");
                errors.push(Problem::new(problem, remedy).at("configuration".to_owned(), String::new()));
            }
            Err(errors)
        }
    }
}
