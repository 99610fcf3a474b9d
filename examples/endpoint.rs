//! A local AWS with any number of findings, for measurements and for trying things out:
//! `cargo run --release --example endpoint -- 20000 eu-central-1`, then run `ringfort` with the variables that it prints.

#[path = "../tests/it/endpoint/mod.rs"]
#[allow(dead_code, unused_imports, reason = "faults and records of requests are for the tests")]
mod endpoint;

use std::io::Read;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let findings = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(1000);
    let mut regions: Vec<String> = arguments.collect();
    if regions.is_empty() {
        regions.push("eu-central-1".to_owned());
    }
    let names: Vec<&str> = regions.iter().map(String::as_str).collect();
    let running = endpoint::Endpoint::start(endpoint::data::world(&names, findings));
    println!("export AWS_ENDPOINT_URL={}", running.url);
    println!("export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE AWS_SECRET_ACCESS_KEY=not-a-secret AWS_REGION={}", names[0]);
    println!("# {findings} findings in each of the five services of {}; ends with end of input", regions.join(", "));
    // Serves until its input ends: no process is left behind when the shell that started it goes.
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
}
