//! From the process to a [`Config`]: which file, what the environment adds, and every mistake at once.

use std::cell::RefCell;
use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::diagnostic::Diagnostic;
use super::section::{Diagnostics, Section};
use super::unknown_keys::{self, UnknownKeys};
use super::value_tree::{self, Node, ValueSource};
use super::{Config, environment, instance, server};

/// The variable that names the file.
const CONFIG_VARIABLE: &str = "VINCULA_CONFIG";
/// The file's name in the working directory.
const LOCAL_FILE: &str = "vincula.toml";
/// The file of the whole machine.
const SYSTEM_FILE: &str = "/etc/vincula/vincula.toml";

/// Everything that [`load`] looks at; tests make their own.
#[derive(Clone)]
pub struct ConfigSource {
    /// The file named by `--config`.
    pub explicit: Option<PathBuf>,
    /// The environment: names and values.
    pub env: Vec<(String, String)>,
    /// Variables of ours whose value is no UTF-8 text.
    pub unreadable: Vec<String>,
    /// The working directory: relative paths start from it.
    pub directory: PathBuf,
    /// The file that is read where no other is there.
    pub system: PathBuf,
}

impl ConfigSource {
    /// What this process was given; only variables that begin with `VINCULA_` are taken.
    pub fn from_process(explicit: Option<PathBuf>) -> Self {
        let (mut env, mut unreadable) = (Vec::new(), Vec::new());
        for (name, value) in std::env::vars_os() {
            let Some(name) = name.to_str().filter(|name| name.starts_with("VINCULA_")) else { continue };
            match value.into_string() {
                Ok(value) => env.push((name.to_owned(), value)),
                Err(_) => unreadable.push(name.to_owned()),
            }
        }
        // The order of an environment is chance; that of the findings is not.
        env.sort();
        unreadable.sort();
        Self { explicit, env, unreadable, directory: PathBuf::new(), system: SYSTEM_FILE.into() }
    }

    /// The text of the first file in the order of search, where there is one.
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
    Diagnostic {
        source: path.display().to_string(),
        key: String::new(),
        problem: format!("cannot be read: {error}"),
        remedy: Some(remedy.into()),
    }
}

/// A configuration, and what is worth a second look.
#[derive(Debug)]
pub struct LoadedConfig {
    /// The configuration.
    pub config: Config,
    /// The file it came from; none where the environment said everything.
    pub path: Option<PathBuf>,
    /// What works and may still be a mistake.
    pub warnings: Vec<Diagnostic>,
}

/// Reads the configuration. `known_commands` are the English names that admins may be given.
///
/// # Errors
///
/// Everything that is wrong, all at once; a file that is no TOML is one finding, since nothing in
/// it can be judged.
pub fn load(source: &ConfigSource, known_commands: &[&str]) -> Result<LoadedConfig, Vec<Diagnostic>> {
    let file = source.read_file().map_err(|finding| vec![finding])?;
    let mut root = match &file {
        Some((path, text)) => value_tree::parse(path, text).map_err(|finding| vec![finding])?,
        None => Node::table(ValueSource::Environment),
    };
    let mut findings: Vec<Diagnostic> = source.unreadable.iter().map(|name| invalid_unicode(name)).collect();
    findings.extend(environment::apply_variables(&mut root, &source.env));
    let mut unknown = UnknownKeys::default();
    unknown_keys::find_unknown_keys(&root, "", "", &mut unknown);
    findings.append(&mut unknown.diagnostics);

    let report = Diagnostics {
        errors: RefCell::new(findings),
        warnings: RefCell::new(environment::find_lookalikes(&source.env)),
        suggested_keys: unknown.suggested_keys,
        directory: source.directory.clone(),
    };
    let section = Section::root(&root, &report);
    let (listen, server) = server::read_server(&section.child("server"));
    let instances = instance::read_instances(&section.child("instances"), listen, known_commands);
    let longest = instances.iter().map(|instance| instance.max_event_age).max().unwrap_or_default();
    let store = server::read_store(&section.child("store"), longest);

    let mut findings = report.errors.into_inner();
    match (server, store) {
        (Some(server), Some(store)) if findings.is_empty() => Ok(LoadedConfig {
            config: Config { server, store, instances },
            path: file.map(|(path, _)| path),
            warnings: report.warnings.into_inner(),
        }),
        _ => {
            if file.is_none() && !environment::has_config(&source.env) {
                findings.push(no_config(source));
            }
            Err(findings)
        }
    }
}

fn invalid_unicode(name: &str) -> Diagnostic {
    Diagnostic {
        source: name.to_owned(),
        key: String::new(),
        problem: "is no UTF-8 text".into(),
        remedy: Some("Set it again, as text".into()),
    }
}

/// What to tell where neither a file nor the environment says anything.
fn no_config(source: &ConfigSource) -> Diagnostic {
    Diagnostic {
        source: "configuration".into(),
        key: String::new(),
        problem: format!("no file was found at ./{LOCAL_FILE} or {}", source.system.display()),
        remedy: Some(format!("Write one there, or name it with --config or {CONFIG_VARIABLE}")),
    }
}
