//! Counts write transactions in the database, independent of the service.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;

use anyhow::Context as _;
use sqlx::Connection as _;

/// Header sizes of a write-ahead log and of its frames, in bytes (SQLite, "WAL File Format").
const HEADER: u64 = 32;
const FRAME: u64 = 24;

/// Source of the count.
pub(crate) enum WriteCounter {
    /// Commit frames of the write-ahead log.
    Log(PathBuf),
    /// Transaction ids of the server; only writing transactions get one.
    Server(String),
}

/// A count, with the log it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WriteCount {
    /// Changes when the log restarts.
    salt: u64,
    count: u64,
}

impl WriteCounter {
    pub(crate) fn new(store_url: &str) -> Self {
        match store_url.strip_prefix("sqlite:") {
            Some(path) => Self::Log(PathBuf::from(format!("{path}-wal"))),
            None => Self::Server(store_url.to_owned()),
        }
    }

    /// The current count.
    pub(crate) async fn count(&self) -> anyhow::Result<WriteCount> {
        match self {
            Self::Log(path) => count_in(&File::open(path).context("no write-ahead log")?),
            Self::Server(url) => {
                let mut connection = sqlx::postgres::PgConnection::connect(url).await?;
                let next = "SELECT txid_snapshot_xmax(txid_current_snapshot())";
                let next: i64 = sqlx::query_scalar(next).fetch_one(&mut connection).await?;
                connection.close().await?;
                Ok(WriteCount { salt: 0, count: next.unsigned_abs() })
            }
        }
    }

    /// The transactions since `before`, or `None` if the log restarted meanwhile.
    pub(crate) async fn since(&self, before: WriteCount) -> anyhow::Result<Option<u64>> {
        let now = self.count().await?;
        Ok((now.salt == before.salt).then(|| now.count.saturating_sub(before.count)))
    }
}

fn count_in(log: &File) -> anyhow::Result<WriteCount> {
    let mut header = [0; HEADER as usize];
    log.read_exact_at(&mut header, 0)?;
    let number = |bytes: &[u8]| bytes.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let page = number(&header[8..12]);
    let salt = number(&header[16..24]);
    let (mut count, mut at) = (0, HEADER);
    let mut frame = [0; FRAME as usize];
    // Old frames with another salt follow the last frame.
    while log.read_exact_at(&mut frame, at).is_ok() && number(&frame[8..16]) == salt {
        count += u64::from(number(&frame[4..8]) != 0);
        at += FRAME + page;
    }
    Ok(WriteCount { salt, count })
}
