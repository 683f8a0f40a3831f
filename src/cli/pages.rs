//! `vincula completions` and `vincula man`, made from the command line's own description.

use clap::{Args, CommandFactory};

use super::{Cli, End, print};

#[derive(Args, Debug)]
pub(super) struct Shell {
    /// The shell.
    shell: clap_complete::Shell,
}

pub(super) fn completions(shell: &Shell) -> anyhow::Result<End> {
    let mut script = Vec::new();
    clap_complete::generate(shell.shell, &mut Cli::command(), "vincula", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(End::Well)
}

/// One page: the program, then each call with its options.
pub(super) fn man() -> anyhow::Result<End> {
    let mut page = Vec::new();
    let mut command = Cli::command();
    command.build();
    clap_mangen::Man::new(command.clone()).render(&mut page)?;
    for call in command.get_subcommands().filter(|call| call.get_name() != "help") {
        let part = clap_mangen::Man::new(call.clone());
        page.extend_from_slice(format!(".SH \"VINCULA {}\"\n", call.get_name().to_uppercase()).as_bytes());
        part.render_synopsis_section(&mut page)?;
        part.render_description_section(&mut page)?;
        part.render_options_section(&mut page)?;
        part.render_extra_section(&mut page)?;
    }
    print(&String::from_utf8_lossy(&page))?;
    Ok(End::Well)
}
