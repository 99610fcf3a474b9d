//! The account's alias: IAM `ListAccountAliases`, awsQuery, one endpoint a partition (botocore `iam/2010-05-08`). A nicety:
//! without it the account goes by its id.

use std::sync::Arc;

use aws_config::SdkConfig;

use super::signed::elements;
use super::{Api, Message, Meter, signed};
use crate::model::Text;

const IAM: Api = Api { id: "IAM", signing_name: "iam", host: "iam", is_global: true };

/// The alias, if the account has one and the caller may know it.
pub(super) async fn alias(config: &SdkConfig) -> Option<Text> {
    let message = Message::Query("2010-05-08", "MaxItems=1".into());
    let body = signed(config, &Arc::new(Meter::default()), IAM, "ListAccountAliases", message).await.ok()?;
    let xml = String::from_utf8_lossy(&body);
    let alias = elements(elements(&xml, "AccountAliases").next()?, "member").next()?;
    Some(Text::new(alias.trim())).filter(|alias| !alias.is_empty())
}
