//! How fast an API may be called: a token bucket for each account, Region and operation, before the SDK's own retries.
//!
//! Where AWS publishes a quota the bucket keeps to it. Where it publishes none, calls go as fast as answers come until the
//! service throttles for the first time; from then on the bucket follows what the service took, and feels its way up again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::model::Region;

/// A published quota: calls a second, and how many at once after a pause.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Quota {
    rate: f64,
    burst: f64,
}

/// The quotas that AWS publishes, by service prefix and operation; `*` stands for the service's other operations. Per account
/// and Region (Security Hub API Reference, "Throttling"; CloudTrail API Reference, `LookupEvents`).
const PUBLISHED: [(&str, &str, Quota); 3] = [
    ("securityhub", "GetFindings", Quota { rate: 3.0, burst: 6.0 }),
    ("securityhub", "*", Quota { rate: 10.0, burst: 30.0 }),
    ("cloudtrail", "LookupEvents", Quota { rate: 2.0, burst: 2.0 }),
];

/// The share of a published rate that is used: calls that are sent evenly do not arrive evenly.
const SHARE: f64 = 0.985;
/// Calls of a burst that are left unused, for the same reason: the first call of a connection arrives late, the next one does not.
const SPARE: f64 = 1.0;
/// What is left of a rate after the service has throttled.
const BACK_OFF: f64 = 0.7;
/// Throttling within this time of the last is the same event: the calls were on their way already.
const SAME_EVENT: Duration = Duration::from_secs(1);
/// By how much a rate that was lowered grows in a second without throttling.
const GROWTH: f64 = 0.04;
/// The slowest rate, in calls a second.
const SLOWEST: f64 = 0.2;
/// The least that is taken for a rate that nobody publishes, in calls a second.
const SLOWEST_GUESS: f64 = 1.0;
/// Over how long the rate of answers is measured.
const WINDOW: Duration = Duration::from_secs(1);

/// The buckets of one account.
#[derive(Debug)]
pub(super) struct Paces {
    published: bool,
    buckets: Mutex<HashMap<Api, Arc<Bucket>>>,
}

/// A Region, a service's prefix in IAM, an operation.
type Api = (Region, &'static str, &'static str);

impl Paces {
    /// Buckets that keep to AWS's published quotas.
    pub(super) fn published() -> Self {
        Self { published: true, buckets: Mutex::default() }
    }

    /// Buckets for endpoints that are not AWS: nothing is held back before a service throttles.
    pub(super) fn unlimited() -> Self {
        Self { published: false, buckets: Mutex::default() }
    }

    /// Full buckets of the same kind, for another account.
    pub(super) fn anew(&self) -> Self {
        Self { published: self.published, buckets: Mutex::default() }
    }

    /// The bucket of an operation; `service` is the prefix of its IAM action.
    pub(super) fn bucket(&self, region: &Region, service: &'static str, operation: &'static str) -> Arc<Bucket> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry((region.clone(), service, operation)).or_insert_with(|| {
            let quota = PUBLISHED.iter().find(|(of, name, _)| self.published && *of == service && (*name == operation || *name == "*"));
            Arc::new(Bucket::new(quota.map(|(_, _, quota)| *quota)))
        });
        Arc::clone(bucket)
    }
}

/// One operation's bucket.
#[derive(Debug)]
pub(super) struct Bucket {
    level: Mutex<Level>,
}

#[derive(Debug)]
struct Level {
    /// The rate that AWS publishes, less what is left unused.
    ceiling: Option<f64>,
    /// Tokens a second now; none: no limit is known.
    rate: Option<f64>,
    burst: f64,
    /// May be negative: what has been promised to calls that wait.
    tokens: f64,
    filled: Instant,
    throttled: Option<Instant>,
    answers: u32,
    since: Instant,
    /// Answers a second in the last whole window.
    measured: f64,
}

impl Bucket {
    fn new(quota: Option<Quota>) -> Self {
        let now = Instant::now();
        let burst = quota.map_or(1.0, |quota| (quota.burst - SPARE).max(1.0));
        let rate = quota.map(|quota| quota.rate * SHARE);
        let level =
            Level { ceiling: rate, rate, burst, tokens: burst, filled: now, throttled: None, answers: 0, since: now, measured: 0.0 };
        Self { level: Mutex::new(level) }
    }

    fn level(&self) -> MutexGuard<'_, Level> {
        self.level.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the call may go. Those who wait go in the order in which they came.
    pub(super) async fn take(&self) {
        let wait = self.level().take(Instant::now());
        if !wait.is_zero() {
            let refund = Refund { bucket: self };
            tokio::time::sleep(wait).await;
            std::mem::forget(refund);
        }
    }

    /// A retry went out: nobody asked the bucket, but the service counts it.
    pub(super) fn retried(&self) {
        let mut level = self.level();
        level.fill(Instant::now());
        level.tokens -= 1.0;
    }

    /// The service answered.
    pub(super) fn answered(&self) {
        self.level().answered(Instant::now());
    }

    /// The service answered that there were too many calls.
    pub(super) fn throttled(&self) {
        self.level().throttled(Instant::now());
    }
}

/// Gives back the token of a call that was given up while it waited.
struct Refund<'a> {
    bucket: &'a Bucket,
}

impl Drop for Refund<'_> {
    fn drop(&mut self) {
        self.bucket.level().tokens += 1.0;
    }
}

impl Level {
    fn fill(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.filled).as_secs_f64();
        self.filled = now;
        let Some(rate) = self.rate else { return };
        self.tokens = (self.tokens + passed * rate).min(self.burst);
        let quiet = self.throttled.is_none_or(|at| now.saturating_duration_since(at) > SAME_EVENT);
        if quiet && self.ceiling != Some(rate) {
            let grown = rate * (1.0 + GROWTH).powf(passed);
            self.rate = Some(self.ceiling.map_or(grown, |ceiling| grown.min(ceiling)));
        }
    }

    /// Takes a token, and tells how long it is until that token is there.
    fn take(&mut self, now: Instant) -> Duration {
        self.fill(now);
        let Some(rate) = self.rate else { return Duration::ZERO };
        self.tokens -= 1.0;
        if self.tokens >= 0.0 { Duration::ZERO } else { Duration::from_secs_f64(-self.tokens / rate) }
    }

    fn answered(&mut self, now: Instant) {
        self.answers += 1;
        self.measure(now, WINDOW);
    }

    fn throttled(&mut self, now: Instant) {
        if self.throttled.is_some_and(|at| now.saturating_duration_since(at) <= SAME_EVENT) {
            return;
        }
        self.throttled = Some(now);
        self.fill(now);
        self.measure(now, Duration::ZERO);
        let taken = match self.rate {
            None => self.measured.max(SLOWEST_GUESS),
            Some(rate) if self.ceiling.is_none() => rate.min(self.measured.max(SLOWEST_GUESS)),
            Some(rate) => rate,
        };
        self.rate = Some((taken * BACK_OFF).max(SLOWEST));
        self.tokens = self.tokens.min(0.0);
    }

    /// Counts what was answered since the last time, if that is at least `window` ago.
    fn measure(&mut self, now: Instant, window: Duration) {
        let passed = now.saturating_duration_since(self.since);
        if passed >= window && self.answers > 0 {
            self.measured = f64::from(self.answers) / passed.max(WINDOW / 2).as_secs_f64();
            (self.answers, self.since) = (0, now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn securityhub() -> Arc<Bucket> {
        Paces::published().bucket(&Region::new("eu-central-1"), "securityhub", "GetFindings")
    }

    /// A service that enforces a quota: how many calls it refuses.
    struct Service {
        rate: f64,
        burst: f64,
        tokens: f64,
        filled: Instant,
        refused: u32,
    }

    impl Service {
        fn new(rate: f64, burst: f64) -> Self {
            Self { rate, burst, tokens: burst, filled: Instant::now(), refused: 0 }
        }

        fn ask(&mut self, now: Instant) -> bool {
            self.tokens = (self.tokens + (now - self.filled).as_secs_f64() * self.rate).min(self.burst);
            self.filled = now;
            let taken = self.tokens >= 1.0;
            if taken {
                self.tokens -= 1.0;
            } else {
                self.refused += 1;
            }
            taken
        }
    }

    /// A clock that moves when a call waits.
    struct Clock(Instant);

    impl Clock {
        fn take(&mut self, bucket: &Bucket) {
            self.0 += bucket.level().take(self.0);
        }

        fn pass(&mut self, millis: u64) {
            self.0 += Duration::from_millis(millis);
        }
    }

    fn guardduty() -> Arc<Bucket> {
        Paces::published().bucket(&Region::new("eu-central-1"), "guardduty", "ListFindings")
    }

    #[test]
    fn a_published_quota_is_used_to_nine_tenths_and_never_exceeded() {
        let begun = Instant::now();
        let (bucket, mut service, mut clock) = (securityhub(), Service::new(3.0, 6.0), Clock(begun));
        for number in 0..300 {
            clock.take(&bucket);
            // The first call of a connection arrives late, and arrival is never even.
            let late = if number == 0 { 150 } else { number * 37 % 60 };
            assert!(service.ask(clock.0 + Duration::from_millis(late)), "call {number} was refused");
        }
        let (took, ideal) = ((clock.0 - begun).as_secs_f64(), (300.0 - 6.0) / 3.0);
        assert!(took < ideal / 0.9, "{took} s against {ideal} s");
    }

    #[test]
    fn calls_that_wait_together_go_one_after_the_other() {
        let (bucket, now) = (securityhub(), Instant::now());
        let waits: Vec<f64> = (0..11).map(|_| bucket.level().take(now).as_secs_f64()).collect();
        assert_eq!(waits[..5], [0.0; 5]);
        assert!(waits[5..].windows(2).all(|pair| (pair[1] - pair[0] - 1.0 / (3.0 * SHARE)).abs() < 0.001), "{waits:?}");
    }

    #[tokio::test]
    async fn a_call_that_is_given_up_while_it_waits_costs_nothing() {
        let bucket = securityhub();
        for _ in 0..5 {
            bucket.take().await;
        }
        for _ in 0..10 {
            let given_up = tokio::time::timeout(Duration::from_millis(1), bucket.take()).await;
            assert!(given_up.is_err());
        }
        assert!(bucket.level().take(Instant::now()) < Duration::from_millis(400));
    }

    #[test]
    fn without_a_published_quota_nothing_waits_until_the_service_throttles() {
        let (bucket, now) = (guardduty(), Instant::now());
        assert!((0..1000).all(|_| bucket.level().take(now).is_zero()));
    }

    #[test]
    fn an_unknown_limit_is_found_and_kept() {
        let begun = Instant::now();
        let (bucket, mut service, mut clock) = (guardduty(), Service::new(10.0, 20.0), Clock(begun));
        let mut answered = 0;
        while answered < 1200 {
            clock.take(&bucket);
            clock.pass(20);
            if service.ask(clock.0) {
                bucket.level().answered(clock.0);
                answered += 1;
            } else {
                bucket.level().throttled(clock.0);
            }
        }
        let took = (clock.0 - begun).as_secs_f64();
        assert!(took < 120.0 / 0.8, "{took} s for 1200 calls at 10 a second");
        assert!(service.refused < 1200 / 30, "{} of 1200 calls were refused", service.refused);
    }

    #[test]
    fn throttling_below_a_published_quota_slows_down_and_comes_back() {
        let (bucket, mut clock) = (securityhub(), Clock(Instant::now()));
        bucket.level().throttled(clock.0);
        assert!(bucket.level().rate < Some(3.0 * BACK_OFF));
        clock.pass(20_000);
        clock.take(&bucket);
        assert_eq!(bucket.level().rate, Some(3.0 * SHARE));
    }
}
