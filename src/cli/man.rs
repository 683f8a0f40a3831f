//! `vincula completions` and `vincula man`, made from the definition of the command line.

use clap::{Args, Command};

use super::common::{ExitStatus, print_output};

#[derive(Args, Debug)]
pub(super) struct Shell {
    /// The shell.
    shell: clap_complete::Shell,
}

pub(super) fn completions(shell: &Shell, mut command: Command) -> anyhow::Result<ExitStatus> {
    let mut script = Vec::new();
    clap_complete::generate(shell.shell, &mut command, "vincula", &mut script);
    print_output(&String::from_utf8_lossy(&script))?;
    Ok(ExitStatus::Success)
}

/// Prints one page: the program, then each sub-command with its options.
pub(super) fn man(mut command: Command) -> anyhow::Result<ExitStatus> {
    let mut page = Vec::new();
    command.build();
    clap_mangen::Man::new(command.clone()).render(&mut page)?;
    for subcommand in subcommands(&command) {
        render_sections(subcommand, subcommand.get_name(), &mut page)?;
        for below in subcommands(subcommand) {
            render_sections(below, &format!("{} {}", subcommand.get_name(), below.get_name()), &mut page)?;
        }
    }
    print_output(&String::from_utf8_lossy(&page))?;
    Ok(ExitStatus::Success)
}

fn subcommands(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|subcommand| subcommand.get_name() != "help")
}

fn render_sections(subcommand: &Command, name: &str, page: &mut Vec<u8>) -> std::io::Result<()> {
    let part = clap_mangen::Man::new(subcommand.clone());
    page.extend_from_slice(format!(".SH \"VINCULA {}\"\n", name.to_uppercase()).as_bytes());
    part.render_synopsis_section(page)?;
    part.render_description_section(page)?;
    part.render_options_section(page)?;
    part.render_extra_section(page)
}
