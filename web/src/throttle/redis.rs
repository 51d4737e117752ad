//! Allowances that several web servers share.
//!
//! `trythis:throttle:KEY` is the moment when a key's allowance is whole again, in microseconds by
//! the Redis server's own clock, until which it is kept.

use crate::redis_link::{Link, LinkError};
use ::redis::Script;

/// Looks and changes in one step. The clock is the Redis server's: the web servers' may differ.
const SCRIPT: &str = r"
local cost, window, now = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end
local after = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now) + cost
if cost > 0 and after - now > window then
  return after - now - window
end
if after <= now then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], string.format('%.0f', after), 'PX', math.ceil((after - now) / 1000))
end
return 0
";

/// Redis.
pub struct Redis {
    link: Link,
    script: Script,
}

impl Redis {
    /// Allowances behind this link.
    #[must_use]
    pub fn new(link: Link) -> Self {
        Self { link, script: Script::new(SCRIPT) }
    }

    /// As [`super::Memory`] does it.
    pub(super) async fn move_by(
        &self,
        key: &str,
        cost: i64,
        window: i64,
        at: Option<i64>,
    ) -> Result<i64, LinkError> {
        let now = at.map(|at| at.to_string()).unwrap_or_default();
        let mut script = self.script.key(format!("trythis:throttle:{key}"));
        self.link.run(script.arg(cost).arg(window).arg(now)).await
    }
}
