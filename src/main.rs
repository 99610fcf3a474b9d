//! The `ringfort` binary: parse, dispatch, exit code.

fn main() -> std::process::ExitCode {
    ringfort::cli::main()
}
