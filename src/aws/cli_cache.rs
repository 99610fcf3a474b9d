//! The sessions of assumed roles that the AWS CLI keeps in `~/.aws/cli/cache`: read, never written.
//!
//! A file's name is the SHA-1 of the arguments of `AssumeRole` as sorted JSON (botocore `credentials.py`:
//! `BaseAssumeRoleCredentialFetcher._create_cache_key`; awscli `customizations/assumerole.py`).

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use serde::Deserialize;
use sha1::{Digest as _, Sha1};

use super::profile::Step;
use crate::model::Timestamp;

/// The AWS CLI takes no session that ends sooner (`CachedCredentialFetcher.DEFAULT_EXPIRY_WINDOW_SECONDS`).
const LEFT: Duration = Duration::from_mins(15);
/// No session's file is longer.
const MOST: u64 = 64 * 1024;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct File {
    credentials: Session,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_field_names, reason = "the names of the file")]
struct Session {
    access_key_id: String,
    secret_access_key: String,
    session_token: String,
    expiration: String,
    account_id: Option<String>,
}

/// The live session that the AWS CLI has for this step, if it has one.
pub(super) async fn session(step: &Step) -> Option<Credentials> {
    let path = folder()?.join(format!("{}.json", key(step)));
    tokio::task::spawn_blocking(move || read(&path, SystemTime::now())).await.ok()?
}

fn folder() -> Option<PathBuf> {
    std::env::var_os("HOME").filter(|home| !home.is_empty()).map(|home| PathBuf::from(home).join(".aws/cli/cache"))
}

/// The arguments of `AssumeRole` that the profile sets, as Python's `json.dumps(sort_keys=True)` writes them.
fn key(step: &Step) -> String {
    let mut parts = Vec::new();
    if let Some(seconds) = step.duration {
        parts.push(format!("\"DurationSeconds\": {seconds}"));
    }
    let texts = [
        ("ExternalId", step.external_id.as_deref()),
        ("RoleArn", Some(step.role.as_str())),
        ("RoleSessionName", step.session_name.as_deref()),
        ("SerialNumber", step.serial.as_deref()),
    ];
    parts.extend(texts.into_iter().filter_map(|(name, value)| Some(format!("\"{name}\": {}", quoted(value?)))));
    let mut hex = String::with_capacity(40);
    for byte in Sha1::digest(format!("{{{}}}", parts.join(", "))) {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

/// A JSON string in ASCII only.
fn quoted(text: &str) -> String {
    let mut ascii = String::new();
    for c in serde_json::Value::from(text).to_string().chars() {
        if c.is_ascii() {
            ascii.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(ascii, "\\u{unit:04x}");
            }
        }
    }
    ascii
}

fn read(path: &Path, now: SystemTime) -> Option<Credentials> {
    if std::fs::metadata(path).ok()?.len() > MOST {
        return None;
    }
    let File { credentials } = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
    // Python writes `2026-01-01T00:00:00Z`, or `...UTC` in files of older versions.
    let expires: Timestamp = credentials.expiration.replace("UTC", "Z").parse().ok()?;
    let expires = SystemTime::from(expires);
    if expires < now + LEFT {
        return None;
    }
    let mut builder = Credentials::builder()
        .access_key_id(credentials.access_key_id)
        .secret_access_key(credentials.secret_access_key)
        .session_token(credentials.session_token)
        .expiry(expires)
        .provider_name("AwsCliCache");
    if let Some(account) = credentials.account_id {
        builder = builder.account_id(account);
    }
    Some(builder.build())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::{key, read};
    use crate::aws::profile::Step;
    use crate::model::Timestamp;

    fn step() -> Step {
        Step {
            role: "arn:aws:iam::111122223333:role/Audit".into(),
            serial: Some("arn:aws:iam::444455556666:mfa/me".into()),
            ..Step::default()
        }
    }

    #[test]
    fn the_names_of_files_are_those_of_botocore() {
        // Made with `AssumeRoleCredentialFetcher(...)._create_cache_key()` of botocore 1.43.11.
        assert_eq!(key(&step()), "4e9344fddae2da8596f4edf2fcf1f1ee25f36b8e");
        let full = Step { duration: Some(900), external_id: Some("x\"ü🦀".into()), session_name: Some("me".into()), ..step() };
        assert_eq!(key(&full), "527f041a6c961a6bc47075fc9fc55fd203d90b38");
    }

    #[test]
    fn a_session_is_taken_while_it_lives_for_a_while() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.json");
        let now = SystemTime::now();
        let ends = |minutes: u64| Timestamp::try_from(now + Duration::from_mins(minutes)).expect("a time").to_string();
        let write = |expiration: &str| {
            let json = format!(
                r#"{{"Credentials":{{"AccessKeyId":"AKID","SecretAccessKey":"secret","SessionToken":"token","Expiration":"{expiration}","AccountId":"111122223333"}},"AssumedRoleUser":{{}}}}"#
            );
            std::fs::write(&path, json).expect("written");
        };
        write(&ends(30));
        let session = read(&path, now).expect("alive");
        assert_eq!(
            (session.access_key_id(), session.account_id().map(aws_credential_types::attributes::AccountId::as_str)),
            ("AKID", Some("111122223333"))
        );
        assert!(!format!("{session:?}").contains("secret\""), "{session:?}");
        for dead in [ends(10).as_str(), "soon", ""] {
            write(dead);
            assert!(read(&path, now).is_none(), "{dead}");
        }
        assert!(read(&folder.path().join("none.json"), now).is_none());
    }
}
