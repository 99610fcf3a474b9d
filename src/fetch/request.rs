//! What is to be fetched.

use std::time::Duration;

use crate::aws::Access;
use crate::model::{Region, Source};

/// What is to be fetched, from whom, and how far one may go.
#[derive(Clone, Debug)]
pub struct Request {
    /// Whose accounts.
    pub access: Access,
    /// The Regions; none: the Region of the configuration (`AWS_REGION`, `AWS_DEFAULT_REGION`, the profile).
    pub regions: Vec<Region>,
    /// Every Region that an account has enabled, in the place of `regions`.
    pub all_regions: bool,
    /// The sources, in the order of [`Source::ALL`].
    pub sources: Vec<Source>,
    /// Whether findings that are not active are wanted too.
    pub include_archived: bool,
    /// How long the whole fetch may take, and each refresh.
    pub timeout: Option<Duration>,
    /// How many calls may be under way at the same time.
    pub max_concurrency: Option<usize>,
    /// Whether AWS's published request quotas are left aside: for endpoints that are not AWS.
    pub unlimited_rates: bool,
}

impl Request {
    /// How many calls may be under way at the same time, unless the user says otherwise: all sources in ten Regions.
    pub const DEFAULT_CONCURRENCY: usize = 64;

    /// Everything that this access can see in these Regions, active findings only.
    #[must_use]
    pub fn new(access: Access, regions: Vec<Region>) -> Self {
        Self {
            access,
            regions,
            all_regions: false,
            sources: Source::ALL.to_vec(),
            include_archived: false,
            timeout: None,
            max_concurrency: None,
            unlimited_rates: false,
        }
    }
}
