//! Which Regions an account has enabled: the Account API knows, else EC2, else the table of this program.

use std::collections::BTreeSet;
use std::sync::Arc;

use aws_config::SdkConfig;
use serde::Deserialize;

use super::signed::elements;
use super::{Api, Asked, CallError, EstateCall, Message, Meter, Refusal, regions_of, signed};
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
    /// The calls that were made for it.
    pub asked: Vec<Asked>,
}

/// Asks for the Regions that the account has enabled. Never empty for a known partition, however the calls go.
pub async fn enabled_regions(config: &SdkConfig) -> Enabled {
    let meter = Arc::new(Meter::default());
    let home = Region::new(config.region().map(AsRef::as_ref).unwrap_or_default());
    let mut asked = Vec::new();
    let mut why_not = Vec::new();
    for (call, who) in EstateCall::OF_REGIONS.into_iter().zip(["the Account API", "EC2"]) {
        let answer = if call == EstateCall::LIST_REGIONS { from_account(config, &meter).await } else { from_ec2(config, &meter).await };
        let answer = answer.and_then(|names| told(names, &home));
        asked.push(Asked { call, refusal: answer.as_ref().err().cloned() });
        match answer {
            Ok(told) => {
                let doubt = if why_not.is_empty() { String::new() } else { format!(" ({})", why_not.join("; ")) };
                let notice = format!("{who} tells the enabled Regions: {}{}{doubt}", told.regions.len(), told.left_out);
                return Enabled { regions: told.regions, notice: Text::from(notice), asked };
            }
            Err(refusal) => why_not.push(format!("{}: {}", call.iam, refusal.reason)),
        }
    }
    let mut regions = regions_of(home.partition().as_str());
    regions.sort_unstable();
    let notice = format!(
        "which Regions are enabled is not known, so all {} that this ringfort knows are asked, and a newer one is missed ({})",
        regions.len(),
        why_not.join("; ")
    );
    Enabled { regions, notice: Text::from(notice), asked }
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

async fn from_account(config: &SdkConfig, meter: &Arc<Meter>) -> Result<BTreeSet<String>, Refusal> {
    let mut names = BTreeSet::new();
    let mut token: Option<String> = None;
    for _ in 0..PAGES {
        let mut input = serde_json::json!({ "MaxResults": 50, "RegionOptStatusContains": ["ENABLED", "ENABLED_BY_DEFAULT"] });
        if let Some(token) = &token {
            input["NextToken"] = token.as_str().into();
        }
        let message = Message::RestJson("/listRegions", input.to_string());
        let body = signed(config, meter, ACCOUNT, "ListRegions", message).await.map_err(|error| why(&error))?;
        let page: Page = serde_json::from_slice(&body).map_err(|error| Refusal::broken(format!("its answer cannot be read: {error}")))?;
        // An endpoint that ignores the filter must not bring Regions that nobody enabled.
        let is_enabled = |listed: &Listed| listed.region_opt_status.as_deref().is_none_or(|status| status.starts_with("ENABLED"));
        names.extend(page.regions.into_iter().filter(is_enabled).map(|listed| listed.region_name));
        match page.next_token.filter(|next| !next.is_empty()) {
            None => return Ok(names),
            next if next == token => return Err(Refusal::broken(Text::new("it repeats a page"))),
            next => token = next,
        }
    }
    Err(Refusal::broken(Text::new("its list has no end")))
}

async fn from_ec2(config: &SdkConfig, meter: &Arc<Meter>) -> Result<BTreeSet<String>, Refusal> {
    let message = Message::Query("2016-11-15", "AllRegions=false".into());
    let body = signed(config, meter, EC2, "DescribeRegions", message).await.map_err(|error| why(&error))?;
    Ok(elements(&String::from_utf8_lossy(&body), "regionName").map(str::to_owned).collect())
}

/// A list of Regions that can be asked with these credentials.
#[derive(Debug)]
struct Told {
    regions: Vec<Region>,
    /// What is not in it, in words; empty where nothing was left out.
    left_out: String,
}

/// Regions of other partitions take no credentials of this one; a Region that the table does not know may be new, and stays.
fn told(names: BTreeSet<String>, home: &Region) -> Result<Told, Refusal> {
    let partition = home.partition();
    let (regions, strangers): (Vec<Region>, Vec<Region>) =
        names.into_iter().map(|name| Region::new(&name)).partition(|region| region.is_well_formed() && region.partition() == partition);
    if regions.is_empty() {
        return Err(Refusal::broken(Text::from(format!("it lists none of the partition {partition}"))));
    }
    let left_out = match strangers.as_slice() {
        [] => String::new(),
        some => {
            let names: Vec<&str> = some.iter().take(3).map(Region::as_str).collect();
            let more = if some.len() > names.len() { ", ..." } else { "" };
            format!(", without {} that are none of the partition {partition}: {}{more}", some.len(), names.join(", "))
        }
    };
    Ok(Told { regions, left_out })
}

fn why(error: &CallError) -> Refusal {
    Refusal::new(error, error.code.clone().unwrap_or_else(|| error.message.clone()))
}

#[cfg(test)]
mod tests {
    use super::told;
    use crate::model::Region;

    #[test]
    fn a_region_stays_if_its_name_fits_the_partition_known_or_not() {
        for (home, listed, kept) in [
            ("us-east-1", vec!["eu-west-1", "mx-north-7", "cn-north-1", "us-gov-west-1"], vec!["eu-west-1", "mx-north-7"]),
            ("cn-north-1", vec!["cn-north-1", "cn-south-9", "us-east-1"], vec!["cn-north-1", "cn-south-9"]),
            ("us-gov-east-1", vec!["us-gov-west-1", "us-west-1", "us-gov-"], vec!["us-gov-west-1"]),
            ("eusc-de-east-1", vec!["eusc-de-east-1", "eu-west-1"], vec!["eusc-de-east-1"]),
            ("us-east-1", vec!["us-east-1", "", "x", "../../etc", "us-east", "us-east-1.evil.example", "US-EAST-2"], vec!["us-east-1"]),
        ] {
            let told = told(listed.into_iter().map(str::to_owned).collect(), &Region::new(home)).expect("some stay");
            assert_eq!(told.regions.iter().map(Region::as_str).collect::<Vec<_>>(), kept, "{home}{}", told.left_out);
        }
    }

    #[test]
    fn what_was_left_out_is_told_and_a_list_of_nothing_else_is_no_list() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let some = told(names(&["us-east-1", "cn-north-1"]), &Region::new("us-east-1")).expect("one stays");
        assert_eq!(some.left_out, ", without 1 that are none of the partition aws: cn-north-1");
        let none = told(names(&["cn-north-1"]), &Region::new("us-east-1")).expect_err("none stays");
        assert!(!none.denied && none.reason.contains("lists none"), "{none:?}");
    }
}
