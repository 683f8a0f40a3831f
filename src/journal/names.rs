//! Filters as people type them, turned into what the journal records.

use super::error::FilterError;
use crate::authorization::community_admin_key;
use crate::commands::CATALOG;
use crate::config::{Admin, Instance};
use crate::directory::fold;
use crate::domain::{GroupId, Lid, Person, Phone};
use crate::storage::{ListColumn, ListFilter, Store};

/// How many known names an error lists.
const MAX_LISTED: usize = 5;

/// The names that the configuration and the journal know.
pub struct KnownNames<'a> {
    /// The journal.
    pub store: &'a Store,
    /// The instances of the configuration.
    pub instances: &'a [Instance],
    /// Names are also looked up among all that the journal has recorded, which takes long in a large one.
    pub reads_recorded: bool,
}

impl KnownNames<'_> {
    /// The name of an instance, in a list; empty for all.
    ///
    /// # Errors
    /// There is none, or the journal cannot be read; the same holds for the others.
    pub async fn find_instance(&self, typed: Option<&str>) -> Result<Vec<String>, FilterError> {
        let Some(typed) = typed else { return Ok(Vec::new()) };
        let mut known: Vec<String> =
            self.instances.iter().map(|instance| instance.name.to_string()).collect();
        if !known.iter().any(|name| name == typed) {
            known.extend(self.recorded(ListColumn::Instance).await?);
        }
        match known.iter().any(|name| name == typed) {
            true => Ok(vec![typed.to_owned()]),
            false => Err(unknown("instance", typed, known)),
        }
    }

    /// The keys, numbers and lids under which the journal may have the commands of an admin.
    pub async fn find_admin(&self, typed: Option<&str>) -> Result<Vec<String>, FilterError> {
        let Some(typed) = typed else { return Ok(Vec::new()) };
        let mut values = Vec::new();
        for admin in self.config_admins(typed) {
            values.push(admin.key.clone());
            values.extend(ids(Person { phone: admin.phone, lid: admin.lid }));
        }
        if !values.is_empty() {
            return Ok(values);
        }
        values = ids(parse_person(typed));
        let by_id = ListFilter { admins: values.clone(), ..ListFilter::default() };
        if !values.is_empty() && !self.store.newest(&by_id, 1).await?.is_empty() {
            return Ok(values);
        }
        let recorded = self.recorded(ListColumn::Admin).await?;
        match recorded.iter().find(|key| fold(key) == fold(typed)) {
            Some(key) => Ok(vec![key.clone()]),
            None => {
                let admins = self.instances.iter().flat_map(|instance| &instance.admins);
                let known = admins.flat_map(|admin| [admin.key.clone(), admin.name.clone()]);
                Err(unknown("admin", typed, known.chain(recorded).collect()))
            }
        }
    }

    /// The ids under which the journal has a chat. Reads all chats of the journal.
    pub async fn find_chat(&self, typed: Option<&str>) -> Result<Vec<String>, FilterError> {
        let Some(typed) = typed else { return Ok(Vec::new()) };
        let people = self.find_people(typed);
        let group = GroupId::parse(typed);
        let is_meant = |chat: &String| {
            let partner = parse_person(chat);
            chat == typed
                || group.as_ref().is_some_and(|group| group.as_str() == chat)
                || people.iter().any(|person| {
                    partner.phone.is_some() && person.phone == partner.phone
                        || partner.lid.is_some() && person.lid == partner.lid
                })
        };
        let recorded = self.store.recorded_values(ListColumn::Chat).await?;
        let chats: Vec<String> = recorded.iter().filter(|chat| is_meant(chat)).cloned().collect();
        if chats.is_empty() { Err(unknown("chat with a command", typed, recorded)) } else { Ok(chats) }
    }

    /// The people that are meant: admins of the configuration, or the one with this number or lid.
    pub fn find_people(&self, typed: &str) -> Vec<Person> {
        let admins = self.config_admins(typed).map(|admin| Person { phone: admin.phone, lid: admin.lid });
        admins.chain([parse_person(typed)]).filter(|person| !person.is_unknown()).collect()
    }

    /// The English name of a command, or what else a text is recorded as; empty for none.
    pub async fn find_command(&self, typed: Option<&str>) -> Result<String, FilterError> {
        let Some(typed) = typed else { return Ok(String::new()) };
        if let Some(spec) = CATALOG.lookup(typed.trim_start_matches('/')) {
            return Ok(spec.name.to_owned());
        }
        // Texts that are no commands have names too: `wish`, `talk`, `too_old`, …
        let recorded = self.recorded(ListColumn::Name).await?;
        if recorded.iter().any(|name| name == typed) {
            return Ok(typed.to_owned());
        }
        let known = CATALOG.specs().iter().flat_map(|spec| spec.names()).map(str::to_owned);
        Err(unknown("command", typed, known.chain(recorded).collect()))
    }

    async fn recorded(&self, column: ListColumn) -> Result<Vec<String>, FilterError> {
        if self.reads_recorded { Ok(self.store.recorded_values(column).await?) } else { Ok(Vec::new()) }
    }

    /// The admins of the configuration with this key, name, number or lid.
    fn config_admins(&self, typed: &str) -> impl Iterator<Item = &Admin> {
        let (person, name) = (parse_person(typed), fold(typed));
        let admins = self.instances.iter().flat_map(|instance| &instance.admins);
        admins.filter(move |admin| {
            fold(&admin.key) == name
                || fold(&admin.name) == name
                || person.phone.is_some() && admin.phone == person.phone
                || person.lid.is_some() && admin.lid == person.lid
        })
    }
}

/// A person by the number or the lid that was typed.
fn parse_person(typed: &str) -> Person {
    let lid = Lid::parse(typed).filter(|_| typed.ends_with("@lid"));
    Person { phone: Phone::from_typed(typed), lid }
}

/// How the journal may have a person, besides by the key of the configuration.
fn ids(person: Person) -> Vec<String> {
    let Person { phone, lid } = person;
    let numbers = phone.map(|phone| phone.to_string()).into_iter().chain(lid.map(|lid| lid.to_string()));
    let keys = [Person { phone, lid: None }, Person { phone: None, lid }];
    let keys = keys.into_iter().filter(|person| !person.is_unknown()).map(community_admin_key);
    numbers.chain(keys).collect()
}

/// The error for a name that nothing has; lists the nearest ones.
fn unknown(what: &str, typed: &str, mut known: Vec<String>) -> FilterError {
    known.sort_unstable();
    known.dedup();
    let likeness = |name: &String| strsim::jaro_winkler(&fold(name), &fold(typed));
    known.sort_by(|one, other| likeness(other).total_cmp(&likeness(one)));
    let hidden = known.len().saturating_sub(MAX_LISTED);
    known.truncate(MAX_LISTED);
    let rest = if hidden == 0 { String::new() } else { format!(", and {hidden} more") };
    let listed = match known.as_slice() {
        [] => "none is known yet".to_owned(),
        known => format!("the nearest are {}{rest}", known.join(", ")),
    };
    FilterError::Unknown(format!("there is no {what} {typed:?}: {listed}"))
}
