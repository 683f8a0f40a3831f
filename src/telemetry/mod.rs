//! The log and the metrics.

mod instance_metrics;
mod log;
mod metric_spec;
mod metrics;
mod process;

pub use self::instance_metrics::{InstanceMetrics, QueueValues, ReportedConnection, SubscriptionState};
pub use self::log::{
    LogFormat, LoggedCondition, RustLogError, install_panic_hook, set_log_filter, start_log,
};
pub use self::metric_spec::{MetricSpec, markdown};
pub use self::metrics::{Exposition, Metrics};
