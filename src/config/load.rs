//! Finds the file, applies the environment, and reads a [`Config`] or reports every error at once.

use std::fmt;
use std::io::ErrorKind::{NotADirectory, NotFound};
use std::path::PathBuf;

use super::check_keys::read_secret_files;
use super::console::{ConsoleConfig, has_sign_in, read_console};
use super::diagnostic::{Diagnostic, ENV_PREFIX, problem};
use super::effective::{EffectiveConfig, EffectiveValues};
use super::instance::{Instance, read_instances};
use super::notify::{NotifyConfig, read_notify};
use super::section::{Entry, Reader};
use super::server::{ServerConfig, StoreConfig, StoreValues, check_store, read_server};
use super::value_tree::{Node, Tree};
use super::{environment, file};

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
    /// Who is told of trouble.
    pub notify: NotifyConfig,
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
                Ok(bytes) => return file::decode(&path, bytes).map(|text| Some((path, text))),
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
        Some((path, text)) => file::parse(path, text).map_err(|error| vec![error])?,
        None => Tree::new(),
    };
    let no_text = |name: &String| problem!("is no UTF-8 text"; "Set it again, as text").at(name, "");
    let mut errors: Vec<Diagnostic> = source.unreadable.iter().map(no_text).collect();
    errors.extend(environment::apply_variables(&mut tree, &source.env));
    read_secret_files(&mut tree, &source.directory);
    let problem = |node: &mut Node| Some(node.texts.as_mut().err()?.take()?.at(&node.source, &node.key));
    errors.extend(tree.values_mut().filter_map(problem));

    let (errors, warnings) = (errors.into(), environment::find_lookalikes(&source.env).into());
    let reader = Reader { tree, known_commands, errors, warnings, values: Default::default() };
    let config = read_config(&Entry { reader: &reader, path: Vec::new() });
    let (mut errors, warnings) = (reader.errors.into_inner(), reader.warnings.into_inner());
    let path = file.map(|(path, _)| path);
    if let (Some(config), true) = (config, errors.is_empty()) {
        config.effective.set(EffectiveValues {
            values: reader.values.into_inner(),
            warnings: warnings.iter().map(ToString::to_string).collect(),
            path: path.as_ref().map(|path| path.display().to_string()),
            needs_restart: Vec::new(),
        });
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
    let [console, store, instances] = ["console", "store", "instances"].map(|name| root.child(name));
    let server = read_server(&root.child("server"), has_sign_in(&console));
    let console = read_console(&console);
    let store_values = StoreValues::read(&store);
    let numbers = read_instances(&instances, server.listen);
    let max_age = numbers.iter().map(|it| it.max_event_age).max().unwrap_or_default();
    let store = check_store(&store, store_values, max_age);
    let notify = read_notify(&root.child("notify"), &instances);
    let (server, console, store, notify) = (server.build()?, console?, store?, notify?);
    Some(Config { server, console, store, instances: numbers, notify, effective: EffectiveConfig::default() })
}
