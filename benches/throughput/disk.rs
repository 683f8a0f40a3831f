//! The disk of the journals: flushed before each measurement, and measured itself.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::bail;

/// Flushes dirty pages, so that one server does not wait for the pages of another.
///
/// # Errors
/// `sync` is missing.
pub(crate) fn settle(folder: &Path) -> anyhow::Result<()> {
    if !Command::new("sync").arg("-f").arg(folder).status()?.success() {
        bail!("`sync -f {}` failed", folder.display());
    }
    Ok(())
}

/// Median time of an fsync of one page, in milliseconds.
///
/// # Errors
/// The folder is not writable.
pub(crate) fn sync_time(folder: &Path) -> anyhow::Result<f64> {
    let mut file = File::create(folder.join("page"))?;
    let mut took = Vec::new();
    for _ in 0..51 {
        file.write_all(&[b'x'; 4_096])?;
        let started = Instant::now();
        file.sync_data()?;
        took.push(started.elapsed().as_secs_f64() * 1e3);
    }
    took.sort_by(f64::total_cmp);
    Ok(took[took.len() / 2])
}
