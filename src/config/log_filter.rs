//! Log filters: `server.log_filter` and `RUST_LOG`.

use tracing_subscriber::filter::{Directive, LevelFilter};

use super::diagnostic::{KeyProblem, problem};

/// A text is no log filter.
#[derive(Debug, thiserror::Error)]
#[error("holds `{part}`, {problem}")]
pub struct LogFilterError {
    part: String,
    problem: &'static str,
}

/// How to write a filter.
pub const LOG_FILTER_HELP: &str = "Write a level (error, warn, info, debug, trace) or target=level, separated by commas, \
    such as `info,vincula=debug`";

/// The directives of a filter. A bare word that is no level would be a target of its own and turn everything else off,
/// so only our own targets may stand alone.
///
/// # Errors
/// The first part that is wrong.
pub fn parse_directives(filter: &str) -> Result<Vec<Directive>, LogFilterError> {
    let parse = |part: &str| {
        let error = |problem| LogFilterError { part: part.to_owned(), problem };
        let is_level = part.parse::<LevelFilter>().is_ok();
        if !is_level && !part.contains('=') && !part.starts_with("vincula") {
            return Err(error("which is no level"));
        }
        part.parse().map_err(|_| error("which is no filter"))
    };
    filter.split(',').map(str::trim).filter(|part| !part.is_empty()).map(parse).collect()
}

pub(super) fn parse_log_filter(text: &str) -> Result<String, KeyProblem> {
    let problem = |error| problem!("{error}"; "{LOG_FILTER_HELP}");
    parse_directives(text).map(|_| text.to_owned()).map_err(problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_with_a_mistake_is_an_error_that_names_it() {
        for good in [
            "",
            " ",
            "debug",
            "WARN",
            "off",
            "vincula=debug",
            "warn,vincula::webhook=trace",
            "vincula",
            "info,",
        ] {
            assert!(parse_directives(good).is_ok(), "{good}");
        }
        for (bad, part) in
            [("inof", "inof"), ("info,vincula=debgu", "vincula=debgu"), ("debug info", "debug info")]
        {
            let error = parse_directives(bad).unwrap_err().to_string();
            assert!(error.contains(&format!("`{part}`")), "{error}");
        }
    }
}
