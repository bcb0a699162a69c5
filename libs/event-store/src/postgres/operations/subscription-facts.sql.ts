// Each subscription with its lease and how far it is behind its log.

/** Lag is counted up to $1 records. */
export const subscriptionFacts = {
  name: 'operations_subscription_facts',
  text: `
SELECT s.name, s.log, s.log_epoch, s.position, s.lease_owner, s.lease_epoch, s.leased_until, s.paused_at, s.paused_by, s.pause_reason,
       coalesce(s.lease_owner IS NOT NULL AND s.leased_until > clock_timestamp(), false) AS leased,
       behind.lag, (extract(epoch FROM clock_timestamp() - behind.since) * 1000)::float8 AS lag_ms
FROM event_store.subscriptions s
CROSS JOIN LATERAL (
  SELECT count(*)::int AS lag, min(time) AS since FROM (
    (SELECT occurred_at AS time FROM event_store.events WHERE s.log = 'events' AND position > s.position ORDER BY position LIMIT $1)
    UNION ALL
    (SELECT received_at FROM event_store.inbound_messages WHERE s.log = 'inbound' AND position > s.position ORDER BY position LIMIT $1)
    UNION ALL
    (SELECT recorded_at FROM event_store.outgoing_commands WHERE s.log = 'outgoing' AND position > s.position ORDER BY position LIMIT $1)
  ) AS waiting
) AS behind
ORDER BY s.name, s.log`,
};
