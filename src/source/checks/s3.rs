//! Amazon S3: each bucket of the Region, asked there; and the account's own block of public access.

use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use super::Survey;
use super::ask::{Call, Input, Service, Wire, encode};
use super::desk::{Desk, Heard, List, is_one_of};
use super::record::Offence;
use super::value::{flag, text, time};
use crate::aws::{Api, CallError, Get};

/// Three calls a bucket.
const MOST_BUCKETS: usize = 1000;

const S3: Service = Service::everywhere("S3", "S3", "s3", Wire::RestXml);
const CONTROL: Service = Service {
    title: "S3 Control",
    api: Api { id: "S3 Control", signing_name: "s3", host: "s3-control", is_global: false },
    wire: Wire::RestXml,
    is_everywhere: true,
};
const LIST_BUCKETS: Call = Call::new(&S3, "ListBuckets", "s3:ListAllMyBuckets").having(&["/Buckets"]);
const GET_VERSIONING: Call = Call::new(&S3, "GetBucketVersioning", "s3:GetBucketVersioning");
const GET_ENCRYPTION: Call = Call::new(&S3, "GetBucketEncryption", "s3:GetEncryptionConfiguration").having(&["/Rule"]);
const GET_BLOCK: Call = Call::new(&S3, "GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock");
const GET_ACCOUNT_BLOCK: Call = Call::new(&CONTROL, "GetPublicAccessBlock", "s3:GetAccountPublicAccessBlock");

pub(super) const BUCKETS: Survey =
    Survey { calls: &[&LIST_BUCKETS, &GET_VERSIONING, &GET_ENCRYPTION, &GET_BLOCK], once: false, run: |desk| Box::pin(buckets(desk)) };
pub(super) const ACCOUNT: Survey = Survey { calls: &[&GET_ACCOUNT_BLOCK], once: true, run: |desk| Box::pin(account(desk)) };

/// How S3 says that a bucket has no default encryption, and no block.
const NO_ENCRYPTION: &str = "ServerSideEncryptionConfigurationNotFoundError";
const NO_BLOCK: &str = "NoSuchPublicAccessBlockConfiguration";

/// The parts of a block of public access.
const BLOCKS: [&str; 4] = ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"];

async fn buckets(desk: &Desk<'_>) {
    let page = |token: Option<&str>| {
        let token = token.map(|token| format!("&continuation-token={}", encode(token))).unwrap_or_default();
        let path = format!("/?bucket-region={}{token}&max-buckets=1000", desk.region());
        Input::get_xml(path, "ListAllMyBucketsResult")
    };
    let Some(List { items: mut listed, .. }) = desk.list(&LIST_BUCKETS, "/Buckets/Bucket", "/ContinuationToken", page).await else {
        return;
    };
    // An endpoint that does not know the filter lists the buckets of all Regions, each of which only its own can be asked about.
    listed.retain(|bucket| bucket["BucketRegion"].as_str().is_none_or(|region| region == desk.region()));
    desk.each(&LIST_BUCKETS, listed, MOST_BUCKETS, |bucket| Box::pin(look(desk, bucket))).await;
}

async fn look(desk: &Desk<'_>, bucket: Value) {
    let name = text(&bucket, "Name");
    let arn = format!("arn:{}:s3:::{name}", desk.partition());
    let offence = |operation, said: &Value| Offence::of(arn.clone(), operation, said).since(time(&bucket["CreationDate"]));
    let is_placed = bucket["BucketRegion"].is_string();
    let gone = AtomicBool::new(false);
    let ask = |call: &'static Call, what: &str, root, unset: &'static str| {
        let (gone, input) = (&gone, Input::get_xml(format!("/{}?{what}", encode(name)), root));
        desk.ask_unless(call, input, move |error| {
            let is_not_here = is_gone(error) || (!is_placed && is_elsewhere(error));
            gone.fetch_or(is_not_here, Ordering::Relaxed);
            is_not_here || error.code.as_deref() == Some(unset)
        })
    };
    let versioning = ask(&GET_VERSIONING, "versioning", "VersioningConfiguration", "").await;
    // It was deleted since it was listed, or another Region has it and asks it.
    if versioning == Heard::Nothing {
        return;
    }
    let (encryption, block) = futures_util::join!(
        ask(&GET_ENCRYPTION, "encryption", "ServerSideEncryptionConfiguration", NO_ENCRYPTION),
        ask(&GET_BLOCK, "publicAccessBlock", "PublicAccessBlockConfiguration", NO_BLOCK),
    );
    if gone.into_inner() {
        return;
    }
    // Where versioning was never turned on the answer is empty.
    if let Some(versioning) = versioning.said().filter(|versioning| text(versioning, "Status") != "Enabled") {
        let said = if versioning.is_object() { versioning } else { json!({}) };
        desk.offends("ringfort/s3-versioning", offence("GetBucketVersioning", &said));
    }
    if encryption == Heard::Nothing {
        desk.offends("ringfort/s3-encryption", offence("GetBucketEncryption", &json!({})));
    }
    match block {
        Heard::Nothing => {
            desk.offends("ringfort/s3-public-access-block", offence("GetPublicAccessBlock", &json!({})).because("No block is set"));
        }
        Heard::Said(block) => {
            if let Some(open) = missing(&block) {
                desk.offends("ringfort/s3-public-access-block", offence("GetPublicAccessBlock", &block).because(open));
            }
        }
        Heard::Silence => {}
    }
}

/// Whether the bucket was deleted since it was listed.
fn is_gone(error: &CallError) -> bool {
    error.code.as_deref() == Some("NoSuchBucket")
}

/// Whether another Region has the bucket. S3 says so by a redirection, or by refusing the signature's Region.
fn is_elsewhere(error: &CallError) -> bool {
    matches!(
        error.code.as_deref(),
        Some(
            "PermanentRedirect" | "TemporaryRedirect" | "Redirect" | "AuthorizationHeaderMalformed" | "IllegalLocationConstraintException"
        )
    )
}

/// Which parts of the block are off, in words.
fn missing(block: &Value) -> Option<String> {
    let off: Vec<&str> = BLOCKS.into_iter().filter(|part| !flag(block, part)).collect();
    (!off.is_empty()).then(|| format!("Off: {}", off.join(", ")))
}

async fn account(desk: &Desk<'_>) {
    let id = desk.account().as_str();
    if id.is_empty() {
        desk.ledger().trouble("S3 Control wants to be told the account, which is not known; refresh".into());
        return;
    }
    let get = Get {
        path: "/v20180820/configuration/publicAccessBlock".into(),
        headers: vec![("x-amz-account-id", id.to_owned())],
        host_prefix: Some(id.to_owned()),
        root: Some("PublicAccessBlockConfiguration"),
    };
    match desk.ask_unless(&GET_ACCOUNT_BLOCK, Input::Get(get), is_one_of(&[NO_BLOCK])).await {
        Heard::Nothing => {
            let offence = Offence::of_account("GetPublicAccessBlock", &json!({})).because("No block is set");
            desk.offends("ringfort/s3-account-block", offence);
        }
        Heard::Said(block) => {
            if let Some(open) = missing(&block) {
                desk.offends("ringfort/s3-account-block", Offence::of_account("GetPublicAccessBlock", &block).because(open));
            }
        }
        Heard::Silence => {}
    }
}
