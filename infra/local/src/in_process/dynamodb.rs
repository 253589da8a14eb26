//! `DynamoDB` requests as direct calls of the embedded database, with what each would cost on AWS.

use dynoxide::{Database, DynoxideError};
use http::StatusCode;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::hook::Charge;
use crate::answer::Answer;

const CAPACITY: &str = "ReturnConsumedCapacity";
const OLD_ITEM: &str = "ReturnValuesOnConditionCheckFailure";

/// Runs one operation on the database and says what AWS would charge for it.
///
/// The request is asked to report its capacity and, when its condition fails, the
/// item it met; both are taken out of the answer again unless the caller wanted them.
pub fn run(database: &Database, operation: &str, request: &Value) -> (Answer, Charge) {
    let mut asked = request.clone();
    let added_capacity = reports_capacity(operation) && add(&mut asked, CAPACITY, "TOTAL");
    let added_item = reports_old_item(operation) && add(&mut asked, OLD_ITEM, "ALL_OLD");
    let mut answer = match call(database, operation, asked) {
        Ok(body) => Answer::ok(body),
        Err(error) => refusal(&error),
    };
    let charge = charge(operation, request, &answer);
    if added_capacity {
        take(&mut answer, "ConsumedCapacity");
    }
    if added_item {
        take(&mut answer, "Item");
    }
    (answer, charge)
}

/// What `DynamoDB` answers where another transaction is at the same item.
pub fn conflicted(operation: &str) -> Answer {
    let message = "Transaction is ongoing for the item";
    if operation != "TransactWriteItems" {
        return Answer::refused(StatusCode::BAD_REQUEST, "TransactionConflictException", message);
    }
    let reasons = json!([{ "Code": "TransactionConflict", "Message": message }, { "Code": "None" }]);
    let mut answer = Answer::refused(StatusCode::BAD_REQUEST, "TransactionCanceledException", message);
    answer.body["CancellationReasons"] = reasons;
    answer
}

fn call(database: &Database, operation: &str, request: Value) -> Result<Value, DynoxideError> {
    match operation {
        "PutItem" => typed(request, |r| database.put_item(r)),
        "GetItem" => typed(request, |r| database.get_item(r)),
        "UpdateItem" => typed(request, |r| database.update_item(r)),
        "DeleteItem" => typed(request, |r| database.delete_item(r)),
        "Query" => typed(request, |r| database.query(r)),
        "Scan" => typed(request, |r| database.scan(r)),
        "BatchGetItem" => typed(request, |r| database.batch_get_item(r)),
        "BatchWriteItem" => typed(request, |r| database.batch_write_item(r)),
        "TransactGetItems" => typed(request, |r| database.transact_get_items(r)),
        "TransactWriteItems" => typed(request, |r| database.transact_write_items(r)),
        "CreateTable" => typed(request, |r| database.create_table(r)),
        "DeleteTable" => typed(request, |r| database.delete_table(r)),
        "DescribeTable" => typed(request, |r| database.describe_table(r)),
        "ListTables" => typed(request, |r| database.list_tables(r)),
        "UpdateTimeToLive" => typed(request, |r| database.update_time_to_live(r)),
        "DescribeTimeToLive" => typed(request, |r| database.describe_time_to_live(r)),
        other => Err(DynoxideError::UnsupportedCapability(other.to_owned())),
    }
}

fn typed<Request, Response>(
    request: Value,
    call: impl FnOnce(Request) -> Result<Response, DynoxideError>,
) -> Result<Value, DynoxideError>
where
    Request: DeserializeOwned,
    Response: Serialize,
{
    let request = serde_json::from_value(request).map_err(|error| unreadable(&error))?;
    let response = call(request)?;
    serde_json::to_value(response).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}

/// The database marks the class of a refusal in front of the decoder's message.
fn unreadable(error: &serde_json::Error) -> DynoxideError {
    let message = error.to_string();
    match message.split_once(':') {
        Some(("VALIDATION" | "VALIDATION_REQUEST", message)) => DynoxideError::ValidationException(message.to_owned()),
        Some(("SERIALIZATION", message)) => DynoxideError::SerializationException(message.to_owned()),
        _ => DynoxideError::SerializationException(message),
    }
}

fn refusal(error: &DynoxideError) -> Answer {
    Answer {
        status: StatusCode::from_u16(error.status_code()).unwrap_or(StatusCode::BAD_REQUEST),
        body: serde_json::from_str(&error.to_json())
            .unwrap_or_else(|_| json!({ "__type": error.error_type(), "message": error.to_string() })),
    }
}

fn reports_capacity(operation: &str) -> bool {
    writes(operation) || reads(operation)
}

fn reports_old_item(operation: &str) -> bool {
    matches!(operation, "PutItem" | "UpdateItem" | "DeleteItem")
}

fn writes(operation: &str) -> bool {
    matches!(operation, "PutItem" | "UpdateItem" | "DeleteItem" | "BatchWriteItem" | "TransactWriteItems")
}

fn reads(operation: &str) -> bool {
    matches!(operation, "GetItem" | "Query" | "Scan" | "BatchGetItem" | "TransactGetItems")
}

/// Adds a wish to the request unless it has one; true when it was added.
fn add(request: &mut Value, field: &str, wish: &str) -> bool {
    let missing = request[field].is_null() || request[field] == "NONE";
    if missing {
        request[field] = json!(wish);
    }
    missing
}

fn take(answer: &mut Answer, field: &str) {
    if let Some(body) = answer.body.as_object_mut() {
        body.remove(field);
    }
}

fn charge(operation: &str, request: &Value, answer: &Answer) -> Charge {
    if answer.is_failed_condition() {
        return Charge { read: 0.0, write: failed_condition(request, answer) };
    }
    let units = units(&answer.body["ConsumedCapacity"]);
    if writes(operation) { Charge { read: 0.0, write: units } } else { Charge { read: units, write: 0.0 } }
}

fn units(consumed: &Value) -> f64 {
    match consumed {
        Value::Array(tables) => tables.iter().map(units).sum(),
        table => table["CapacityUnits"].as_f64().unwrap_or_default(),
    }
}

/// Write units of a failed condition: the size of the item it met, in whole units of 1 KB
/// and at least one; a transaction two for each of its actions, for items up to 1 KB.
/// Source: the `DynamoDB` developer guide, "Condition expressions" and "Transactions".
fn failed_condition(request: &Value, answer: &Answer) -> f64 {
    if let Some(actions) = request["TransactItems"].as_array() {
        return actions.iter().map(|_| 2.0).sum();
    }
    let met: dynoxide::Item = serde_json::from_value(answer.body["Item"].clone()).unwrap_or_default();
    let kilobytes = dynoxide::types::item_size(&met).div_ceil(1024).max(1);
    u32::try_from(kilobytes).map_or(f64::MAX, f64::from)
}
