//! List prices of us-east-1 in USD, without the free tier, as AWS's pricing pages had them in 2025; and what only AWS adds.
//!
//! Looked up again were those of table units, Lambda, HTTP API and Scheduler.

/// A million write units of a table on demand (aws.amazon.com/dynamodb/pricing/on-demand, since November 2024).
pub const WRITE_UNITS: f64 = 0.625;

/// A million read units of the same.
pub const READ_UNITS: f64 = 0.125;

/// A million requests to an HTTP API, each up to 512 KB (aws.amazon.com/api-gateway/pricing).
pub const API_REQUESTS: f64 = 1.00;

/// A million requests of Lambda (aws.amazon.com/lambda/pricing).
pub const INVOCATIONS: f64 = 0.20;

/// A GB-second of Lambda on arm64.
pub const GB_SECOND: f64 = 0.000_013_333_4;

/// A GB of logs taken in by CloudWatch (aws.amazon.com/cloudwatch/pricing).
pub const LOG_GB: f64 = 0.50;

/// A million calls of Secrets Manager (aws.amazon.com/secrets-manager/pricing: 0.05 for 10,000).
pub const SECRET_CALLS: f64 = 5.00;

/// A million invocations by EventBridge Scheduler (aws.amazon.com/eventbridge/pricing).
pub const SCHEDULED: f64 = 1.00;

/// A GB of data in the table for a month, and of its continuous backup.
pub const STORED_GB: [f64; 2] = [0.25, 0.20];

/// What a month costs whatever is used: two secrets, ten alarms, six metrics in use, a dashboard.
pub const FIXED: [(&str, f64); 4] =
    [("two secrets", 0.80), ("ten alarms", 1.00), ("six metrics, while they are written", 1.80), ("a dashboard", 3.00)];

/// What a million own pictures of 1 MB cost besides, each planned once (aws.amazon.com/s3/pricing): 0.005 for 1,000 writes,
/// 0.0004 for 1,000 reads, 0.09 for a GB that leaves AWS. An upload and two tags are writes; three looks and Pinterest read.
pub const OWN_PICTURES: [(&str, f64); 4] = [
    ("uploads and their tags", 3.0 * 5.00),
    ("reads", 4.0 * 0.40),
    ("sent to Pinterest, 1,000 GB", 1_000.0 * 0.09),
    ("announced and completed", 2.0 * (API_REQUESTS + INVOCATIONS)),
];

/// What they cost for each month that they are kept: 0.023 for a GB, and 0.01 for 10,000 tags.
pub const KEPT_PICTURES: f64 = 1_000.0 * 0.023 + 100.0 * 0.01;

/// The memory of a function in GB, as the template has it.
pub const MEMORY: f64 = 0.125;

/// What CloudWatch adds to each line, in bytes.
pub const EVENT_OVERHEAD: f64 = 26.0;

/// START, END and REPORT of one invocation in bytes, as Lambda writes them, with the overhead.
pub const LAMBDA_LINES: f64 = 67.0 + 51.0 + 150.0 + 3.0 * EVENT_OVERHEAD;

/// A line of the API's own log, by the format of the template.
pub const ACCESS_LINE: f64 = 330.0 + EVENT_OVERHEAD;

/// What the work of one request adds to its waiting, in seconds: `footprint` measures less.
pub const WORK: f64 = 0.001;

/// Minutes of a month of thirty days.
pub const MINUTES: f64 = 43_200.0;
