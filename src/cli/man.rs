//! The manual page and the shells' completions, made from the command line's own definition.

use std::io::{self, Write};

use clap::Command;

use super::failure::Failure;
use super::output::Output;

/// Writes the completions of one shell.
pub(super) fn completions(mut command: Command, shell: clap_complete::Shell) -> Result<u8, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "ringfort", &mut script);
    Output::Stdout.fill(|out| out.write_all(&script))?;
    Ok(0)
}

/// Writes one page: ringfort itself, then what each command takes beside the common options.
pub(super) fn page(command: Command) -> Result<u8, Failure> {
    let mut page = Vec::new();
    render(command, &mut page)?;
    Output::Stdout.fill(|out| out.write_all(&page))?;
    Ok(0)
}

fn render(mut root: Command, page: &mut Vec<u8>) -> io::Result<()> {
    root.build();
    let man = clap_mangen::Man::new(root.clone()).section("1");
    man.render_title(page)?;
    man.render_name_section(page)?;
    man.render_synopsis_section(page)?;
    man.render_description_section(page)?;
    man.render_options_section(page)?;
    writeln!(page, ".SH COMMANDS")?;
    let common: Vec<_> = root.get_arguments().map(|arg| arg.get_id().clone()).collect();
    for command in root.get_subcommands().filter(|command| command.get_name() != "help") {
        own_options(command, command.get_name(), &common, page)?;
    }
    man.render_extra_section(page)?;
    man.render_version_section(page)
}

/// One command with the options that it alone takes, as a subsection; what stands after it as subsections of their own.
fn own_options(command: &Command, name: &str, common: &[clap::Id], page: &mut Vec<u8>) -> io::Result<()> {
    writeln!(page, ".SS {name}")?;
    if let Some(about) = command.get_about() {
        writeln!(page, "{about}.")?;
    }
    let own: Vec<_> = command.get_arguments().filter(|arg| !common.contains(arg.get_id())).cloned().collect();
    if !own.is_empty() {
        let alone = Command::new(command.get_name().to_owned()).disable_help_flag(true).disable_version_flag(true).args(own);
        let mut options = Vec::new();
        clap_mangen::Man::new(alone).render_options_section(&mut options)?;
        let options = String::from_utf8_lossy(&options).replace(".SH OPTIONS\n", "");
        page.write_all(options.as_bytes())?;
    }
    for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
        own_options(below, &format!("{name} {}", below.get_name()), common, page)?;
    }
    Ok(())
}
