//! `vincula completions` and `vincula man`, made from the command line's own description.

use clap::{Args, Command, CommandFactory};

use super::{Cli, ExitStatus, print_output};

#[derive(Args, Debug)]
pub(super) struct Shell {
    /// The shell.
    shell: clap_complete::Shell,
}

pub(super) fn completions(shell: &Shell) -> anyhow::Result<ExitStatus> {
    let mut script = Vec::new();
    clap_complete::generate(shell.shell, &mut Cli::command(), "vincula", &mut script);
    print_output(&String::from_utf8_lossy(&script))?;
    Ok(ExitStatus::Success)
}

/// One page: the program, then each call with its options, and the calls below it.
pub(super) fn man() -> anyhow::Result<ExitStatus> {
    let mut page = Vec::new();
    let mut command = Cli::command();
    command.build();
    clap_mangen::Man::new(command.clone()).render(&mut page)?;
    for call in subcommands(&command) {
        render_sections(call, call.get_name(), &mut page)?;
        for below in subcommands(call) {
            render_sections(below, &format!("{} {}", call.get_name(), below.get_name()), &mut page)?;
        }
    }
    print_output(&String::from_utf8_lossy(&page))?;
    Ok(ExitStatus::Success)
}

fn subcommands(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|call| call.get_name() != "help")
}

fn render_sections(call: &Command, name: &str, page: &mut Vec<u8>) -> std::io::Result<()> {
    let part = clap_mangen::Man::new(call.clone());
    page.extend_from_slice(format!(".SH \"VINCULA {}\"\n", name.to_uppercase()).as_bytes());
    part.render_synopsis_section(page)?;
    part.render_description_section(page)?;
    part.render_options_section(page)?;
    part.render_extra_section(page)
}
