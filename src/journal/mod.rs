//! Reading the journal as operators do: filters as people type them, times, and what came of a command. For
//! `vincula journal` and the console.

mod describe;
mod error;
mod names;
mod times;
mod zones;

pub use self::describe::{describe_detail, describe_result, is_trimmed, reply_messages};
pub use self::error::FilterError;
pub use self::names::KnownNames;
pub use self::times::{Moment, TimeArg, parse_time};
pub use self::zones::Zones;
