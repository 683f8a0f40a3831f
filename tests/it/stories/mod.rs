//! One file a command: what a person says, and what they and the groups see of it. Then the
//! promises that hold for every command: truth, the journal, trouble, who may, languages, answers.

mod again;
mod alias;
mod answers;
mod cancel;
mod choose;
mod communities;
mod community;
mod confirm;
mod edit;
mod ends;
mod greeting;
mod groups;
mod help;
mod hourglass;
mod invitation;
mod journal;
mod language;
mod lanes;
mod limits;
mod link;
mod mistakes;
mod moving;
mod people;
mod progress;
mod refuted;
mod retention;
mod restart;
pub mod scene;
mod slips;
mod status;
mod store;
mod trouble;
mod truth;
mod undo;
mod unlink;
mod whoami;
