//! Metrics of the process, read from the system at each scrape, under the names that all clients of Prometheus use.

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use rustix::process::{Resource, getrlimit};
use rustix::time::{ClockId, clock_gettime};

use super::metric_spec::{self as spec, MetricSpec};
use crate::clock::Clock;

/// Reads the process's memory, descriptors, threads and CPU time.
#[derive(Debug)]
pub(super) struct ProcessCollector {
    started_at_seconds: i64,
}

impl ProcessCollector {
    /// A collector of a process that starts now.
    pub(super) fn new() -> Self {
        Self { started_at_seconds: Clock::system().now().as_seconds() }
    }
}

impl Collector for ProcessCollector {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), std::fmt::Error> {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        // The directory that is read has a descriptor itself.
        let open_fds =
            std::fs::read_dir("/proc/self/fd").ok().map(|entries| entries.count().saturating_sub(1));
        let gauges = [
            (&spec::RESIDENT_MEMORY, status_value(&status, "VmRSS:").map(|kibibytes| kibibytes * 1024)),
            (&spec::VIRTUAL_MEMORY, status_value(&status, "VmSize:").map(|kibibytes| kibibytes * 1024)),
            (&spec::THREADS, status_value(&status, "Threads:")),
            (&spec::OPEN_FDS, open_fds.and_then(|count| i64::try_from(count).ok())),
            (&spec::MAX_FDS, getrlimit(Resource::Nofile).current.and_then(|limit| i64::try_from(limit).ok())),
            (&spec::START_TIME, Some(self.started_at_seconds)),
        ];
        for (spec, value) in gauges {
            if let Some(value) = value {
                encode_metric(&mut encoder, spec, &ConstGauge::new(value))?;
            }
        }
        let cpu_time = clock_gettime(ClockId::ProcessCPUTime);
        let seconds = std::time::Duration::try_from(cpu_time).unwrap_or_default().as_secs_f64();
        encode_metric(&mut encoder, &spec::CPU, &ConstCounter::new(seconds))
    }
}

fn encode_metric(
    encoder: &mut DescriptorEncoder<'_>,
    spec: &MetricSpec,
    metric: &impl EncodeMetric,
) -> Result<(), std::fmt::Error> {
    // The registry adds the full stop to the others.
    let help = format!("{}.", spec.help);
    metric.encode(encoder.encode_descriptor(spec.base_name(), &help, None, metric.metric_type())?)
}

/// A number of `/proc/self/status`; memory is in KiB.
fn status_value(status: &str, key: &str) -> Option<i64> {
    let line = status.lines().find_map(|line| line.strip_prefix(key))?;
    line.split_whitespace().next()?.parse().ok()
}
