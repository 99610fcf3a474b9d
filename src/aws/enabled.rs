//! Which Regions an account has enabled: the Account API knows, else EC2, else the table of this program.

use std::collections::BTreeSet;
use std::sync::Arc;

use aws_config::SdkConfig;
use serde::Deserialize;

use super::signed::elements;
use super::{Api, CallError, Message, Meter, regions_of, signed};
use crate::model::{Region, Text};

/// AWS Account Management: restJson1, one endpoint a partition (botocore `account/2021-02-01`).
const ACCOUNT: Api = Api { id: "Account", signing_name: "account", host: "account", is_global: true };
/// EC2: its own query protocol (botocore `ec2/2016-11-15`).
const EC2: Api = Api { id: "EC2", signing_name: "ec2", host: "ec2", is_global: false };
/// How many pages a list of Regions may have: at 50 a page, many times over.
const PAGES: usize = 20;

/// The Regions, and who says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enabled {
    /// The Regions, sorted by name.
    pub regions: Vec<Region>,
    /// Where the list came from, and what that means.
    pub notice: Text,
}

/// Asks for the Regions that the account has enabled. Never empty for a known partition, however the calls go.
pub async fn enabled_regions(config: &SdkConfig) -> Enabled {
    let meter = Arc::new(Meter::default());
    let not_listed = match from_account(config, &meter).await {
        Ok(regions) => {
            let notice = Text::from(format!("the Account API tells the enabled Regions: {}", regions.len()));
            return Enabled { regions, notice };
        }
        Err(why) => why,
    };
    let not_described = match from_ec2(config, &meter).await {
        Ok(regions) => {
            let notice = format!("EC2 tells the enabled Regions: {} (account:ListRegions: {not_listed})", regions.len());
            return Enabled { regions, notice: Text::from(notice) };
        }
        Err(why) => why,
    };
    let home = Region::new(config.region().map(AsRef::as_ref).unwrap_or_default());
    let mut regions = regions_of(home.partition().as_str());
    regions.sort_unstable();
    let notice = format!(
        "which Regions are enabled is not known, so all {} that this ringfort knows are asked, and a newer one is missed \
         (account:ListRegions: {not_listed}; ec2:DescribeRegions: {not_described})",
        regions.len()
    );
    Enabled { regions, notice: Text::from(notice) }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    #[serde(default)]
    regions: Vec<Listed>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    region_name: String,
    region_opt_status: Option<String>,
}

async fn from_account(config: &SdkConfig, meter: &Arc<Meter>) -> Result<Vec<Region>, String> {
    let mut names = BTreeSet::new();
    let mut token: Option<String> = None;
    for _ in 0..PAGES {
        let mut input = serde_json::json!({ "MaxResults": 50, "RegionOptStatusContains": ["ENABLED", "ENABLED_BY_DEFAULT"] });
        if let Some(token) = &token {
            input["NextToken"] = token.as_str().into();
        }
        let message = Message::RestJson("/listRegions", input.to_string());
        let body = signed(config, meter, ACCOUNT, "ListRegions", message).await.map_err(|error| why(&error))?;
        let page: Page = serde_json::from_slice(&body).map_err(|error| format!("its answer cannot be read: {error}"))?;
        // An endpoint that ignores the filter must not bring Regions that nobody enabled.
        let is_enabled = |listed: &Listed| listed.region_opt_status.as_deref().is_none_or(|status| status.starts_with("ENABLED"));
        names.extend(page.regions.into_iter().filter(is_enabled).map(|listed| listed.region_name));
        match page.next_token.filter(|next| !next.is_empty()) {
            None => return told(names),
            next if next == token => return Err("it repeats a page".into()),
            next => token = next,
        }
    }
    Err("its list has no end".into())
}

async fn from_ec2(config: &SdkConfig, meter: &Arc<Meter>) -> Result<Vec<Region>, String> {
    let message = Message::Query("2016-11-15", "AllRegions=false".into());
    let body = signed(config, meter, EC2, "DescribeRegions", message).await.map_err(|error| why(&error))?;
    told(elements(&String::from_utf8_lossy(&body), "regionName").map(str::to_owned).collect())
}

fn told(names: BTreeSet<String>) -> Result<Vec<Region>, String> {
    let is_name = |name: &String| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let regions: Vec<Region> = names.into_iter().filter(is_name).map(|name| Region::new(&name)).collect();
    if regions.is_empty() { Err("it lists none".into()) } else { Ok(regions) }
}

fn why(error: &CallError) -> String {
    error.code.as_ref().map_or_else(|| error.message.to_string(), ToString::to_string)
}
