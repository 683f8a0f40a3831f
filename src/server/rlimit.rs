//! How many connections the system's limit of open files affords.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::PRIVATE_CONNECTIONS;

/// Descriptors that are no connections of the public side: those of the private one, the journal, the
/// calls to Z-API, the log, and a newcomer who waits for a place.
const RESERVED_FDS: usize = PRIVATE_CONNECTIONS + 128;

/// As many of the wanted connections as the system affords. Its limit of open files is raised as
/// far as this process may and needs; where that is not enough, fewer connections are taken, and
/// the log says so.
pub fn clamp_to_open_file_limit(wanted: usize) -> usize {
    let Some(limit) = raise_nofile_limit(wanted.saturating_add(RESERVED_FDS)) else { return wanted };
    let most = fit_within(limit, wanted);
    if most < wanted {
        tracing::warn!(
            max_connections = wanted,
            open_files = limit,
            connections = most,
            "the limit of open files affords fewer connections than max_connections: raise it (ulimit -n, LimitNOFILE)"
        );
    }
    most
}

/// The limit of open files, after it was raised to this number or as near as may be; nothing where
/// there is no limit.
fn raise_nofile_limit(needed: usize) -> Option<usize> {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let current = current?;
    let needed = u64::try_from(needed).unwrap_or(u64::MAX);
    let raised = maximum.map_or(needed, |maximum| maximum.min(needed));
    let is_raised =
        raised > current && setrlimit(Resource::Nofile, Rlimit { current: Some(raised), maximum }).is_ok();
    usize::try_from(if is_raised { raised } else { current }).ok()
}

/// How many of the wanted connections fit below a limit of open files: a quarter of a very low one.
fn fit_within(limit: usize, wanted: usize) -> usize {
    wanted.min(limit.saturating_sub(RESERVED_FDS).max(limit / 4)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_always_fewer_connections_than_descriptors() {
        for (limit, wanted, most) in [
            (20_000, 1_024, 1_024),
            (1_216, 1_024, 1_024),
            (1_024, 1_024, 832),
            (1_024, 7, 7),
            (256, 1_024, 64),
            (64, 1_024, 16),
            (0, 1_024, 1),
        ] {
            assert_eq!(fit_within(limit, wanted), most, "{limit} {wanted}");
        }
    }
}
