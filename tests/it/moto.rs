//! A third party's AWS: `moto` answers, ringfort asks. What moto implements must be right; what it does not must be told apart.
//!
//! Needs `python3` with `moto[server]` and `boto3`. Without them the tests say so and pass, unless `RINGFORT_REQUIRE_MOTO` is
//! set, as CI does.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// A moto server that ends with the test.
struct Moto {
    child: Child,
    url: String,
}

impl Moto {
    /// Starts and fills a server; `None` where moto is not installed.
    fn start() -> Option<Self> {
        Self::start_with(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/moto_seed.py"))
    }

    /// As [`Moto::start`], filled by this script.
    fn start_with(seed: &str) -> Option<Self> {
        let installed = Command::new("python3")
            .args(["-c", "import moto.server, boto3"])
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
        if !installed {
            assert!(
                std::env::var_os("RINGFORT_REQUIRE_MOTO").is_none(),
                "moto is required here, but python3 cannot import moto.server and boto3"
            );
            println!("moto is not installed: the tests against it did not run");
            return None;
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new("python3")
            .args(["-m", "moto.server", "-H", "127.0.0.1", "-p", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let moto = Self { child, url: format!("http://127.0.0.1:{port}") };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < Duration::from_mins(1), "moto did not start within a minute");
            std::thread::sleep(Duration::from_millis(50));
        }
        assert!(Command::new("python3").args([seed, &moto.url]).status().unwrap().success(), "moto could not be filled");
        Some(moto)
    }

    fn ringfort(&self, args: &[&str]) -> Output {
        let home = tempfile::tempdir().unwrap();
        Command::new(env!("CARGO_BIN_EXE_ringfort"))
            .args(args)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", home.path())
            .env("AWS_ENDPOINT_URL", &self.url)
            .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "example")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn every_finding_that_moto_holds_arrives_exactly_once() {
    let Some(moto) = Moto::start() else { return };
    let output =
        moto.ringfort(&["export", "--format", "ndjson", "--region", "us-east-1", "--source", "security-hub", "--source", "inspector"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let findings: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ids: BTreeSet<&str> = findings.iter().map(|finding| finding["id"].as_str().unwrap()).collect();
    assert_eq!(findings.len(), 253, "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(ids.len(), 253);
    let hub = findings.iter().find(|finding| finding["source"] == "security-hub").unwrap();
    assert_eq!((&hub["severity"], &hub["layer"], &hub["account"]), (&"high".into(), &"data-protection".into(), &"123456789012".into()));
    let cve = findings.iter().find(|finding| finding["source"] == "inspector").unwrap();
    assert_eq!((&cve["severity"], &cve["last_seen"]), (&"critical".into(), &"2026-01-02T00:00:00Z".into()));
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn what_moto_does_not_answer_is_told_apart_from_empty() {
    let Some(moto) = Moto::start() else { return };
    let services = "guardduty,inspector,access-analyzer,macie,security-hub";
    let output = moto.ringfort(&["coverage", "--format", "json", "--region", "us-east-1", "--region", "eu-west-1", "--source", services]);
    let coverage: Value = serde_json::from_slice(&output.stdout).unwrap();
    let states: BTreeMap<(String, String), String> = coverage["lanes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|lane| {
            let text = |key: &str| lane[key].as_str().unwrap_or_default().to_owned();
            assert_eq!(text("account"), "123456789012");
            ((text("region"), text("source")), text("state"))
        })
        .collect();
    let state = |region: &str, source: &str| states[&(region.to_owned(), source.to_owned())].as_str();
    assert_eq!(states.len(), 10);
    assert_eq!(state("us-east-1", "security-hub"), "complete");
    assert_eq!(state("us-east-1", "inspector"), "complete");
    assert_eq!(state("eu-west-1", "security-hub"), "not-enabled");
    // moto lists no status for an account that never switched Inspector on; the list of findings itself is read, and empty.
    assert_eq!(state("eu-west-1", "inspector"), "complete");
    assert_eq!(state("eu-west-1", "guardduty"), "not-enabled");
    // moto knows the detector but not its findings, and nothing of Access Analyzer: failed, never an empty list.
    assert_eq!(state("us-east-1", "guardduty"), "failed");
    assert_eq!(state("us-east-1", "access-analyzer"), "failed");
    assert_eq!(coverage["complete"], false);
    assert_eq!(output.status.code(), Some(3));
}

#[test]
fn moto_tells_which_regions_are_enabled() {
    let Some(moto) = Moto::start() else { return };
    let output = moto.ringfort(&["coverage", "--format", "json", "--region", "all", "--source", "security-hub"]);
    let coverage: Value = serde_json::from_slice(&output.stdout).unwrap();
    let regions: BTreeSet<&str> = coverage["lanes"].as_array().unwrap().iter().map(|lane| lane["region"].as_str().unwrap()).collect();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("tells the enabled Regions"), "{said}");
    assert!(regions.contains("us-east-1") && regions.contains("eu-west-1") && regions.len() >= 17, "{regions:?}");
}

#[test]
fn the_checks_find_what_offends_and_say_what_moto_does_not_play() {
    let Some(moto) = Moto::start_with(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/moto_seed_checks.py")) else { return };
    let output = moto.ringfort(&["export", "--format", "ndjson", "--region", "us-east-1", "--source", "checks"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let findings: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |check: &str| -> BTreeSet<String> {
        let such = findings.iter().filter(|finding| finding["type"] == format!("ringfort/{check}"));
        such.map(|finding| finding["resources"][0]["name"].as_str().unwrap().to_owned()).collect()
    };
    for (check, names) in [
        ("kms-rotation", vec!["never rotates"]),
        ("kms-pending-deletion", vec!["goes"]),
        ("s3-versioning", vec!["plain.bucket"]),
        ("s3-public-access-block", vec!["plain.bucket", "versioned"]),
        ("s3-account-block", vec!["123456789012"]),
        ("iam-user-no-group", vec!["ana"]),
        ("iam-user-mfa", vec!["ana"]),
        ("iam-long-term-person", vec!["ana"]),
        ("iam-password-policy", vec!["123456789012"]),
        ("cognito-mfa", vec!["customers"]),
        ("response-routed", vec!["123456789012"]),
        ("sagemaker-notebook-internet", vec!["research"]),
        ("cloudtrail-on", vec!["123456789012"]),
        ("config-recorder", vec!["123456789012"]),
    ] {
        assert_eq!(of(check), names.into_iter().map(str::to_owned).collect(), "{check}");
    }
    // moto has no Detective graph to list, no Shield and no Firewall Manager: not read, and never a finding.
    assert!(of("shield-advanced").is_empty() && of("firewall-manager").is_empty());
    assert_eq!(output.status.code(), Some(3));
}
