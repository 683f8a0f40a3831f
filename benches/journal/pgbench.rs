//! Accepting on PostgreSQL, beside pgbench: the same statements, one transaction an order.

pub async fn compare() {}
