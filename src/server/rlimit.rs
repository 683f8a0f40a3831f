//! Fits the number of connections below the system's limit of open files.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Most connections of the private listener.
pub const MAX_PRIVATE_CONNECTIONS: usize = 64;

/// Descriptors that are no connections of the public listener: the private listener, the journal, the calls to Z-API, the
/// log, and a new connection that waits for a slot.
const RESERVED_FDS: usize = MAX_PRIVATE_CONNECTIONS + 128;

/// Returns how many of the wanted connections fit below the limit of open files. The limit is raised as far as this
/// process may and needs; if that is not enough, a warning is logged.
pub fn clamp_to_open_file_limit(wanted: usize) -> usize {
    let Some(limit) = raise_nofile_limit(wanted.saturating_add(RESERVED_FDS)) else { return wanted };
    let connections = fit_within(limit, wanted);
    if connections < wanted {
        tracing::warn!(
            max_connections = wanted,
            open_files = limit,
            connections,
            "limit of open files too low for max_connections, raise it (ulimit -n, LimitNOFILE)"
        );
    }
    connections
}

/// Raises the limit of open files to this number, or as near as allowed, and returns it; `None` if there is none.
fn raise_nofile_limit(needed: usize) -> Option<usize> {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let current = current?;
    let needed = u64::try_from(needed).unwrap_or(u64::MAX);
    let raised = maximum.map_or(needed, |maximum| maximum.min(needed));
    let is_raised =
        raised > current && setrlimit(Resource::Nofile, Rlimit { current: Some(raised), maximum }).is_ok();
    usize::try_from(if is_raised { raised } else { current }).ok()
}

/// How many of the wanted connections fit below a limit of open files; of a very low limit, a quarter.
fn fit_within(limit: usize, wanted: usize) -> usize {
    wanted.min(limit.saturating_sub(RESERVED_FDS).max(limit / 4)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_fewer_connections_than_descriptors() {
        for (limit, wanted, expected) in [
            (20_000, 1_024, 1_024),
            (1_216, 1_024, 1_024),
            (1_024, 1_024, 832),
            (1_024, 7, 7),
            (256, 1_024, 64),
            (64, 1_024, 16),
            (0, 1_024, 1),
        ] {
            assert_eq!(fit_within(limit, wanted), expected, "{limit} {wanted}");
        }
    }
}
