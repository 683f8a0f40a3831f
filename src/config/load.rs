//! Finds the file, applies the environment, and reads a [`Config`] or reports every error at once.

use std::cell::RefCell;
use std::fmt;
use std::io::ErrorKind::{NotADirectory, NotFound};
use std::path::{Path, PathBuf};

use super::check_keys::check_keys;
use super::diagnostic::{Diagnostic, ENV_PREFIX, problem};
use super::effective::{EffectiveConfig, EffectiveValues, effective_values};
use super::environment;
use super::section::{Entry, Reader};
use super::sections::{
    ConsoleConfig, Instance, ServerConfig, StoreConfig, read_console, read_instances, read_server, read_store,
};
use super::value_tree::{self, ENVIRONMENT};

/// The variable that names the file.
const CONFIG_VARIABLE: &str = "VINCULA_CONFIG";
/// The file's name in the working directory.
const LOCAL_FILE: &str = "vincula.toml";
/// The file of the whole machine.
const SYSTEM_FILE: &str = "/etc/vincula/vincula.toml";

const FIX_ARGUMENT: &str = "Correct the path after --config, or leave it away to search for vincula.toml";
const FIX_VARIABLE: &str =
    "Correct the path in VINCULA_CONFIG, or unset it where the environment says everything";
const FIX_PERMISSIONS: &str = "Let the service's user read it, or name another file with --config";

/// The whole configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// Listeners and limits of HTTP.
    pub server: ServerConfig,
    /// Who may use the console.
    pub console: ConsoleConfig,
    /// Where the journal is.
    pub store: StoreConfig,
    /// The connected WhatsApp numbers, in the order of their names; at least one.
    pub instances: Vec<Instance>,
    /// All keys with their origins, for people to read.
    pub effective: EffectiveConfig,
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
        let variable = self.env.iter().find(|(name, path)| name == CONFIG_VARIABLE && !path.is_empty());
        let (paths, remedy) = match (&self.explicit, variable) {
            (Some(path), _) => (vec![path.clone()], FIX_ARGUMENT),
            (None, Some((_, path))) => (vec![path.into()], FIX_VARIABLE),
            (None, None) => (vec![LOCAL_FILE.into(), self.system.clone()], FIX_PERMISSIONS),
        };
        let is_named = paths.len() == 1;
        for path in paths {
            match std::fs::read(self.directory.join(&path)) {
                Ok(bytes) => return decode(&path, bytes).map(|text| Some((path, text))),
                Err(error) if !is_named && matches!(error.kind(), NotFound | NotADirectory) => {}
                Err(error) => {
                    let problem = problem!("cannot be read: {error}"; "{remedy}");
                    return Err(problem.at(path.display().to_string(), ""));
                }
            }
        }
        Ok(None)
    }
}

/// The text of a file; another encoding than UTF-8 is named, with the line of its first letter.
fn decode(path: &Path, bytes: Vec<u8>) -> Result<String, Diagnostic> {
    let is_utf16 = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let encoding = if is_utf16 { "UTF-16" } else { "another encoding, such as Windows-1252" };
        let problem = problem!("is no UTF-8 text, but {encoding}"; "Save it as UTF-8");
        problem.at(format!("{}:{line}", path.display()), "")
    })
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
    let (tree, key_errors) = check_keys(&tree, &source.directory);
    errors.extend(key_errors);

    let warnings = environment::find_lookalikes(&source.env);
    let (errors, warnings) = (RefCell::new(errors), RefCell::new(warnings));
    let reader = Reader { tree, errors, warnings, known_commands };
    let config = read_config(&Entry { reader: &reader, path: Vec::new() });
    let values = effective_values(&reader.tree);
    let (mut errors, warnings) = (reader.errors.into_inner(), reader.warnings.into_inner());
    let path = file.as_ref().map(|(path, _)| path.clone());
    if let (Some(config), true) = (config, errors.is_empty()) {
        let effective = EffectiveConfig::new(EffectiveValues {
            values,
            warnings: warnings.iter().map(ToString::to_string).collect(),
            path: path.as_ref().map(|path| path.display().to_string()),
            needs_restart: Vec::new(),
        });
        let config = Config { effective, ..config };
        return Ok(LoadedConfig { config, path, warnings });
    }
    // Stable: errors of one line, and those without a line, keep their order.
    errors
        .sort_by_key(|error| error.source.rsplit_once(':').and_then(|(_, line)| line.parse::<usize>().ok()));
    if path.is_none() && !source.env.iter().any(|(name, _)| name.starts_with(ENV_PREFIX)) {
        let system = source.system.display();
        let problem = problem!("no file was found at ./{LOCAL_FILE} or {system}";
            "Write one there, or name it with --config or {CONFIG_VARIABLE}");
        errors.push(problem.at("configuration", ""));
    }
    Err(errors)
}

fn read_config(root: &Entry<'_>) -> Option<Config> {
    let (has_sign_in, console) = read_console(&root.child("console"));
    let (listen, server) = read_server(&root.child("server"), has_sign_in);
    let instances = read_instances(&root.child("instances"), listen);
    let store = read_store(&root.child("store"), instances.iter().map(|it| it.max_event_age).max());
    let effective = EffectiveConfig::default();
    Some(Config { server: server?, console: console?, store: store?, instances, effective })
}
