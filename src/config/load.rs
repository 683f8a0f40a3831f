//! From the process to a [`Config`]: which file, what the environment adds, and every mistake at once.

use std::cell::RefCell;
use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::finding::Finding;
use super::section::{Report, Section};
use super::tree::{self, Node, Origin};
use super::unknown::{self, Unknown};
use super::{Config, environment, instance, server};

/// The variable that names the file.
const CONFIG: &str = "VINCULA_CONFIG";
/// The file's name in the working directory.
const HERE: &str = "vincula.toml";
/// The file of the whole machine.
const SYSTEM: &str = "/etc/vincula/vincula.toml";

/// Everything that [`load`] looks at; tests make their own.
#[derive(Clone)]
pub struct Source {
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

impl Source {
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
        Self { explicit, env, unreadable, directory: PathBuf::new(), system: SYSTEM.into() }
    }

    /// The text of the first file in the order of search, where there is one.
    fn file(&self) -> Result<Option<(PathBuf, String)>, Finding> {
        let named = self.env.iter().find(|(name, path)| name == CONFIG && !path.is_empty());
        let demanded = match (&self.explicit, named) {
            (Some(path), _) => Some(("--config", path.clone())),
            (None, Some((_, path))) => Some((CONFIG, PathBuf::from(path))),
            (None, None) => None,
        };
        if let Some((by, path)) = demanded {
            return match std::fs::read_to_string(self.directory.join(&path)) {
                Ok(text) => Ok(Some((path, text))),
                Err(error) => Err(unreadable(by, &path, &error)),
            };
        }
        for path in [Path::new(HERE), &self.system] {
            match std::fs::read_to_string(self.directory.join(path)) {
                Ok(text) => return Ok(Some((path.to_owned(), text))),
                Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
                Err(error) => return Err(unreadable("search", path, &error)),
            }
        }
        Ok(None)
    }
}

impl fmt::Debug for Source {
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

fn unreadable(by: &str, path: &Path, error: &std::io::Error) -> Finding {
    let remedy = match by {
        CONFIG => "Correct the path in VINCULA_CONFIG, or unset it where the environment says everything",
        "--config" => "Correct the path after --config, or leave it away to search for vincula.toml",
        _ => "Let the service's user read it, or name another file with --config",
    };
    Finding {
        origin: path.display().to_string(),
        key: String::new(),
        problem: format!("cannot be read: {error}"),
        remedy: Some(remedy.into()),
    }
}

/// A configuration, and what is worth a second look.
#[derive(Debug)]
pub struct Loaded {
    /// The configuration.
    pub config: Config,
    /// The file it came from; none where the environment said everything.
    pub path: Option<PathBuf>,
    /// What works and may still be a mistake.
    pub warnings: Vec<Finding>,
}

/// Reads the configuration. `known_commands` are the English names that admins may be given.
///
/// # Errors
///
/// Everything that is wrong, all at once; a file that is no TOML is one finding, since nothing in
/// it can be judged.
pub fn load(source: &Source, known_commands: &[&str]) -> Result<Loaded, Vec<Finding>> {
    let file = source.file().map_err(|finding| vec![finding])?;
    let mut root = match &file {
        Some((path, text)) => tree::parse(path, text).map_err(|finding| vec![finding])?,
        None => Node::table(Origin::Environment),
    };
    let mut findings: Vec<Finding> = source.unreadable.iter().map(|name| no_text(name)).collect();
    findings.extend(environment::overlay(&mut root, &source.env));
    let mut unknown = Unknown::default();
    unknown::inspect(&root, "", "", &mut unknown);
    findings.append(&mut unknown.findings);

    let report = Report {
        findings: RefCell::new(findings),
        warnings: RefCell::new(environment::lookalikes(&source.env)),
        meant: unknown.meant,
        directory: source.directory.clone(),
    };
    let section = Section::root(&root, &report);
    let (listen, server) = server::read(&section.child("server"));
    let instances = instance::read(&section.child("instances"), listen, known_commands);
    let longest = instances.iter().map(|instance| instance.max_event_age).max().unwrap_or_default();
    let store = server::store(&section.child("store"), longest);

    let mut findings = report.findings.into_inner();
    match (server, store) {
        (Some(server), Some(store)) if findings.is_empty() => Ok(Loaded {
            config: Config { server, store, instances },
            path: file.map(|(path, _)| path),
            warnings: report.warnings.into_inner(),
        }),
        _ => {
            if file.is_none() && !environment::speaks(&source.env) {
                findings.push(nowhere(source));
            }
            Err(findings)
        }
    }
}

fn no_text(name: &str) -> Finding {
    Finding {
        origin: name.to_owned(),
        key: String::new(),
        problem: "is no UTF-8 text".into(),
        remedy: Some("Set it again, as text".into()),
    }
}

/// What to tell where neither a file nor the environment says anything.
fn nowhere(source: &Source) -> Finding {
    Finding {
        origin: "configuration".into(),
        key: String::new(),
        problem: format!("no file was found at ./{HERE} or {}", source.system.display()),
        remedy: Some(format!("Write one there, or name it with --config or {CONFIG}")),
    }
}
