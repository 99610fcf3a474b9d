//! An emulator of the AWS HTTP APIs that ringfort calls: requests in, answers out, as the services' models say.
//! In come signed requests and a [`World`] of records; out go answers byte for byte, with the services' own limits and errors.
//! Of ringfort it knows only how the model reads times, and no network: who carries the bytes is not its business.

mod access_analyzer;
mod answer;
mod call;
mod checked;
mod criteria;
mod desk;
mod filter;
mod guardduty;
mod inspector;
mod listing;
mod macie;
mod security_hub;
mod sts;
mod world;

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_types::date_time::{DateTime, Format};

pub use answer::{Answer, Unreachable};
pub use call::{Call, Request, Service};
pub use world::{Cell, Pace, Record, Shelf, SlowCall, Switch, World};

use answer::refuse;
use desk::Desk;

/// Answers requests from a [`World`]. Cheap to share; nothing in it changes but the memory of listings already made.
#[derive(Debug)]
pub struct Emulator {
    world: World,
    empty: Cell,
    listings: Mutex<HashMap<u64, Arc<[u32]>>>,
    answered: AtomicU64,
    /// The accounts for which IAM has made a credential report.
    reports: Mutex<HashSet<String>>,
}

impl Emulator {
    /// An emulator of this world.
    #[must_use]
    pub fn new(world: World) -> Self {
        Self { world, empty: Cell::off(), listings: Mutex::default(), answered: AtomicU64::new(0), reports: Mutex::default() }
    }

    /// The world it answers from.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Answers one request.
    ///
    /// # Errors
    /// [`Unreachable`] where the service has no endpoint in the Region: there is no host to answer.
    pub fn answer(&self, request: &Request<'_>) -> Result<Answer, Unreachable> {
        let number = self.answered.fetch_add(1, Ordering::Relaxed);
        let mut answer = self.attend(request)?;
        answer.headers.push(("x-amzn-requestid", format!("00000000-0000-4000-8000-{number:012x}")));
        if let Some(date) = self.date() {
            answer.headers.push(("date", date));
        }
        Ok(answer)
    }

    /// The world's time, as a header tells it; a world that knows no time tells none.
    fn date(&self) -> Option<String> {
        let now = DateTime::from_secs(self.world.now.div_euclid(1000));
        (self.world.now > 0).then(|| now.fmt(Format::HttpDate).ok()).flatten()
    }

    fn has_report(&self, account: &str) -> bool {
        self.world.has_credential_reports || self.reports.lock().unwrap_or_else(PoisonError::into_inner).contains(account)
    }

    fn make_report(&self, account: &str) {
        self.reports.lock().unwrap_or_else(PoisonError::into_inner).insert(account.to_owned());
    }

    fn attend(&self, request: &Request<'_>) -> Result<Answer, Unreachable> {
        let Some(scope) = call::Scope::of(request) else {
            return Ok(refuse(403, "MissingAuthenticationTokenException", "Missing Authentication Token"));
        };
        let Some(service) = scope.service else {
            return Ok(refuse(404, "UnknownOperationException", "The emulator has no such service"));
        };
        let Some(account) = self.world.account_of(scope.access_key) else {
            return Ok(answer::bad_credentials(service));
        };
        if service == Service::Sts {
            return Ok(sts::answer(account, request, self.pace(account, scope.region, service, "GetCallerIdentity", request)));
        }
        let cell = self.world.cell(account, scope.region, service).unwrap_or(&self.empty);
        if cell.switch == Switch::NotOffered {
            return Err(Unreachable { host: format!("{}.{}.amazonaws.com", service.signing_name(), scope.region) });
        }
        let Some(operation) = call::operation(service, request) else {
            return Ok(refuse(404, "UnknownOperationException", "The emulator does not know this operation"));
        };
        let delay = self.pace(account, scope.region, service, operation, request);
        let desk = Desk::new(self, cell, account, scope.region, service, operation, request);
        let mut answer = desk.refusal().unwrap_or_else(|| match service {
            Service::GuardDuty => guardduty::answer(&desk),
            Service::Inspector => inspector::answer(&desk),
            Service::AccessAnalyzer => access_analyzer::answer(&desk),
            Service::Macie => macie::answer(&desk),
            Service::SecurityHub | Service::Sts => security_hub::answer(&desk),
            Service::Checked(_) => checked::answer(&desk, request),
        });
        answer.delay = delay;
        Ok(answer)
    }

    fn pace(&self, account: &str, region: &str, service: Service, operation: &str, request: &Request<'_>) -> Duration {
        self.world.pace.delay(account, region, service, operation, request.body)
    }
}
