//! One file a command: what a person says, and what they and the groups see of it. Then the
//! promises that hold for every command: truth, the journal, trouble, who may, languages, answers.

mod again;
mod announce;
mod answers;
mod cancel;
mod communities;
mod community;
mod create;
mod deactivate;
mod describe;
mod ends;
mod groups;
mod help;
mod hourglass;
mod invite;
mod journal;
mod language;
mod lanes;
mod limits;
mod link;
mod mistakes;
mod people;
mod photo;
mod refuted;
mod retention;
mod restart;
pub mod scene;
mod settings;
mod status;
mod store;
mod trouble;
mod truth;
mod unlink;
mod whoami;
