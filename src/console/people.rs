//! Who may do what, how the bot knows them, who was refused, and who used the console.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Query, State};
use serde::Deserialize;

use super::access_line::AccessLine;
use super::display::{Display, When};
use super::nav::Nav;
use super::state::ConsoleState;
use super::viewer::Viewer;
use crate::authorization::CONFIG_ADMINS_ONLY;
use crate::clock::Timestamp;
use crate::config::{Admin, AdminsFrom};
use crate::directory::strip_control;
use crate::domain::{Lid, Locale, Person, Phone};
use crate::instance::InstanceRuntime;
use crate::storage::{ConsoleAccess, REFUSED_TTL_MS, RefusedRow};
use crate::web::{Page, PageError, PageLanguage, PageResult, render};

/// How many refused senders are shown.
const MAX_REFUSED: usize = 50;
/// How many accesses to the console are shown.
const MAX_ACCESSES: i64 = 30;
/// The longest number or lid that is typed.
const MAX_FIELD_LEN: usize = 60;
/// The digits of a hash that are shown: enough to tell the senders of a week apart.
const HASH_DIGITS: usize = 8;

/// Whose refused messages are looked up.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Lookup {
    #[serde(default)]
    number: String,
}

/// An admin as a row.
struct PersonRow {
    name: String,
    key: String,
    phone: String,
    lid: String,
    /// How the bot knows them.
    known_by: &'static str,
    /// Empty for all.
    commands: Vec<String>,
    /// Empty for all.
    communities: Vec<String>,
}

/// The admins of a community that the configuration does not name.
struct CommunityStaff {
    community: String,
    people: Vec<String>,
}

struct InstancePeople {
    name: String,
    has_owner: bool,
    people: Vec<PersonRow>,
    /// The admins of communities may give commands too.
    has_staff: bool,
    staff: Vec<CommunityStaff>,
    excepted: String,
}

/// The refused messages of one sender.
struct RefusedSender {
    /// The beginning of a hash; empty for others.
    sender: String,
    instance: String,
    reason: &'static str,
    count: i64,
    last: When,
}

/// What is known of a number that was looked up.
struct LookupResult {
    typed: String,
    /// The admin who has it.
    admin: Option<String>,
    refused: Vec<RefusedSender>,
    /// The lines of the configuration that would admit them.
    lines: String,
}

#[derive(Template)]
#[template(path = "console/people.html")]
struct PeopleTemplate {
    page: Page,
    nav: Nav,
    instances: Vec<InstancePeople>,
    refused: Vec<RefusedSender>,
    typed: String,
    is_unreadable: bool,
    lookup: Option<LookupResult>,
    /// None for viewers.
    accesses: Option<Vec<AccessLine>>,
}

/// `GET /people`
pub(super) async fn show(
    State(state): State<ConsoleState>,
    PageLanguage(locale): PageLanguage,
    viewer: Viewer,
    Query(Lookup { number }): Query<Lookup>,
) -> PageResult {
    let typed = number.trim();
    if typed.len() > MAX_FIELD_LEN {
        return Err(PageError::BadRequest);
    }
    let (runtimes, now) = (state.runtimes(), state.clock.now());
    let display = Display { runtimes: &runtimes, locale, now };
    let week = (Timestamp(now.0 - REFUSED_TTL_MS), Timestamp(i64::MAX));
    let refused = sum_by_sender(&state.store.refused(week, None).await?, &display);
    let person = parse_person(typed);
    let lookup = match person {
        Some(person) => {
            let rows = state.store.refused(week, Some(&[person])).await?;
            let admin = runtimes.iter().find_map(|runtime| runtime.admins.find(person, false));
            Some(LookupResult {
                typed: person.display(),
                admin: admin.map(|admin| strip_control(&admin.name)),
                refused: sum_by_sender(&rows, &display),
                lines: admitting_lines(&runtimes, person),
            })
        }
        None => None,
    };
    let page = Page::new(locale, "console-people");
    let accesses = match viewer.is_operator() {
        true => Some(state.store.console_accesses(MAX_ACCESSES).await?),
        false => None,
    };
    let to_line = |access: &ConsoleAccess| AccessLine::new(access, &page, &display);
    render(&PeopleTemplate {
        accesses: accesses.map(|accesses| accesses.iter().map(to_line).collect()),
        nav: Nav::new("people", viewer),
        instances: runtimes.iter().map(|runtime| describe_people(runtime, locale)).collect(),
        refused,
        is_unreadable: !typed.is_empty() && person.is_none(),
        typed: typed.to_owned(),
        lookup,
        page,
    })
}

/// A person by the number or lid that was typed.
fn parse_person(typed: &str) -> Option<Person> {
    let lid = Lid::parse(typed).filter(|_| typed.ends_with("@lid"));
    let phone = if lid.is_some() { None } else { Phone::from_typed(typed) };
    Some(Person { phone, lid }).filter(|person| !person.is_unknown())
}

/// The lines that name a person as admin of the first instance.
fn admitting_lines(runtimes: &[std::sync::Arc<InstanceRuntime>], person: Person) -> String {
    let instance = runtimes.first().map_or("main", |runtime| runtime.config.name.as_str());
    let id = match (person.phone, person.lid) {
        (Some(phone), _) => format!("phone = \"{phone}\""),
        (None, Some(lid)) => format!("lid = \"{lid}\""),
        (None, None) => String::new(),
    };
    format!("[instances.{instance}.admins.new]\n{id}\nname = \"New\"\n")
}

fn describe_people(runtime: &InstanceRuntime, locale: Locale) -> InstancePeople {
    let config = &runtime.config;
    let staff = describe_staff(runtime);
    let excepted =
        CONFIG_ADMINS_ONLY.iter().map(|name| format!("/{}", crate::commands::name_in(name, locale)));
    InstancePeople {
        name: config.name.to_string(),
        has_owner: config.owner_commands,
        people: config.admins.iter().map(|admin| describe_admin(admin, locale)).collect(),
        has_staff: config.admins_from == AdminsFrom::Community,
        staff,
        excepted: excepted.collect::<Vec<_>>().join(", "),
    }
}

fn describe_admin(admin: &Admin, locale: Locale) -> PersonRow {
    let is_all = |names: &[String]| names.iter().any(|name| name == "*");
    let command = |name: &String| format!("/{}", crate::commands::name_in(name, locale));
    PersonRow {
        name: strip_control(&admin.name),
        key: admin.key.clone(),
        phone: admin.phone.map(Phone::display).unwrap_or_default(),
        lid: admin.lid.map(|lid| lid.to_string()).unwrap_or_default(),
        known_by: match (admin.phone, admin.lid) {
            (Some(_), Some(_)) => "console-known-by-both",
            (Some(_), None) => "console-known-by-number",
            _ => "console-known-by-lid",
        },
        commands: if is_all(&admin.commands) {
            Vec::new()
        } else {
            admin.commands.iter().map(command).collect()
        },
        communities: match is_all(&admin.communities) {
            true => Vec::new(),
            false => admin.communities.iter().map(|community| strip_control(community)).collect(),
        },
    }
}

/// The admins of communities as last read, without those of the configuration.
fn describe_staff(runtime: &InstanceRuntime) -> Vec<CommunityStaff> {
    let (Some(admins), Some((_, snapshot))) = (&runtime.community_admins, runtime.directory.last_snapshot())
    else {
        return Vec::new();
    };
    let describe = |community: &crate::directory::CommunityEntry| {
        let (_, people) = admins.last_admins(&community.id)?;
        let others = people.into_iter().filter(|person| runtime.admins.find(*person, false).is_none());
        let people: Vec<String> = others.map(Person::display).filter(|shown| !shown.is_empty()).collect();
        Some(CommunityStaff { community: strip_control(&community.name), people })
    };
    snapshot.communities.all().filter_map(describe).collect()
}

/// The most refused senders of the last days, the last ones first.
fn sum_by_sender(rows: &[RefusedRow], display: &Display<'_>) -> Vec<RefusedSender> {
    let mut sums: BTreeMap<(&str, &str, &str), (i64, Timestamp)> = BTreeMap::new();
    for row in rows {
        let sum = sums.entry((&row.instance, &row.sender, &row.reason)).or_insert((0, row.last_at));
        *sum = (sum.0 + row.count, sum.1.max(row.last_at));
    }
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort_by_key(|(_, (_, last_at))| std::cmp::Reverse(*last_at));
    sums.truncate(MAX_REFUSED);
    let describe =
        |((instance, sender, reason), (count, last_at)): ((&str, &str, &str), (i64, Timestamp))| {
            RefusedSender {
                sender: sender.chars().take(HASH_DIGITS).collect(),
                instance: instance.to_owned(),
                reason: match reason {
                    "not_an_admin" => "console-refused-not-an-admin",
                    "rate_limited" => "console-refused-rate-limited",
                    "sent_in_future" => "console-refused-sent-in-future",
                    _ => "console-refused-other",
                },
                count,
                last: display.when(last_at, instance),
            }
        };
    sums.into_iter().map(describe).collect()
}
