//! `vincula who`: who may do what, by the configuration and by the admins that WhatsApp shows now.

use std::sync::Arc;

use clap::Args;

use super::api_error_help::describe_with_remedy;
use super::common::{ConfigArg, ExitStatus, block_on, print_line, strip_control};
use super::webhook::select_instances;
use crate::authorization::{Admins, CONFIG_ADMINS_ONLY, may_in};
use crate::clock::Clock;
use crate::config::{Admin, AdminsFrom, Instance};
use crate::directory::{CommunityAdmins, CommunityEntry, Directory, NameMatch};
use crate::domain::Person;
use crate::telemetry::InstanceMetrics;
use crate::zapi::{ApiError, HttpClients, Unlimited, Zapi};

#[derive(Args, Debug)]
pub(super) struct WhoArgs {
    /// A community: its id, alias, name, or the beginning of its name [default: all]
    community: Option<String>,
    /// The instance's name in the configuration [default: all]
    #[arg(long, value_name = "NAME")]
    instance: Option<String>,
    #[command(flatten)]
    config: ConfigArg,
}

/// What is asked about an instance.
struct Subject<'a> {
    instance: &'a Instance,
    zapi: Zapi,
    directory: Directory,
    community_admins: CommunityAdmins,
}

pub(super) fn who(args: &WhoArgs) -> anyhow::Result<ExitStatus> {
    let Some(config) = args.config.load() else { return Ok(ExitStatus::InvalidConfig) };
    let Some(instances) = select_instances(&config, args.instance.as_deref()) else {
        return Ok(ExitStatus::InvalidConfig);
    };
    block_on(async {
        let (mut clients, mut is_found, mut status) = (HttpClients::default(), false, ExitStatus::Success);
        for instance in instances {
            let zapi = Zapi::new(instance, Arc::new(Unlimited), &mut clients, InstanceMetrics::default())?;
            let directory = Directory::new(&instance.aliases);
            let community_admins = CommunityAdmins::new(Clock::system());
            let subject = Subject { instance, zapi, directory, community_admins };
            let shown = match &args.community {
                Some(typed) => subject.show_community(typed).await,
                None => subject.show_all().await.map(|()| true),
            };
            match shown {
                Ok(found) => is_found |= found,
                Err(error) => {
                    eprintln!("vincula: {}", describe_with_remedy(instance, &error));
                    status = ExitStatus::Failure;
                }
            }
        }
        Ok(if is_found { status } else { ExitStatus::Failure })
    })
}

impl Subject<'_> {
    /// Shows the rights of everybody.
    async fn show_all(&self) -> Result<(), ApiError> {
        print_line(&format!("{}:", self.instance.name));
        for admin in &self.instance.admins {
            let communities = match admin.communities.iter().any(|allowed| allowed == "*") {
                true => "all communities".to_owned(),
                false => admin.communities.join(", "),
            };
            print_line(&format!("  {} in {communities}", describe_admin(admin)));
        }
        self.show_owner();
        if self.instance.admins_from == AdminsFrom::Config {
            return Ok(());
        }
        for community in self.directory.snapshot(&self.zapi).await?.communities.all() {
            print_line(&format!("  in {}", describe_community(community)));
            self.show_community_admins(community).await?;
        }
        Ok(())
    }

    /// Shows who may give commands in a community; returns whether the instance has it.
    async fn show_community(&self, typed: &str) -> Result<bool, ApiError> {
        let name = &self.instance.name;
        let id = match self.directory.find_community(&self.zapi, typed).await? {
            NameMatch::Exact(found) => found,
            NameMatch::Ambiguous(candidates) | NameMatch::Many(candidates) => {
                eprintln!("vincula: {name}: {typed:?} could be {}", join_names(&candidates));
                return Ok(false);
            }
            NameMatch::NotFound { suggestions } => {
                let near = if suggestions.is_empty() {
                    String::new()
                } else {
                    format!(": near are {}", join_names(&suggestions))
                };
                eprintln!("vincula: {name} has no community {typed:?}{near}");
                return Ok(false);
            }
        };
        print_line(&format!("{name}: in {}", describe_community(&id)));
        let may = |admin: &&Admin| may_in(admin, &id.id, &id.name, &self.directory);
        for admin in self.instance.admins.iter().filter(may) {
            print_line(&format!("  {}", describe_admin(admin)));
        }
        self.show_owner();
        if self.instance.admins_from == AdminsFrom::Community {
            self.show_community_admins(&id).await?;
        }
        Ok(true)
    }

    fn show_owner(&self) {
        if self.instance.owner_commands {
            print_line("  whoever types on the bot's own phone: all commands");
        }
    }

    /// Shows the admins of a community that the configuration does not name; those have the rights that it gives.
    async fn show_community_admins(&self, community: &CommunityEntry) -> Result<(), ApiError> {
        if let Some(own) = self.zapi.own_phone().await? {
            self.community_admins.exclude_phone(own);
        }
        let Some(people) = self.community_admins.list_admins(&self.zapi, community).await? else {
            print_line(
                "    its admins on WhatsApp cannot be seen: Z-API does not show its announcement group",
            );
            return Ok(());
        };
        let known = Admins::new(self.instance);
        let others = people.into_iter().filter(|person| known.find(*person, false).is_none());
        let mut shown: Vec<String> = others.map(Person::display).filter(|shown| !shown.is_empty()).collect();
        shown.sort_unstable();
        shown.dedup();
        let people = if shown.is_empty() { "nobody else".to_owned() } else { shown.join(", ") };
        let except = CONFIG_ADMINS_ONLY.join(", ");
        print_line(&format!("    its admins on WhatsApp (all commands but {except}): {people}"));
        Ok(())
    }
}

fn describe_admin(admin: &Admin) -> String {
    let person = Person { phone: admin.phone, lid: admin.lid }.display();
    let commands = match admin.commands.iter().any(|name| name == "*") {
        true => "all commands".to_owned(),
        false => admin.commands.join(", "),
    };
    let key = if admin.key == admin.name { String::new() } else { format!("{}, ", admin.key) };
    format!("{} ({key}{person}): {commands}", admin.name)
}

fn describe_community(community: &CommunityEntry) -> String {
    format!("“{}” ({})", strip_control(&community.name), community.id)
}

fn join_names(communities: &[CommunityEntry]) -> String {
    communities.iter().map(describe_community).collect::<Vec<_>>().join(", ")
}
