//! Reads what people type: prefixes, words, flags, numbers, people. Pure: nothing here reads or changes anything else.

pub mod arguments;
pub mod command_lines;
pub mod dialing_code;
pub mod flags;
pub mod further_command;
pub mod greeting;
pub mod hesitation;
pub mod list_items;
pub mod names;
pub mod numbered_names;
pub mod numbers;
pub mod people;
pub mod phrases;
pub mod plain_name;
pub mod prefix;
pub mod prompt_reply;
pub mod remark;
pub mod small_question;
pub mod small_talk;
pub mod text;
pub mod tokenizer;

pub mod word_lists;
